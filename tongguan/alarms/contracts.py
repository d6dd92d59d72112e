# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes that alarms take in and give out."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, StrEnum
from typing import Any, Final
from uuid import UUID

from tongguan.alarms.lifecycle import CAUSES, INPUTS, OUTCOMES, Move, State

__all__ = [
    "CAUSES",
    "GRADES",
    "INPUTS",
    "OUTCOMES",
    "AlarmBrief",
    "AlarmFilter",
    "AlarmInfo",
    "BookLine",
    "Calm",
    "CalmIn",
    "Grade",
    "Heard",
    "LineInfo",
    "MissInfo",
    "MissState",
    "Move",
    "Span",
    "State",
    "Terms",
    "Verdict",
    "Where",
]


class Grade(IntEnum):
    """How grave: 蓝 < 黄 < 橙 < 红 (GB/T 35561 预警级别); CLEAR: the readings are as they should be."""

    CLEAR = 0
    BLUE = 1
    YELLOW = 2
    ORANGE = 3
    RED = 4


#: What officials call a grade.
GRADES: Final = {
    Grade.CLEAR: "解除",
    Grade.BLUE: "蓝色",
    Grade.YELLOW: "黄色",
    Grade.ORANGE: "橙色",
    Grade.RED: "红色",
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a detector says of one matter at one moment of its readings.

    ``rule`` and ``version`` name the rule, ``matter`` what it is about: there is one active alarm of a rule
    and a matter. ``grade``: see :class:`Grade`. ``at``: of the reading, milliseconds since 1970 (UTC).
    ``words`` is the reason as an official reads it. ``evidence`` holds plain JSON; ``place``, ``things``
    (codes) and ``name`` in it are shown and searched.
    """

    rule: str
    version: int
    matter: str
    grade: int
    at: int
    streams: tuple[int, ...] = ()
    words: str = ""
    evidence: Mapping[str, Any] = field(default_factory=dict)
    division: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Heard:
    """What a batch of verdicts did; ``repeated``: known already, ``late``: older than the matter's newest."""

    raised: tuple[UUID, ...] = ()
    graded: tuple[UUID, ...] = ()
    cleared: tuple[UUID, ...] = ()
    repeated: int = 0
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a rule's alarms are to people: name, item of the catalogue, and when they must be told.

    ``family`` groups rules of one network (gas, water …): one cause may raise alarms of several of them.
    ``tells_from``: the grade from which an alarm becomes a report. ``minutes``: within how many an alarm of
    a grade must be confirmed; a grade without an entry has no such limit (no standard gives one).
    ``item_codes``: further items whose cases the rule should have foreseen. ``source``: who says so.
    """

    rule: str
    name: str
    family: str
    item_code: str = ""
    item_codes: tuple[str, ...] = ()
    tells_from: int = Grade.ORANGE
    minutes: Mapping[int, int] = field(default_factory=dict)
    source: str = ""


@dataclass(frozen=True, slots=True)
class Where:
    """Where an alarm's readings were taken, for suppliers of network distances."""

    streams: tuple[int, ...]
    things: tuple[str, ...]
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmBrief:
    """One alarm as lists show it.

    ``grade``: the newest that was not "clear"; ``cleared_at``: since when its readings are good again.
    ``head_id``: the alarm that stands for its storm, itself when it stands alone; ``members``: how many
    others it stands for, ``worst``: the gravest active grade among them. ``quiet``: held back by a
    maintenance window or a snooze. ``due_at``: until when it must be confirmed.
    """

    id: UUID
    rule: str
    rule_version: int
    name: str
    matter: str
    place: str
    state: str
    grade: int
    peak: int
    raised_at: datetime
    graded_at: datetime
    cleared_at: datetime | None
    heard_at: datetime
    words: str
    division: str
    lon: float | None
    lat: float | None
    head_id: UUID
    members: int
    worst: int
    quiet: bool
    snoozed_until: datetime | None
    due_at: datetime | None
    level: int
    case_id: UUID | None
    outcome: str
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmInfo(AlarmBrief):
    """One alarm whole. ``minutes``: from raised to confirmed, notified and handled, None where not yet."""

    item_code: str
    tells_from: int
    streams: tuple[int, ...]
    things: tuple[str, ...]
    evidence: Mapping[str, Any]
    confirmed_at: datetime | None
    notified_at: datetime | None
    handled_at: datetime | None
    evaluated_at: datetime | None
    units: tuple[int, ...]
    report_id: UUID | None
    minutes: Mapping[str, float | None]
    calm_reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LineInfo:
    """One line of an alarm's history; ``grade`` is the one after it, ``at`` when it was so."""

    no: int
    move: str
    frm: str
    to: str
    grade: int
    at: datetime
    written_at: datetime
    actor_key: str
    actor_name: str
    post: str
    words: str
    inputs: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmFilter:
    """What a list is narrowed to; empty values do not narrow.

    ``active``: readings are not good again yet; ``open``: nobody has evaluated it. ``heads``: those that
    stand for their storm only. ``quiet`` None: all, else only those held back or only the others.
    """

    grades: tuple[int, ...] = ()
    states: tuple[str, ...] = ()
    rule: str = ""
    division: str = ""
    text: str = ""
    active: bool | None = None
    open: bool | None = None
    heads: bool = False
    quiet: bool | None = None
    case_id: UUID | None = None
    stream: int | None = None
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CalmIn:
    """A time in which alarms are kept quiet, and why.

    ``kind``: ``maintenance`` (维护: work at the device) or ``suppression`` (抑制: known and without danger).
    What is empty does not narrow; at least one of ``rule``, ``things``, ``streams``, ``matter`` or a
    division of six digits and more must be given, so that nobody silences a city by mistake.
    """

    kind: str
    begins_at: datetime
    ends_at: datetime
    reason: str
    division: str
    rule: str = ""
    matter: str = ""
    things: tuple[str, ...] = ()
    streams: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Calm(CalmIn):
    """A kept window; ``ended_at``: taken back before its time. ``held``: alarms it kept quiet so far."""

    id: UUID
    by_name: str
    at: datetime
    ended_at: datetime | None
    held: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """Minutes from one step to another over the alarms of a period: how many, mean, half, nine of ten."""

    step: str
    count: int
    mean: float | None
    median: float | None
    ninety: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """How right a rule or a device was, by people's judgement.

    ``precision`` = true / (true + false), ``recall`` = true / (true + missed); None without any.
    ``raised`` counts storms once where ``key`` is a rule.
    """

    key: str
    name: str
    raised: int
    true: int
    false: int
    missed: int
    unjudged: int
    precision: float | None
    recall: float | None


class MissState(StrEnum):
    """A missed alarm: proposed by the platform, taken into the book, or found to be none."""

    PROPOSED = "proposed"
    BOOKED = "booked"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MissInfo:
    """A case of which there should have been a warning."""

    id: UUID
    case_id: UUID
    rule: str
    stream: int | None
    division: str
    state: str
    at: datetime
    words: str
    by_name: str
    judged_by: str
    judged_at: datetime | None
