# SPDX-License-Identifier: Apache-2.0
"""Shapes of vital signs over HTTP."""

from datetime import datetime
from typing import Annotated

from ninja import Schema
from pydantic import Field

from tongguan.doors.common.shapes import Told, example
from tongguan.indicators.contracts import Direction, Draft, Grade


class PartShown(Schema):
    """One term of a formula with its value; ``desk_query`` is the query string of the list of its rows."""

    measure: str
    zh: str
    en: str
    unit: str
    window: str
    item: str
    value: int
    desk_query: str


class SignShown(Schema):
    """One vital sign of one centre, now. ``change``: against the same moment of yesterday."""

    code: str
    zh: str
    en: str
    dimension: str
    unit: str
    decimals: int
    centre: str
    value: float | None
    at: datetime | None
    stale: bool
    grade: Grade
    direction: Direction
    change: float | None
    watch: float | None
    alarm: float | None
    version: int
    desk_query: str
    parts: list[PartShown]


class IndicatorShown(Schema):
    """One sign as declared or defined: formula, source, owner, thresholds, version."""

    code: str
    zh: str
    en: str
    dimension: str
    unit: str
    formula: str
    words: str
    source: str
    owner: str
    direction: Direction
    decimals: int
    freshness_s: int
    watch: float | None
    alarm: float | None
    version: int
    windows: list[str]
    official: bool
    changed_at: datetime | None
    changed_by: str
    reason: str


class MeasureShown(Schema):
    """What formulas may count; a level takes the window ``now``, a flow the others."""

    code: str
    zh: str
    en: str
    unit: str
    kind: str


class RegistryShown(Schema):
    """All signs in force, and what new ones can be made of."""

    signs: list[IndicatorShown]
    measures: list[MeasureShown]
    dimensions: list[str]
    windows: dict[str, str]


class SignWhole(Schema):
    """A sign with its value and terms, and every wording officials gave it, the newest first."""

    sign: SignShown
    indicator: IndicatorShown
    versions: list[IndicatorShown]


class WhichSigns(Schema):
    """Of which centre, and which ones; none named: all."""

    centre: str | None = Field(None, max_length=12, pattern=r"^[0-9]*$")
    code: Annotated[list[Annotated[str, Field(max_length=40)]], Field(max_length=200)] = []


class TrialTold(Told):
    """A formula to try before it is defined."""

    model_config = example(formula="100 * case_closed(today) / case_new(today)")

    formula: str = Field(min_length=1, max_length=1000)
    code: str = Field("tried", min_length=1, max_length=40)
    centre: str | None = Field(None, max_length=12, pattern=r"^[0-9]*$")


class TrialShown(Schema):
    """What the formula comes to now, and what it was made of."""

    value: float | None
    parts: list[PartShown]


class SignTold(Told):
    """How an official words a sign; an empty formula keeps the one a package declares."""

    model_config = example(
        zh="今日办结比", en="closed per opened today", dimension="公众满意度", unit="%",
        formula="100 * closed_today / new_today", source="考核办法", owner="考核科", direction="high",
        decimals=1, watch=90, alarm=80, reason="例会要求",
    )  # fmt: skip

    zh: str = Field(min_length=1, max_length=100)
    en: str = Field("", max_length=100)
    dimension: str = Field(min_length=1, max_length=20)
    unit: str = Field("", max_length=20)
    formula: str = Field("", max_length=1000)
    source: str = Field("", max_length=300)
    owner: str = Field("", max_length=100)
    direction: Direction = Direction.NONE
    decimals: int = Field(0, ge=0, le=4)
    freshness_s: int = Field(60, ge=5, le=31 * 86_400)
    watch: float | None = Field(None, allow_inf_nan=False)
    alarm: float | None = Field(None, allow_inf_nan=False)
    reason: str = Field("", max_length=500)

    def draft(self, code: str) -> Draft:
        """Give it as the engine takes it."""
        return Draft(code=code, **self.model_dump(exclude={"code"}))


class NewSignTold(SignTold):
    """A new sign."""

    model_config = example(
        code="closed_per_new", zh="今日办结比", dimension="公众满意度", unit="%",
        formula="100 * closed_today / new_today", direction="high", decimals=1,
    )  # fmt: skip

    code: str = Field(min_length=1, max_length=40, pattern=r"^[a-z][a-z0-9_]*$")


class ChangedShown(Schema):
    """One field that would be worded otherwise."""

    field: str
    was: str
    would: str


class BesideShown(Schema):
    """A value as it is and as it would be; ``key`` is a division's code or another sign's."""

    key: str
    zh: str
    en: str
    was: float | None
    was_grade: Grade
    would: float | None
    would_grade: Grade


class RehearsalShown(Schema):
    """What a wording would change if it were stored now; ``version`` is the one in force, 0: a new sign."""

    version: int
    changes: list[ChangedShown]
    parts: list[PartShown]
    centres: list[BesideShown]
    followers: list[BesideShown]


class RetirementTold(Told):
    """Why it is no longer shown."""

    model_config = example(reason="并入新的考核办法")

    reason: str = Field(min_length=1, max_length=500)
