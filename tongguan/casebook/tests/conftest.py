# SPDX-License-Identifier: Apache-2.0
"""The stage: a small city in which lids break, are told of, mended, closed and taken up again."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

import pytest

from tongguan.cases import queries as cases
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.intake.testing import forget_pressure
from tongguan.kernel import clock as time
from tongguan.kernel.testing import BEIJING
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.people.testing import Cast, cast, forget_caches
from tongguan.places.testing import square_city

HOTLINE = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))


@dataclass
class Stage:
    """Tells of lids, and makes the moves of their cases."""

    people: Cast
    clock: time.ManualClock
    told: list[UUID] = field(default_factory=list)

    def tell(self, house: int, who: int = 0, text: str = "井盖破损，晚上有人绊倒") -> UUID | None:
        """Tell of a lid in front of a house; gives the case it led to."""
        report = ReportIn(
            source="hotline",
            external_id=f"H-{len(self.told)}",
            title="井盖破损",
            text=f"滨江路{house}号门口{text}",
            item_code="01001",
            lon=121.005 + 0.01 * (house % 3),
            lat=30.805,
            reporter=ReporterIn(f"第{who}人", f"138000{who:05d}"),
        )
        receipt = intake.receive(HOTLINE, report)
        self.told.append(receipt.report_id)
        intake.triage_batch(10)
        return reports.cases_of([receipt.report_id]).get(receipt.report_id)

    def do(self, who: str, case_id: UUID, move: str, **inputs) -> None:
        dispatch.perform(getattr(self.people, who), case_id, move, inputs)

    def dispatched(self, case_id: UUID) -> None:
        """Carry a case until a unit has it."""
        if self.state(case_id) == "reported":
            self.do("acceptor", case_id, "accept")
        if self.state(case_id) == "pending_register":
            self.do("acceptor", case_id, "register", filing_rule_id=items.filing_rules("01001")[0].id)
        if self.state(case_id) == "pending_dispatch":
            unit = self.people.unit("N-SZ").id
            self.do("dispatcher", case_id, "dispatch", unit_id=unit, reason="就近")

    def ended(self, case_id: UUID) -> None:
        self.do("leader", case_id, "force_close", reason="已更换", authority="批准")

    def state(self, case_id: UUID) -> str:
        return cases.case(PLATFORM, case_id).state


def staged():
    """Set a stage up; its clock stands still until it is moved."""
    forget_caches()
    forget_pressure()
    square_city()
    catalog.load_standards(PLATFORM)
    return cast()


@pytest.fixture
def stage(db):
    start = datetime(2026, 9, 28, 9, 0, tzinfo=BEIJING)
    with time.using(time.ManualClock(start)) as manual:
        yield Stage(staged(), manual)
    forget_caches()
