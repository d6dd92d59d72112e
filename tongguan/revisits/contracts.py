# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of call-backs and of suspicions."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tongguan.revisits.estimating import Estimate


class TaskState(StrEnum):
    """Where a call-back stands."""

    RESERVE = "reserve"
    WAITING = "waiting"
    ANSWERED = "answered"
    UNREACHED = "unreached"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"


class SuspicionState(StrEnum):
    """Where a suspicion stands; ``held``: found while its detector was paused."""

    WAITING = "waiting"
    CONFIRMED = "confirmed"
    REJECTED = "rejected"
    HELD = "held"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerInfo:
    """What a reporter answered when called back; ``satisfied`` is a level of the city's list."""

    case_id: UUID
    report_id: UUID | None
    at: datetime
    responded: bool
    solved: bool
    satisfied: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanIn:
    """A plan as it is written. Exactly one of ``size`` and ``half_width`` (0–1) is given."""

    code: str
    name: str
    division: str
    strata: tuple[str, ...]
    reason: str
    allocation: str = "proportional"
    size: int | None = None
    half_width: float | None = None
    level: float = 0.95
    least: int = 2
    attempts: int = 3
    wait_hours: int = 4
    barred: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanInfo(PlanIn):
    """A version of a plan."""

    id: int
    version: int
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DrawInfo:
    """A sample that was drawn; ``states`` counts its tasks by state."""

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
    strata: tuple[Mapping[str, Any], ...]
    left_out: Mapping[str, int]
    words: str
    by_name: str
    at: datetime
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptInfo:
    """One call that was made."""

    no: int
    at: datetime
    by_name: str
    outcome: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskInfo:
    """A call-back task. ``why`` explains why the case is in the sample; ``handled`` what the unit wrote."""

    id: UUID
    draw_id: UUID
    case_id: UUID
    number: str
    title: str
    address: str
    division: str
    item_code: str
    item_name: str
    unit_name: str
    opened_at: datetime
    closed_at: datetime
    told: str
    handled: str
    state: str
    why: str
    attempts: int
    attempts_most: int
    next_at: datetime | None
    caller_name: str
    taken_at: datetime | None
    unsealed_at: datetime | None
    answered_at: datetime | None
    responded: bool | None
    solved: bool | None
    satisfied: str
    comment: str
    ended_words: str
    calls: tuple[AttemptInfo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOpened:
    """Whom to call, unsealed for this call only."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What a reporter said."""

    responded: bool
    solved: bool
    satisfied: str
    comment: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How a call went: a code of the city's list, with the answers when there was a talk."""

    outcome: str
    note: str = ""
    result: Result | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitEstimate:
    """What call-backs say of one unit (id 0: all of the draw), beside what its own surveys said.

    ``survey_*``: newest answers to the surveys of the same cases' reporters. ``differs``: the survey's
    share lies outside of the call-backs' interval. ``words`` says all of it.
    """

    unit_id: int
    unit_name: str
    solved: Estimate
    content: Estimate
    survey_answers: int
    survey_solved: float | None
    survey_content: float | None
    differs: bool
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SuspicionInfo:
    """A suspicion as people judge it; ``photos`` are which of its evidence can be looked at."""

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
    evidence: Mapping[str, Any]
    division: str
    unit_id: int
    unit_name: str
    item_code: str
    item_name: str
    closed_at: datetime
    found_at: datetime
    state: str
    case_state: str
    action: str
    note: str
    judged_by: str
    judged_at: datetime | None
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """How right one detector was by people's judgement, with Wilson's interval; and from where it counts."""

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
    bounds: tuple[float, float]
    paused: bool
    words: str
