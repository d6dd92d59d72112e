# SPDX-License-Identifier: Apache-2.0
"""110, 119 and 120 have systems of their own: danger reaches them at once, in order, or people are told."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from threading import Barrier

import pytest
from django.db import connection

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.exchange import api, queries
from tongguan.exchange.contracts import NewLink
from tongguan.exchange.deliver import Sender
from tongguan.exchange.models import Link, OutgoingEvent
from tongguan.exchange.testing import REFUSES, Service
from tongguan.exchange.tests.conftest import sent_unrecorded
from tongguan.exchange.tests.night import CODE, NIGHT, PHONE, night_shift
from tongguan.handover import api as handovers
from tongguan.handover import queries as dangers
from tongguan.handover.contracts import Noticed
from tongguan.intake.contracts import ReporterIn
from tongguan.kernel.ids import new_id
from tongguan.messaging import testing as messages
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import audited, settle
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db


def test_a_fire_told_at_night_reaches_119_within_a_turn_and_is_acknowledged_by_its_system(night):
    one = night.told()
    night.turn()
    (told,) = night.service.taken
    assert (told["type"], told["subject"]) == ("tongguan.handover.opened", str(one.id))
    handover, case = told["data"]["handover"], told["data"]["case"]
    fire = next(word for word in handover["spoken"] if word["words"] == "着火")
    assert handover["text"][fire["at"] :].startswith("着火了")
    assert (handover["service"], case["urgency"], case["title"]) == ("fire", "critical", case["title"])
    assert (case["lon"], case["lat"], case["division"][:6]) == (121.005, 30.805, "990101")
    assert case["number"]
    assert PHONE not in str(told)
    after = night.now(one)
    assert (after.state, after.system, after.handed_at) == ("handed_over", "市消防接警系统", NIGHT)

    answer = night.say("accepted", one, handler="江北站接警员 07", text="两车出动")
    assert (answer.state, answer.order_state, answer.case_number) == ("done", "acknowledged", case["number"])
    night.say("progress", one, text="到场，正在扑救")
    assert night.say("done", one, text="明火扑灭，无人伤亡").order_state == "ended"
    assert night.lines(one) == [
        ("noticed", "", "系统"),
        ("handed_over", "system", "市消防接警系统"),
        ("acknowledged", "system", "市消防接警系统"),
        ("progress", "system", "市消防接警系统"),
        ("ended", "system", "市消防接警系统"),
    ]
    taken = dangers.steps(PLATFORM, one.id)[2]
    assert (taken.person, taken.number, taken.note) == ("江北站接警员 07", "JZ-0001", "两车出动")
    assert night.now(one).system_number == "JZ-0001"
    night.turn()
    assert night.service.heard(one.id) == ["opened noticed"], "it hears no echo of itself"
    assert {row.actor_key for row in audited("handover.hand_over")} == {"department:xf119"}


def test_without_a_link_nothing_changes(night):
    Link.objects.get().delete()
    one = night.told()
    night.turn()
    assert night.service.requests == 0
    assert (night.now(one).state, night.now(one).system) == ("open", "")
    night.later(minutes=2)
    notice = messages.Message.objects.filter(subject__startswith="险情尚未移交").first()
    assert "119 消防救援，发现后已 2 分钟，尚未移交。疑似险情" in notice.body


def test_while_its_system_is_down_people_telephone_and_later_it_hears_what_happened_in_order(night):
    night.service.crash()
    one = night.told()
    night.turn()
    assert night.now(one).state == "open"
    night.later(minutes=2)
    notice = messages.Message.objects.filter(subject__startswith="险情尚未移交").first()
    assert "尚未移交。市消防接警系统尚未收到，请立即电话告知。" in notice.body
    handovers.hand_over(night.people.acceptor, one.id, number="119", person="接警员 12")
    night.told(2, text="滨江路12号楼上也起火了", reporter=ReporterIn("", "13800000002"))
    handovers.acknowledge(night.people.acceptor, one.id, person="接警员 12")
    handovers.end(night.people.duty_chief, one.id, result="已扑灭")
    night.turn()
    night.service.start()
    night.later(minutes=6)
    assert night.service.heard(one.id) == [
        "opened noticed", "moved handed_over", "told told_again", "moved acknowledged", "ended ended",
    ]  # fmt: skip
    called, again, _, ended = (event["data"] for event in night.service.taken[1:])
    assert (called["line"]["number"], called["line"]["person"]) == ("119", "接警员 12")
    assert again["line"]["text"] == "滨江路12号楼上也起火了"
    assert (ended["handover"]["state"], ended["line"]["note"]) == ("ended", "已扑灭")
    assert night.kinds(one)[-2:] == ["ended", "handed_over"], "that it has it now is told, and moves nothing"
    assert night.now(one).state == "ended"


def test_an_engine_killed_between_delivery_and_recording_sends_the_same_again_and_writes_one_line(night):
    one = night.told()
    settle()
    killed = Sender()
    sent_unrecorded(killed)
    assert (len(night.service.taken), night.now(one).state) == (1, "open")
    night.later(seconds=61)
    assert set(night.service.copies.values()) == {2}
    assert all(len(bodies) == 1 for bodies in night.service.bodies.values())
    # The first engine was only slow: what it still records is refused.
    killed.round(patience=3)
    killed.close()
    assert night.kinds(one).count("handed_over") == 1
    assert night.now(one).state == "handed_over"


def test_what_people_found_false_before_the_engine_came_to_it_is_not_sent_at_all(night):
    one = night.told()
    handovers.false_alarm(night.people.acceptor, one.id, reason="是厨房油烟")
    night.turn()
    assert night.service.requests == 0
    assert (night.now(one).state, night.now(one).system) == ("false_alarm", "")


def test_sending_everything_again_writes_no_second_line(night):
    one = night.told()
    night.turn()
    assert api.replay(night.people.sysadmin, CODE, 1) == 1
    night.turn()
    assert set(night.service.copies.values()) == {2}
    assert night.kinds(one) == ["noticed", "handed_over"]


def test_who_telephoned_meanwhile_keeps_the_ladder_that_the_call_began(night):
    night.service.crash()
    one = night.told()
    night.turn()
    night.hands.advance(minutes=1)
    called = handovers.hand_over(night.people.acceptor, one.id, number="119")
    night.service.start()
    night.later(minutes=6)
    after = night.now(one)
    assert (after.state, after.handed_at, after.next_at) == ("handed_over", called.handed_at, called.next_at)
    assert [how for kind, how, _ in night.lines(one) if kind == "handed_over"] == ["phone", "system"]


def test_the_nearest_system_is_told_and_that_of_another_place_sees_nothing(night):
    with Service() as near, Service() as far:
        for code, division, service in (("bei", "990101", near), ("nan", "990102", far)):
            new = NewLink(code=code, name=code, service="fire", division=division, url=service.url)
            service.secrets.append(api.link(night.people.sysadmin, new))
        one = night.told()
        night.turn()
        assert near.heard(one.id) == ["opened noticed"]
        assert (far.requests, night.service.requests) == (0, 0)
        api.switch(night.people.sysadmin, "bei", active=False)
        two = night.told(2, text="江心路9号冷库着火了", lon=121.009, lat=30.809, item_code="06002")
        night.turn()
        assert night.service.heard(two.id)[:1] == ["opened noticed"], "a stopped one leaves it to the city's"


def test_a_telling_without_a_place_goes_to_the_citys_system_and_gets_its_place_later(night):
    nowhere = {"lon": None, "lat": None, "item_code": "", "text": "着火了，快来"}
    one = night.told(3, **nowhere)
    night.turn()
    (told,) = night.service.taken
    case = told["data"]["case"]
    assert (one.case_id, case["number"], case["text"]) == (None, "", "着火了，快来")
    assert night.now(one).state == "handed_over"


def test_where_no_system_takes_what_has_no_place_it_goes_out_once_it_is_placed(night):
    Link.objects.get().delete()
    with Service() as near:
        new = NewLink(code="bei", name="江北消防", service="fire", division="990101", url=near.url)
        near.secrets.append(api.link(night.people.sysadmin, new))
        (danger,) = handovers.look(["着火了"])
        loose = Noticed(report_id=new_id(), danger=danger)
        with atomic():
            (one,) = handovers.open_for([loose])
        night.turn()
        assert (near.requests, dangers.handover(PLATFORM, one).system) == (0, "")
        fire = NewCase(
            item_code="06001", title="着火", division="990101001001", source="hotline", text="着火了"
        )
        (case,) = cases.open_cases(PLATFORM, [fire])
        with atomic():
            handovers.open_for([replace(loose, case_id=case.id, division=case.division)])
        night.turn()
        assert near.heard(one) == ["opened placed"]
        assert near.taken[0]["data"]["case"]["number"] == case.number
        assert dangers.handover(PLATFORM, one).state == "handed_over"


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_engines_and_a_person_at_once_hand_over_once_each(transactional_db):
    with night_shift() as night:
        one = night.told()
        settle()
        barrier, engines = Barrier(3), (Sender(), Sender())

        def run(work) -> None:
            try:
                barrier.wait(timeout=240)
                work()
            finally:
                connection.close()

        def call() -> None:
            handovers.hand_over(night.people.acceptor, one.id, number="119")

        with ThreadPoolExecutor(3) as pool:
            list(pool.map(run, [*(partial(each.round, patience=3) for each in engines), call]))
        assert len(night.service.taken) == 1
        assert set(night.service.copies.values()) == {1}
        told = sorted(how for kind, how, _ in night.lines(one) if kind == "handed_over")
        assert told == ["phone", "system"]
        assert night.now(one).state == "handed_over"
        assert [step.no for step in dangers.steps(PLATFORM, one.id)] == [1, 2, 3]


def test_the_callers_number_goes_along_only_where_the_link_says_so_and_never_a_secret_one(db):
    with night_shift(contact=True) as night:
        one = night.told()
        secret = ReporterIn("", "13800000002", secret=True)
        night.told(2, text="滨江路12号楼上也起火了", reporter=secret)
        night.turn()
        opened, again = night.service.taken
        assert opened["data"]["contact"] == {"phone": PHONE}
        assert "contact" not in again["data"]
        assert "13800000002" not in str(night.service.taken)
        (row,) = audited("report.open_contact")
        assert row.detail["reason"].startswith("险情移交 市消防接警系统：紧急情况下")
        assert PHONE not in "".join(event.body for event in OutgoingEvent.objects.all())
        assert night.service.heard(one.id) == ["opened noticed", "told told_again"]


def test_what_it_refuses_waits_for_an_operator_and_people_are_told_to_telephone(night):
    night.service.behave = lambda _n, _event: REFUSES
    one = night.told()
    night.turn()
    (stuck,) = queries.stuck(night.people.sysadmin, CODE)
    assert (stuck.case_id, bool(stuck.case_number)) == (one.id, True)
    (state,) = queries.states(night.people.sysadmin)
    assert (state.service, state.stuck) == ("fire", 1)
    night.later(minutes=2)
    assert night.now(one).state == "open"
    assert api.skip(night.people.sysadmin, CODE, one.id, "已电话告知") == 1
    assert night.now(one).system_took_at is None


def test_a_department_of_the_city_hears_of_no_danger_and_no_share_is_counted(night):
    night.told()
    night.turn()
    since, until = NIGHT.replace(hour=0), NIGHT.replace(hour=23)
    night.say("accepted", night.now(dangers.listed(PLATFORM)[0]))
    for counted in (queries.deliveries, queries.handed_over, queries.states_told):
        assert counted(since, until) == []
