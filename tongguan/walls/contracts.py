# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of walls."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from tongguan.alarms.contracts import AlarmBrief
from tongguan.cases.contracts import CaseBrief
from tongguan.matching.contracts import HotInfo
from tongguan.people.contracts import Post


class Mode(StrEnum):
    """What a wall is for just now; each has a layout of its own."""

    DAILY = "daily"
    WARNING = "warning"
    EMERGENCY = "emergency"


#: Who stands before a wall: posts that see every case of their divisions, people only.
WATCHERS = (
    Post.ACCEPTOR,
    Post.DISPATCHER,
    Post.DUTY_CHIEF,
    Post.SUPERVISOR,
    Post.EVALUATOR,
    Post.LEADER,
    Post.AUDITOR,
)
#: Who may put the walls of a centre into a mode.
COMMANDERS = (Post.DUTY_CHIEF, Post.LEADER)
#: Who may lead the walls of a centre to a case.
LEADERS = (Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF, Post.SUPERVISOR, Post.LEADER)


@dataclass(frozen=True, slots=True)
class OpenGroup:
    """Open cases of one place and item: how many, how many of them overdue."""

    place: str
    item_code: str
    count: int
    late: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeInfo:
    """The mode of a centre's walls. Never set: daily, ``at`` None, no reason."""

    mode: Mode
    reason: str
    by_name: str
    at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoInfo:
    """A photo of a case: what it shows (before, after, site, told), handed in when and by whom."""

    file_id: UUID
    shows: str
    at: datetime
    by_name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LedInfo:
    """The case that a centre's walls follow until a time, its photos newest first."""

    push_id: UUID
    case: CaseBrief
    note: str
    by_name: str
    at: datetime
    until: datetime
    photos: tuple[PhotoInfo, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInfo:
    """A vital sign of the register.

    ``change``: against the same moment of yesterday, None where one of both has no value. ``at``: the time of
    its data, None before the first; ``stale``: older than the sign may be. ``state``: ``calm``, ``watch`` or
    ``bad``. ``view`` says which cases it counts, as a search line of the desk.
    """

    code: str
    zh: str
    en: str
    unit: str
    decimals: int
    value: float | None
    change: float | None
    at: datetime | None
    stale: bool
    state: str
    view: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankInfo:
    """Open cases of one division or item, and the point to look at first where it is a place."""

    code: str
    name: str
    open: int
    overdue: int
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HourInfo:
    """Cases opened and closed in the hour that begins at ``at``."""

    at: datetime
    opened: int
    closed: int


@dataclass(frozen=True, slots=True)
class SpotInfo:
    """Open cases on the map: one by its id, or ``n`` of a cell; ``mark``: late, soon or calm."""

    id: str
    lon: float
    lat: float
    mark: str
    title: str
    n: int = 1
    late: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class NewsInfo:
    """One line of the live feed."""

    seq: int
    name: str
    at: datetime
    case: CaseBrief


@dataclass(frozen=True, slots=True, kw_only=True)
class DayInfo:
    """The day on the wall's clock: ``working``, ``weekend``, ``holiday`` or ``makeup`` (调休上班)."""

    date: date
    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmsInfo:
    """Active alarms by grade (1 to 4), storms once, and the gravest. ``connected``: any was ever heard.

    ``suggested``: the mode that they suggest, "" for none.
    """

    connected: bool
    by_grade: dict[int, int]
    rows: tuple[AlarmBrief, ...]
    suggested: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WallInfo:
    """All a wall shows at one moment, of the divisions of one watcher. ``seq``: the last fact before it.

    ``points`` are all open cases with a place; ``clustered``: by cell, because a city has many. ``duty``
    names who is on duty as duty chief.
    """

    at: datetime
    seq: int
    division: str
    division_name: str
    day: DayInfo
    mode: ModeInfo
    may_command: bool
    signs: tuple[SignInfo, ...]
    hours: tuple[HourInfo, ...]
    districts: tuple[RankInfo, ...]
    items: tuple[RankInfo, ...]
    pressing: tuple[CaseBrief, ...]
    hot: tuple[tuple[HotInfo, CaseBrief | None], ...]
    news: tuple[NewsInfo, ...]
    points: tuple[SpotInfo, ...]
    clustered: bool
    duty: tuple[str, ...]
    led: LedInfo | None
    alarms: AlarmsInfo
