# SPDX-License-Identifier: Apache-2.0
"""The stage for dispatch's stories: the cast, a clock that stands still, a case at the unit."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

import pytest

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import CaseInfo, NewCase
from tongguan.dispatch import clocks
from tongguan.dispatch.clocks import Change, Start
from tongguan.dispatch.models import Clock, WorkOrder
from tongguan.kernel import clock as time
from tongguan.kernel.testing import BEIJING
from tongguan.kernel.worktime import Limit, LimitUnit
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import Cast, cast, forget_caches
from tongguan.runtime.transactions import atomic

ITEM = "06001"
PLACE = "990101001001"


def at(text: str) -> datetime:
    """Read local time."""
    return datetime.fromisoformat(text).replace(tzinfo=BEIJING)


@dataclass
class Stage:
    """The cast and shortcuts that bring a case to where a story begins."""

    people: Cast
    clock: time.ManualClock
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(1, 1_000_000)))

    def open(self, **more) -> CaseInfo:
        new = {
            "item_code": ITEM,
            "title": "路面积水",
            "text": "深约20厘米",
            "division": PLACE,
            "source": "hotline",
        }
        return cases.open_cases(self.people.acceptor, [NewCase(**{**new, **more})])[0]

    def filed(self, value: str | None = "8", unit: str = "work_hour", **more) -> CaseInfo:
        """Give a case waiting for dispatch whose filing froze this limit."""
        info = self.open(**more)
        filing = {} if value is None else {"limit": {"value": value, "unit": unit}}
        info = cases.move(self.people.acceptor, info.id, "accept", {})
        info = cases.move(
            self.people.acceptor,
            info.id,
            "register",
            {"filing_rule_id": 1},
            values={"filing": filing, "filing_rule_id": 1},
        )
        with atomic():
            clocks.turn(Change(info, stop=("register",), start=(Start("dispatch"),)), at=time.now())
        return info

    def dispatched(
        self, value: str | None = "8", unit: str = "work_hour", to: str = "N-SZ", **more
    ) -> CaseInfo:
        info = self.filed(value, unit, **more)
        return self.send(info, to)

    def send(self, info: CaseInfo, to: str) -> CaseInfo:
        lead = self.people.unit(to)
        values = {"lead_unit_id": lead.id, "lead_unit_path": lead.path}
        with atomic():
            held = cases.hold(PLATFORM, info.id)
            info = cases.advance(PLATFORM, held, "dispatch", {}, values=values).case
            cases.involve_in([(info, lead.id, lead.path, "lead")])
            order = WorkOrder.objects.create(
                case_id=info.id,
                no=WorkOrder.objects.filter(case_id=info.id).count() + 1,
                unit_id=lead.id,
                unit_path=lead.path,
                role="lead",
                division=info.division,
                state="waiting",
                dispatched_at=time.now(),
            )
            own = Start(clocks.HANDLE, order.id, "lead", lead.id)
            clocks.turn(Change(info, stop=("dispatch",), start=(Start(clocks.HANDLE), own)), at=time.now())
        return self.read(info)

    def assigned(self, info: CaseInfo) -> CaseInfo:
        handler = self.people.handler.id
        WorkOrder.objects.filter(case_id=info.id).update(
            handler_id=handler, signed_at=time.now(), state="handling"
        )
        return cases.move(
            self.people.department, info.id, "assign", {"handler_id": handler}, values={"handler_id": handler}
        )

    def returned(self, info: CaseInfo, reason: str = "非本单位职责") -> CaseInfo:
        with atomic():
            held = cases.hold(PLATFORM, info.id)
            order = WorkOrder.objects.get(case_id=info.id, ended_at=None)
            WorkOrder.objects.filter(pk=order.pk).update(ended_at=time.now(), state="returned")
            given = {"reason": reason, "clause": "三定方案第五条"}
            posts = frozenset({"department"})
            info = cases.advance(self.people.department, held, "return_dispatcher", given, posts=posts).case
            clocks.turn(Change(info, stop_orders=(order.pk,), start=(Start("dispatch"),)), at=time.now())
        return self.read(info)

    def confirmed(self, info: CaseInfo) -> CaseInfo:
        """Bring a case being handled past the unit's confirmation; the handle clock stops."""
        files = [1]
        cases.move(self.people.handler, info.id, "submit", {"result": "已疏通", "photos_after": files})
        with atomic():
            held = cases.hold(PLATFORM, info.id)
            info = cases.advance(self.people.department, held, "dept_confirm", {}).case
            order = WorkOrder.objects.get(case_id=info.id, ended_at=None)
            WorkOrder.objects.filter(pk=order.pk).update(ended_at=time.now(), state="confirmed")
            change = Change(info, stop=("handle",), stop_orders=(order.pk,), start=(Start("check"),))
            clocks.turn(change, at=time.now())
        return self.read(info)

    def closed(self, info: CaseInfo) -> CaseInfo:
        with atomic():
            held = cases.hold(PLATFORM, info.id)
            given = {"reason": "确认办结", "authority": "区领导批准"}
            info = cases.advance(self.people.leader, held, "force_close", given).case
            clocks.turn(Change(info, stop=("handle", "check", "close", "dispatch")), at=time.now())
        return info

    def read(self, info: CaseInfo) -> CaseInfo:
        return case_queries.case(PLATFORM, info.id)

    def city_clock(self, info: CaseInfo, stage: str = "handle") -> Clock:
        return Clock.objects.filter(case_id=info.id, stage=stage, order=None, supervision=None).latest(
            "round"
        )


def limit(value: str | int, unit: str) -> Limit:
    return Limit(Decimal(value), LimitUnit(unit))


@pytest.fixture
def stage(db):
    forget_caches()
    with time.using(time.ManualClock(at("2026-09-28 08:00"))) as clock:
        yield Stage(cast(), clock)
    forget_caches()
