# SPDX-License-Identifier: Apache-2.0
"""Shapes of insight in and out. Durations are minutes, shares between 0 and 1."""

from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field

from tongguan.doors.common.shapes import Moment, Told, example
from tongguan.insight import queries
from tongguan.insight.contracts import Basis, ForecastRecord, HeatCell, Rows, Slice

Words = tuple[str, str]


class WhichCases(Schema):
    """Which cases are looked at: opened in a period (the last ninety days), and narrowed."""

    since: Moment | None = None
    until: Moment | None = None
    division: str = Field("", max_length=12, pattern=r"^[0-9]*$")
    item: str = Field("", max_length=12)
    unit: int | None = Field(None, ge=1, le=2**31 - 1)

    def slice(self) -> Slice:
        """Give it as the room takes it. Raises Invalid."""
        return queries.slice_of(
            self.since, self.until, division=self.division, item=self.item, unit=self.unit
        )


class WhichRows(WhichCases):
    """Which cases, and what the rows of the heat table are."""

    by: Rows = Rows.UNIT


class WhichCell(WhichRows):
    """One cell of the heat table."""

    stage: str = Field(min_length=1, max_length=20)
    key: str = Field(min_length=1, max_length=60)


class HeatShown(Schema):
    """Stages × rows."""

    basis: Basis
    by: Rows
    stages: list[Words]
    rows: list[Words]
    cells: list[HeatCell]


class LimitProposalShown(Schema):
    """A proposal to change a limit; ``evidence`` only where one is asked for."""

    id: UUID
    subject: Literal["item", "stage"]
    stage: str
    item_code: str
    item_name: str
    kind: str
    division: str
    direction: Literal["tighter", "looser"]
    state: Literal["open", "approved", "rejected", "withdrawn"]
    from_value: float
    to_value: float
    unit: str
    from_zh: str
    to_zh: str
    cases: int
    ends: int
    share_now: float
    share_then: float
    share_low: float
    share_high: float
    made_at: datetime
    period_from: datetime
    period_to: datetime
    rule_version: str
    clause: str
    reasons: list[list[str]]
    evidence: dict[str, Any]
    decided_at: datetime | None
    decided_by: str
    reason: str
    applied: str
    version: int


class ConsideredShown(Schema):
    """A limit that was looked at, and what was said of it."""

    subject: str
    stage: str
    item_code: str
    item_name: str
    limit_zh: str
    cases: int
    verdict: str
    reasons: list[list[str]]


class LimitLookShown(Schema):
    """A look at all limits."""

    at: datetime
    by_name: str
    period_from: datetime
    period_to: datetime
    read_at: datetime | None
    terms: int
    proposed: int
    considered: list[ConsideredShown]


class LimitProposalsShown(Schema):
    """Proposals, and the last look (None: never looked, or not the city's)."""

    rows: list[LimitProposalShown]
    look: LimitLookShown | None


class LimitReasonTold(Told):
    """Why a proposal is approved or rejected."""

    model_config = example(reason="近一年各单位都做到了")

    reason: str = Field(min_length=1, max_length=500)


class LimitTermsShown(Schema):
    """When limits are proposed; version 0 is the platform's suggestion, set by nobody."""

    cases: int
    class_cases: int
    weeks: int
    target: float
    loss: float
    hopeless: float
    reachable: float
    change: float
    more_cases: float
    version: int


Figure = Annotated[float, Field(allow_inf_nan=False)]


class LimitTermsTold(Told):
    """Figures to set; what is left out keeps the platform's suggestion."""

    model_config = example(terms={"cases": 100, "target": 0.95}, reason="本市案件量较小")

    terms: dict[str, Figure] = Field(max_length=9)
    reason: str = Field(min_length=1, max_length=500)


class OverloadShown(Schema):
    """A unit's coming week."""

    unit: int
    unit_name: str
    division: str
    week: date
    made_at: datetime
    open_load: int
    open_late: float
    inflow: float
    inflow_low: float
    inflow_high: float
    new_late: float
    late: float
    low: float
    high: float
    usual_late: float
    ratio: float | None
    drivers: list[list[str]]
    hindcast: bool
    came: int | None
    came_inflow: int | None


class OverloadsShown(Schema):
    """Forecasts of a week, and the record of past ones."""

    rows: list[OverloadShown]
    record: ForecastRecord
