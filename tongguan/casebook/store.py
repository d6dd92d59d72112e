# SPDX-License-Identifier: Apache-2.0
"""Writing the book: a group of files per month and increment, merged as they grow. Pure of Django.

Nothing that is in force is ever changed: new files are written and made durable, then the manifest is
replaced, and only long after that the old files go. Killed anywhere, the book is as before or as after.
"""

import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from secrets import token_hex
from typing import Final
from uuid import uuid4

import duckdb
import msgspec

from tongguan.casebook import files
from tongguan.casebook.contracts import BookFile, Damaged, Group, Manifest, Rows
from tongguan.casebook.files import listed, quoted
from tongguan.casebook.schema import CASE, DIMENSIONS, HEADS, TABLES, VERSION, WRITTEN, Table, tables_of

#: A group takes the next older one into itself when that is not so many times as large.
_GROWTH: Final = 4
#: A month's increments go into its base when they hold more than this many subjects …
_LOOSE: Final = 20_000
#: … or more than this share of it.
_SHARE: Final = 0.1
#: A file no longer in force stays so many seconds, for readers who were given its name.
KEPT_SECONDS: Final = 900.0
#: How many subjects are too few to rewrite a month for.
_FEW: Final = 2_000
_TRIES: Final = 100
_PAUSE: Final = 0.1
#: Rows of a file that are read or left out together.
ROW_GROUP: Final = 30_720


class Store:
    """The writer of one folder's book. Its caller holds ``files.writing``."""

    def __init__(self, folder: Path, name: str, state: Manifest) -> None:
        """Go on with a manifest, kept under a name (in force, or being built)."""
        self.folder, self.name, self.state = folder, name, state

    @classmethod
    def begun(cls, folder: Path) -> "Store":
        """Begin a new, empty book beside the one in force."""
        folder.mkdir(parents=True, exist_ok=True)
        store = cls(folder, files.BUILDING, Manifest(book=uuid4().hex[:12], schema=VERSION))
        (folder / store.state.book).mkdir()
        store._put(store.state)
        return store

    def add(
        self, batches: Iterable[Rows], *, names: str = "", position: Mapping[str, str] | None = None
    ) -> None:
        """Take in subjects with all their rows, in place of what was known of them; one new generation.

        ``names``: the stamp of the items' words in them. ``position``: how far building is with them.
        """
        groups = list(self.state.groups)
        no = self.state.last_no
        with files.connected(self.folder) as connection:
            for batch in batches:
                for month, tables in _by_month(batch).items():
                    no += 1
                    under = _like_size(groups, batch.subject, month, len(tables[HEADS[batch.subject]]))
                    made = self._written(connection, (batch.subject, month, no), tables, under, names)
                    groups = [one for one in groups if one not in under] + [made]
        self._put(
            msgspec.structs.replace(
                self.state,
                generation=self.state.generation + 1,
                last_no=no,
                groups=_sorted(groups),
                position=self.state.position if position is None else dict(position),
            )
        )

    def _written(
        self,
        connection: duckdb.DuckDBPyConnection,
        key: tuple[str, str, int],
        tables: Mapping[str, Sequence[Mapping[str, object]]],
        under: Sequence[Group],
        names: str,
    ) -> Group:
        """Write new rows of a month, and those of increments that they take into themselves, as one group."""
        subject, month, no = key
        head = TABLES[HEADS[subject]]
        made: dict[str, BookFile] = {}
        for table in tables_of(subject):
            rows = tables.get(table.name, ())
            draft = self.folder / self.state.book / f"rows-{no}.ndjson"
            if table is head:
                rows = [{**row, WRITTEN: no} for row in rows]
            columns = ", ".join(f'"{one}"' for one in table.names)
            sources = [f"SELECT {columns} {rows_sql(draft, table.columns, rows)}"] if rows else []
            if table is head:
                connection.execute(
                    f'CREATE OR REPLACE TEMP TABLE written AS SELECT "{head.key}" AS id FROM ({sources[0]})'
                )
            older = source_sql(self.folder, [list(under)], table) if under else ""
            if older:
                sources.append(
                    f'SELECT {columns} FROM ({older}) WHERE "{table.key}" NOT IN (SELECT id FROM written)'
                )
            if sources:
                source = f"({' UNION ALL '.join(sources)})"
                made[table.name] = self._copied(connection, table, source, f"{subject}-{month}-{no}")
            draft.unlink(missing_ok=True)
        made = {name: file for name, file in made.items() if file.rows}
        count = made[head.name].rows
        return Group(subject=subject, month=month, no=no, base=False, subjects=count, files=made, names=names)

    def _copied(
        self, connection: duckdb.DuckDBPyConnection, table: Table, source: str, stem: str
    ) -> BookFile:
        name = f"{self.state.book}/{stem}-{table.name}-{token_hex(3)}.parquet"
        columns = ", ".join(f'"{one}"' for one in table.names)
        order = ", ".join(f'"{one}"' for one in table.order)
        target = quoted(str(self.folder / name))
        found = connection.execute(
            f"COPY (SELECT {columns} FROM {source} ORDER BY {order}) TO {target} "
            f"(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})"
        ).fetchall()
        return files.sealed(self.folder, name, int(found[0][0]))

    def _united(
        self,
        connection: duckdb.DuckDBPyConnection,
        parts: Sequence[Group],
    ) -> Group:
        """Write all groups of one month, the newest first, as its base."""
        subject, month, no = parts[0].subject, parts[0].month, parts[0].no
        made: dict[str, BookFile] = {}
        for table in tables_of(subject):
            source = source_sql(self.folder, [list(parts)], table)
            if source and table.name == "cases":
                source = self._named(source)
            if source and len(parts) > 1:
                # A sort of several branches at once keeps all its rows in memory; one of a table spills.
                connection.execute(f"CREATE OR REPLACE TEMP TABLE united AS {source}")
                source = "FROM united"
            if source:
                made[table.name] = self._copied(connection, table, f"({source})", f"{subject}-{month}-{no}")
        made = {table: file for table, file in made.items() if file.rows}
        count = made[HEADS[subject]].rows
        return Group(
            subject=subject, month=month, no=no, base=True, subjects=count, files=made, names=self.state.names
        )

    def _named(self, source: str) -> str:
        """Give the cases with their items' words as the register has them now."""
        register = self.state.dimensions.get("items")
        if register is None or not register.rows:
            return source
        items = listed([str(self.folder / register.name)])
        return (
            "SELECT c.* REPLACE (coalesce(i.name, '') AS item_name, coalesce(i.family, '') AS family) "
            f"FROM ({source}) c LEFT JOIN {items} i ON i.code = c.item"
        )

    def compact(self) -> int:
        """Bring every month's increments into its base; give how many months were rewritten."""
        due = self.due(everything=True)
        for subject, month in due:
            self.swap(*self.compacted(subject, month))
        return len(due)

    def compacted(self, subject: str, month: str) -> tuple[list[Group], Group]:
        """Write all groups of a month as one, not in force yet; give those groups and the new one."""
        parts = [one for one in self.state.groups if (one.subject, one.month) == (subject, month)]
        parts.sort(key=lambda one: -one.no)
        with files.connected(self.folder) as connection:
            return parts, self._united(connection, parts)

    def swap(self, parts: Sequence[Group], made: Group) -> bool:
        """Put a group in the place of those it was made of; False when they are in force no more."""
        now = list(self.state.groups)
        if any(one not in now for one in parts):
            return False
        kept = [one for one in now if one not in parts] + [made]
        self._put(msgspec.structs.replace(self.state, groups=_sorted(kept)))
        return True

    def due(self, *, everything: bool = False) -> list[tuple[str, str]]:
        """Give (kind, month) whose increments are many or whose words are old; the most first."""
        loose: defaultdict[tuple[str, str], int] = defaultdict(int)
        base: defaultdict[tuple[str, str], int] = defaultdict(int)
        renamed: set[tuple[str, str]] = set()
        for one in self.state.groups:
            key = one.subject, one.month
            (base if one.base else loose)[key] += one.subjects
            if one.subject == CASE and one.names != self.state.names:
                renamed.add(key)
        due = renamed | {
            key
            for key, count in loose.items()
            if everything or count > _LOOSE or (base[key] and count > max(_FEW, base[key] * _SHARE))
        }
        return sorted(due, key=lambda key: (-loose[key], key))

    def set_dimensions(
        self, tables: Mapping[str, Sequence[Mapping[str, object]]], stamp: str = "", names: str = ""
    ) -> None:
        """Put the registers in place of what was known of them, with the stamps of all and of the items."""
        made: dict[str, BookFile] = {}
        no = self.state.last_no + 1
        with files.connected(self.folder) as connection:
            for name, columns in DIMENSIONS.items():
                table = Table(name, "", columns[0][0], columns, (columns[0][0],))
                draft = self.folder / self.state.book / f"rows-{no}.ndjson"
                source = f"({rows_sql(draft, columns, tables.get(name, ()))})"
                made[name] = self._copied(connection, table, source, f"register-{no}")
                draft.unlink()
        self._put(
            msgspec.structs.replace(self.state, last_no=no, dimensions=made, registers=stamp, names=names)
        )

    def put_groups(self, groups: Sequence[Group]) -> None:
        """Let files that were written beside be the whole of the book."""
        last = max((one.no for one in groups), default=0)
        self._put(msgspec.structs.replace(self.state, last_no=last, groups=tuple(groups)))

    def finish(self, read_at: datetime | None) -> None:
        """Let this book be the one in force: everything was read."""
        self._put(msgspec.structs.replace(self.state, whole=True, read_at=read_at))
        if self.name == files.BUILDING:
            (self.folder / files.BUILDING).replace(self.folder / files.MANIFEST)
            files.sync_folder(self.folder)
            self.name = files.MANIFEST

    def sweep(self, kept_seconds: float = KEPT_SECONDS) -> int:
        """Delete files that are in no manifest and were not touched for a while; give how many."""
        files.sync_folder(self.folder / self.state.book)
        named = {file.name for file in _all_files(self.state)}
        for other in (files.MANIFEST, files.BUILDING):
            try:
                found = files.manifest(self.folder, other)
            except Damaged:
                continue
            named |= {file.name for file in _all_files(found)} if found else set()
        before = time.time() - kept_seconds
        gone = 0
        for path in self.folder.glob("*/*"):
            if f"{path.parent.name}/{path.name}" not in named and path.stat().st_mtime < before:
                path.unlink(missing_ok=True)
                gone += 1
        for book in self.folder.iterdir():
            if book.is_dir() and book.name not in {self.state.book, files.SPILL} and not any(book.iterdir()):
                book.rmdir()
        return gone

    def _put(self, state: Manifest) -> None:
        folder = self.folder / state.book
        folder.mkdir(exist_ok=True)
        files.sync_folder(folder)
        files.write(self.folder / self.name, state)
        self.state = state


def _like_size(groups: Iterable[Group], subject: str, month: str, count: int) -> list[Group]:
    """Give the newest increments of a month, the newest first, that so many subjects take into themselves.

    While they are of like size: few files stay.
    """
    mine = [one for one in groups if (one.subject, one.month, one.base) == (subject, month, False)]
    found: list[Group] = []
    for one in sorted(mine, key=lambda one: -one.no):
        if count * _GROWTH < one.subjects:
            break
        found.append(one)
        count += one.subjects
    return found


def _sorted(groups: Iterable[Group]) -> tuple[Group, ...]:
    return tuple(sorted(groups, key=lambda one: (one.subject, one.month, one.no)))


def compact_one(folder: Path, *, everything: bool = False) -> bool:
    """Bring one month of the book in force into one base while others go on writing; tell whether it did.

    What was written in vain, because the month's increments were merged meanwhile, goes with the old files.
    """
    state = files.manifest(folder)
    due = Store(folder, files.MANIFEST, state).due(everything=everything) if state else []
    if state is None or not due:
        return False
    parts, made = Store(folder, files.MANIFEST, state).compacted(*due[0])
    for _ in range(_TRIES):
        with files.writing(folder) as mine:
            if mine:
                now = files.manifest(folder)
                same = now is not None and now.book == state.book
                return bool(now and same and Store(folder, files.MANIFEST, now).swap(parts, made))
        time.sleep(_PAUSE)
    return False


def verify(folder: Path, state: Manifest, *, whole: bool = True) -> list[str]:
    """Give the files that are missing or not what was written."""
    return [one.name for one in _all_files(state) if not files.holds(folder, one, whole=whole)]


def _all_files(state: Manifest) -> list[BookFile]:
    return [file for group in state.groups for file in group.files.values()] + list(state.dimensions.values())


def rows_sql(draft: Path, columns: Sequence[tuple[str, str]], rows: Sequence[Mapping[str, object]]) -> str:
    """Give SQL for rows that are laid down in a draft file: it takes times, lists and gaps as they are."""
    draft.write_bytes(msgspec.json.Encoder().encode_lines(rows))
    kinds = ", ".join(f"{quoted(one)}: {quoted(kind)}" for one, kind in columns)
    return f"FROM read_json({quoted(str(draft))}, format = 'newline_delimited', columns = {{{kinds}}})"


def no_rows(columns: Sequence[tuple[str, str]]) -> str:
    """Give SQL for a table without rows."""
    return "SELECT " + ", ".join(f'NULL::{kind} AS "{name}"' for name, kind in columns) + " WHERE false"


def _by_month(batch: Rows) -> dict[str, dict[str, list[dict[str, object]]]]:
    found: defaultdict[str, dict[str, list[dict[str, object]]]] = defaultdict(lambda: defaultdict(list))
    for name, rows in batch.tables.items():
        for row in rows:
            found[str(row["_opened"])[:7]][name].append(row)
    return found


def source_sql(folder: Path, months: Iterable[Sequence[Group]], table: Table) -> str:
    """Give SQL for the rows of a table in some months, each subject's as its newest group has it.

    Each of ``months`` holds the groups of one month, the newest first. "" when no file has any row.

    A subject is of one month for ever, so what is newer may be taken away from all older groups at once:
    one branch per rank, and months with a single group are read plainly.
    """
    ranks: defaultdict[int, list[Group]] = defaultdict(list)
    for groups in months:
        for rank, one in enumerate(groups):
            ranks[rank if len(groups) > 1 else -1].append(one)
    head = TABLES[HEADS[table.subject]]
    newer: list[str] = []
    branches: list[str] = []
    columns = ", ".join(f'"{one}"' for one in table.names)
    for rank in sorted(ranks):
        paths = [str(folder / g.files[table.name].name) for g in ranks[rank] if table.name in g.files]
        if paths:
            plain = f"SELECT {columns} FROM {listed(paths)}"
            if rank > 0:
                known = f'SELECT "{head.key}" AS _newer FROM {listed(newer)}'
                plain += f' ANTI JOIN ({known}) ON "{table.key}" = _newer'
            branches.append(plain)
        if rank >= 0:
            newer += [str(folder / g.files[head.name].name) for g in ranks[rank]]
    return " UNION ALL ".join(branches)
