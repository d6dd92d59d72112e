# SPDX-License-Identifier: Apache-2.0
"""Working on a case at every door: what may be done now with which inputs, and doing it."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.catalog import queries as catalog
from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as work
from tongguan.dispatch.contracts import AllowedMove, OrderInfo
from tongguan.doors.common import casework
from tongguan.doors.common.casework import CaseShown
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import etag, expected_version, reply
from tongguan.doors.common.shapes import Told, example
from tongguan.kernel import clock
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post

_MAX_LIST: Final = 100
_DISTRICT: Final = 6
_UNITS: Final = frozenset({"unit_id", "co_unit_ids"})
#: States of a work order in words.
ORDER_STATES: Final = {
    "pending_sign": "待签收",
    "pending_assign": "待指派",
    "handling": "处置中",
    "submitted": "待部门确认",
    "confirmed": "已确认",
    "returned": "已回退",
    "withdrawn": "已撤回",
}
_UNSHOWN: Final = frozenset({"unit_path", "plan", "evidence"})


class Choice(Schema):
    """One value to choose."""

    value: str
    label: str


class InputShown(Schema):
    """One input of a move: its kind, its name for people, whether it must be given, what to choose from."""

    name: str
    kind: str
    label: str
    required: bool
    choices: list[Choice] = []


class MoveShown(Schema):
    """A move that may be made now."""

    id: str
    name: str
    to: list[str]
    note: str
    undo: str
    order_id: UUID | None
    inputs: list[InputShown]


class MovesShown(Schema):
    """The moves that may be made on this version of the case."""

    version: int
    moves: list[MoveShown]


class MoveTold(Told):
    """The inputs of a move, by their names; ``GET …/moves`` tells which are needed."""

    model_config = example(inputs={"reason": "属于本单位职责"})

    inputs: dict[Annotated[str, Field(max_length=40)], Any] = Field(
        default={}, max_length=40, examples=[{"reason": "属于本单位职责"}]
    )


class OrderShown(Schema):
    """A work order."""

    id: UUID
    case_id: UUID
    no: int
    unit_id: int
    unit_name: str
    role: str
    state: str
    state_name: str
    handler_id: int | None
    limit_value: float | None
    limit_unit: str
    due_at: datetime | None
    dispatched_at: datetime
    signed_at: datetime | None
    assigned_at: datetime | None
    submitted_at: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    result: str
    reworks: int


class OutcomeShown(Schema):
    """What a move led to."""

    case: CaseShown
    orders: list[OrderShown]
    remarks: list[str]
    line_no: int


def allowed(actor: Actor, case_id: UUID) -> HttpResponse:
    """Answer with the moves the actor may make now; its ETag is the version they are for."""
    case = cases.case(actor, case_id)
    orders = work.work_orders(actor, case_id)
    found = work.allowed_moves(actor, case, orders)
    body = {"version": case.version, "moves": [_move(case, move, orders) for move in found]}
    return reply(body, version=case.version)


def perform(request: HttpRequest, actor: Actor, case_id: UUID, move_id: str, told: MoveTold) -> HttpResponse:
    """Make a move on the version the caller has seen; the same key is done once."""
    version = expected_version(request)

    def do() -> dict[str, Any]:
        made = dispatch.perform(actor, case_id, move_id, told.inputs, version)
        return {
            "case": casework.whole(made.case, clock.now()),
            "orders": [order(one) for one in made.orders],
            "remarks": made.remarks,
            "line_no": made.line_no,
        }

    response = once(request, actor, do, 200)
    response["ETag"] = etag(version + 1)
    return response


def order(info: OrderInfo) -> dict[str, Any]:
    """Give a work order as doors show it."""
    shown = {name: getattr(info, name) for name in OrderInfo.__dataclass_fields__ if name not in _UNSHOWN}
    shown["state_name"] = ORDER_STATES.get(info.state, info.state)
    return shown


def _move(case: CaseInfo, move: AllowedMove, orders: list[OrderInfo]) -> dict[str, Any]:
    unit_id = next((one.unit_id for one in orders if one.id == move.order_id), case.lead_unit_id)
    asked = (*move.needs, *move.optional)
    return {
        "id": move.id,
        "name": move.name,
        "to": move.to,
        "note": move.note,
        "undo": move.undo,
        "order_id": move.order_id,
        "inputs": [
            _input(name, _choices(case, name, unit_id, orders), required=name in move.needs) for name in asked
        ],
    }


def _input(name: str, choices: list[dict[str, str]], *, required: bool) -> dict[str, Any]:
    known = cases.INPUTS[name]
    return {
        "name": name,
        "kind": known.kind,
        "label": known.zh,
        "required": required,
        "choices": choices,
    }


def _choices(case: CaseInfo, name: str, unit_id: int | None, orders: list[OrderInfo]) -> list[dict[str, str]]:
    """Give what a person may choose for an input, from registers held in memory where there are any."""
    if name == "filing_rule_id":
        rules = catalog.filing_rules(case.item_code)
        return [{"value": str(r.id), "label": f"{r.condition_no}. {r.filing_condition}"} for r in rules]
    if name in _UNITS:
        units = people.units_of(case.division[:_DISTRICT], limit=_MAX_LIST)
        return [{"value": str(unit.id), "label": unit.name} for unit in units]
    if name == "order_id":
        running = [one for one in orders if one.role == "co" and one.ended_at is None]
        return [{"value": str(one.id), "label": one.unit_name} for one in running]
    if name == "handler_id" and unit_id is not None:
        found = people.holders(Post.HANDLER, unit_id)
        return [{"value": str(p.id), "label": p.name} for p in found[:_MAX_LIST]]
    if name == "collector_id":
        found = people.holders(Post.COLLECTOR, case.division)
        return [{"value": str(p.id), "label": p.name} for p in found[:_MAX_LIST]]
    return []
