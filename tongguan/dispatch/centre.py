# SPDX-License-Identifier: Apache-2.0
"""What the centre's moves do: send a collector, file, dispatch, rule, add and withdraw units, transfer."""

from dataclasses import replace
from typing import Any
from uuid import UUID

import msgspec

from tongguan.cases import queries as cases
from tongguan.catalog import queries as catalog
from tongguan.dispatch import collectors, disputes, orders, planning
from tongguan.dispatch.contracts import DispatchPlan, UnitRef
from tongguan.dispatch.facts import PingPongSeen
from tongguan.dispatch.models import WorkOrder
from tongguan.dispatch.turns import Turn, heads
from tongguan.kernel.errors import Conflict, Invalid
from tongguan.people import queries as people
from tongguan.people.contracts import Post, UnitInfo


def send_collector(turn: Turn) -> None:
    """发送核实 / 发送核查: the named collector, else the nearest."""
    wanted = turn.inputs.get("collector_id")
    if wanted is not None:
        if wanted not in {p.id for p in people.holders(Post.COLLECTOR, turn.case.division, turn.at)}:
            raise Invalid(
                "collector.unknown",
                "该人员不是本区划采集员",
                "no collector of this place",
                field="collector_id",
            )
        turn.evidence["collector"] = "人工指定"
    else:
        chosen = collectors.nearest_collector(turn.case, turn.at)
        if chosen is None:
            raise Conflict("collector.none", "本区划没有可派的采集员", "no collector covers this place")
        wanted, turn.evidence["collector"] = chosen.person.id, chosen.why
        turn.remarks.append(chosen.why)
    turn.values["collector_id"] = wanted
    turn.tell("case.check", [wanted], address=turn.case.address)


def recall_collector(turn: Turn) -> None:
    """撤回核实 / 撤回核查: nobody is sent any more."""
    turn.values["collector_id"] = None


def register(turn: Turn) -> None:
    """立案: the condition chosen freezes closing condition and limit into the case."""
    rule = catalog.filing_rule(turn.inputs["filing_rule_id"])
    code = turn.inputs.get("item_code") or rule.item_code
    if rule.item_code != code:
        raise Invalid(
            "filing.other_item",
            f"立案条件属于事项 {rule.item_code}，不属于 {code}",
            "the filing condition belongs to another item",
            field="filing_rule_id",
        )
    turn.values |= cases.filed_columns(rule, catalog.item(code))
    if rule.limit is None:
        turn.remarks.append("该立案条件没有处置时限：只计用时，不判超时")


def dispatch(turn: Turn) -> None:
    """派遣 / 指定先办: by plan, or to the unit a person chose with a reason."""
    plan = planning.plan_dispatch(turn.case, turn.at)
    if turn.move.id == "act_first":
        plan = _act_first(turn, plan)
    lead = _unit(turn.inputs.get("unit_id"), "unit_id")
    co = [_unit_required(pk, "co_unit_ids") for pk in turn.inputs.get("co_unit_ids") or ()]
    basis = plan.basis
    if lead is None:
        if plan.lead is None:
            raise Conflict(
                "dispatch.choose",
                "没有清单、规则或兜底单位可派，请人工选择主办单位",
                "no list, rule or fallback answers: choose a unit",
                explanation=list(plan.explanation),
            )
        lead = people.unit(plan.lead.id)
        co = co or [people.unit(ref.id) for ref in plan.co]
    elif plan.lead is None or plan.lead.id != lead.id:
        basis = "human"
        if not str(turn.inputs.get("reason") or "").strip():
            planned = "无" if plan.lead is None else plan.lead.name
            raise Invalid(
                "dispatch.reason",
                f"与系统建议（{planned}）不同，请写明理由",
                "say why, since the plan names another unit",
                field="reason",
            )
    for row in turn.running():
        if row.unit_id == lead.id or row.role == "lead":
            turn.put(row, "withdrawn", ended_at=turn.at)
    _watch_ping_pong(turn, lead)
    _give(turn, lead, co, frozen(plan, basis), basis)


def _act_first(turn: Turn, plan: DispatchPlan) -> DispatchPlan:
    """Give the plan for the time until the ruling: who has it acts, whoever's duty it turns out to be."""
    unit, lines = disputes.interim(turn.case)
    lead = None if unit is None else UnitRef(unit.id, unit.code, unit.name, unit.path)
    basis = "human" if unit is None else "first_contact"
    return replace(plan, lead=lead, co=(), basis=basis, confidence=0.5, explanation=lines)


def _watch_ping_pong(turn: Turn, lead: UnitInfo) -> None:
    """Say so when a case goes back to a unit after another one returned it too (A→B→A)."""
    returned = [row.unit_id for row in turn.orders if row.state == "returned" and row.role == "lead"]
    if lead.id in returned and returned[-1] != lead.id:
        turn.remarks.append(f"推诿提示：{lead.name}曾退回本案，其后他单位又退回，建议提请裁定")
        told = PingPongSeen(
            division=turn.case.division,
            case_id=turn.case.id,
            unit_ids=(*returned, lead.id),
            kind="to_and_fro",
        )
        turn.facts.append(told)


def frozen(plan: DispatchPlan, basis: str) -> dict[str, Any]:
    """Give the plan as it is kept in the work order."""
    kept: dict[str, Any] = msgspec.to_builtins(plan)
    kept.pop("case_id")
    return {**kept, "basis": basis}


def _give(
    turn: Turn, lead: UnitInfo | None, co: list[UnitInfo], plan: dict[str, Any], basis: str
) -> list[WorkOrder]:
    made = orders.issue(turn, lead, co, plan, basis)
    if lead is not None:
        turn.values |= {"lead_unit_id": lead.id, "lead_unit_path": lead.path, "handler_id": None}
    turn.evidence |= {
        "basis": basis,
        "explanation": plan.get("explanation", []),
        "refs": plan.get("refs", {}),
    }
    limit = turn.case.filing.get("limit_zh") or "未设时限"
    for order in made:
        name = people.unit(order.unit_id).name
        turn.tell("case.dispatched", heads(order.unit_id), unit=name, due=limit)
    return made


def recall(turn: Turn) -> None:
    """收回派遣: only while the lead has not signed."""
    lead = turn.lead()
    if lead is not None and lead.state != "pending_sign":
        raise Conflict("recall.signed", "主办单位已签收，不能收回", "the lead has signed: too late to recall")
    turn.withdraw_all()
    _leaderless(turn)


def withdraw_all(turn: Turn) -> None:
    """End every order: the case ends or goes back to the centre."""
    turn.withdraw_all()
    if turn.move.id == "return_acceptor":
        _leaderless(turn)


def _leaderless(turn: Turn) -> None:
    turn.values |= {"lead_unit_id": None, "lead_unit_path": "", "handler_id": None}


def transfer(turn: Turn) -> None:
    """转交: another centre on the line between the nation and the place runs the case from now on."""
    hub = turn.inputs["hub"]
    if not turn.case.division.startswith(hub):
        raise Invalid(
            "transfer.elsewhere",
            f"{hub} 不是案发地 {turn.case.division} 的上下级",
            "not on the line of this place",
            field="hub",
        )
    if hub == turn.case.hub:
        raise Conflict("transfer.same", "案件已由该中心承办", "that centre runs it already")
    if people.centre_for(hub) is None:
        raise Invalid("transfer.no_centre", f"区划 {hub} 没有运行中心", "no centre there", field="hub")
    turn.values["hub"] = hub


def raise_dispute(turn: Turn) -> None:
    """提请裁定: the lead's order ends; the handling clock runs on."""
    lead = turn.lead()
    if lead is not None:
        turn.put(lead, "returned", ended_at=turn.at)
    _leaderless(turn)
    centre = disputes.ruling_centre(turn.case)
    if centre is not None:
        chiefs = [person.id for person in people.holders(Post.DUTY_CHIEF, centre.id)]
        turn.tell("case.returned", chiefs, unit=turn.actor.unit_name, reason=str(turn.inputs["reason"]))


def rule_dispute(turn: Turn) -> None:
    """裁定: whose duty it is. Teaches later plans; a unit that is already at work may finish."""
    unit = _unit_required(turn.inputs["unit_id"], "unit_id")
    ruling_id = disputes.record(turn.actor, turn.case, unit.id, turn.inputs["reason"])
    lead = turn.lead()
    started = lead is not None and lead.state not in {"pending_sign", "pending_assign"}
    if turn.case.state in {"handling", "handle_finish"} or started or (lead and lead.unit_id == unit.id):
        turn.to = turn.case.state
        turn.remarks.append("先办单位继续办理，裁定用于定责与今后派遣")
        return
    for row in turn.running():
        if row.role == "lead" or row.unit_id == unit.id:
            turn.put(row, "withdrawn", ended_at=turn.at)
    co = [_unit_required(pk, "co_unit_ids") for pk in turn.inputs.get("co_unit_ids") or ()]
    words = f"裁定：{turn.actor.name}定由{unit.name}承办：{turn.inputs['reason']}"
    plan = {"basis": "ruling", "explanation": [words], "refs": {"ruling": ruling_id}}
    _give(turn, unit, co, plan, "ruling")
    turn.to = "pending_handle"


def add_unit(turn: Turn) -> None:
    """追加协办: further units join, each with its own order."""
    co = [_unit_required(pk, "co_unit_ids") for pk in turn.inputs["co_unit_ids"]]
    words = f"追加协办：{turn.inputs['reason']}"
    if not _give(turn, None, co, {"basis": "human", "explanation": [words]}, "human"):
        raise Conflict("add_unit.busy", "所选单位都已在办本案", "those units work on it already")


def withdraw_unit(turn: Turn) -> None:
    """撤销协办: when everybody else has confirmed, the case goes on to the check."""
    wanted = UUID(str(turn.inputs["order_id"]))
    row = next((order for order in turn.orders if order.id == wanted and order.role == "co"), None)
    if row is None or row.state in {"confirmed", "withdrawn"}:
        raise Invalid("order.unknown", "没有这张可撤销的协办工单", "no such order", field="order_id")
    turn.put(row, "withdrawn", ended_at=turn.at)
    lead = turn.last_lead()
    done = not turn.running() and lead is not None and lead.state == "confirmed"
    turn.to = "pending_check" if done else turn.case.state


def _unit(pk: int | None, field: str) -> UnitInfo | None:
    return None if pk is None else _unit_required(pk, field)


def _unit_required(pk: int, field: str) -> UnitInfo:
    found = people.units([pk]).get(pk)
    if found is None or not found.active:
        raise Invalid("unit.unknown", "没有这个单位", "no such unit", field=field)
    return found
