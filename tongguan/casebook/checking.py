# SPDX-License-Identifier: Apache-2.0
"""Comparing the book with the database: the oracle, read anew, beside what the files hold."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from uuid import UUID

import duckdb

from tongguan.casebook import files, gathering, keeping, store
from tongguan.casebook.contracts import Group, Manifest, Rows
from tongguan.casebook.schema import HEADS, SUBJECTS, TABLES, WRITTEN, Table, tables_of

_AT_ONCE: Final = 2_000
_SHOWN: Final = 50


@dataclass(frozen=True, slots=True)
class Checked:
    """What a check found: damaged files, how many subjects were compared, differing rows by table."""

    damaged: tuple[str, ...]
    subjects: int
    differences: tuple[str, ...]

    @property
    def sound(self) -> bool:
        """Tell whether nothing was found."""
        return not self.damaged and not self.differences


def check(folder: Path) -> Checked | None:
    """Compare every file with its checksum and every row with the database; None when there is no book.

    Facts that are not taken in yet show as differences. At most 50 differences are told.
    """
    state = files.manifest(folder)
    if state is None:
        return None
    damaged = tuple(store.verify(folder, state))
    if damaged:
        return Checked(damaged, 0, ())
    count, wrong = 0, []
    with files.connected(folder) as connection, TemporaryDirectory() as drafts:
        for subject in SUBJECTS:
            seen = 0
            for rows in _read(subject):
                seen += len(rows.tables[HEADS[subject]])
                wrong += _compared(connection, folder, state, rows, Path(drafts))
            wrong += _superfluous(connection, folder, state, subject, seen)
            count += seen
    return Checked((), count, tuple(wrong[:_SHOWN]))


def _read(subject: str) -> Iterator[Rows]:
    last: UUID | None = None
    while keys := gathering.after(subject, last, _AT_ONCE):
        yield gathering.gathered(subject, keys)
        last = keys[-1]


def _compared(
    connection: duckdb.DuckDBPyConnection, folder: Path, state: Manifest, rows: Rows, drafts: Path
) -> list[str]:
    head = TABLES[HEADS[rows.subject]]
    months = {str(row["_opened"])[:7] for row in rows.tables[head.name]}
    connection.execute(f"CREATE OR REPLACE TEMP TABLE heads AS {_told(head, rows, drafts)}")
    found = []
    for table in tables_of(rows.subject):
        columns = ", ".join(f'"{one}"' for one in table.names if one != WRITTEN)
        now = f"SELECT {columns} FROM ({_told(table, rows, drafts)})"
        mine = kept(folder, state, table, months)
        named = f'SELECT {columns} FROM ({mine}) WHERE "{table.key}" IN (SELECT "{head.key}" FROM heads)'
        for words, sql in (("缺", f"{now} EXCEPT ALL {named}"), ("多", f"{named} EXCEPT ALL {now}")):
            differing: list[tuple[Any, ...]] = connection.execute(sql).fetchmany(_SHOWN)
            found += [f"{table.name} {words}：{', '.join(map(str, row))}" for row in differing]
    return found


def _told(table: Table, rows: Rows, drafts: Path) -> str:
    """Give SQL for rows as they were just read from the database."""
    draft = drafts / f"{table.name}.ndjson"
    return store.rows_sql(draft, table.columns, rows.tables.get(table.name, ()))


def kept(folder: Path, state: Manifest, table: Table, months: set[str] | None = None) -> str:
    """Give SQL for a table's rows as the files of a manifest have them, of all months or some."""
    by_month: defaultdict[str, list[Group]] = defaultdict(list)
    for one in sorted(state.groups, key=lambda one: -one.no):
        if one.subject == table.subject and (months is None or one.month in months):
            by_month[one.month].append(one)
    found: Sequence[list[Group]] = list(by_month.values())
    return store.source_sql(folder, found, table) or store.no_rows(table.columns)


def _superfluous(
    connection: duckdb.DuckDBPyConnection, folder: Path, state: Manifest, subject: str, seen: int
) -> list[str]:
    head = TABLES[HEADS[subject]]
    mine = connection.execute(f"SELECT count(*) FROM ({kept(folder, state, head)})").fetchall()[0][0]
    return [] if mine == seen else [f"{head.name}：台账 {mine}，数据库 {seen}"]


def words(folder: Path) -> str:
    """Tell in one line how the book stands."""
    state = files.manifest(folder)
    if state is None:
        return "尚未建立 / not built yet"
    heads = {subject: sum(g.subjects for g in state.groups if g.subject == subject) for subject in SUBJECTS}
    at = keeping.read_at(folder)
    return f"案件约 {heads['case']}，诉求约 {heads['telling']}，取至 {at.isoformat() if at else '—'}"
