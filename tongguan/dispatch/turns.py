# SPDX-License-Identifier: Apache-2.0
"""One move in the making: what was read, what will be written, told and announced."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import CaseInfo, Held, Move, Process
from tongguan.dispatch import clocks
from tongguan.dispatch.facts import WorkOrderMoved
from tongguan.dispatch.models import WorkOrder
from tongguan.kernel.errors import Conflict, Forbidden, NotFound
from tongguan.kernel.facts import Fact
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post

#: Order states from which a parallel move starts.
ORDER_FROM: Final[Mapping[str, tuple[str, ...]]] = {
    "sign": ("pending_sign",),
    "assign": ("pending_sign", "pending_assign"),
    "revoke_assign": ("handling",),
    "handler_return": ("handling",),
    "submit": ("handling",),
    "return_handler": ("submitted",),
    "dept_confirm": ("submitted",),
    "return_dispatcher": ("pending_sign", "pending_assign"),
}
ORDER_NAMES: Final[Mapping[str, str]] = {
    "pending_sign": "待签收",
    "pending_assign": "待指派",
    "handling": "处置中",
    "submitted": "已提交",
    "confirmed": "已确认",
    "returned": "已退回",
    "withdrawn": "已撤销",
}


@dataclass(slots=True)
class Turn:
    """Everything one move touches. Steps fill it in; ``api.perform`` writes it in one transaction."""

    actor: Actor
    held: Held
    process: Process
    move: Move
    inputs: dict[str, Any]
    at: datetime
    orders: list[WorkOrder]
    order: WorkOrder | None = None
    to: str | None = None
    values: dict[str, Any] = field(default_factory=dict)
    evidence: dict[str, Any] = field(default_factory=dict)
    fresh: list[WorkOrder] = field(default_factory=list)
    changed: dict[UUID, WorkOrder] = field(default_factory=dict)
    facts: list[Fact] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def case(self) -> CaseInfo:
        """Give the case as it was when it was locked."""
        return self.held.case

    def running(self) -> list[WorkOrder]:
        """Give the orders that have not ended, the lead first."""
        live = [order for order in (*self.orders, *self.fresh) if order.ended_at is None]
        return sorted(live, key=lambda order: (order.role != "lead", order.no))

    def lead(self) -> WorkOrder | None:
        """Give the running lead order."""
        return next((order for order in self.running() if order.role == "lead"), None)

    def last_lead(self) -> WorkOrder | None:
        """Give the newest lead order, running or not."""
        return next((order for order in reversed(self.orders) if order.role == "lead"), None)

    def put(self, order: WorkOrder, state: str, **columns: Any) -> None:
        """Change an order's state and columns; announce it."""
        told = WorkOrderMoved(
            division=order.division,
            case_id=self.case.id,
            order_id=order.id,
            unit_id=order.unit_id,
            frm=order.state,
            to=state,
            by=self.actor.key,
            no=self.held.head[0] + 1,
        )
        order.state = state
        for name, value in columns.items():
            setattr(order, name, value)
        self.changed[order.id] = order
        self.facts.append(told)

    def withdraw_all(self) -> None:
        """End every running order because the case goes elsewhere."""
        for order in self.running():
            self.put(order, "withdrawn", ended_at=self.at)

    def tell(self, template: str, users: Iterable[int], **params: str) -> None:
        """Queue a notice about this case to people; the actor is not told of his own deed."""
        told = (user for user in dict.fromkeys(users) if user != self.actor.id)
        self.notices.extend(notices(self.case, self.move.id, template, told, **params))

    def clock_change(self, after: CaseInfo, *, moved: bool) -> clocks.Change:
        """Give what the move does to the clocks: the line's stages if the state changed, and the orders'."""
        stop: tuple[str, ...] = ()
        start: list[clocks.Start] = []
        if moved:
            stages = tuple(self.process.stages)
            stop = stages if "all" in self.move.stops else self.move.stops
            start = [clocks.Start(stage) for stage in self.move.starts]
        ended = tuple(order.id for order in self.changed.values() if order.ended_at is not None)
        begun = [order for order in (*self.fresh, *self.changed.values()) if order.ended_at is None]
        start += [clocks.Start(clocks.HANDLE, order.id, order.role, order.unit_id) for order in begun]
        return clocks.Change(after, stop=stop, stop_orders=ended, start=tuple(start))


def own_order(turn: Turn) -> WorkOrder:
    """Give the order this parallel move is made on: the one named, else the actor's own, the lead first.

    Raises NotFound, Forbidden, Conflict (the order is not in a state for it).
    """
    wanted = turn.inputs.get("order_id")
    running = turn.running()
    if wanted is not None:
        found = next((order for order in running if order.id == UUID(str(wanted))), None)
        if found is None:
            raise NotFound("order.unknown", "没有这张在办工单", "no such running order", field="order_id")
    else:
        found = next((order for order in running if _is_mine(turn, order)), None)
        if found is None:
            raise Forbidden(
                "order.none_yours", "本案没有您承办的工单", "no running order of this case is yours"
            )
    if found.state not in ORDER_FROM[turn.move.id]:
        raise Conflict(
            "order.wrong_state",
            f"工单「{ORDER_NAMES[found.state]}」，不能「{turn.move.name}」",
            f"the order is {found.state}: no {turn.move.id}",
            state=found.state,
        )
    return found


def _is_mine(turn: Turn, order: WorkOrder) -> bool:
    return not posts_for(turn, order).isdisjoint(turn.move.by)


def posts_for(turn: Turn, order: WorkOrder | None) -> frozenset[str]:
    """Give the posts the actor holds towards the case, or towards one of its orders."""
    if order is None:
        return case_queries.acting_posts(turn.actor, turn.case, higher=turn.move.higher)
    return case_queries.acting_posts(
        turn.actor,
        turn.case,
        unit_path=order.unit_path,
        handler_id=order.handler_id,
        higher=turn.move.higher,
    )


def notices(case: CaseInfo, move_id: str, template: str, users: Iterable[int], **params: str) -> list[Notice]:
    """Give the notices to people about a move of a case."""
    key = f"{case.id}:{move_id}:{case.version}:{template}"
    given = {"number": case.number, "title": case.title, **params}
    return [
        Notice(
            key=key,
            to_user=user,
            template=template,
            params=given,
            case_id=case.id,
            division=case.division,
            link=f"/desk/cases/{case.id}",
        )
        for user in users
    ]


def heads(unit_id: int) -> list[int]:
    """Give the people who answer for a unit."""
    return [person.id for person in people.holders(Post.DEPARTMENT, unit_id)]
