# SPDX-License-Identifier: Apache-2.0
"""The whole life of one case, and the ways it may bend."""

from io import BytesIO

import pytest
from django.core.management import call_command
from PIL import Image

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import NewCase
from tongguan.catalog import queries as catalog
from tongguan.dispatch import api, queries
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.people.testing import cast
from tongguan.runtime import files

pytestmark = pytest.mark.django_db
ITEM = "01003"  # 雨水井盖异常 -> 排水 -> 江北区市政所


@pytest.fixture
def people():
    call_command("load_standards", verbosity=0)
    return cast()


@pytest.fixture
def photo():
    def take(actor, colour=10):
        stream = BytesIO()
        Image.new("RGB", (32, 32), (colour, 120, 90)).save(stream, "JPEG")
        stream.seek(0)
        return str(files.store(actor, "现场.jpg", stream, "evidence").id)

    return take


@pytest.fixture
def case(people):
    (opened,) = cases.open_cases(
        people.acceptor,
        [
            NewCase(
                item_code=ITEM,
                title="井盖破损",
                text="滨江路口雨水井盖破了",
                division="990101001001",
                source="hotline",
                lon=121.2,
                lat=31.0,
                reporter_user_id=people.collector.id,
            )
        ],
    )
    return opened


def rule_id(number=1):
    return next(r.id for r in catalog.filing_rules(ITEM) if r.condition_no == number)


def states(actor, case):
    return case_queries.case(actor, case.id).state


def until_handling(people, case):
    api.perform(people.acceptor, case.id, "accept")
    api.perform(people.acceptor, case.id, "register", {"filing_rule_id": rule_id()})
    api.perform(
        people.dispatcher,
        case.id,
        "dispatch",
        {"unit_id": people.unit("N-SZ").id, "co_unit_ids": [people.unit("N-HW").id], "reason": "就近"},
    )
    return api.perform(people.department, case.id, "assign", {"handler_id": people.handler.id})


def test_a_matter_is_filed_dispatched_handled_checked_and_closed(people, case, photo):
    assigned = until_handling(people, case)
    assert assigned.case.state == "handling"
    assert [(o.role, o.state) for o in assigned.orders] == [("lead", "handling"), ("co", "pending_sign")]
    assert assigned.case.due_at is not None
    done = {"result": "已更换井盖", "photos_after": [photo(people.handler)]}
    assert api.perform(people.handler, case.id, "submit", done).case.state == "handle_finish"
    waiting = api.perform(people.department, case.id, "dept_confirm")
    assert waiting.case.state == "handle_finish"
    assert waiting.remarks == ("尚待确认：江北区环卫所",)
    assert "handle" in {c.stage for c in queries.clocks(people.acceptor, case.id) if c.stopped_at is None}

    api.perform(people.second_department, case.id, "assign", {"handler_id": people.second_handler.id})
    done = {"result": "已清扫", "photos_after": [photo(people.second_handler, 11)]}
    api.perform(people.second_handler, case.id, "submit", done)
    assert api.perform(people.second_department, case.id, "dept_confirm").case.state == "pending_check"
    assert not [
        c for c in queries.clocks(people.acceptor, case.id) if c.stage == "handle" and not c.stopped_at
    ]

    sent = api.perform(people.acceptor, case.id, "send_check")
    assert sent.case.collector_id == people.collector.id
    api.perform(people.collector, case.id, "check_pass", {"photos": [photo(people.collector, 12)]})
    closed = api.perform(people.acceptor, case.id, "close", {"closing_met": True})
    assert closed.case.state == "closed"
    assert closed.case.due_at is None
    moves = [line.move for line in case_queries.timeline(people.acceptor, case.id)]
    assert moves[0] == "report"
    assert moves[-1] == "close"
    assert queries.explain(people.acceptor, case.id).filing[0].startswith("立案条件第 1 条")


def test_the_plan_names_the_unit_whose_duty_it_is(people, case):
    api.perform(people.acceptor, case.id, "accept")
    api.perform(people.acceptor, case.id, "register", {"filing_rule_id": rule_id()})
    sent = api.perform(people.dispatcher, case.id, "dispatch")
    assert sent.orders[0].unit_id in {people.unit("N-01").id, people.unit("N-SZ").id}
    assert sent.orders[0].plan["explanation"]
    assert queries.explain(people.dispatcher, case.id).dispatch


def test_another_unit_than_planned_needs_a_reason(people, case):
    api.perform(people.acceptor, case.id, "accept")
    api.perform(people.acceptor, case.id, "register", {"filing_rule_id": rule_id()})
    with pytest.raises(Invalid) as refused:
        api.perform(people.dispatcher, case.id, "dispatch", {"unit_id": people.unit("N-ZF").id})
    assert refused.value.field == "reason"
    assert states(people.dispatcher, case) == "pending_dispatch"


def test_returns_end_in_a_ruling_by_the_higher_centre_and_the_clock_runs_on(people, case):
    api.perform(people.acceptor, case.id, "accept")
    api.perform(people.acceptor, case.id, "register", {"filing_rule_id": rule_id()})
    unit = {"unit_id": people.unit("N-SZ").id, "reason": "清单"}
    first = api.perform(people.dispatcher, case.id, "dispatch", unit).case.due_at
    back = {"reason": "非我单位管养", "clause": "管养移交协议第三条"}
    api.perform(people.department, case.id, "return_dispatcher", back)
    again = api.perform(people.dispatcher, case.id, "dispatch", unit)
    assert again.case.due_at == first
    second = api.perform(people.department, case.id, "return_dispatcher", back)
    assert second.case.returns == 2
    assert "推诿提示：同一单位两次退回本案，建议提请裁定" in second.remarks
    api.perform(people.dispatcher, case.id, "dispatch", unit)
    with pytest.raises(Conflict) as refused:
        api.perform(people.department, case.id, "return_dispatcher", back)
    assert refused.value.code == "return.limit"
    api.perform(people.department, case.id, "raise_dispute", back)
    acting = api.perform(
        people.dispatcher, case.id, "act_first", {"unit_id": people.unit("N-HW").id, "reason": "先办后议"}
    )
    assert acting.case.state == "pending_handle"
    assert acting.case.due_at == first
    ruling = {"unit_id": people.unit("N-SZ").id, "reason": "管养范围内"}
    with pytest.raises(Forbidden):
        api.perform(people.duty_chief, case.id, "rule_dispute", ruling)
    ruled = api.perform(people.city_chief, case.id, "rule_dispute", ruling)
    assert ruled.case.lead_unit_id == people.unit("N-SZ").id
    assert [o.state for o in ruled.orders][-2:] == ["withdrawn", "pending_sign"]


def test_a_failed_check_is_rework_for_the_same_unit_in_a_new_round(people, case, photo):
    until_handling(people, case)
    api.perform(
        people.handler, case.id, "submit", {"result": "好了", "photos_after": [photo(people.handler)]}
    )
    api.perform(people.department, case.id, "dept_confirm")
    co = queries.work_orders(people.dispatcher, case.id)[1]
    moved = api.perform(
        people.dispatcher, case.id, "withdraw_unit", {"order_id": str(co.id), "reason": "不需要了"}
    )
    assert moved.case.state == "pending_check"
    api.perform(people.acceptor, case.id, "send_check")
    failed = api.perform(people.collector, case.id, "check_fail", {"reason": "仍有缺口"})
    assert failed.case.state == "pending_handle"
    assert failed.case.reworks == 1
    assert failed.orders[0].state == "pending_assign"
    rounds = [
        c.round for c in queries.clocks(people.acceptor, case.id) if c.stage == "handle" and not c.order_id
    ]
    assert rounds == [1, 2]


def test_nobody_outside_sees_or_moves_it_and_no_post_does_anothers_work(people, case):
    with pytest.raises(NotFound):
        api.perform(people.outsider, case.id, "accept")
    with pytest.raises(Forbidden):
        api.perform(people.dispatcher, case.id, "accept")
    with pytest.raises(NotFound):
        api.perform(people.department, case.id, "accept")
    assert states(people.acceptor, case) == "reported"


def test_the_second_of_two_with_the_same_version_is_told(people, case):
    api.perform(people.acceptor, case.id, "accept", {}, case.version)
    with pytest.raises(Stale):
        api.perform(people.acceptor, case.id, "refuse", {"reason": "重复"}, case.version)


def test_allowed_moves_are_those_that_work(people, case):
    until_handling(people, case)
    info = case_queries.case(people.department, case.id)
    orders = queries.work_orders(people.department, case.id)
    assert {m.id for m in queries.allowed_moves(people.department, info, orders)} == {
        "revoke_assign",
        "submit",
    }
    assert {m.id for m in queries.allowed_moves(people.handler, info, orders)} == {"handler_return", "submit"}
    second = queries.allowed_moves(people.second_department, info, orders)
    assert {m.id for m in second} == {"sign", "assign", "return_dispatcher"}
    assert [t.kind for t in queries.my_tasks(people.handler)] == ["order.handling"]
    assert [t.kind for t in queries.my_tasks(people.second_department)] == ["order.pending_sign"]
