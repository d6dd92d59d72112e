# SPDX-License-Identifier: Apache-2.0
"""Shapes of analysis over HTTP."""

from datetime import date, datetime, timedelta
from typing import Annotated

from ninja import Schema
from pydantic import Field

from tongguan.analysis import queries
from tongguan.analysis.contracts import (
    Board,
    Foretold,
    HotCell,
    LevelChange,
    Measure,
    NewBoard,
    Project,
    ProjectState,
    Question,
    Slice,
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


class VocabularyShown(Schema):
    """Measures and dimensions."""

    measures: list[Measure]
    slices: list[Slice]


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

    measure: Measure
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


class HotMapShown(Schema):
    """Hot and cold spots with how they were found."""

    cells: list[HotCell]
    looked_at: int
    resolution: int
    text_zh: str
    read_at: datetime | None
    shapes: dict[str, object] = Field(description="六边形的 GeoJSON")


class DayCounted(Schema):
    """One day."""

    day: date
    value: float
    trend: float
    usual: float
    odd: bool
    query: str


class DaysShown(Schema):
    """A measure by day."""

    steps: list[DayCounted]
    changes: list[LevelChange]
    text_zh: str
    read_at: datetime | None


class ReadShown(Schema):
    """A stream's mean on a day; null: nothing was read."""

    day: date
    value: float | None


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
    ahead: list[Foretold]
    past: list[CameShown]
    text_zh: str
    accuracy: list[AccuracyShown]


class OutlookNamed(Schema):
    """What is forecast: an area and a kind."""

    division: str
    division_name: str
    family: str


class ProjectsShown(Schema):
    """One page of projects and how many there are."""

    rows: list[Project]
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


class BoardAnswered(Schema):
    """A board with the answers of its tiles, in their order."""

    board: Board
    cubes: list[CubeShown]


class SignNamed(Schema):
    """A vital sign, or what is observed."""

    code: str
    name: str
    name_en: str
    unit: str


class SourcesShown(Schema):
    """What the explorer can measure beside cases."""

    signs: list[SignNamed]
    readings: list[SignNamed]
