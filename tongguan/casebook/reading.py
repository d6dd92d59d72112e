# SPDX-License-Identifier: Apache-2.0
"""Reading the book: views over its files, narrowed to what one reader may see. Pure of Django."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from tongguan.casebook.contracts import Group, Manifest
from tongguan.casebook.files import connected, listed, quoted
from tongguan.casebook.schema import CASE, DIMENSIONS, HEADS, TABLES, WRITTEN
from tongguan.casebook.store import no_rows, source_sql
from tongguan.kernel.codes import next_prefix
from tongguan.kernel.errors import Unavailable


@dataclass(frozen=True, slots=True)
class View:
    """What a reader may see: everything, divisions by prefix, cases of units by path prefix, own ones."""

    everything: bool = False
    divisions: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Stamp:
    """Which book, and the number up to which groups were written into it."""

    book: str = ""
    no: int = 0


_Laid = Callable[[int, str], list[tuple[str, str]]]


class Book:
    """An open casebook: DuckDB views named as the tables, holding what its reader may see.

    ``read_at``: every fact up to then is in it; None while the first book is being built. ``stamp``: which
    book it is and how far it is written.
    """

    def __init__(
        self, cursor: duckdb.DuckDBPyConnection, read_at: datetime | None, stamp: Stamp, laid: _Laid
    ) -> None:
        """Wrap a connection whose views are made."""
        self._cursor, self.read_at, self.stamp, self._laid = cursor, read_at, stamp, laid

    def sql(
        self, text: str, params: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> duckdb.DuckDBPyRelation:
        """Give a query's relation; it may be read only while the book is open."""
        return self._cursor.sql(text, params=params) if params else self._cursor.sql(text)

    def fetch(self, text: str, params: Sequence[Any] | Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Give a query's columns as numpy arrays (masked where a value is missing)."""
        found: dict[str, Any] = self._cursor.execute(text, params or []).fetchnumpy()
        return found

    def rows(
        self, text: str, params: Sequence[Any] | Mapping[str, Any] | None = None
    ) -> list[tuple[Any, ...]]:
        """Give a query's rows."""
        return self._cursor.execute(text, params or []).fetchall()

    def lay_changed(self, since: int, prefix: str) -> None:
        """Lay down every row of the subjects written after ``since`` (a stamp's ``no``).

        Within the times read, as temporary tables: the prefix and a view's name. They cost what was
        written since, not what there is.
        Raises ValueError for a reader who does not see everything.
        """
        for name, sql in self._laid(since, prefix):
            self._cursor.execute(f'CREATE OR REPLACE TEMP TABLE "{prefix}{name}" AS {sql}')


@contextmanager
def opened(
    folder: Path,
    state: Manifest | None,
    view: View,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    read_at: datetime | None = None,
) -> Iterator[Book]:
    """Open a manifest's book for one reader; ``since`` ≤ opened < ``until`` where given. None: no rows.

    Raises Unavailable for a question that needs more memory than there is for it.
    """
    with connected(folder) as cursor:
        for name, sql in _views(folder, state, view, since, until).items():
            cursor.execute(f'CREATE TEMP VIEW "{name}" AS {sql}')
        stamp = Stamp(state.book, state.last_no) if state else Stamp()
        try:
            yield Book(cursor, read_at, stamp, partial(_changed, folder, state, view, (since, until)))
        except duckdb.OutOfMemoryException as error:
            raise Unavailable(
                "casebook.too_much",
                zh="要算的数据太多，内存不够，请缩短时段或缩小范围",
                en="too much is asked for at once: ask for a shorter time or a smaller part",
            ) from error


def _views(
    folder: Path, state: Manifest | None, view: View, since: datetime | None, until: datetime | None
) -> dict[str, str]:
    months: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    for one in sorted(state.groups, key=lambda one: -one.no) if state else ():
        if _touches(one.month, since, until):
            months[one.subject, one.month].append(one)
    found: dict[str, str] = {}
    inner: dict[str, str] = {}
    for table in TABLES.values():
        mine = [groups for (subject, _), groups in months.items() if subject == table.subject]
        inner[table.name] = source_sql(folder, mine, table) or no_rows(table.columns)
    scope = _scope(view, inner)
    for table in TABLES.values():
        if table.name == "parts":
            continue
        shown = ", ".join(f'"{one}"' for one in table.shown)
        terms = [term for term in (scope[table.name], *_times(since, until)) if term]
        where = f" WHERE {' AND '.join(terms)}" if terms else ""
        found[table.name] = f"SELECT {shown} FROM ({inner[table.name]}){where}"
    for name, columns in DIMENSIONS.items():
        file = state.dimensions.get(name) if state else None
        found[name] = f"SELECT * FROM {listed([str(folder / file.name)])}" if file else no_rows(columns)
    return found


def _changed(
    folder: Path, state: Manifest | None, view: View, times: tuple[datetime | None, datetime | None],
    since: int, prefix: str,
) -> list[tuple[str, str]]:  # fmt: skip
    """Give table → SQL of what was written since; heads come before what hangs on them."""
    if not view.everything:
        raise ValueError("what changed is told of the whole book only")
    months: defaultdict[tuple[str, str], list[Group]] = defaultdict(list)
    for one in sorted(state.groups, key=lambda one: -one.no) if state else ():
        if one.no > since and _touches(one.month, *times):
            months[one.subject, one.month].append(one)
    found = []
    for table in TABLES.values():
        mine = [groups for (subject, _), groups in months.items() if subject == table.subject]
        rows = source_sql(folder, mine, table) or no_rows(table.columns)
        head = TABLES[HEADS[table.subject]]
        shown = ", ".join(f'"{one}"' for one in table.shown)
        if table is head:
            terms = [f"{WRITTEN} > {int(since)}", *_times(*times)]
        else:
            terms = [f'"{table.key}" IN (SELECT "{head.key}" FROM "{prefix}{head.name}")']
        found.append((table.name, f"SELECT {shown} FROM ({rows}) WHERE {' AND '.join(terms)}"))
    return found


def _touches(month: str, since: datetime | None, until: datetime | None) -> bool:
    if since is not None and month < _utc(since)[:7]:
        return False
    return until is None or month <= _utc(until)[:7]


def _utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _times(since: datetime | None, until: datetime | None) -> list[str]:
    found = [f"_opened >= TIMESTAMP '{_utc(since)}'"] if since else []
    return found + ([f"_opened < TIMESTAMP '{_utc(until)}'"] if until else [])


def _scope(view: View, inner: Mapping[str, str]) -> dict[str, str]:
    """Give each table's condition: "" for everything."""
    if view.everything:
        return dict.fromkeys(TABLES, "")
    places = " OR ".join(_begins("_division", one) for one in view.divisions)
    if not view.units and view.person is None:
        return dict.fromkeys(TABLES, f"({places or 'false'})")
    seen = [f"SELECT id FROM ({inner['cases']}) WHERE {_own(view, places)}"]
    if view.units:
        within = " OR ".join(_begins("unit_path", one) for one in view.units)
        seen.append(f"SELECT case_id FROM ({inner['parts']}) WHERE {within}")
    term = f"IN ({' UNION ALL '.join(seen)})"
    return {
        name: f"{'id' if name == 'cases' else 'case_id'} {term}"
        if table.subject == CASE
        else f"({places or 'false'} OR case_id {term})"
        for name, table in TABLES.items()
    }


def _own(view: View, places: str) -> str:
    terms = [f"({places})"] if places else []
    if view.person is not None:
        terms.append(f"_collector = {int(view.person)} OR _reporter = {int(view.person)}")
    return " OR ".join(terms) or "false"


def _begins(column: str, prefix: str) -> str:
    """Give "begins with" as a range, by which files leave out what does not match."""
    if not prefix:
        return "true"
    if not (prefix.isascii() and prefix.isdigit()):
        return "false"
    above = next_prefix(prefix)
    lower = f"{column} >= {quoted(prefix)}"
    return f"({lower} AND {column} < {quoted(above)})" if above else f"({lower})"
