# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of analysis: what is asked of the casebook, and what it answers."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tongguan.people.contracts import Post

#: Who decides about projects, and keeps boards for others: the analysts (研判岗位) of the house.
ANALYSTS = (Post.EVALUATOR, Post.LEADER, Post.SUPERVISOR, Post.DUTY_CHIEF)


class Form(StrEnum):
    """How a measure is made of rows: how many, the mean of a value, the share for which something holds."""

    COUNT = "count"
    MEAN = "mean"
    SHARE = "share"


class Verdict(StrEnum):
    """What a comparison comes to: more or less than chance explains, or no more than chance."""

    UP = "up"
    DOWN = "down"
    CALM = ""


@dataclass(frozen=True, slots=True)
class Measure:
    """What can be measured: its name, unit, form, and what it is counted from in words."""

    code: str
    zh: str
    en: str
    unit: str
    form: Form
    about_zh: str
    slices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Slice:
    """By what a measure can be cut: a dimension of place, time, kind, unit or channel."""

    code: str
    zh: str
    en: str
    group: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked: a measure over local days ``since`` ≤ day < ``until``, cut ``by`` up to three slices.

    ``where``: dimension → values it may have (a division is a prefix). ``most``: rows that are given; what
    is beyond is summed up.
    """

    measure: str = "cases"
    since: date
    until: date
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    most: int = 200

    @property
    def days(self) -> int:
        """Give the length of the period in days."""
        return (self.until - self.since).days

    @property
    def before(self) -> int:
        """Give how many days earlier the period before lies: whole weeks, so that weekdays are the same."""
        return -(-self.days // 7) * 7


@dataclass(frozen=True, slots=True)
class Row:
    """One slice's value with what it was before.

    ``keys`` and ``names``: its value in each dimension of ``by``. ``count``: rows behind it; ``value``: the
    measure. ``before`` and ``last_year``: the same over as many days before, moved by whole weeks so that
    weekdays agree, and 364 days earlier; None: nothing is known of then. ``q`` and ``verdict``: the change
    against ``before``, all rows of the answer counted; ``q_year``, ``verdict_year``: against ``last_year``.
    ``query``: asked of the drill-down, it gives the cases behind this row and no others.
    """

    keys: tuple[str, ...]
    names: tuple[str, ...]
    count: int
    value: float | None
    before: float | None
    last_year: float | None
    q: float | None
    verdict: Verdict
    q_year: float | None
    verdict_year: Verdict
    query: str


@dataclass(frozen=True, slots=True)
class Cube:
    """An answer: rows (the largest first, times in order), the whole, and what more there is than ``most``.

    ``rest``: rows behind those that were cut off. ``read_at``: the casebook's time; None: it is being built.
    """

    question: Question
    measure: Measure
    rows: tuple[Row, ...]
    total: Row
    rest: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Behind:
    """The cases behind a number: ids of one page in order of opening, how many there are, where to go on."""

    ids: tuple[UUID, ...]
    total: int
    next: int | None


@dataclass(frozen=True, slots=True)
class HotCell:
    """One cell of the map: H3 cell (text), centre, rows, z and q of Gi*, ``hot``, ``cold`` or ""."""

    cell: str
    lon: float
    lat: float
    count: int
    z: float
    q: float
    verdict: str
    query: str


@dataclass(frozen=True, slots=True)
class HotMap:
    """Hot and cold spots of a question by cell; ``looked_at``: how many cells; ``text_zh``: how, in words."""

    cells: tuple[HotCell, ...]
    looked_at: int
    resolution: int
    text_zh: str
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class ClusterShown:
    """A cluster in space and time: days (both included), cells, cases against expected, p, and the words."""

    lon: float
    lat: float
    cells: tuple[str, ...]
    since: date
    until: date
    cases: int
    expected: float
    p: float
    text_zh: str
    query: str


@dataclass(frozen=True, slots=True)
class Step:
    """One day of a course: the value, trend, what is usual that weekday; ``odd``: far from what is usual."""

    day: date
    value: float
    trend: float
    usual: float
    odd: bool
    query: str


@dataclass(frozen=True, slots=True)
class LevelChange:
    """From a day on the level is another one."""

    day: date
    before: float
    after: float
    text_zh: str


@dataclass(frozen=True, slots=True)
class Course:
    """A measure's course by day, taken apart, with the changes of its level."""

    steps: tuple[Step, ...]
    changes: tuple[LevelChange, ...]
    text_zh: str
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Driver:
    """A slice that drives a change: names, what it had, has and adds; ``share`` of the whole change."""

    slices: tuple[str, ...]
    names: tuple[str, ...]
    before: float
    now: float
    change: float
    share: float | None
    text_zh: str
    query: str


@dataclass(frozen=True, slots=True)
class Drivers:
    """A change taken apart without counting twice; what no slice drives is ``rest``."""

    before: float
    now: float
    drivers: tuple[Driver, ...]
    rest: float
    text_zh: str


@dataclass(frozen=True, slots=True)
class LinkShown:
    """One kind goes before another by some days, in words and figures."""

    leads: str
    leads_name: str
    follows: str
    follows_name: str
    lag: int
    r: float
    q: float
    sure: bool
    text_zh: str


@dataclass(frozen=True, slots=True)
class Foretold:
    """What is expected of a day; ``came``: what it turned out to be, None: not yet."""

    day: date
    value: float
    low: float
    high: float
    came: int | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """A forecast of a kind in an area: days ahead, the days past, and how right earlier ones were.

    ``division``: "" for all that was forecast; ``family``: "" for all kinds.
    """

    division: str
    division_name: str
    family: str
    made_on: date
    version: str
    ahead: tuple[Foretold, ...]
    past: tuple[tuple[date, int], ...]
    text_zh: str


@dataclass(frozen=True, slots=True)
class Accuracy:
    """How right forecasts so many days ahead were.

    ``mae`` against that of "as a week ago"; ``held``: share of days inside the interval, which promises
    ``wanted``.
    """

    division: str
    family: str
    horizon: int
    days: int
    mae: float
    usual_mae: float
    skill: float | None
    held: float
    wanted: float


class ProjectState(StrEnum):
    """Where a project before complaints stands."""

    PROPOSED = "proposed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision about a project; decisions are kept, the newest holds."""

    state: ProjectState
    reason: str
    by_name: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Project:
    """A matter that comes back, proposed to be solved before anybody complains (未诉先办).

    ``months``: of the year, () all the year. ``cases``: all of its history; ``after``: those that came after
    it could have been known. ``held_up``: of what the same rule would have named a year before, the share
    that did come back. ``confidence`` 0…1; ``why_zh``: how it was found, in words; ``since_accepted``: cases
    that came since.
    """

    id: UUID
    state: ProjectState
    division: str
    division_name: str
    cell: str
    lon: float
    lat: float
    item: str
    item_name: str
    months: tuple[int, ...]
    cases: int
    spells: int
    after: int
    known_on: date
    last_on: date
    confidence: float
    held_up: float | None
    why_zh: str
    version: int
    rule: str
    since_accepted: int | None
    decisions: tuple[Decision, ...]
    query: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tile:
    """One tile of a board: a question over the days up to now, and how it is shown."""

    title: str
    show: str
    measure: str
    days: int
    by: tuple[str, ...] = ()
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewBoard:
    """A board to keep; ``posts``: who else of the own unit has it."""

    name: str
    tiles: tuple[Tile, ...]
    posts: tuple[Post, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """A board as somebody has it."""

    id: UUID
    name: str
    tiles: tuple[Tile, ...]
    posts: tuple[Post, ...]
    mine: bool
    owner_name: str
    version: int


@dataclass(frozen=True, slots=True)
class Table:
    """A sheet to take away: headings and rows, texts made safe for spreadsheets by who writes it."""

    name: str
    headings: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
