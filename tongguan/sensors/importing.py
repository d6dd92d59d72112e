# SPDX-License-Identifier: Apache-2.0
"""Declarations from files: CSV, a JSON array, or one JSON object a line."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, TextIO

from tongguan.kernel.errors import Invalid
from tongguan.kernel.tabular import BROKEN, csv_rows, open_text, unreadable
from tongguan.people.contracts import Actor
from tongguan.sensors.checking import COLUMNS
from tongguan.sensors.contracts import Declaration, Import
from tongguan.sensors.declaring import declare, require_keeper

_LINES: Final = (".jsonl", ".ndjson")


def import_file(actor: Actor, path: Path, *, crs: str = "WGS84") -> Import:
    """Declare what a CSV or JSON file says (headings: ``checking.COLUMNS``); 2,000 rows a transaction.

    Imported again, what is there is updated. Raises Forbidden, or Invalid for a file that cannot be read.
    """
    require_keeper(actor)
    with _rows(path) as (given, rows):
        return declare(actor, rows, crs=crs, given=given, source=path.name)


@contextmanager
def _rows(path: Path) -> Iterator[tuple[frozenset[str], Iterator[Declaration]]]:
    kind = next((s for s in reversed(path.suffixes) if s.lower() != ".gz"), "").lower()
    with path.open("rb", buffering=0) as stream, open_text(stream) as text:
        if kind in _LINES:
            yield frozenset(COLUMNS), _lines(text)
        elif kind == ".json":
            yield _whole(text)
        else:
            rows = csv_rows(text, COLUMNS)
            first = next(rows, None)
            given = frozenset(first.values if first else ())
            if first is not None and "thing" not in given:
                raise Invalid("file.heading", zh="首行缺少列：thing", en="no column thing", field="file")
            chain = (row for part in ((first,) if first else (), rows) for row in part)
            yield given, (Declaration(row.line, row.values) for row in chain)


def _lines(text: TextIO) -> Iterator[Declaration]:
    try:
        for number, line in enumerate(text, start=1):
            if line.strip():
                try:
                    told = json.loads(line)
                except (ValueError, RecursionError):
                    told = None
                yield object_row(number, told)
    except BROKEN as error:
        raise unreadable(f"{error}", f"unreadable: {error}") from error


def _whole(text: TextIO) -> tuple[frozenset[str], Iterator[Declaration]]:
    try:
        told = json.load(text)
    except (ValueError, RecursionError, *BROKEN) as error:
        raise unreadable(f"不是 JSON：{error}", f"not JSON: {error}") from error
    if not isinstance(told, list):
        raise unreadable("应为对象的数组", "must be an array of objects")
    rows = [object_row(number, one) for number, one in enumerate(told, start=1)]
    given = frozenset(name for row in rows for name in row.values)
    return given, iter(rows)


def object_row(place: int, told: Any) -> Declaration:
    """Give a JSON object as a row; names may be any of the headings. What is no object is an empty row."""
    if not isinstance(told, dict):
        return Declaration(place, {})
    folded = {str(name).casefold(): value for name, value in told.items() if value is not None}
    values = {}
    for name, titles in COLUMNS.items():
        word = next((title for title in (name, *titles) if title.casefold() in folded), None)
        if word is not None:
            values[name] = _text(folded[word.casefold()])
    return Declaration(place, values)


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    return str(value)
