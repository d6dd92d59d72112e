# SPDX-License-Identifier: Apache-2.0
"""Closed periods: marks frozen in a file, scores computed from them once, and what became known later."""

import hashlib
import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from tongguan.casebook.queries import Book
from tongguan.evaluation import computing, scoring, sets
from tongguan.evaluation.computing import Counted, Inputs
from tongguan.evaluation.contracts import IndicatorSet, Period, Score
from tongguan.evaluation.models import Closing
from tongguan.kernel.errors import Unavailable
from tongguan.marks import counting

_COLUMNS: Final = {
    "count": "VARCHAR", "case_id": "VARCHAR", "number": "VARCHAR", "item": "VARCHAR", "division": "VARCHAR",
    "unit": "INTEGER", "person": "VARCHAR", "post": "VARCHAR", "moment": "TIMESTAMP", "amount": "BIGINT",
    "bits": "INTEGER",
}  # fmt: skip
_CHUNK: Final = 1 << 20


def write_marks(of: IndicatorSet, period: Period, path: Path) -> Counted:
    """Write every mark of a set's counts into a Parquet file; give what they come to."""
    told, missing = computing.told_of(of, period)
    codes = sets.counted_here(sets.used_counts(of))
    with computing.reading(period) as book:
        frame = computing.frame_of(of, period, book.read_at)
        beside = path.with_suffix(".told")
        counted = Counted({}, told, book.read_at, missing)
        beside.write_text(
            "\n".join(json.dumps(one) for one in computing.as_params(counted)), encoding="utf-8"
        )
        try:
            _copy(book, codes, frame, beside, path)
        finally:
            beside.unlink()
    return Counted(computing.summed_marks(path), told, counted.read_at, missing)


def _copy(book: Book, codes: tuple[str, ...], frame: counting.Frame, beside: Path, path: Path) -> None:
    columns = ", ".join(f"CAST({name} AS {kind}) AS {name}" for name, kind in _COLUMNS.items())
    parts = []
    if codes:
        parts.append(f"SELECT {columns} FROM ({counting.marks(codes, frame)})")
    if beside.stat().st_size:
        kinds = ", ".join(f"{name}: '{kind}'" for name, kind in _COLUMNS.items())
        told = f"read_json('{beside}', format='newline_delimited', columns={{{kinds}}})"
        parts.append(f"SELECT {columns} FROM {told}")
    if not parts:
        nothing = ", ".join(f"CAST(NULL AS {kind}) AS {name}" for name, kind in _COLUMNS.items())
        parts.append(f"SELECT {nothing} WHERE false")
    order = "ORDER BY count, moment, case_id, division, unit, person, amount"
    book.rows(
        f"COPY (SELECT * FROM ({' UNION ALL '.join(parts)}) {order})"
        f" TO '{path}' (FORMAT parquet, COMPRESSION zstd)"
    )


def digest_of_file(path: Path) -> str:
    """Give the SHA-256 of a file."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def frozen(of: IndicatorSet, period: Period) -> tuple[Counted, str]:
    """Freeze a period's marks under their digest; give what they come to and the digest."""
    draft = computing.folder() / f"{uuid.uuid4()}.draft"
    counted = write_marks(of, period, draft)
    digest = digest_of_file(draft)
    draft.replace(path_of(digest))
    return counted, digest


def path_of(digest: str) -> Path:
    """Give where marks of a digest lie."""
    return computing.folder() / f"marks-{digest}.parquet"


def inputs_digest(marks: str, given: dict[str, Any]) -> str:
    """Give the digest of everything a result was computed from."""
    told = json.dumps([marks, given], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(told.encode()).hexdigest()


def as_json(given: Inputs) -> dict[str, Any]:
    """Give inputs as they are kept."""
    found: dict[str, Any] = json.loads(json.dumps(asdict(given)))
    return found


def set_of(row: Closing) -> IndicatorSet:
    """Give the wording that a period was closed with."""
    return sets.read(row.set_body, row.version)


def again(row: Closing) -> tuple[Score, ...]:
    """Compute a closed period anew from what was frozen. Raises Unavailable when its marks are damaged."""
    path = path_of(row.marks_digest)
    if not path.is_file() or digest_of_file(path) != row.marks_digest:
        raise Unavailable(
            "evaluation.marks", "该时段冻结的数据缺失或已损坏", "the frozen marks of this period are damaged"
        )
    return computing.scored(set_of(row), computing.summed_marks(path), Inputs(**row.inputs))


def holds(row: Closing) -> bool:
    """Tell whether a closed period computed anew gives what was kept."""
    return scoring.digest_of(again(row)) == row.result_digest


@contextmanager
def now_and_then(row: Closing, period: Period) -> Iterator[Any]:
    """Give an engine with two views: ``marks`` as frozen, ``fresh`` as they would be now."""
    fresh = computing.folder() / f"{uuid.uuid4()}.fresh"
    try:
        write_marks(set_of(row), period, fresh)
        with computing.over_marks(path_of(row.marks_digest)) as connection:
            connection.execute(f"CREATE VIEW fresh AS SELECT * FROM read_parquet('{fresh}')")
            yield connection
    finally:
        fresh.unlink(missing_ok=True)
