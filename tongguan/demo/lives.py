# SPDX-License-Identifier: Apache-2.0
"""How the staff of the demo city work: one generator per case, yielding how long the next step takes."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

import numpy as np

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.catalog import queries as catalog
from tongguan.demo.staff import Staff
from tongguan.dispatch import api as dispatch
from tongguan.dispatch.contracts import OrderInfo
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM, Actor, Post

#: How often things do not go smoothly.
REFUSED, RETURNED, REWORKED, URGED, EXTENDED = 0.05, 0.08, 0.07, 0.06, 0.05
#: Hours that work takes which is going on when the city begins.
_ON_SITE: Final = 5
Steps = Iterator[timedelta]


@dataclass(slots=True)
class Life:
    """One case from acceptance to closing; ``photos``: before and after; ``lasting``: being worked on now."""

    case_id: UUID
    staff: Staff
    rng: np.random.Generator
    photos: tuple[str, str]
    lasting: bool = False
    _case: CaseInfo = field(init=False)
    _orders: list[OrderInfo] = field(init=False)

    def steps(self) -> Steps:
        """Make the moves, one after each yielded wait."""
        yield self._wait(minutes=12)
        self._case = cases.case(PLATFORM, self.case_id)
        hub = self._case.hub
        acceptor = self.staff.at_centre(Post.ACCEPTOR, hub)
        self._do(acceptor, "accept")
        yield self._wait(minutes=25)
        if not self.lasting and self.rng.random() < REFUSED:
            self._do(acceptor, "refuse", reason="经核实不属于城市管理受理范围")
            return
        rules = catalog.filing_rules(self._case.item_code)
        rule = rules[int(self.rng.integers(len(rules)))]
        self._do(acceptor, "register", filing_rule_id=rule.id)
        yield self._wait(minutes=20)
        self._do(self.staff.at_centre(Post.DISPATCHER, hub), "dispatch")
        if not self.lasting and self.rng.random() < RETURNED:
            yield from self._return(hub)
        yield from self._handled()
        yield from self._checked(hub)

    def _return(self, hub: str) -> Steps:
        yield self._wait(hours=2)
        lead = self._orders[0]
        head = self.staff.of_unit(Post.DEPARTMENT, lead.unit_id)
        self._do(head, "return_dispatcher", reason="不在本单位管养范围", clause="管养范围划分第二条")
        yield self._wait(minutes=40)
        chief = self.staff.at_centre(Post.DUTY_CHIEF, hub)
        self._do(chief, "dispatch", unit_id=lead.unit_id, reason="经核定仍属该单位职责")

    def _handled(self) -> Steps:
        if not self.lasting and self.rng.random() < URGED:
            yield self._wait(hours=3)
            supervisor = self.staff.at_centre(Post.SUPERVISOR, self._case.hub)
            urge = dispatch.NewSupervision(kind="urge", text="群众再次来电，请抓紧处置")
            dispatch.supervise(supervisor, self.case_id, urge)
        for order in self._orders:
            yield from self._order(order)

    def _order(self, order: OrderInfo) -> Steps:
        head = self.staff.of_unit(Post.DEPARTMENT, order.unit_id)
        mine = {"order_id": str(order.id)}
        if order.state == "pending_sign":
            yield self._wait(minutes=50)
            self._do(head, "sign", **mine)
        yield self._wait(minutes=40)
        handler = self.staff.of_unit(Post.HANDLER, order.unit_id)
        self._do(head, "assign", handler_id=handler.id, **mine)
        if order.role == "lead" and self.rng.random() < EXTENDED and self._in_time():
            yield from self._extension(head)
        yield self._work()
        before, after = self.photos
        done = {"result": "已到现场处置完毕，恢复原状", "photos_after": [after], **mine}
        self._do(handler, "submit", photos_before=[before], **done)
        yield self._wait(hours=1)
        self._do(head, "dept_confirm", **mine)

    def _extension(self, head: Actor) -> Steps:
        asked = dispatch.file_application(
            head, self.case_id, dispatch.NewApplication(kind="extend", text="配件须定制，申请延期")
        )
        yield self._wait(minutes=45)
        dispatcher = self.staff.at_centre(Post.DISPATCHER, self._case.hub)
        if self._in_time():
            dispatch.decide_application(dispatcher, asked.id, approve=True, note="同意")

    def _checked(self, hub: str) -> Steps:
        while self._case.state != "pending_close":
            yield self._wait(minutes=30)
            acceptor = self.staff.at_centre(Post.ACCEPTOR, hub)
            sent = self._do(acceptor, "send_check")
            yield self._wait(hours=1)
            collector = self.staff.actor(sent.collector_id or 0)
            if self.rng.random() < REWORKED:
                self._do(collector, "check_fail", reason="现场仍未恢复原状")
                yield from self._order(self._orders[0])
            else:
                self._do(collector, "check_pass", photos=[self.photos[1]])
        yield self._wait(minutes=20)
        self._do(self.staff.at_centre(Post.ACCEPTOR, hub), "close", closing_met=True)

    def _in_time(self) -> bool:
        case = cases.case(PLATFORM, self.case_id)
        return case.state == "handling" and case.due_at is not None and case.due_at > clock.now()

    def _do(self, actor: Actor, move: str, **inputs: Any) -> CaseInfo:
        made = dispatch.perform(actor, self.case_id, move, inputs)
        self._case, self._orders = made.case, [order for order in made.orders if order.ended_at is None]
        return made.case

    def _work(self) -> timedelta:
        hours = float(self.rng.choice([2, 5, 20, 45], p=[0.4, 0.3, 0.2, 0.1]))
        return timedelta(hours=_ON_SITE) if self.lasting else self._wait(hours=hours)

    def _wait(self, *, hours: float = 0, minutes: float = 0) -> timedelta:
        if self.lasting:  # the crew on duty is quick with what is urgent
            return timedelta(minutes=float(self.rng.uniform(3, 8)))
        return timedelta(minutes=float(self.rng.gamma(2.0, (hours * 60 + minutes) / 2.0)) + 1)
