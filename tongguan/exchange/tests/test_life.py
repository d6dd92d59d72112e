# SPDX-License-Identifier: Apache-2.0
"""A department works in its own system: cases end as they would by hand, and nobody hears an echo."""

import pytest

from tongguan.cases import queries as case_queries
from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as orders
from tongguan.exchange.models import SyncedOrder
from tongguan.people.contracts import PLATFORM

pytestmark = pytest.mark.django_db


def checked(stage, case, *, good):
    """Let the collector look at what was done."""
    people = stage.people
    dispatch.perform(people.acceptor, case.id, "send_check")
    given = {"photos": [stage.photo(people.collector)]} if good else {"reason": "仍有积水"}
    dispatch.perform(people.collector, case.id, "check_pass" if good else "check_fail", given)


def by_hand(stage, case):
    """The same life without any system."""
    people = stage.people
    for good in (False, True):
        if not good:
            dispatch.perform(people.department, case.id, "sign")
        dispatch.perform(people.department, case.id, "assign", {"handler_id": people.handler.id})
        done = {"result": "已更换井盖", "photos_after": [stage.photo(people.department)]}
        dispatch.perform(people.department, case.id, "submit", done)
        dispatch.perform(people.department, case.id, "dept_confirm")
        checked(stage, case, good=good)
    dispatch.perform(people.acceptor, case.id, "close", {"closing_met": True})


def test_a_case_ends_as_by_hand_and_the_department_hears_only_what_others_did(stage):
    case, twin = stage.dispatched(), stage.filed()
    stage.send()
    assert stage.department.told(case.number) == ["order.issued issue"]
    told = stage.department.taken[0]
    assert told["subject"] == str(stage.order(case).id)
    assert told["data"]["case"]["address"] == case.address
    assert "reporter" not in str(told)

    assert stage.say("accepted", case).order_state == "pending_assign"
    for good in (False, True):
        taken = stage.say("done", case, text="已更换井盖", files=stage.photos())
        assert (taken.state, taken.case_state, taken.order_state) == ("done", "pending_check", "confirmed")
        checked(stage, case, good=good)
        stage.send()
    dispatch.perform(stage.people.acceptor, case.id, "close", {"closing_met": True})
    stage.send()
    assert stage.department.told(case.number) == [
        "order.issued issue",
        "case.moved send_check",
        "case.moved check_fail",
        "order.moved check_fail",
        "case.moved send_check",
        "case.moved check_pass",
        "case.moved close",
    ]
    rework = stage.department.taken[3]["data"]
    assert rework["line"] | {"at": ""} == {
        "from": "confirmed", "to": "pending_assign", "no": rework["line"]["no"], "move": "check_fail",
        "reason": "仍有积水", "clause": "", "at": "", "by": "小陈", "unit": "江北区一街道",
    }  # fmt: skip
    assert rework["order"]["their_id"] == "JZ-0001"

    # Its twin is worked on at our own desk, link or no link: both have the same history.
    stage.send_to(twin)
    by_hand(stage, twin)
    assert stage.moves(twin) == stage.moves(case)
    assert stage.state(twin) == stage.state(case) == "closed"
    one, other = (orders.orders_of([c.id]) for c in (case, twin))
    assert [(o.state, o.reworks, o.handler_id) for o in one] == [
        (o.state, o.reworks, o.handler_id) for o in other
    ]


def test_what_the_system_does_bears_its_name_and_its_units_scope(stage):
    case = stage.dispatched()
    stage.send()
    stage.say("accepted", case)
    line = case_queries.timeline(PLATFORM, case.id)[-1]
    assert (line.actor_key, line.actor_name) == ("department:shizheng", "市政所工单系统")
    assert (line.unit_name, line.post) == ("江北区市政所", "department")


def test_progress_lies_on_the_history_with_its_photos(stage):
    case = stage.dispatched()
    stage.send()
    assert stage.say("progress", case, text="已到现场，正在抽水", files=stage.photos()).state == "done"
    line = case_queries.timeline(PLATFORM, case.id)[-1]
    assert (line.move, line.inputs["note"]) == ("progress", "已到现场，正在抽水")
    assert len(line.inputs["attachments"]) == 1
    stage.send()
    assert stage.department.told(case.number) == ["order.issued issue"]


def test_a_return_names_its_clause_and_the_next_unit_is_not_told_to_the_old_one(stage):
    case = stage.dispatched()
    stage.send()
    stage.say("accepted", case)
    refused = stage.say("returned", case, reason="非我单位管养")
    assert (refused.state, refused.refusal.field) == ("refused", "clause")
    assert (
        stage.say("returned", case, reason="非我单位管养", clause="移交协议第三条").case_state == "returned"
    )
    dispatch.perform(
        stage.people.dispatcher,
        case.id,
        "dispatch",
        {"unit_id": stage.people.unit("N-HW").id, "reason": "改派"},
    )
    stage.send()
    assert stage.department.told(case.number) == ["order.issued issue"]


def test_an_assigned_order_may_be_returned_and_comes_back_as_a_new_one(stage):
    case = stage.dispatched()
    stage.send()
    handler = {"handler_id": stage.people.handler.id}
    dispatch.perform(stage.people.department, case.id, "assign", handler)
    stage.send()
    assert stage.say("returned", case, reason="非我单位管养", clause="第三条").state == "done"
    stage.send_to(case)
    stage.send()
    first, second = stage.department.orders.values()
    assert (first.events, second.events) == (
        ["order.issued", "case.moved", "order.moved"],
        ["order.issued"],
    )
    assert [row.open for row in SyncedOrder.objects.order_by("id")] == [False, True]


def test_an_extension_is_asked_for_and_its_answer_comes_as_an_event(stage):
    case = stage.dispatched()
    stage.send()
    stage.say("accepted", case)
    assert stage.say("extension", case, reason="配件须另行采购").state == "done"
    (filed,) = orders.applications(PLATFORM, case.id)
    assert (filed.kind, filed.state, filed.applicant_name) == ("extend", "pending", "市政所工单系统")
    dispatch.decide_application(stage.people.dispatcher, filed.id, approve=True)
    stage.send()
    assert stage.department.told(case.number)[1:] == ["case.moved extend", "case.noted extend_approved"]


def test_a_recalled_order_is_taken_back_and_then_nothing_more_is_told(stage):
    case = stage.dispatched()
    stage.send()
    dispatch.perform(stage.people.dispatcher, case.id, "recall", {"reason": "派错"})
    stage.send()
    stage.send_to(case, "N-HW")
    stage.send()
    assert stage.department.told(case.number) == [
        "order.issued issue",
        "case.moved recall",
        "order.moved recall",
    ]


def test_a_co_handler_is_told_of_its_own_order_only(stage):
    case = stage.send_to(stage.filed(), "N-HW", "N-SZ")
    handler = {"handler_id": stage.people.second_handler.id}
    dispatch.perform(stage.people.second_department, case.id, "assign", handler)
    stage.send()
    assert stage.department.told(case.number) == ["order.issued issue", "case.moved assign"]
    assert stage.department.taken[0]["data"]["order"]["role"] == "co"


def test_other_items_and_other_units_are_not_told(stage):
    link = stage.link()
    link.items = ["02"]
    link.save()
    stage.dispatched()
    stage.send_to(stage.filed(), "N-HW")
    stage.send()
    assert stage.department.requests == 0
