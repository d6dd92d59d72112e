# SPDX-License-Identifier: Apache-2.0
"""Readings of the past from CSV and Parquet files, hundreds of thousands at a time, resumable.

DuckDB reads the file into a table of its own beside the platform's folder, once; then range by range of it
becomes a frame. What was taken is noted after each; a repeated reading is kept once anyway.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np
from django.conf import settings

from tongguan.kernel.errors import Invalid
from tongguan.kernel.frames import Frame, Quality
from tongguan.people.contracts import Actor
from tongguan.sensing import api
from tongguan.sensors import api as sensors
from tongguan.sensors import queries as register
from tongguan.sensors.contracts import Origin, Refusing

BATCH: Final = 200_000
_SAMPLE: Final = 65_536
_PARQUET: Final = (".parquet", ".pq")
#: Our columns and the headings they may carry.
COLUMNS: Final = {
    "stream": ("stream", "datastream", "数据流"),
    "key": ("key", "external", "外部键"),
    "thing": ("thing", "监测点"),
    "property": ("property", "观测属性"),
    "at": ("at", "time", "timestamp", "phenomenontime", "时间"),
    "value": ("value", "result", "数值"),
    "unit": ("unit", "单位"),
}
_KINDS: Final = {"stream": "stream.unknown", "at": "at.form", "value": "value.not_a_number"}
_WORDS: Final = {"stream": "没有这个数据流", "at": "不是时间", "value": "不是数字"}


@dataclass(slots=True)
class Backfill:
    """What an import of readings did; ``skipped`` were taken by an earlier, broken off run."""

    rows: int = 0
    skipped: int = 0
    kept: int = 0
    again: int = 0
    aside: int = 0
    refused: int = 0


def backfill(
    actor: Actor,
    path: Path,
    *,
    zone: str = "",
    resume: bool = False,
    progress: Callable[[Backfill], None] | None = None,
) -> Backfill:
    """Take the readings of a CSV or Parquet file; times without a zone are of ``zone`` (the platform's own).

    Rows of unknown streams, without time or value are refused and kept (the first 1,000). ``resume`` goes
    on where the last run of this file stopped. Raises Invalid for a file that cannot be read, TooMany or
    Unavailable when the store cannot take more: run again with ``resume``.
    """
    mark = _mark(path)
    note = _folder() / f"{mark}.json"
    done = json.loads(note.read_text("utf-8"))["rows"] if resume and note.exists() else 0
    report = Backfill(skipped=done)
    with _table(path, mark, zone or settings.TIME_ZONE) as (connection, count):
        _streams(connection, actor)
        for first in range(done, count, BATCH):
            last = min(first + BATCH, count)
            frame, bad = _range(connection, first, last)
            if len(frame):
                receipt = api.take(frame)
                report.kept += receipt.kept
                report.again += receipt.again
                report.aside += receipt.aside
            report.rows += last - first
            if bad and report.refused < sensors.MOST_REFUSED:
                sensors.keep(actor, Origin.READINGS, path.name, bad)
            report.refused += last - first - len(frame)
            note.write_text(json.dumps({"file": path.name, "rows": last}), "utf-8")
            if progress:
                progress(report)
    note.unlink(missing_ok=True)
    return report


def _folder() -> Path:
    folder = Path(settings.HOME) / "imports"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _mark(path: Path) -> str:
    """Give a mark of the file: its size, beginning and end."""
    size = path.stat().st_size
    with path.open("rb") as file:
        digest = hashlib.sha256(f"{size}".encode() + file.read(_SAMPLE))
        file.seek(max(0, size - _SAMPLE))
        digest.update(file.read(_SAMPLE))
    return digest.hexdigest()[:32]


@contextmanager
def _table(path: Path, mark: str, zone: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, int]]:
    """Give a connection with the file as table ``told`` (numbered rows, checked columns) and its length."""
    place = _folder() / f"{mark}.duckdb"
    place.unlink(missing_ok=True)
    connection = duckdb.connect(str(place), config={"threads": 2, "memory_limit": "1GB"})
    try:
        connection.execute("SET TimeZone = ?", [zone])
        source = (
            "read_parquet(?)"
            if path.suffix.lower() in _PARQUET
            else "read_csv(?, all_varchar = true, header = true)"
        )
        try:
            described = "DESCRIBE SELECT * FROM " + source  # noqa: S608 - words of our own
            names = [row[0] for row in connection.execute(described, [str(path)]).fetchall()]
            connection.execute(_reading(source, names), [str(path)])
        except duckdb.Error as error:
            raise Invalid(
                "file.unreadable", zh=f"文件无法读取：{error}", en=f"unreadable: {error}", field="file"
            ) from error
        counted = connection.execute("SELECT count(*) FROM told").fetchone()
        yield connection, counted[0] if counted else 0
    finally:
        connection.close()
        place.unlink(missing_ok=True)


def _reading(source: str, names: list[str]) -> str:
    """Give the statement that reads the file; names are quoted, values stay values."""
    folded = {name.strip().casefold(): name for name in names}
    found = {
        ours: next((folded[title] for title in titles if title in folded), None)
        for ours, titles in COLUMNS.items()
    }
    named = any(found[one] for one in ("stream", "key", "thing"))
    if found["at"] is None or found["value"] is None or not named:
        raise Invalid(
            "file.heading",
            zh="首行须有 at、value 与 stream、key 或 thing/property",
            en="columns missing: at, value and stream, key or thing/property",
            field="file",
        )

    def text(ours: str) -> str:
        name = found[ours]
        quoted = (name or "").replace('"', '""')
        return f"""coalesce(trim(CAST("{quoted}" AS VARCHAR)), '')""" if name else "''"

    at = text("at")
    return f"""
        CREATE TABLE told AS SELECT row_number() OVER () - 1 AS place,
            coalesce(nullif({text("stream")}, ''), nullif({text("key")}, ''),
                     {text("thing")} || '/' || {text("property")}) AS name,
            ({text("stream")} <> '') AS numbered,
            coalesce(TRY_CAST({at} AS BIGINT), epoch_ms(TRY_CAST({at} AS TIMESTAMPTZ))) AS ms,
            TRY_CAST(coalesce(nullif({text("value")}, ''), 'nan') AS DOUBLE) AS reading,
            {text("unit")} AS unit
        FROM {source}"""  # noqa: S608 - headings are quoted


def _streams(connection: duckdb.DuckDBPyConnection, actor: Actor) -> None:
    """Add a table of streams: what each name and unit of the file means, in the stream's own unit."""
    pairs = connection.execute("SELECT DISTINCT name, numbered, unit FROM told").fetchall()
    keys = register.datastreams_by_key({name for name, numbered, _ in pairs if name and not numbered}, actor)
    numbers = {int(name) for name, numbered, _ in pairs if numbered and name.isascii() and name.isdigit()}
    streams = register.streams({number for number in numbers if number < 2**63}, actor)
    rows: list[tuple[Any, ...]] = []
    for name, numbered, unit in pairs:
        found = streams.get(int(name)) if numbered and name.isdigit() else keys.get(name)
        if found is None:
            continue
        way = register.conversion(unit, found.unit) if unit and found.unit else (1.0, 0.0)
        factor, offset = way or (1.0, 0.0)
        rows.append((name, numbered, unit, found.id, factor, offset, way is None))
    connection.execute(
        "CREATE TABLE meant (name VARCHAR, numbered BOOLEAN, unit VARCHAR, stream BIGINT,"
        " factor DOUBLE, plus DOUBLE, wrong BOOLEAN)"
    )
    if rows:
        connection.executemany("INSERT INTO meant VALUES (?, ?, ?, ?, ?, ?, ?)", rows)


_JOIN: Final = "FROM told LEFT JOIN meant USING (name, numbered, unit) WHERE place >= ? AND place < ?"


def _range(connection: duckdb.DuckDBPyConnection, first: int, last: int) -> tuple[Frame, list[Refusing]]:
    """Give the good readings of a range of rows in file order, and the first bad rows."""
    good = f"{_JOIN} AND stream IS NOT NULL AND ms IS NOT NULL AND reading IS NOT NULL ORDER BY place"
    told = connection.execute(
        f"SELECT stream, ms, reading * factor + plus AS reading, wrong {good}", [first, last]
    ).fetchnumpy()
    stream = np.asarray(told["stream"], np.int64)
    frame = Frame(
        stream,
        np.asarray(told["ms"], np.int64),
        np.asarray(told["reading"], np.float64),
        np.full(len(stream), Quality.BACKFILLED, np.uint16),
    ).flagged(np.asarray(told["wrong"], np.bool_), Quality.WRONG_UNIT)
    if len(frame) == last - first:
        return frame, []
    wrong = f"{_JOIN} AND (stream IS NULL OR ms IS NULL OR reading IS NULL) ORDER BY place LIMIT 1000"
    rows = connection.execute(
        f"SELECT place, name, stream, ms, reading, unit {wrong}", [first, last]
    ).fetchall()
    return frame, [_refusing(*row) for row in rows]


def _refusing(place: int, name: str, stream: Any, at: Any, value: Any, unit: str) -> Refusing:
    field = "stream" if stream is None else "at" if at is None else "value"
    raw = f"name={name}, at={at}, value={value}, unit={unit}"
    return Refusing(place + 2, field, _KINDS[field], _WORDS[field], raw)
