# SPDX-License-Identifier: Apache-2.0
"""The rows that measures count: the casebook's own, judged cases, stages, and what other rooms worked out.

What evaluation, insight and analysis keep is laid into the open book as a table of its own, so that it is
counted, dated, told apart and opened by the same statements as cases are.
"""

from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid5

import h3.api.basic_int as h3
from django.utils import timezone

from tongguan.analysis import queries as analysis
from tongguan.analysis.contracts import Question
from tongguan.briefings.guards import eyes
from tongguan.casebook.queries import Book
from tongguan.evaluation import queries as evaluation
from tongguan.insight import queries as insight
from tongguan.marks import counting as marks

Stretch = tuple[datetime, datetime]
_SPACE: Final = UUID("0d5f3a0e-6c0b-5b7e-9a52-4f1d2c7a9e01")
_EVER: Final = (datetime(1970, 1, 1), datetime(2200, 1, 1))  # noqa: DTZ001 - the book's times have no zone
_CASE: Final = (
    "c.division, c.item, c.item_name, c.family, c.source, c.kind, c.urgency, c.lead_unit, c.hub, c.cell, "
    "c.lon, c.lat"
)
_ROWS: Final = {
    "cases": "SELECT *, id::UHUGEINT AS mark, id AS subject FROM cases",
    "tellings": "SELECT *, case_id AS subject, id::UHUGEINT AS mark FROM tellings",
    "answers": (
        f"SELECT a.*, a.case_id::UHUGEINT + a.round::UHUGEINT AS mark, a.case_id AS subject, {_CASE} "
        "FROM answers a JOIN cases c ON c.id = a.case_id"
    ),
    # A stage's own clock, as the heat table of insight has it.
    "stages": (
        "SELECT k.id::UHUGEINT AS mark, k.case_id AS subject, k.stage, k.started_at, k.stopped_at, "
        f"k.due_at, {_CASE} FROM clocks k JOIN cases c ON c.id = k.case_id WHERE k.order_id IS NULL"
    ),
}
#: What is laid down has these columns; ``id`` tells a row from any other, ``subject`` is a case or nothing.
_LAID: Final = (
    "id UUID, subject UUID, dated TIMESTAMP, sort VARCHAR, division VARCHAR, item VARCHAR, "
    "item_name VARCHAR, lead_unit INTEGER, lon DOUBLE, lat DOUBLE, cell BIGINT, value DOUBLE"
)
_NONE: Final = (
    "NULL::VARCHAR AS family, NULL::VARCHAR AS source, NULL::VARCHAR AS kind, NULL::VARCHAR AS urgency, "
    "NULL::VARCHAR AS hub"
)
Laid = Mapping[str, Any]


def _judged() -> str:
    """Give the cases that three rates judge, as evaluation's marks have them: what is exempt left out."""
    frame = marks.Frame(since=_EVER[0], until=_EVER[1], asof=_EVER[1], exempt=evaluation.kept_out())
    return (
        f"SELECT c.*, c.id::UHUGEINT AS mark, c.id AS subject, e.responded, e.solved, e.satisfied "
        f"FROM cases c JOIN ({marks.rows('ended', frame)}) e ON e.case_id = c.id "
        "WHERE e.held = 0 AND c.kind <> 'consult'"
    )


def _scores(division: str, when: Stretch) -> Iterator[Laid]:
    """Give what closed periods of evaluation within a stretch gave each subject that has a total."""
    viewer = eyes(division)
    for one in evaluation.closings(viewer):
        if when[0] <= one.period.since and one.period.until <= when[1]:
            table = evaluation.table(viewer, one.set_code, one.period.code)
            for line in table.rows:
                if line.total is not None and line.key:
                    unit = int(line.key) if table.subject == "unit" else None
                    yield {
                        "id": uuid5(_SPACE, f"{one.result_digest}{line.key}{line.total}"),
                        "dated": one.period.since, "sort": str(table.subject), "lead_unit": unit,
                        "division": division if unit else line.key, "value": line.total,
                    }  # fmt: skip


def _overloads(division: str, when: Stretch) -> Iterator[Laid]:
    """Give the forecasts of the weeks after those of a stretch, dated by the week before theirs."""
    for back in range(-(-(when[1] - when[0]).days // 7) + 1):
        day = (when[0] + timedelta(days=7 * back)).date()
        monday = day - timedelta(days=day.weekday())
        begun = when[0] + timedelta(days=(monday - when[0].date()).days)
        for one in insight.overloads(eyes(division), monday + timedelta(days=7), limit=200):
            yield {
                "id": uuid5(_SPACE, f"{one.unit}{one.week}{one.late}{one.made_at}"),
                "dated": max(begun, when[0]), "lead_unit": one.unit, "division": one.division or division,
                "value": one.late,
            }  # fmt: skip


def _projects(division: str, _: Stretch) -> Iterator[Laid]:
    """Give the projects before complaints, each once, dated by when it was found."""
    for row in analysis.project_rows(eyes(division)):
        yield {
            "id": row.id, "dated": row.found_at, "sort": row.state, "division": row.division,
            "item": row.item, "item_name": row.item_name, "lon": row.lon, "lat": row.lat, "cell": row.cell,
            "value": row.after,
        }  # fmt: skip


def _project_cases(division: str, _: Stretch) -> Iterator[Laid]:
    """Give the cases of projects, so that cases of the period are found among them."""
    for row in analysis.project_rows(eyes(division)):
        for case_id in row.case_ids:
            yield {"id": uuid5(row.id, case_id), "subject": UUID(case_id), "dated": row.found_at}


def _hot_spots(division: str, when: Stretch) -> Iterator[Laid]:
    """Give the hexagons that are hot for the cases opened within a stretch (Gi*)."""
    since, until = (timezone.localtime(one).date() for one in when)
    for one in analysis.hot_spots(eyes(division), Question(since=since, until=until)).cells:
        if one.verdict == "hot":
            yield {
                "id": uuid5(_SPACE, f"{one.cell}{since}{until}{one.count}"), "dated": when[0],
                "division": division, "lon": one.lon, "lat": one.lat, "cell": h3.str_to_int(one.cell),
                "value": one.count,
            }  # fmt: skip


_KEPT: Final[Mapping[str, Callable[[str, Stretch], Iterator[Laid]]]] = {
    "scores": _scores, "overloads": _overloads, "projects": _projects, "project_cases": _project_cases,
    "hot_spots": _hot_spots,
}  # fmt: skip


def prepare(book: Book, tables: Collection[str], division: str, when: Stretch) -> None:
    """Lay down what other rooms keep of a division and a stretch, for those of these tables that need it."""
    asked = {"hot_spots" if one == "hot_cases" else one for one in tables}
    for name in sorted(_KEPT.keys() & asked):
        book.rows(f"CREATE OR REPLACE TEMP TABLE kept_{name} ({_LAID})")
        for row in _KEPT[name](division, when):
            told = dict(row) | {"dated": row["dated"].astimezone(UTC).replace(tzinfo=None)}
            places = ", ".join(f"${column}" for column in told)
            book.rows(f"INSERT INTO kept_{name} ({', '.join(told)}) VALUES ({places})", told)


def rows_of(table: str) -> str:
    """Give SQL of the rows of a measure's table, each with its mark and the case it is about."""
    if table == "judged":
        return _judged()
    if table == "project_cases":
        kept = "SELECT DISTINCT subject FROM kept_project_cases"
        return f"{_ROWS['cases']} WHERE id IN ({kept})"
    if table == "hot_cases":
        return f"{_ROWS['cases']} WHERE {analysis.cell_at(9)} IN (SELECT cell FROM kept_hot_spots)"
    if table in _KEPT:
        return f"SELECT *, id::UHUGEINT AS mark, {_NONE} FROM kept_{table}"
    return _ROWS[table]
