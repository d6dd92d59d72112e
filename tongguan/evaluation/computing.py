# SPDX-License-Identifier: Apache-2.0
"""A set's scores for a period: counted from the casebook as it is, or from the marks of a closed period."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import duckdb
from django.conf import settings
from django.utils import timezone

from tongguan.casebook import queries as casebook
from tongguan.casebook.queries import Book
from tongguan.evaluation import members, running, scoring, sets, tallying
from tongguan.evaluation.contracts import IndicatorSet, Period, Score, Subject
from tongguan.evaluation.models import Entry, Exemption
from tongguan.evaluation.scoring import Member
from tongguan.evaluation.spi import Told, tellers
from tongguan.evaluation.tallying import Cells
from tongguan.marks import counting
from tongguan.marks.counting import Frame
from tongguan.people.contracts import PLATFORM

#: Sums of marks as ``tallying.add_marks`` takes them.
SUMMED: Final = (
    f"SELECT count, substr(division, 1, {counting.STREET}) AS street, unit, person, post, bits,"
    " sum(amount) AS amount FROM marks GROUP BY 1, 2, 3, 4, 5, 6"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a period comes to: cells, what others told, until when facts were read, why counts are missing."""

    cells: Cells
    told: tuple[Told, ...]
    read_at: datetime | None
    missing: Mapping[str, tuple[str, str]]


def naive(moment: datetime) -> datetime:
    """Give an aware moment as the casebook has it: UTC without a zone."""
    return moment.astimezone(UTC).replace(tzinfo=None)


def zone_hours(period: Period) -> int:
    """Give by how many hours the city is east of UTC."""
    offset = period.since.astimezone(timezone.get_current_timezone()).utcoffset()
    return int(offset.total_seconds() // 3600) if offset else 0


@contextmanager
def reading(period: Period) -> Iterator[Book]:
    """Open the casebook for the whole city, cases opened later left out; it is empty while being built."""
    with casebook.open_book(PLATFORM, until=period.until) as book:
        yield book


def frame_of(of: IndicatorSet, period: Period, read_at: datetime | None) -> Frame:
    """Give what statements are written for. Nothing that happens after the period moves its marks."""
    return Frame(
        since=naive(period.since), until=naive(period.until),
        asof=naive(min(read_at or period.until, period.until)),
        zone=zone_hours(period), persons=of.subject is Subject.PERSON,
        exempt=tuple(sorted(exempt().items())),
    )  # fmt: skip


def exempt() -> dict[str, int]:
    """Give the cases that officials keep out → bits of their reasons."""
    found: dict[str, int] = {}
    for case_id, kind in Exemption.objects.filter(revoked_at__isnull=True).values_list("case_id", "kind"):
        found[str(case_id)] = found.get(str(case_id), 0) | counting.EXCLUSIONS[kind]
    return found


def told_of(of: IndicatorSet, period: Period) -> tuple[tuple[Told, ...], dict[str, tuple[str, str]]]:
    """Give what other packages tell of the set's counts, and why some have no figure."""
    wanted = sets.used_counts(of)
    known = set(sets.counted_here(wanted))
    found: list[Told] = []
    lacking: dict[str, tuple[str, str]] = {}
    for _, one in sorted(tellers.items().items()):
        mine = [code for code in one.counts if code in wanted]
        for code in mine:
            need = one.needs.get(code)
            if need is None or of.parameters.get(need) is not None:
                known.add(code)
            else:
                lacking[code] = f"参数「{need}」待设定", f"parameter {need} is to be set"
        if mine:
            told = one.tells(period.since, period.until, of.parameters)
            found += [each for each in told if each.count in known and each.count in mine]
    return tuple(found), scoring.missing_of(wanted, tuple(known)) | lacking


def count(of: IndicatorSet, period: Period) -> Counted:
    """Count a period from the casebook as it is now."""
    told, missing = told_of(of, period)
    with reading(period) as book:
        frame = frame_of(of, period, book.read_at)
        cells = _cells(book, sets.counted_here(sets.used_counts(of)), period, frame)
    tallying.add_told(cells, told, dict(frame.exempt))
    return Counted(cells, told, book.read_at, missing)


def _cells(book: Book, codes: Sequence[str], period: Period, frame: Frame) -> Cells:
    if not running.keeps(period, book):
        return summed(book, codes, frame)
    name = f"{period.code}-{'persons' if frame.persons else 'places'}"
    apart = [code for code in codes if code in running.WHOLE]
    kept = [code for code in codes if code not in running.WHOLE]
    return running.cells(book, folder() / "running", name, frame, kept) | summed(book, apart, frame)


def summed(book: Book, codes: Sequence[str], frame: Frame) -> Cells:
    """Give the sums of these counts."""
    cells: Cells = {}
    for text, of in counting.sums(codes, frame):
        tallying.add(cells, of, book.fetch(text))
    return cells


def folder() -> Path:
    """Give where frozen marks lie."""
    found = Path(settings.HOME) / "evaluation"
    found.mkdir(parents=True, exist_ok=True)
    return found


@contextmanager
def over_marks(path: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Give an engine with the view ``marks`` over a file of marks."""
    connection = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "1GB"})
    try:
        connection.execute(f"CREATE VIEW marks AS SELECT * FROM read_parquet('{path}')")
        yield connection
    finally:
        connection.close()


def summed_marks(path: Path) -> Cells:
    """Give the sums of a file of marks: the same that ``summed`` gave when it was written."""
    cells: Cells = {}
    with over_marks(path) as connection:
        tallying.add_marks(cells, connection.execute(SUMMED).fetchnumpy())
    return cells


@dataclass(frozen=True, slots=True)
class Inputs:
    """Everything beside the sums that scores are computed from; frozen as JSON when a period is closed."""

    members: list[tuple[str, str, str]]
    superiors: dict[str, list[str]]
    entered: dict[str, list[float | None]]
    missing: dict[str, tuple[str, str]]


def inputs_of(of: IndicatorSet, period: Period, counted: Counted) -> Inputs:
    """Gather who is scored, whose units are whose, what people entered and what has no source."""
    superiors = members.superiors() if of.subject is Subject.UNIT else {}
    found = tallying.totals(
        counted.cells, tallying.keys_of(of.subject, superiors, of.post), tallying.mask_of(of.exclude)
    )
    listed = members.of_set(of, found)
    return Inputs(
        members=[(one.key, one.name, one.kin) for one in listed],
        superiors={str(unit): list(keys) for unit, keys in superiors.items()},
        entered=_entered(of, period, [one.key for one in listed]),
        missing=dict(counted.missing),
    )


def scored(of: IndicatorSet, cells: Cells, given: Inputs) -> tuple[Score, ...]:
    """Give the scores that sums and inputs come to. Reads nothing else."""
    superiors = {int(unit): tuple(keys) for unit, keys in given.superiors.items()}
    keys = tallying.keys_of(of.subject, superiors, of.post)
    found = tallying.totals(cells, keys, tallying.mask_of(of.exclude))
    wanted = [code for code in sets.used_counts(of) if code not in given.missing]
    figures = scoring.Figures(
        counts={code: [found.get(key, {}).get(code, 0) for key, _, _ in given.members] for code in wanted},
        inputs=given.entered,
        missing={code: (zh, en) for code, (zh, en) in given.missing.items()},
    )
    return scoring.scores(of, [Member(*one) for one in given.members], figures)


def _entered(of: IndicatorSet, period: Period, keys: Sequence[str]) -> dict[str, list[float | None]]:
    newest: dict[tuple[str, str], float] = {}
    if of.inputs:
        rows = Entry.objects.filter(code=of.code, period=period.code).order_by("id")
        newest = {(key, name): value for key, name, value in rows.values_list("key", "name", "value")}
    return {name: [newest.get((key, name)) for key in keys] for name in of.inputs}


def as_params(counted: Counted) -> list[dict[str, Any]]:
    """Give what was told as rows of marks."""
    bits = exempt()
    return [
        {
            "count": one.count, "case_id": str(one.case_id) if one.case_id else None, "number": one.number,
            "item": "", "division": one.division, "unit": one.unit, "person": one.person, "post": "",
            "moment": naive(one.at).isoformat(sep=" "), "amount": one.amount,
            "bits": bits.get(str(one.case_id), 0) if one.case_id else 0,
        }
        for one in counted.told
    ]  # fmt: skip
