# SPDX-License-Identifier: Apache-2.0
"""Shapes of analysis over HTTP."""

from datetime import date, datetime, timedelta
from typing import Annotated
from uuid import UUID

from ninja import Schema
from pydantic import Field

from tongguan.analysis import queries
from tongguan.analysis.contracts import (
    Form,
    NewBoard,
    ProjectState,
    Question,
    Tile,
    Verdict,
)
from tongguan.doors.common.casework import CaseRow
from tongguan.doors.common.shapes import Told, example
from tongguan.kernel import clock
from tongguan.people.contracts import Post

_Code = Annotated[str, Field(min_length=1, max_length=20, pattern=r"^[a-z0-9_]+$")]
_Condition = Annotated[str, Field(max_length=120)]
MONTH = 28


class Asked(Schema):
    """A question in the address. Without days: the last 28 whole days."""

    measure: str = Field("cases", max_length=20, description="量")
    since: date | None = Field(None, description="起（含）")
    until: date | None = Field(None, description="止（不含）")
    by: list[_Code] = Field([], max_length=3, description="按哪些维度切分")
    where: list[_Condition] = Field([], max_length=200, description="条件，维度:值")
    most: int = Field(200, ge=1, le=2000, description="最多几行")

    def question(self) -> Question:
        """Give it as analysis takes it."""
        until = self.until or clock.now().astimezone(queries.LOCAL).date()
        since = self.since or until - timedelta(days=MONTH)
        return Question(
            measure=self.measure, since=since, until=until, by=tuple(self.by),
            where=queries.conditions(self.where), most=self.most,
        )  # fmt: skip


class MeasuredShown(Schema):
    """What can be measured, and by what it can be cut."""

    code: str
    zh: str
    en: str
    unit: str
    form: Form
    about_zh: str
    slices: list[str]


class SliceShown(Schema):
    """A dimension."""

    code: str
    zh: str
    en: str
    group: str


class VocabularyShown(Schema):
    """Measures and dimensions."""

    measures: list[MeasuredShown]
    slices: list[SliceShown]


class RowShown(Schema):
    """One slice; ``q`` and ``verdict`` against the period before, ``*_year`` against the last year."""

    keys: list[str]
    names: list[str]
    count: int
    value: float | None
    before: float | None
    last_year: float | None
    q: float | None
    verdict: Verdict
    q_year: float | None
    verdict_year: Verdict
    query: str


class CubeShown(Schema):
    """An answer; ``rest``: rows behind slices that were cut off."""

    measure: MeasuredShown
    since: date
    until: date
    rows: list[RowShown]
    total: RowShown
    rest: int
    read_at: datetime | None


class BehindShown(Schema):
    """The cases behind a number that the person may open; ``total``: how many it counts; ``next``: offset."""

    rows: list[CaseRow]
    total: int
    next: int | None


class HotCellShown(Schema):
    """One hexagon."""

    cell: str
    lon: float
    lat: float
    count: int
    z: float
    q: float
    verdict: str
    query: str


class HotMapShown(Schema):
    """Hot and cold spots with how they were found."""

    cells: list[HotCellShown]
    looked_at: int
    resolution: int
    text_zh: str
    read_at: datetime | None
    shapes: dict[str, object] = Field(description="六边形的 GeoJSON")


class ClusterShown(Schema):
    """A cluster in space and time."""

    lon: float
    lat: float
    cells: list[str]
    since: date
    until: date
    cases: int
    expected: float
    p: float
    text_zh: str
    query: str


class DayCounted(Schema):
    """One day."""

    day: date
    value: float
    trend: float
    usual: float
    odd: bool
    query: str


class LevelChangeShown(Schema):
    """From a day on the level is another one."""

    day: date
    before: float
    after: float
    text_zh: str


class DaysShown(Schema):
    """A measure by day."""

    steps: list[DayCounted]
    changes: list[LevelChangeShown]
    text_zh: str
    read_at: datetime | None


class DriverShown(Schema):
    """A slice that drives the change."""

    slices: list[str]
    names: list[str]
    before: float
    now: float
    change: float
    share: float | None
    text_zh: str
    query: str


class DriversShown(Schema):
    """A change taken apart."""

    before: float
    now: float
    drivers: list[DriverShown]
    rest: float
    text_zh: str


class LinkedShown(Schema):
    """One kind goes before another."""

    leads: str
    leads_name: str
    follows: str
    follows_name: str
    lag: int
    r: float
    q: float
    sure: bool
    text_zh: str


class ReadShown(Schema):
    """A stream's mean on a day; null: nothing was read."""

    day: date
    value: float | None


class ForetoldShown(Schema):
    """What is expected of a day."""

    day: date
    value: float
    low: float
    high: float
    came: int | None


class CameShown(Schema):
    """What came on a day."""

    day: date
    count: int


class AccuracyShown(Schema):
    """How right forecasts so many days ahead were."""

    horizon: int
    days: int
    mae: float
    usual_mae: float
    skill: float | None
    held: float
    wanted: float


class OutlookShown(Schema):
    """A forecast with its past and its record."""

    division: str
    division_name: str
    family: str
    made_on: date
    version: str
    ahead: list[ForetoldShown]
    past: list[CameShown]
    text_zh: str
    accuracy: list[AccuracyShown]


class OutlookNamed(Schema):
    """What is forecast: an area and a kind."""

    division: str
    division_name: str
    family: str


class DecisionShown(Schema):
    """A decision."""

    state: ProjectState
    reason: str
    by_name: str
    at: datetime


class ProjectShown(Schema):
    """A project before complaints."""

    id: UUID
    state: ProjectState
    division: str
    division_name: str
    cell: str
    lon: float
    lat: float
    item: str
    item_name: str
    months: list[int]
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
    decisions: list[DecisionShown]
    query: str


class ProjectsShown(Schema):
    """One page of projects and how many there are."""

    rows: list[ProjectShown]
    total: int


class ProjectDecided(Told):
    """What is decided about a project, and why."""

    model_config = example(state="accepted", reason="列入下月养护计划")

    state: ProjectState
    reason: str = Field(min_length=1, max_length=500)


class TileTold(Told):
    """One tile of a board."""

    title: str = Field(min_length=1, max_length=40)
    show: str = Field(pattern="^(number|line|bars|table|map)$")
    measure: str = Field(max_length=20)
    days: int = Field(ge=1, le=3660)
    by: list[_Code] = Field([], max_length=3)
    where: list[_Condition] = Field([], max_length=200)


class BoardTold(Told):
    """A board to keep, for oneself and for posts of the own unit."""

    model_config = example(
        name="我的看板",
        tiles=[{"title": "近 28 天案件", "show": "bars", "measure": "cases", "days": 28, "by": ["district"]}],
    )

    name: str = Field(min_length=1, max_length=30)
    tiles: list[TileTold] = Field(min_length=1, max_length=12)
    posts: list[Post] = Field([], max_length=14)

    def board(self) -> NewBoard:
        """Give it as analysis takes it."""
        tiles = tuple(
            Tile(
                title=one.title, show=one.show, measure=one.measure, days=one.days, by=tuple(one.by),
                where=queries.conditions(one.where),
            )
            for one in self.tiles
        )  # fmt: skip
        return NewBoard(name=self.name, tiles=tiles, posts=tuple(dict.fromkeys(self.posts)))


class TileShown(Schema):
    """One tile."""

    title: str
    show: str
    measure: str
    days: int
    by: list[str]
    where: dict[str, list[str]]


class BoardShown(Schema):
    """A board as somebody has it."""

    id: UUID
    name: str
    tiles: list[TileShown]
    posts: list[Post]
    mine: bool
    owner_name: str
    version: int


class BoardAnswered(Schema):
    """A board with the answers of its tiles, in their order."""

    board: BoardShown
    cubes: list[CubeShown]
