# SPDX-License-Identifier: Apache-2.0
"""Danger noticed becomes a hand-over: once per matter and service, told at once, followed to its end."""

from datetime import datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.cases import api as cases
from tongguan.cases import queries as casebook
from tongguan.cases.contracts import NewCase
from tongguan.handover import api, jobs, queries
from tongguan.handover.contracts import Noticed
from tongguan.handover.models import Handover, HandoverStep
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.ids import new_id
from tongguan.kernel.testing import BEIJING
from tongguan.messaging import testing as messages
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.runtime.testing import audited, published
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db
PLACE = "990101001001"
FIRE = "三楼着火了，有老人出不来"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=BEIJING)


@pytest.fixture
def people():
    forget_caches()
    return cast()


@pytest.fixture
def clock():
    with time.using(time.ManualClock(NOON)) as hands:
        yield hands


def noticed(case_id=None, text=FIRE, **more) -> Noticed:
    (danger,) = api.look([text])
    return Noticed(**{"report_id": new_id(), "danger": danger, "case_id": case_id, **more})


def opened(**more):
    new = {"item_code": "06001", "title": "着火", "text": FIRE, "division": PLACE, "source": "hotline"}
    return cases.open_cases(PLATFORM, [NewCase(**{**new, **more})])[0]


def ring(*tellings):
    with atomic():
        return api.open_for(tellings)


def test_danger_in_a_telling_opens_a_hand_over_for_each_service_and_makes_the_case_critical(people, clock):
    case = opened()
    assert len(ring(noticed(case.id))) == 2
    found = queries.listed(people.acceptor)
    assert [(h.service, h.state, h.case_id, h.tellings) for h in found] == [
        ("ambulance", "open", case.id, 1),
        ("fire", "open", case.id, 1),
    ]
    assert casebook.case(people.acceptor, case.id).urgency == "critical"
    line = casebook.timeline(people.acceptor, case.id)[-1]
    assert (line.move, line.actor_name) == ("danger", "系统")
    assert line.reason.startswith("疑似险情，待转119 消防救援、120 医疗急救。")
    assert len(published("DangerNoticed")) == 2
    assert len(audited("handover.notice")) == 2


def test_duty_chief_and_acceptor_of_the_place_are_told_at_once_and_nobody_else(people, clock):
    case = opened()
    ring(noticed(case.id, "三楼着火了"))
    subject = f"险情待移交 119 消防救援：{case.number} 着火"
    assert [messages.told(p.id) for p in (people.duty_chief, people.acceptor)] == [[subject], [subject]]
    assert messages.told() == [subject, subject]


def test_ten_tellings_of_one_fire_are_one_hand_over(people, clock):
    case = opened()
    first = noticed(case.id, "着火了")
    ring(first, *(noticed(case.id, "楼上起火") for _ in range(4)))
    assert ring(*(noticed(case.id, "着火啦") for _ in range(5)), first) == []
    (one,) = queries.listed(people.acceptor)
    assert one.tellings == 10
    assert [s.kind for s in queries.steps(people.acceptor, one.id)] == ["noticed"] + ["told_again"] * 9
    assert len(messages.told()) == 2


def test_statements_do_not_grow_with_the_tellings(people, clock, django_assert_max_num_queries):
    case, more = opened(), 40
    with atomic(), django_assert_max_num_queries(40):
        api.open_for([noticed(case.id, "着火了") for _ in range(more)])
    with atomic(), django_assert_max_num_queries(10):
        api.open_for([noticed(case.id, "着火了") for _ in range(more)])


def test_statements_do_not_grow_with_the_matters_that_are_newly_dangerous(people, clock):
    api.look([FIRE])

    def asked(matters: int) -> int:
        cases_of = [opened() for _ in range(matters)]
        with atomic(), CaptureQueriesContext(connection) as said:
            assert len(api.open_for([noticed(case.id) for case in cases_of])) == 2 * matters
        marked = [casebook.case(people.acceptor, case.id) for case in cases_of]
        assert {(case.urgency, case.version) for case in marked} == {("critical", 2)}
        lines = {casebook.timeline(people.acceptor, case.id)[-1].move for case in marked}
        assert lines == {"danger"}
        return len(said)

    asked(1)
    assert asked(2) == asked(6)


def test_a_telling_without_a_place_is_told_to_the_city_and_gets_its_case_later(people, clock):
    loose = noticed(text="着火了")
    ring(loose)
    assert messages.told(people.city_chief.id) == ["险情待移交 119 消防救援：（尚未立案）"]
    assert [h.case_id for h in queries.listed(people.outside_acceptor)] == [None]
    case = opened()
    assert ring(noticed(case.id, "着火了", report_id=loose.report_id, division=PLACE)) == []
    (one,) = queries.listed(people.acceptor)
    assert (one.case_id, one.division, one.tellings) == (case.id, PLACE, 1)
    assert queries.listed(people.outside_acceptor) == []


def test_what_joins_a_hand_over_and_where_it_is_is_told_line_by_line_after_its_opening(people, clock):
    loose = noticed(text="着火了")
    ring(loose)
    case = opened()
    ring(noticed(case.id, "着火了", report_id=loose.report_id, division=PLACE), noticed(case.id, "楼上起火"))
    (one,) = queries.listed(people.acceptor)
    facts = [
        (name, told.get("no")) for name, told in published() if name in {"DangerNoticed", "HandoverTold"}
    ]
    assert facts == [("DangerNoticed", None), ("HandoverTold", 2), ("HandoverTold", 3)]
    lines = queries.lines([(one.id, 2), (one.id, 3), (one.id, 9)])
    assert [line.kind for line in lines.values()] == ["placed", "told_again"]
    api.hand_over(people.acceptor, one.id, number="119")
    assert [told["no"] for _, told in published("HandoverMoved")] == [4]


def test_from_the_call_to_the_result_every_step_is_kept(people, clock):
    case = opened()
    (one,) = ring(noticed(case.id, "着火了"))
    clock.advance(minutes=1)
    api.hand_over(people.acceptor, one, number="119", person="接警员 07", how="transfer", note="三方通话")
    api.hand_over(people.acceptor, one, number="119")
    api.acknowledge(people.acceptor, one, person="甲")
    with pytest.raises(Conflict):
        api.acknowledge(people.acceptor, one, person="乙")
    done = api.end(people.duty_chief, one, result="明火扑灭，无人伤亡")
    assert (done.state, done.next_at) == ("ended", None)
    lines = queries.steps(people.leader, one)
    assert [(s.kind, s.actor_name, s.number, s.person, s.how) for s in lines[1:]] == [
        ("handed_over", "王受理", "119", "接警员 07", "transfer"),
        ("handed_over", "王受理", "119", "", "phone"),
        ("acknowledged", "王受理", "", "甲", ""),
        ("ended", "赵值班长", "", "", ""),
    ]
    assert queries.listed(people.acceptor) == []
    assert len(queries.listed(people.acceptor, open_only=False)) == 1
    assert len(audited("handover.hand_over")) == 2
    with pytest.raises(TypeError):
        HandoverStep.objects.first().save()


def test_a_false_alarm_needs_a_reason_gives_the_urgency_back_and_counts_against_the_rules(people, clock):
    case = opened(urgency="urgent")
    (one,) = ring(noticed(case.id, "着火了"))
    with pytest.raises(Invalid) as refusal:
        api.false_alarm(people.acceptor, one, reason=" ")
    assert refusal.value.field == "reason"
    api.false_alarm(people.acceptor, one, reason="是厨房油烟")
    assert casebook.case(people.acceptor, case.id).urgency == "urgent"
    assert "不是险情，是厨房油烟" in casebook.timeline(people.acceptor, case.id)[-1].reason
    assert [(c.rule, c.rung, c.false_alarms) for c in queries.rule_counts(people.acceptor)] == [
        ("fire.burning", 1, 1)
    ]
    assert len(ring(noticed(case.id, "又着火了，真的"))) == 1


def test_while_another_service_is_needed_a_false_alarm_leaves_the_case_critical(people, clock):
    case = opened()
    one, _ = ring(noticed(case.id))
    api.false_alarm(people.acceptor, one, reason="无明火")
    assert casebook.case(people.acceptor, case.id).urgency == "critical"


def test_who_waits_too_long_is_told_up_the_ladder_each_rung_once(people, clock):
    case = opened()
    (one,) = ring(noticed(case.id, "着火了"))
    before = len(messages.told())
    assert jobs.tell_overdue() == 0
    clock.advance(minutes=2)
    assert [jobs.tell_overdue(), jobs.tell_overdue()] == [1, 0]
    assert len(messages.told()) == before + 2
    clock.advance(minutes=3)
    jobs.tell_overdue()
    assert messages.told(people.leader.id) == [f"险情尚未移交（5 分钟）119 消防救援：{case.number} 着火"]
    api.hand_over(people.acceptor, one, number="119")
    clock.advance(minutes=10)
    jobs.tell_overdue()
    assert messages.told(people.duty_chief.id)[-1].startswith("险情对方尚未确认接收（15 分钟）")
    api.acknowledge(people.acceptor, one, person="接警员")
    clock.advance(hours=5)
    assert jobs.tell_overdue() == 0
    assert len(published("HandoverOverdue")) == 3


def test_after_a_standstill_the_passed_rungs_are_one_message(people, clock):
    ring(noticed(opened().id, "着火了"))
    clock.advance(hours=1)
    assert jobs.tell_overdue() == 1
    assert len(messages.told(people.leader.id)) == 1
    assert Handover.objects.get().next_at is None


@pytest.mark.parametrize("role", ["handler", "collector", "citizen", "sysadmin", "department"])
def test_other_posts_see_none(people, clock, role):
    ring(noticed(opened().id))
    with pytest.raises(Forbidden):
        queries.listed(people.actor(role))


def test_another_district_sees_and_does_nothing(people, clock):
    (one, _) = ring(noticed(opened().id))
    assert queries.listed(people.outside_acceptor) == []
    with pytest.raises(NotFound):
        api.hand_over(people.outside_acceptor, one, number="119")
    with pytest.raises(Forbidden):
        api.hand_over(people.leader, one, number="119")


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "1" * 41}, "number"),
        ({"number": "119", "how": "pigeon"}, "how"),
    ],
)
def test_a_call_that_says_too_little_is_refused(people, clock, values, field):
    (one,) = ring(noticed(opened().id, "着火了"))
    with pytest.raises(Invalid) as refusal:
        api.hand_over(people.acceptor, one, **values)
    assert refusal.value.field == field
