# SPDX-License-Identifier: Apache-2.0
"""The sums of a running period kept up with the cases: what changed is counted anew, the rest is not touched.

Sums by case lie in a Parquet file, sorted by case. A batch of changed cases takes its old ones out of the
period's sums and puts its new ones in; these lie beside until the file is written again. Tellings that have
no case yet are few and counted anew every time.
"""

from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import duckdb
import numpy as np

from tongguan.casebook.queries import Book
from tongguan.evaluation import tallying
from tongguan.evaluation.tallying import Cells
from tongguan.marks import counting
from tongguan.marks.counting import Frame
from tongguan.marks.takes import COUNTS

#: The casebook's tables that hang on a case, and the column that names it.
_TABLES: Final = {
    "cases": "id", "lines": "case_id", "orders": "case_id", "clocks": "case_id", "answers": "case_id",
    "tellings": "case_id",
}  # fmt: skip
_FEW: Final = "few_"
#: Which fifth complaint makes a spot depends on other cases: it is counted whole, never by case.
WHOLE: Final = frozenset({"spots"})
_KEYS: Final = "count, street, unit, person, post, bits"
_SUMS: Final = f"SELECT {_KEYS}, sum(amount) AS amount FROM {{}} GROUP BY {_KEYS}"


class Running:
    """One period's sums. ``codes``: the counts, without those of ``WHOLE``. One writer at a time."""

    def __init__(self, path: Path, codes: Sequence[str], frame: Frame) -> None:
        """Keep sums by case at ``path``; call ``begin`` first."""
        self._path, self._frame = path, frame
        self._codes = [code for code in codes if code not in WHOLE]
        self._engine = duckdb.connect(":memory:", config={"threads": 2, "memory_limit": "1GB"})
        self._loose: Cells = {}
        self._cells: Cells = {}

    @property
    def cells(self) -> Cells:
        """Give the period's sums as ``computing.summed`` would."""
        found = dict(self._cells)
        for cell, amount in self._loose.items():
            found[cell] = found.get(cell, 0) + amount
        return {cell: amount for cell, amount in found.items() if amount}

    def begin(self, book: Book) -> None:
        """Count everything from the book and write the file."""
        draft = self._path.with_suffix(".draft")
        told = counting.marks(self._codes, replace(self._frame, by_case=True))
        street = f"substr(division, 1, {counting.STREET}) AS street"
        book.rows(
            f"COPY (SELECT case_id, count, {street}, unit, person, post, bits, sum(amount) AS amount"
            f" FROM ({told}) GROUP BY ALL ORDER BY case_id) TO '{draft}' (FORMAT parquet)"
        )
        draft.replace(self._path)
        self._engine.execute(
            f"CREATE OR REPLACE VIEW base AS SELECT * FROM read_parquet('{self._path}');"
            " CREATE OR REPLACE TABLE over AS SELECT * FROM base WHERE false;"
            " CREATE OR REPLACE TABLE known (case_id VARCHAR PRIMARY KEY)"
        )
        self._cells = {}
        tallying.add_marks(self._cells, self._engine.execute(_SUMS.format("base")).fetchnumpy())
        self._count_loose(book)

    def recount(self, book: Book, changed: Collection[str]) -> None:
        """Count these cases anew; ``book`` holds them as they are now. Ids that are no case do no harm."""
        listed = sorted(set(changed))
        if listed:
            self._take_out(listed)
            self._put_in(book, listed)
        self._count_loose(book)

    def _take_out(self, listed: Sequence[str]) -> None:
        engine = self._engine
        ids = ", ".join(f"('{one}')" for one in listed)
        engine.execute(f"CREATE OR REPLACE TEMP TABLE asked AS SELECT * FROM (VALUES {ids}) t(case_id)")
        old = (
            "(SELECT * FROM over WHERE case_id IN (SELECT case_id FROM asked) UNION ALL"
            f" SELECT * FROM base WHERE case_id >= '{listed[0]}' AND case_id <= '{listed[-1]}'"
            " AND case_id IN (SELECT case_id FROM asked EXCEPT SELECT case_id FROM known))"
        )
        tallying.add_marks(self._cells, engine.execute(_SUMS.format(old)).fetchnumpy(), sign=-1)
        engine.execute("DELETE FROM over WHERE case_id IN (SELECT case_id FROM asked)")
        engine.execute("INSERT OR IGNORE INTO known SELECT case_id FROM asked")

    def _put_in(self, book: Book, listed: Sequence[str]) -> None:
        ids = ", ".join(f"'{one}'::UUID" for one in listed)
        for table, key in _TABLES.items():
            book.rows(
                f"CREATE OR REPLACE TEMP TABLE {_FEW}{table} AS SELECT * FROM {table} WHERE {key} IN ({ids})"
            )
        rows: list[tuple[Any, ...]] = []
        try:
            for text, codes in counting.sums(self._codes, replace(self._frame, prefix=_FEW, by_case=True)):
                columns = book.fetch(text)
                tallying.add(self._cells, codes, columns)
                rows += _by_case(codes, columns)
        finally:
            for table in _TABLES:
                book.rows(f"DROP TABLE {_FEW}{table}")
        if rows:  # one statement: row by row it would take a thousandth of a second each
            told = ", ".join(f"({', '.join(map(_literal, row))})" for row in rows)
            self._engine.execute(f"INSERT INTO over VALUES {told}")

    def _count_loose(self, book: Book) -> None:
        self._loose = {}
        told = [code for code in self._codes if any(one.base == "told" for one in COUNTS[code].takes)]
        for text, codes in counting.sums(told, replace(self._frame, by_case=False)):
            tallying.add(self._loose, codes, book.fetch(text))


def _by_case(codes: Sequence[str], columns: dict[str, Any]) -> list[tuple[Any, ...]]:
    keys = [np.ma.asarray(columns[name]).tolist() for name in ("street", "unit", "person", "post", "bits")]
    found = []
    for place, code in enumerate(codes):
        for case_id, amount, *key in zip(columns["case_id"], columns[f"n{place}"], *keys, strict=True):
            if amount:
                found.append((case_id, code, *key, int(amount)))
    return found


def _literal(value: Any) -> str:
    if value is None:
        return "NULL"
    return str(value) if isinstance(value, int) else "'" + str(value).replace("'", "''") + "'"
