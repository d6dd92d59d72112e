# SPDX-License-Identifier: Apache-2.0
"""Shapes of call-backs and suspicions in and out. Shares are 0 to 1."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from ninja import Schema
from pydantic import Field, StrictBool

from tongguan.doors.common.shapes import Moment, Told, example
from tongguan.revisits.contracts import TaskInfo

UnitNo = Annotated[int, Field(ge=1, le=2**31 - 1)]


class WordShown(Schema):
    """A code with its words in both languages; ``leads``: talk, again, end, refuse; or empty."""

    code: str
    zh: str
    en: str
    leads: str = ""


class RevisitDeclared(Schema):
    """What callers record, in the order of their keys, and what strata are made of."""

    hold_minutes: int
    levels: list[WordShown]
    outcomes: list[WordShown]
    dimensions: list[WordShown]


class RevisitPlanTold(Told):
    """A plan, or a new version of one; ``size`` or ``half_width`` is given."""

    model_config = example(
        code="monthly", name="每月独立回访", division="990101", strata=["unit", "family"], half_width=0.05,
        allocation="neyman", reason="按月核对各单位办结质量",
    )  # fmt: skip

    code: str = Field(min_length=2, max_length=40)
    name: str = Field(min_length=1, max_length=100)
    division: str = Field("", max_length=12, pattern=r"^[0-9]*$")
    strata: list[str] = Field(default_factory=list, max_length=6)
    reason: str = Field(min_length=1, max_length=500)
    allocation: str = Field("proportional", max_length=12)
    size: int | None = Field(None, ge=1, le=50_000)
    half_width: float | None = Field(None, gt=0, lt=1)
    level: float = Field(0.95, gt=0, lt=1)
    least: int = Field(2, ge=1, le=100)
    attempts: int = Field(3, ge=1, le=20)
    wait_hours: int = Field(4, ge=0, le=240)
    barred: list[UnitNo] = Field(default_factory=list, max_length=50)


class RevisitPlanShown(RevisitPlanTold):
    """A version of a plan."""

    id: int
    version: int
    by_name: str
    at: datetime


class RevisitDrawTold(Told):
    """Draws a sample by a plan; without a seed by lot."""

    model_config = example(
        plan="monthly", since="2026-05-01T00:00:00+08:00", until="2026-06-01T00:00:00+08:00"
    )

    plan: str = Field(min_length=2, max_length=40)
    since: Moment
    until: Moment
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] | None = None


class StratumShown(Schema):
    """A stratum: how many there are, how many are drawn."""

    words: str
    population: int
    size: int
    spread: float


class RevisitDrawShown(Schema):
    """A sample; ``words`` explain it, ``left_out`` counts who could not be drawn."""

    id: UUID
    plan_code: str
    plan_version: int
    plan_name: str
    division: str
    since: datetime
    until: datetime
    seed: int
    method: str
    population: int
    size: int
    strata: list[StratumShown]
    left_out: dict[str, int]
    words: str
    by_name: str
    at: datetime
    states: dict[str, int]


class ScriptLine(Schema):
    """What a caller says."""

    ask: str
    zh: str
    en: str


class RevisitTaskPage(Schema):
    """Tasks by stratum and rank."""

    rows: list[TaskInfo]
    next: str | None


class RevisitDeskShown(Schema):
    """What a caller has: the task in hand with its script, how many are due and how many come later."""

    task: TaskInfo | None
    script: list[ScriptLine]
    due: int
    later: int


class RevisitResultTold(Told):
    """What a reporter said."""

    responded: StrictBool
    solved: StrictBool
    satisfied: str = Field(min_length=1, max_length=20)
    comment: str = Field("", max_length=500)


class RevisitOutcomeTold(Told):
    """How a call went; with a talk also what was said."""

    model_config = example(
        outcome="talked", result={"responded": True, "solved": False, "satisfied": "unsatisfied"}
    )

    outcome: str = Field(min_length=1, max_length=20)
    note: str = Field("", max_length=500)
    result: RevisitResultTold | None = None


class DisagreementShown(Schema):
    """A case closed as dealt with whose reporter says unsolved; ``survey_solved``: what they said before."""

    task: TaskInfo
    survey_solved: bool | None


class SuspicionShown(Schema):
    """A suspicion of false closing; its photos are at ``/suspicions/{id}/photos/{which}``."""

    id: UUID
    case_id: UUID
    number: str
    title: str
    address: str
    lon: float | None
    lat: float | None
    detector: str
    detector_name: str
    version: str
    score: float
    threshold: float
    words: str
    evidence: dict[str, Any]
    division: str
    unit_id: int
    unit_name: str
    item_code: str
    item_name: str
    closed_at: datetime
    found_at: datetime
    state: Literal["waiting", "confirmed", "rejected", "held"]
    case_state: str
    action: str
    note: str
    judged_by: str
    judged_at: datetime | None
    photos: list[Literal["photo", "earlier", "before"]]


class SuspicionPage(Schema):
    """Suspicions, the newest first, and how many wait by detector."""

    rows: list[SuspicionShown]
    next: str | None
    waiting: dict[str, int]


class SuspicionConfirmTold(Told):
    """Finds it right: nothing further, reopen the case, or supervise its unit for some working days."""

    model_config = example(action="supervise", note="现场未恢复", days=3)

    action: str = Field(min_length=1, max_length=12)
    note: str = Field(min_length=1, max_length=500)
    days: Annotated[int, Field(ge=1, le=60)] | None = None


class SuspicionRejectTold(Told):
    """Finds it wrong, and says why."""

    model_config = example(note="另一处井盖")

    note: str = Field(min_length=1, max_length=500)


class DetectorResumeTold(Told):
    """Resumes a paused detector."""

    model_config = example(reason="已调整归并规则")

    reason: str = Field(min_length=1, max_length=500)


class DetectorBookShown(Schema):
    """How right a detector was by people's judgement, with Wilson's interval (95 %)."""

    detector: str
    name: str
    meaning: str
    version: str
    confirmed: int
    rejected: int
    waiting: int
    held: int
    precision: float | None
    low: float
    high: float
    threshold: float
    bounds: list[float]
    paused: bool
    words: str
