# SPDX-License-Identifier: Apache-2.0
"""Reads of analysis: everything asked of the casebook within the viewer's scope."""

import math
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from tongguan.analysis import asking, boards, exploring, findings, readings
from tongguan.analysis import measured as measuring
from tongguan.analysis import outlook as outlooks
from tongguan.analysis import projects as coming
from tongguan.analysis.contracts import (
    Accuracy,
    Behind,
    Board,
    ClusterShown,
    Course,
    Cube,
    Drivers,
    HotMap,
    LinkShown,
    Measure,
    Outlook,
    Project,
    ProjectState,
    Question,
    Slice,
    Table,
    Verdict,
)
from tongguan.analysis.contracts import Row as ShownRow
from tongguan.analysis.measures import COUNTED, cell_at, slices
from tongguan.analysis.models import Decided
from tongguan.analysis.models import Project as Row
from tongguan.casebook.queries import Book, open_book
from tongguan.indicators import queries as indicators
from tongguan.indicators.contracts import Indicator
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.people import queries as people
from tongguan.people.contracts import CENTRE_POSTS, PLATFORM, Actor, Post
from tongguan.places import queries as places
from tongguan.sensors import queries as sensors

__all__ = [
    "LOCAL",
    "Measured",
    "Source",
    "Split",
    "accuracy",
    "behind",
    "board_cubes",
    "board_list",
    "cell_at",
    "clusters",
    "conditions",
    "course",
    "cube",
    "drivers",
    "hot_spots",
    "links",
    "measure_list",
    "measured",
    "outlook",
    "outlook_list",
    "project",
    "project_cases",
    "projects",
    "reading_course",
    "sheet",
    "sign_course",
    "slice_list",
    "sources",
]

#: The city's own time, and how conditions are read that a face got as words.
LOCAL, conditions = asking.LOCAL, asking.conditions
#: Whoever sees cases may ask: the centres' posts and, of their own cases, the departments'.
READERS: Final = CENTRE_POSTS | {Post.DEPARTMENT}
PAGE: Final = 50
MOST_LAGS: Final = 28
RESOLUTIONS: Final = (6, 7, 8, 9)


def measure_list() -> list[Measure]:
    """Give every measure, each with the dimensions it can be cut by."""
    return [one.measure for one in COUNTED.values()]


def slice_list() -> list[Slice]:
    """Give every dimension."""
    return list(slices())


def cube(viewer: Actor, question: Question) -> Cube:
    """Give a measure by slices, compared with the period before and the last year, within the viewer's scope.

    Every row says by ``q`` and ``verdict`` whether its change is more than chance, all rows counted, and
    carries the ``query`` of the cases behind it. Raises Forbidden, Invalid (measure, period, dimensions, too
    fine), Unavailable.
    """
    asking.checked(question)
    with opened(viewer) as book:
        return exploring.cube(book, question)


def behind(viewer: Actor, question: Question, *, offset: int = 0, limit: int = PAGE) -> Behind:
    """Give the cases behind a number, in order of time, by pages: those it counts. Raises as ``cube``."""
    asking.checked(question)
    sql, params = asking.behind_sql(question, limit, offset)
    with opened(viewer) as book:
        rows = book.rows(sql, params)
    total = int(rows[0][1]) if rows else 0
    later = offset + len(rows)
    return Behind(tuple(row[0] for row in rows), total, later if rows and later < total else None)


@contextmanager
def opened(viewer: Actor) -> Iterator[Book]:
    """Open the casebook for who may analyse. Raises Forbidden, Unavailable."""
    if viewer != PLATFORM and viewer.scope.posts().isdisjoint(READERS):
        raise Forbidden(
            "analysis.post", "研判由各级运行中心和处置部门的岗位查看",
            "analysis is for posts of centres and departments",
        )  # fmt: skip
    with open_book(viewer) as book:
        yield book


def hot_spots(viewer: Actor, question: Question, resolution: int = 9) -> HotMap:
    """Give hot and cold spots of a counted measure by H3 cell (Gi*, false discovery rate controlled).

    Raises as ``cube``, and Invalid for another resolution than 6 … 9 or a measure that is no count.
    """
    _counted(question, resolution)
    with opened(viewer) as book:
        return findings.hot_spots(book, question, resolution)


def clusters(
    viewer: Actor, question: Question, resolution: int = 8, *, present: bool = True
) -> list[ClusterShown]:
    """Give clusters in space and time, the strongest first; ``present``: those that last to the end."""
    _counted(question, resolution)
    with opened(viewer) as book:
        return findings.clusters(book, question, resolution, present=present)


def course(viewer: Actor, question: Question) -> Course:
    """Give a counted measure by day, taken apart, with odd days and changes of level."""
    asking.checked(question)
    with opened(viewer) as book:
        return findings.course(book, question)


def drivers(viewer: Actor, question: Question) -> Drivers:
    """Give which slices drive the change against the period before, nothing counted twice."""
    asking.checked(question)
    with opened(viewer) as book:
        return findings.drivers(book, question)


def links(
    viewer: Actor, question: Question, by: str = "item", lags: int = 7, streams: Sequence[int] = ()
) -> list[LinkShown]:
    """Give which kinds go before which others; ``streams``: readings by day beside them (rain).

    Raises as ``cube``; NotFound for a stream that is unknown or outside of the scope.
    """
    asking.checked(replace(question, by=(by,)))
    if not 0 < lags <= MOST_LAGS:
        raise Invalid("analysis.lags", f"滞后须为 1 至 {MOST_LAGS} 天", "1 to 28 days", field="lags")
    beside = readings.by_day(viewer, question, streams)
    with opened(viewer) as book:
        return findings.links(book, question, by, lags, beside)


measured = measuring.measured
Measured = measuring.Measured
Source = measuring.Source
Split = measuring.Split


def sources(viewer: Actor) -> tuple[list[Indicator], list[tuple[str, str, str]]]:
    """Give the vital signs, and (code, name, unit) of what is observed within the viewer's scope."""
    held = not viewer.scope.posts().isdisjoint(CENTRE_POSTS)
    mine = sensors.datastreams(viewer).filter(active=True).values("observed")
    observed = sensors.properties(viewer).filter(pk__in=mine).order_by("code")
    return indicators.registry() if held else [], list(observed.values_list("code", "name", "unit"))


def reading_course(viewer: Actor, question: Question, stream: int) -> list[tuple[date, float | None]]:
    """Give the mean reading of a stream by local day over the question's days; None: nothing was read."""
    asking.checked(question)
    ((_, values),) = readings.by_day(viewer, question, (stream,), gaps=True)
    days = (question.since + timedelta(days=n) for n in range(question.days))
    return [
        (day, None if math.isnan(value) else float(value)) for day, value in zip(days, values, strict=True)
    ]


def sign_course(viewer: Actor, code: str, centre: str | None, since: date) -> list[tuple[date, float | None]]:
    """Give a vital sign's value at the end of each local day from ``since`` on. Raises as ``indicators``."""
    points = indicators.history(viewer, code, centre, asking.begin_of(since), "day")
    return [(one.at.astimezone(asking.LOCAL).date(), one.value) for one in points]


def outlook_list(viewer: Actor) -> list[tuple[str, str, str]]:
    """Give what is forecast within the viewer's scope: area, its name, kind ("" all kinds)."""
    known = outlooks.known(_said(viewer))
    names = places.division_names({division for division, _ in known})
    return [(division, names.get(division, division), family) for division, family in known]


def outlook(viewer: Actor, division: str, family: str = "") -> Outlook:
    """Give the newest forecast of a kind in an area. Raises NotFound, also out of scope; Forbidden."""
    visible = _said(viewer)
    with opened(viewer) as book:
        found = outlooks.outlook(book, visible, division, family)
    if found is None:
        raise NotFound("analysis.no_outlook", "这里还没有预测", "nothing is forecast here", field="division")
    return found


def accuracy(viewer: Actor, division: str, family: str = "") -> list[Accuracy]:
    """Give how right earlier forecasts of a kind in an area were, by days ahead."""
    return outlooks.accuracy(_said(viewer), division, family)


def _said(viewer: Actor) -> Q:
    return Q() if viewer == PLATFORM else people.division_q(viewer.scope, "division")


def project_rows(viewer: Actor) -> QuerySet[Row]:
    """Give the projects within the viewer's divisions."""
    return Row.objects.filter(_said(viewer))


def project_row(viewer: Actor, project_id: UUID, *, lock: bool = False) -> Row:
    """Give one project's row. Raises NotFound, also outside of the scope."""
    rows = project_rows(viewer).select_for_update() if lock else project_rows(viewer)
    row = rows.filter(pk=project_id).first()
    if row is None:
        raise NotFound("project.unknown", "没有这个项目", "no such project")
    return row


def projects(
    viewer: Actor, *, state: str = "", division: str = "", offset: int = 0, limit: int = PAGE
) -> tuple[list[Project], int]:
    """Give projects before complaints, those first that could spare most, and how many there are.

    Raises Forbidden for who has no post of a centre.
    """
    rows = project_rows(viewer)
    rows = rows.filter(state=state) if state else rows
    rows = rows.filter(people.prefix_q("division", division)) if division else rows
    page = list(rows.order_by("-after", "id")[offset : offset + limit])
    return _projects(viewer, page), rows.count()


def project(viewer: Actor, project_id: UUID) -> Project:
    """Give one project with its decisions. Raises NotFound."""
    return _projects(viewer, [project_row(viewer, project_id)])[0]


def _projects(viewer: Actor, rows: list[Row]) -> list[Project]:
    decided: dict[UUID, list[Decided]] = {}
    for one in Decided.objects.filter(project__in=rows).order_by("id"):
        decided.setdefault(one.project_id, []).append(one)
    accepted = {
        row.id: decided[row.id][-1].at
        for row in rows
        if row.state == ProjectState.ACCEPTED and row.id in decided
    }
    since: dict[UUID, int] = {}
    if accepted:
        with opened(viewer) as book:
            since = coming.came_since(book, rows, accepted)
    names = places.division_names({row.division for row in rows})
    return [
        coming.shown(row, decided.get(row.id, []), names.get(row.division, row.division), since.get(row.id))
        for row in rows
    ]


def project_cases(viewer: Actor, project_id: UUID, *, offset: int = 0, limit: int = PAGE) -> Behind:
    """Give the cases of a project that the viewer may see, in order of opening. Raises NotFound."""
    row = project_row(viewer, project_id)
    ids = [UUID(one) for one in row.case_ids]
    page = tuple(ids[offset : offset + limit])
    later = offset + len(page)
    return Behind(page, len(ids), later if later < len(ids) else None)


def board_list(viewer: Actor) -> list[Board]:
    """Give the viewer's boards and those shared with their posts. Raises Forbidden for who is no person."""
    return boards.boards(viewer)


def board_cubes(viewer: Actor, board_id: UUID) -> tuple[Board, list[Cube]]:
    """Give a board with the answer of every tile, asked now, in the viewer's own scope. Raises NotFound."""
    found = next((one for one in boards.boards(viewer) if one.id == board_id), None)
    if found is None:
        raise NotFound("board.unknown", "没有这个看板", "no such board")
    today = clock.now().astimezone(asking.LOCAL).date()
    asked = [asking.checked(boards.question_of(tile, today)) for tile in found.tiles]
    with opened(viewer) as book:
        return found, [exploring.cube(book, question) for question in asked]


def sheet(answer: Cube) -> Table:
    """Give an answer as a sheet to take away."""
    dims = {one.code: one.zh for one in slices()}
    heads = [dims[code] for code in answer.question.by]
    unit = f"（{answer.measure.unit}）"
    headings = (*heads, answer.measure.zh + unit, "行数", "上期", "去年同期", "较上期", "较去年同期")
    rows = [(*row.names, *_figures(row)) for row in answer.rows]
    whole = ("合计", *("" for _ in heads[1:]), *_figures(answer.total))
    return Table(answer.measure.zh, headings, (*rows, whole if heads else _figures(answer.total)))


_WORDS: Final = {Verdict.UP: "显著上升", Verdict.DOWN: "显著下降", Verdict.CALM: "无显著变化"}


def _figures(row: ShownRow) -> tuple[object, ...]:
    return (
        row.value, row.count, row.before, row.last_year,
        "无可比" if row.before is None else _WORDS[row.verdict],
        "无可比" if row.last_year is None else _WORDS[row.verdict_year],
    )  # fmt: skip


def _counted(question: Question, resolution: int) -> None:
    asking.checked(question)
    findings.counted_only(question)
    if resolution not in RESOLUTIONS:
        raise Invalid(
            "analysis.resolution", "六边形级别为 6 至 9", "resolutions are 6 to 9", field="resolution"
        )
    if "cell9" not in COUNTED[question.measure].measure.slices:
        raise Invalid("analysis.no_place", "这个量没有地点", "this measure has no place", field="measure")
