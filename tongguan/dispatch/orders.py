# SPDX-License-Identifier: Apache-2.0
"""What the moves of a unit do to its work order: sign, assign, submit, confirm, return."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import Bounds, CaseInfo, Photo
from tongguan.dispatch import disputes
from tongguan.dispatch.contracts import UnitRef
from tongguan.dispatch.facts import PingPongSeen, WorkOrdersIssued
from tongguan.dispatch.models import WorkOrder
from tongguan.dispatch.turns import Turn, heads
from tongguan.kernel.errors import Conflict, Invalid
from tongguan.people import queries as people
from tongguan.people.contracts import Post, UnitInfo
from tongguan.runtime import lookalikes
from tongguan.runtime.contracts import FileInfo, Lookalike
from tongguan.tables import api as tables

_PHOTOS = ("photos_before", "photos_after", "photos")


def issue(
    turn: Turn, lead: UnitInfo | None, co: Sequence[UnitInfo], plan: dict[str, Any], basis: str
) -> list[WorkOrder]:
    """Make orders for units, the lead's first; a unit that already works is not asked twice."""
    busy = {order.unit_id for order in turn.running()}
    wanted = [("lead", lead)] if lead is not None else []
    wanted += [("co", unit) for unit in co if lead is None or unit.id != lead.id]
    number = max((order.no for order in (*turn.orders, *turn.fresh)), default=0)
    made = []
    for role, unit in wanted:
        if unit is None or unit.id in busy:
            continue
        number += 1
        made.append(fresh(turn.case, number, role, unit, plan, turn.at))
        busy.add(unit.id)
    turn.fresh.extend(made)
    turn.facts.append(issued(turn.case, made, basis))
    return made


def fresh(
    case: CaseInfo, no: int, role: str, unit: UnitInfo | UnitRef, plan: dict[str, Any], at: datetime
) -> WorkOrder:
    """Give a new order of a case, not yet stored."""
    return tables.fresh(
        WorkOrder,
        case_id=case.id,
        no=no,
        unit_id=unit.id,
        unit_path=unit.path,
        role=role,
        division=case.division,
        state="pending_sign",
        plan=plan,
        limit_value=plan.get("limit_value"),
        limit_unit=plan.get("limit_unit") or "",
        dispatched_at=at,
    )


def issued(case: CaseInfo, made: Sequence[WorkOrder], basis: str) -> WorkOrdersIssued:
    """Give the fact that orders were issued."""
    return WorkOrdersIssued(
        division=case.division,
        case_id=case.id,
        order_ids=tuple(order.id for order in made),
        unit_ids=tuple(order.unit_id for order in made),
        basis=basis,
    )


def sign(turn: Turn) -> None:
    """签收: the unit has seen it. The clock was already running."""
    turn.put(_order(turn), "pending_assign", signed_at=turn.at)


def assign(turn: Turn) -> None:
    """指派: to a handler of the unit's subtree; an unsigned order is signed with it."""
    order = _order(turn)
    handler = turn.inputs["handler_id"]
    if not _handles_for(handler, order.unit_path):
        raise Invalid(
            "assign.not_theirs", "该人员不是本单位处置人员", "not a handler of this unit", field="handler_id"
        )
    turn.put(order, "handling", handler_id=handler, assigned_at=turn.at, signed_at=order.signed_at or turn.at)
    if order.role == "lead":
        turn.values["handler_id"] = handler
    due = timezone.localtime(turn.case.due_at).strftime("%m-%d %H:%M") if turn.case.due_at else "未设时限"
    turn.tell("case.assigned", [handler], due=due)


def _handles_for(user_id: int, unit_path: str) -> bool:
    """Tell whether a person holds the handler's post in the unit or below it."""
    user = get_user_model().objects.filter(pk=user_id).first()
    grants = people.actor_of(user).scope.grants if user is not None else ()
    return any(grant.post is Post.HANDLER and grant.unit_path.startswith(unit_path) for grant in grants)


def unassign(turn: Turn) -> None:
    """撤销指派 / 退回部门: back to the unit, which assigns anew."""
    order = _order(turn)
    turn.put(order, "pending_assign", handler_id=None, assigned_at=None)
    if order.role == "lead":
        turn.values["handler_id"] = None
    turn.tell("case.returned", heads(order.unit_id), unit=turn.actor.name, reason=_reason(turn))


def submit(turn: Turn) -> None:
    """提交结果: with photos, whose time and place are weighed against the case."""
    order = _order(turn)
    check_photos(turn)
    turn.put(
        order, "submitted", submitted_at=turn.at, result=turn.inputs["result"], evidence=dict(turn.evidence)
    )


def hand_back(turn: Turn) -> None:
    """退回处置人员: the unit is not content with the result."""
    order = _order(turn)
    turn.put(order, "handling", submitted_at=None)
    if order.handler_id:
        turn.tell("case.rework", [order.handler_id], reason=_reason(turn))


def confirm(turn: Turn) -> None:
    """部门确认: this unit is done; the case goes on when all units are."""
    order = _order(turn)
    turn.put(order, "confirmed", confirmed_at=turn.at, ended_at=turn.at)
    waiting = turn.running()
    if waiting:
        turn.to = turn.case.state
        names = people.units(row.unit_id for row in waiting)
        turn.remarks.append("尚待确认：" + "、".join(names[row.unit_id].name for row in waiting))
    else:
        turn.to = "pending_check"


def give_back(turn: Turn) -> None:
    """部门回退: not this unit's duty. Counted; after N returns only a ruling helps (先办后议)."""
    order = _order(turn)
    returned = [row.unit_id for row in turn.orders if row.state == "returned"]
    standing = disputes.standing(turn.case)
    if order.role == "lead" and standing.must_rule:
        raise Conflict(
            "return.limit",
            f"{standing.why}（先办后议），不能再退",
            f"returned {standing.returns} times: ask the higher centre for a ruling",
            returns=standing.returns,
            ping_pong=standing.ping_pong,
        )
    turn.put(order, "returned", ended_at=turn.at)
    if order.role == "lead":
        turn.values |= {"lead_unit_id": None, "lead_unit_path": "", "handler_id": None}
    if order.unit_id in returned:
        turn.remarks.append("推诿提示：同一单位两次退回本案，建议提请裁定")
        turn.facts.append(
            PingPongSeen(
                division=turn.case.division,
                case_id=turn.case.id,
                unit_ids=(*returned, order.unit_id),
                kind="repeat",
            )
        )
    names = people.units([order.unit_id])
    dispatchers = [person.id for person in people.holders(Post.DISPATCHER, turn.case.hub)]
    turn.tell("case.returned", dispatchers, unit=names[order.unit_id].name, reason=_reason(turn))


def rework(turn: Turn) -> None:
    """返工: the same unit does it again, in a new round of its clock."""
    order = turn.last_lead()
    if order is None:
        raise Conflict("rework.no_unit", "本案没有可返工的单位", "no unit to do it again")
    for row in turn.running():
        turn.put(row, "withdrawn", ended_at=turn.at)
    turn.put(
        order,
        "pending_assign",
        ended_at=None,
        confirmed_at=None,
        submitted_at=None,
        handler_id=None,
        assigned_at=None,
        reworks=order.reworks + 1,
    )
    if turn.inputs.get("photos"):
        check_photos(turn)
    turn.values |= {"handler_id": None, "lead_unit_id": order.unit_id, "lead_unit_path": order.unit_path}
    turn.tell("case.rework", heads(order.unit_id), reason=_reason(turn))


def check_photos(turn: Turn) -> None:
    """Weigh the photos of the move; the result is stored with its line. Raises Invalid for unknown ones."""
    bounds = Bounds(turn.process.settings["photo_distance_m"], turn.process.settings["photo_hours"])
    for name in _PHOTOS:
        given = turn.inputs.get(name)
        if not given:
            continue
        known = case_queries.usable_files(turn.actor, turn.case.id, given, name)
        ids = list(known)
        seen = lookalikes.reused(ids)
        photos = [_photo(known[file_id], seen.get(file_id)) for file_id in ids]
        turn.evidence[name] = case_queries.weigh_photos(photos, turn.case.lon, turn.case.lat, turn.at, bounds)
        if turn.evidence[name]["verdict"] == "doubt":
            turn.remarks += [f"照片存疑：{p['words']}" for p in turn.evidence[name]["photos"]]


def _photo(file: FileInfo, like: Lookalike | None) -> Photo:
    if like is None:
        return Photo(str(file.id), file.taken_at, file.lon, file.lat)
    return Photo(str(file.id), file.taken_at, file.lon, file.lat, like.file.at, like.bits, like.exact)


def _order(turn: Turn) -> WorkOrder:
    if turn.order is None:
        raise AssertionError(f"{turn.move.id} needs a work order")
    return turn.order


def _reason(turn: Turn) -> str:
    return str(turn.inputs.get("reason") or "")
