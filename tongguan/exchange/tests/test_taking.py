# SPDX-License-Identifier: Apache-2.0
"""What a department tells: each event once; what is refused is answered clearly, kept and replayable."""

import json
import random
from datetime import timedelta

import pytest

from tongguan.dispatch import api as dispatch
from tongguan.exchange import api, queries
from tongguan.exchange.models import IncomingEvent
from tongguan.exchange.tests.conftest import CODE
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import Parcel
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, Unauthenticated

pytestmark = pytest.mark.django_db


@pytest.fixture
def case(stage):
    """A case whose order the department has."""
    case = stage.dispatched()
    stage.send()
    return case


def kept(stage):
    return reports.unread(stage.people.acceptor, channel="department")


def test_the_same_event_is_done_once_however_often_it_comes(stage, case):
    event = stage.department.event("done", str(stage.order(case).id), text="已更换", files=stage.photos())
    assert [stage.tell(event)[0].state for _ in range(3)] == ["done", "repeated", "repeated"]
    assert stage.tell(event)[0].case_state == "pending_check"
    assert stage.moves(case)[-3:] == ["assign", "submit", "dept_confirm"]
    assert IncomingEvent.objects.get().times == 4


def test_what_a_state_leaves_empty_is_kept_beside_it_once(stage, case):
    event = stage.department.event("done", str(stage.order(case).id), text="已更换", files=stage.photos())
    stage.tell(event)
    told = IncomingEvent.objects.get()
    assert (told.fields_due, told.lacks) == (4, ["at", "handler"])
    stage.tell(event)
    again = IncomingEvent.objects.get()
    assert (again.times, again.done_at, again.lacks) == (2, told.done_at, told.lacks)


def test_a_batch_is_answered_event_by_event(stage, case):
    order = str(stage.order(case).id)
    event = stage.department.event
    taken = stage.tell(
        event("accepted", order), event("solved", order), event("progress", order, text="在途")
    )
    assert [(one.index, one.state) for one in taken] == [(0, "done"), (1, "refused"), (2, "done")]
    assert (taken[1].refusal.code, taken[1].refusal.field) == ("event.type", "type")


def test_a_wrong_stage_is_answered_and_kept_and_changes_nothing(stage, case):
    dispatch.perform(
        stage.people.dispatcher, case.id, "raise_dispute", {"reason": "管养", "clause": "第三条"}
    )
    event = stage.department.event("returned", str(stage.order(case).id), reason="非我单位", clause="第三条")
    before = stage.moves(case)
    (refused,) = stage.tell(event)
    assert (refused.state, refused.refusal.status) == ("refused", 409)
    assert refused.refusal.code == "order.ended"
    assert stage.tell(event)[0].kept == refused.kept
    assert stage.moves(case) == before
    (row,) = kept(stage)
    assert (row.id, row.client, row.times) == (refused.kept, "department:shizheng", 2)
    (state,) = queries.states(stage.people.sysadmin)
    assert state.refused == 1


def test_a_refused_event_sent_again_when_its_time_has_come_is_done_and_no_longer_listed(stage, case):
    link = stage.link()
    link.handler = None
    link.save()
    event = stage.department.event("done", str(stage.order(case).id), text="已更换", files=stage.photos())
    (refused,) = stage.tell(event)
    assert refused.refusal.field == "data.handler"
    assert len(kept(stage)) == 1
    link.handler_id = stage.people.handler.id
    link.save()
    assert stage.tell(event)[0].state == "done"
    assert kept(stage) == []
    assert queries.states(stage.people.sysadmin)[0].refused == 0


def test_an_official_replays_what_was_refused_for_the_department(stage, case):
    link = stage.link()
    link.handler = None
    link.save()
    (refused,) = stage.tell(
        stage.department.event("done", str(stage.order(case).id), text="已更换", files=stage.photos())
    )
    (answer,) = intake.replay(stage.people.acceptor, refused.kept)
    assert answer.refusal.code == "event.handler"
    link.handler_id = stage.people.handler.id
    link.save()
    (answer,) = intake.replay(stage.people.acceptor, refused.kept)
    assert answer.refusal is None
    assert stage.state(case) == "pending_check"
    assert kept(stage) == []


def test_what_comes_late_is_out_of_date_and_only_a_person_may_use_it(stage, case):
    order = str(stage.order(case).id)
    accepted = stage.department.event("accepted", order)
    extension = stage.department.event("extension", order, reason="缺料")
    assert stage.tell(stage.department.event("accepted", order))[0].state == "done"
    assert stage.tell(accepted)[0].refusal.code == "link.out_of_date"
    (late,) = stage.tell(extension)
    assert late.refusal.code == "link.out_of_date"
    assert stage.moves(case)[-1] == "sign"
    (answer,) = intake.replay(stage.people.acceptor, late.kept)
    assert answer.refusal is None
    assert stage.moves(case)[-1] == "extend_filed"


def test_without_numbers_the_time_says_what_is_out_of_date(stage, case):
    def event(word, minutes, **data):
        made = stage.department.event(word, str(stage.order(case).id), **data)
        made.pop("sequence")
        return made | {"time": (clock.now() + timedelta(minutes=minutes)).isoformat()}

    assert stage.tell(event("accepted", -10))[0].state == "done"
    assert stage.tell(event("extension", -20, reason="缺料"))[0].refusal.code == "link.out_of_date"
    assert stage.tell(event("progress", -20, text="到场"))[0].state == "done"


def test_shuffled_and_repeated_events_end_as_in_order_once(stage):
    """Whatever the order, the orders end as the newest event says; progress is all there."""
    shuffle = random.Random(20261129)
    for _ in range(6):
        case = stage.dispatched()
        stage.send()
        order, event = str(stage.order(case).id), stage.department.event
        told = [
            event("accepted", order),
            event("progress", order, text="到场"),
            event("progress", order, text="抽水"),
            event("done", order, text="已更换", files=stage.photos()),
        ]
        told += shuffle.choices(told, k=6)
        told = told[:4] + told[4:]
        shuffle.shuffle(told)
        for one in told:
            stage.tell(one)
        assert stage.state(case) == "pending_check"
        moves = stage.moves(case)
        assert moves.count("progress") == 2
        assert [m for m in moves if m in {"assign", "submit", "dept_confirm"}] == [
            "assign",
            "submit",
            "dept_confirm",
        ]


def test_orders_of_others_are_unknown_and_their_numbers_bind(stage, case):
    other = stage.send_to(stage.filed(), "N-HW")
    order = str(stage.order(other, "N-HW").id)
    (taken,) = stage.tell(stage.department.event("accepted", order))
    assert taken.refusal.code == "order.unknown"

    stage.tell(stage.department.event("accepted", str(stage.order(case).id)))
    by_number = stage.department.event("progress", "", text="到场") | {"subject": ""}
    by_number["data"]["their_id"] = "JZ-0001"
    assert stage.tell(by_number)[0].case_number == case.number
    clash = stage.department.event("progress", str(stage.order(case).id), text="到场")
    clash["data"]["their_id"] = "JZ-0002"
    assert stage.tell(clash)[0].refusal.code == "order.their_id"


def test_a_system_with_its_own_words_is_understood_by_declaration(stage, case):
    link = stage.link()
    link.mapping = {
        "types": {"gd.jieshou": "accepted", "gd.banjie": "done"},
        "fields": {"order_id": "gdbh", "their_id": "nbbh", "text": ["jg.sm", "bz"]},
        "send": {"gdbh": "order.id", "aj.bh": "case.number", "aj.bt": "case.title"},
    }
    link.save()
    event = stage.department.event("x", "") | {"type": "gd.banjie"}
    event["data"] = {
        "gdbh": str(stage.order(case).id),
        "nbbh": "A7",
        "jg": {"sm": "已更换"},
        "files": stage.photos(),
    }
    assert stage.tell(event)[0].state == "done"

    second = stage.dispatched()
    stage.send()
    told = stage.department.taken[-1]
    order = stage.order(second)
    assert told["data"] == {"gdbh": str(order.id), "aj": {"bh": second.number, "bt": "井盖破损"}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"specversion": "0.3"}, "specversion"),
        ({"id": ""}, "id"),
        ({"source": None}, "source"),
        ({"type": "department.order.gone"}, "type"),
        ({"data": []}, "data"),
        ({"data": {}}, "data.order_id"),
        ({"time": "yesterday"}, "time"),
        ({"sequence": "-1"}, "sequence"),
        ({"data": {"order_id": "x", "text": {"a": 1}}}, "data.text"),
        ({"data": {"order_id": "x", "files": [{"name": "a.jpg", "base64": "?"}]}}, "data.files[0].base64"),
        ({"data": {"order_id": "x", "files": [1]}}, "data.files.0"),
    ],
)
def test_what_is_wrong_with_an_event_is_named_and_kept(stage, change, field):
    (taken,) = stage.tell(stage.department.event("accepted", "x") | change)
    assert (taken.state, taken.refusal.field) == ("refused", field)
    assert kept(stage)[0].id == taken.kept


def test_a_broken_photo_refuses_the_event_and_leaves_no_half_move(stage, case):
    broken = [{"name": "a.jpg", "base64": "bm90IGEgcGhvdG8="}]
    taken = stage.say("done", case, text="已更换", files=broken)
    assert taken.refusal.field == "data.files.0"
    assert stage.moves(case)[-1] == "dispatch"
    assert stage.order(case).state == "pending_sign"


def test_only_signed_events_of_now_are_taken_and_a_stopped_link_takes_none(stage, case):
    content = json.dumps(stage.department.event("accepted", str(stage.order(case).id))).encode()
    parcel = Parcel(content, "application/cloudevents+json")
    good = stage.department.sign(content)
    old = stage.department.sign(content, at=clock.now().timestamp() - 301)
    for code, headers in (
        (CODE, {}),
        (CODE, old),
        (CODE, {**good, "webhook-id": "x"}),
        (CODE, {**good, "webhook-signature": "v1,ä"}),
        ("unknown", good),
    ):
        with pytest.raises(Unauthenticated):
            api.take(code, headers, parcel)
    with pytest.raises(Invalid) as refused:
        api.take(CODE, good, Parcel(content, "application/json"))
    assert refused.value.field == "Content-Type"
    api.switch(stage.people.sysadmin, CODE, active=False)
    with pytest.raises(Forbidden):
        api.take(CODE, good, parcel)
    assert kept(stage) == []


def test_the_old_secret_holds_beside_the_new_one_until_its_hour(stage, case):
    api.rotate(stage.people.sysadmin, CODE, hours=1)
    assert stage.say("accepted", case).state == "done"
    later = clock.ManualClock(clock.now() + timedelta(hours=1))
    with clock.using(later), pytest.raises(Unauthenticated):
        stage.say("progress", case, text="到场")
