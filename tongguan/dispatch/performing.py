# SPDX-License-Identifier: Apache-2.0
"""The verb for every move of a case: state, orders, clocks, notices and history in one transaction."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.cases.contracts import CaseInfo, Held
from tongguan.cases.queries import check_inputs, permitted_post, usable_files
from tongguan.dispatch import applications, centre, clocks, orders, turns
from tongguan.dispatch.contracts import Outcome
from tongguan.dispatch.models import WorkOrder
from tongguan.dispatch.orderinfo import order_infos
from tongguan.dispatch.turns import ORDER_FROM, Turn
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict
from tongguan.messaging import api as messaging
from tongguan.people.contracts import Actor
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

#: What a move does besides changing the state; moves not named here only do that.
STEPS: Final[Mapping[str, Callable[[Turn], None]]] = MappingProxyType(
    {
        "send_verify": centre.send_collector,
        "withdraw_verify": centre.recall_collector,
        "verify_reply": orders.check_photos,
        "register": centre.register,
        "dispatch": centre.dispatch,
        "act_first": centre.dispatch,
        "recall": centre.recall,
        "return_acceptor": centre.withdraw_all,
        "transfer": centre.transfer,
        "sign": orders.sign,
        "assign": orders.assign,
        "revoke_assign": orders.unassign,
        "handler_return": orders.unassign,
        "submit": orders.submit,
        "return_handler": orders.hand_back,
        "dept_confirm": orders.confirm,
        "return_dispatcher": orders.give_back,
        "raise_dispute": centre.raise_dispute,
        "rule_dispute": centre.rule_dispute,
        "add_unit": centre.add_unit,
        "withdraw_unit": centre.withdraw_unit,
        "send_check": centre.send_collector,
        "withdraw_check": centre.recall_collector,
        "check_pass": orders.check_photos,
        "check_fail": orders.rework,
        "call_back_fail": orders.rework,
        "return_department": orders.rework,
        "force_close": centre.withdraw_all,
        "void": centre.withdraw_all,
        "self_handle": orders.check_photos,
    }
)
_BY_APPLICATION: Final = {"suspend": "挂账", "extend": "延期"}


def perform(
    actor: Actor,
    case_id: UUID,
    move_id: str,
    inputs: Mapping[str, Any] | None = None,
    expected_version: int | None = None,
) -> Outcome:
    """Make one move of a case's life. One transaction; of several at once exactly one wins.

    Raises NotFound (also out of scope), Forbidden (post), Invalid (input, with field), Conflict (state),
    Stale (``expected_version`` is not the current one).
    """
    with atomic():
        return _perform(actor, cases.hold(actor, case_id, expected_version), move_id, dict(inputs or {}))


def _perform(actor: Actor, held: Held, move_id: str, inputs: dict[str, Any]) -> Outcome:
    process = cases.process_of(held.case)
    line = process.move(move_id)
    if move_id in _BY_APPLICATION:
        raise Conflict(
            "move.by_application",
            f"「{_BY_APPLICATION[move_id]}」须经申请审批",
            f"{move_id} needs an approved application",
        )
    if move_id == "resume":
        after = applications.resume(actor, held.case.id, str(inputs.get("reason") or ""))
        return _outcome(after, list(WorkOrder.objects.filter(case_id=after.id).order_by("no")), [])
    rows = list(WorkOrder.objects.filter(case_id=held.case.id).order_by("no")) if held.case.filed_at else []
    turn = Turn(actor, held, process, line, inputs, clock.now(), rows)
    if move_id in ORDER_FROM:
        check_inputs(line, inputs)
        turn.order = turns.own_order(turn)
    posts = turns.posts_for(turn, turn.order)
    permitted_post(line, posts)
    check_inputs(line, inputs)
    if inputs.get("attachments"):
        usable_files(actor, held.case.id, inputs["attachments"], "attachments")
    if (held.case.state in line.frm or turn.order is not None) and (step := STEPS.get(move_id)):
        step(turn)
    return _write(turn, posts)


def _write(turn: Turn, posts: frozenset[str]) -> Outcome:
    """Write the case first (it refuses), then orders, clocks and notices."""
    case = turn.case
    moves_case = turn.order is None or turn.order.role == "lead" or turn.to == "pending_check"
    if moves_case:
        after = cases.advance(
            turn.actor,
            turn.held,
            turn.move.id,
            turn.inputs,
            to=turn.to,
            posts=posts,
            values=turn.values,
            evidence=turn.evidence,
            facts=turn.facts,
        )
    else:
        after = cases.remark(
            turn.actor,
            turn.held,
            turn.move.id,
            turn.inputs,
            post=permitted_post(turn.move, posts),
            evidence=turn.evidence,
            facts=turn.facts,
        )
    tables.update(list(turn.changed.values()), tables.names(WorkOrder))  # before new ones: one running lead
    if turn.fresh:
        WorkOrder.objects.bulk_create(turn.fresh)
        cases.involve_in((after.case, o.unit_id, o.unit_path, o.role) for o in turn.fresh)
    change = turn.clock_change(after.case, moved=after.case.state != case.state)
    info = after.case
    if change.stop or change.stop_orders or change.start:
        due = clocks.current_due(clocks.turn(change, at=turn.at))
        info = replace(info, due_at=None if info.closed_at else due)
    messaging.notify(turn.notices)
    return _outcome(info, [*turn.orders, *turn.fresh], turn.remarks, after.head[0])


def _outcome(case: CaseInfo, rows: list[WorkOrder], remarks: list[str], line_no: int = 0) -> Outcome:
    return Outcome(case=case, orders=tuple(order_infos(rows)), remarks=tuple(remarks), line_no=line_no)
