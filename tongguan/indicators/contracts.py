# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of vital signs: what is counted, what is shown, and where it came from."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final, NamedTuple
from uuid import UUID

#: The nine dimensions of a city's vital signs (北京九维).
DIMENSIONS: Final = (
    "市政管理",
    "市容景观",
    "环境卫生",
    "能源运行",
    "交通运行",
    "水务管理",
    "安全应急",
    "生态环境",
    "公众满意度",
)


class Kind(StrEnum):
    """A level is how many there are at a moment; a flow is how many came within a window."""

    LEVEL = "level"
    FLOW = "flow"


class Direction(StrEnum):
    """Which way is better; none for a mere measurement."""

    HIGH = "high"
    LOW = "low"
    NONE = ""


class Grade(StrEnum):
    """Where a value stands against the thresholds that officials set; none set: ``unset``."""

    CALM = "calm"
    WATCH = "watch"
    ALARM = "alarm"
    UNSET = "unset"


class Step(NamedTuple):
    """One amount that a subject (a case …) adds to a measure at a moment, at a place, for an item.

    ``at`` may lie ahead: a case becomes overdue by itself. ``amount`` is a whole number, so that sums are
    the same in any order.
    """

    subject: UUID
    measure: str
    item: str
    place: str
    at: datetime
    amount: int


@dataclass(frozen=True, slots=True)
class Measure:
    """What a package counts. ``code`` is the name that formulas use.

    ``desk``: the filter of the desk's list that gives the same rows, ``{since}`` standing for the window's
    begin; none: the rows are found by the steps themselves.
    """

    code: str
    zh: str
    en: str
    unit: str
    kind: Kind
    desk: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One vital sign as declared or defined.

    ``formula`` is an expression over measures and other signs, ``source`` names where it was taken from.
    ``watch`` and ``alarm`` are thresholds, None until an official sets them. ``freshness_s``: seconds after
    which an unmoved time of data is called stale.
    ``official``: written by people, not by a package. ``windows`` are those of the formula's terms.
    """

    code: str
    zh: str
    en: str
    dimension: str
    unit: str
    formula: str
    source: str
    owner: str
    direction: Direction = Direction.NONE
    decimals: int = 0
    freshness_s: int = 60
    watch: float | None = None
    alarm: float | None = None
    version: int = 1
    official: bool = False
    words: str = ""
    changed_at: datetime | None = None
    changed_by: str = ""
    reason: str = ""
    windows: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What an official writes. An empty ``formula`` keeps the one that a package declares."""

    code: str
    zh: str
    en: str
    dimension: str
    unit: str
    formula: str = ""
    source: str = ""
    owner: str = ""
    direction: Direction = Direction.NONE
    decimals: int = 0
    freshness_s: int = 60
    watch: float | None = None
    alarm: float | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One term of a formula with its value; ``desk_query`` opens the rows that were counted."""

    measure: str
    zh: str
    en: str
    unit: str
    window: str
    item: str
    value: int
    desk_query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sign:
    """One vital sign of one centre, now.

    ``value`` is None where the formula has none (division by nothing). ``at`` is the time of the data, None
    before the first. ``change`` is the difference to the same moment of yesterday. ``desk_query`` is what the
    desk's list of cases is asked for the rows behind (``sign=…``).
    """

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
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class SignPoint:
    """The value of an hour or a day that began at ``at``."""

    at: datetime
    value: float | None


@dataclass(frozen=True, slots=True)
class Ranked:
    """One division of a ranking; the order is the sign's: the best first, without a direction the highest."""

    rank: int
    division: str
    name: str
    value: float | None
    grade: Grade
    desk_query: str


@dataclass(frozen=True, slots=True)
class Changed:
    """One field that a draft words otherwise than the sign in force."""

    field: str
    was: str
    would: str


@dataclass(frozen=True, slots=True)
class Compared:
    """One value as it is and as it would be under a draft: of a centre, or of a sign made of this one."""

    key: str
    zh: str
    en: str
    was: float | None
    was_grade: Grade
    would: float | None
    would_grade: Grade


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsal:
    """What a draft would come to if it were stored now; nothing is.

    ``changes``: the fields it words otherwise (all given ones of a new sign). ``parts``: its terms in the
    viewer's centre. ``centres``: that centre and the divisions right below. ``followers``: other signs whose
    formula would come to something else, in that centre. The last three are empty for who has no centre.
    """

    version: int
    changes: tuple[Changed, ...]
    parts: tuple[Part, ...] = ()
    centres: tuple[Compared, ...] = ()
    followers: tuple[Compared, ...] = ()


@dataclass(frozen=True, slots=True)
class Difference:
    """Where what is kept does not equal what a recomputation gives."""

    what: str
    key: str
    kept: int
    computed: int


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: subjects and steps looked at, and every difference."""

    subjects: int
    steps: int
    differences: tuple[Difference, ...] = field(default=())
