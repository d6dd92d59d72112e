# SPDX-License-Identifier: Apache-2.0
"""The sums of an open period kept up with the book: what changed is counted anew, the rest is not touched.

Beside the period's sums lie those of each case and telling, in a file of DuckDB's own. What was written into
the book since is taken out and put in again; limits that have passed since begin to count; both in one
transaction. The file can always be made again from the book: it is, when anything about it does not fit.
"""

import fcntl
import hashlib
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any, Final

import duckdb

from tongguan.casebook.queries import Book
from tongguan.evaluation import tallying
from tongguan.evaluation.contracts import Period
from tongguan.evaluation.tallying import Cells
from tongguan.marks import counting
from tongguan.marks.counting import Frame, Kept, moment
from tongguan.marks.takes import COUNTS

#: Which fifth complaint makes a spot depends on other cases: it is counted whole, never by case.
WHOLE: Final = frozenset({"spots"})
#: So long after its end an open period is still kept; older ones are looked at seldom and counted then.
_AFTER: Final = timedelta(days=31)
#: So many periods are kept; the one asked for longest ago goes.
_MOST: Final = 6
_CODES: Final = tuple(code for code in COUNTS if code not in WHOLE)
#: Reasons that the book itself tells; officials give the others.
_OF_THE_BOOK: Final = counting.EXCLUSIONS["excused"] | counting.EXCLUSIONS["consult"]
_FEW: Final = "few_"
_TOLD: Final = "told_"
_KEYS: Final = "street, unit, person, post, bits"
_HUNG: Final = ("lines", "orders", "clocks", "answers")


def keeps(period: Period, book: Book) -> bool:
    """Tell whether a period's sums are kept: a month, quarter or year that runs or was over lately."""
    at = book.read_at
    return at is not None and ".." not in period.code and period.since <= at < period.until + _AFTER


def cells(book: Book, folder: Path, name: str, frame: Frame, codes: Sequence[str]) -> Cells:
    """Give what the sums of these counts (none of ``WHOLE``) come to, as ``computing.summed`` would.

    ``book``: opened for everything, up to the period's end. ``name``: the period's; its file lies in
    ``folder``. One process at a time; others wait.
    """
    told = replace(frame, asof=frame.since, exempt=())
    print_of = hashlib.sha256(repr(counting.kept(_CODES, told)).encode()).hexdigest()[:12]
    path = folder / f"{name}-{print_of}.duckdb"
    folder.mkdir(parents=True, exist_ok=True)
    with _alone(path):
        _sweep(folder, path)
        try:
            return _Kept(book, path, frame).asked(codes)
        except duckdb.Error:  # damaged, or of another DuckDB
            _gone(path)
            return _Kept(book, path, frame).asked(codes)


class _Kept:
    """One look at a period's file."""

    def __init__(self, book: Book, path: Path, frame: Frame) -> None:
        self._book, self._path, self._frame = book, path, frame
        self._db = f"kept_{token_hex(4)}"
        self._parts = counting.kept(_CODES, frame)

    def asked(self, codes: Sequence[str]) -> Cells:
        if self._path.is_file():
            os.utime(self._path)
            with self._attached(self._path):
                if self._refreshed():
                    return self._read(codes)
        self._begin()
        with self._attached(self._path):
            return self._read(codes)

    def _read(self, codes: Sequence[str]) -> Cells:
        listed = ", ".join(f"'{code}'" for code in codes)
        found: Cells = {}
        if codes:
            told = f"SELECT * FROM {self._db}.cells WHERE count IN ({listed})"
            tallying.add_marks(found, self._book.fetch(told))
        return found

    def _do(self, text: str) -> list[tuple[Any, ...]]:
        return self._book.rows(text)

    @contextmanager
    def _attached(self, path: Path) -> Iterator[None]:
        self._do(f"ATTACH '{path}' AS {self._db}")
        try:
            yield
        except BaseException:
            with suppress(duckdb.Error):
                self._do("ROLLBACK")
            raise
        finally:
            with suppress(duckdb.Error):
                self._do(f"DETACH {self._db}")

    def _begin(self) -> None:
        """Count everything from the book and write the file: whole or not at all."""
        draft, db, now = self._path.with_suffix(".draft"), self._db, moment(self._frame.asof)
        _gone(draft)
        with self._attached(draft):
            for n, part in enumerate(self._parts):
                self._do(f"CREATE TABLE {db}.k{n} AS {_rows(part)}")
            sums = [_moved(part, f"{db}.k{n}", _past(now)) for n, part in enumerate(self._parts)]
            self._do(f"CREATE TABLE {db}.cells AS {_summed(' UNION ALL '.join(sums))}")
            self._do(f"CREATE TABLE {db}.waiting AS {counting.waiting(self._frame)}")
            self._do(f"CREATE TABLE {db}.held (case_id UUID, bits INTEGER)")
            self._do(f"CREATE TABLE {db}.state (book VARCHAR, no BIGINT, seen TIMESTAMP)")
            self._note()
            self._do(f"CHECKPOINT {db}")
        _gone(self._path)
        draft.replace(self._path)

    def _note(self) -> None:
        db, stamp = self._db, self._book.stamp
        self._do(f"DELETE FROM {db}.state")
        self._do(f"INSERT INTO {db}.state VALUES ('{stamp.book}', {stamp.no}, {moment(self._frame.asof)})")
        self._do(f"DELETE FROM {db}.held")
        if self._frame.exempt:
            self._do(f"INSERT INTO {db}.held VALUES {_pairs(self._frame.exempt)}")

    def _refreshed(self) -> bool:
        """Bring the file up to the book; False when it is of another book, or of a later hour than it."""
        db, frame, stamp = self._db, self._frame, self._book.stamp
        ((of, no, asof),) = self._do(f"SELECT book, no, seen FROM {db}.state")
        if of != stamp.book or no > stamp.no or asof > frame.asof:
            return False
        held = self._rejudged()
        if (no, asof) == (stamp.no, frame.asof) and not held:
            return True
        self._lay_down(no)
        self._do(
            "CREATE OR REPLACE TEMP TABLE moved (count VARCHAR, street VARCHAR, unit INTEGER,"
            " person VARCHAR, post VARCHAR, bits INTEGER, amount BIGINT)"
        )
        self._do("BEGIN")
        fresh = zip(
            counting.kept(_CODES, replace(frame, prefix=_FEW)),
            counting.kept(_CODES, replace(frame, prefix=_TOLD)),
            strict=True,
        )
        for n, (few, told) in enumerate(fresh):
            if held:
                self._rejudge(f"{db}.k{n}", few, moment(asof))
            self._recount(f"{db}.k{n}", told if few.told else few, moment(asof))
        self._do(f"CREATE OR REPLACE TABLE {db}.cells AS {_summed(f'FROM {db}.cells UNION ALL FROM moved')}")
        self._do(f"DELETE FROM {db}.waiting WHERE case_id IN (SELECT id FROM {_FEW}cases)")
        self._do(f"INSERT INTO {db}.waiting {counting.waiting(replace(frame, prefix=_FEW))}")
        self._note()
        self._do("COMMIT")
        return True

    def _lay_down(self, no: int) -> None:
        """Lay down the rows to be counted anew: written since, or late since by a clock that runs on."""
        self._book.lay_changed(no, _FEW)
        now, since, until = (moment(one) for one in (self._frame.asof, self._frame.since, self._frame.until))
        late = f"SELECT case_id FROM {self._db}.waiting WHERE due_at < {now}"
        self._do(f"CREATE OR REPLACE TEMP TABLE turned AS {late} EXCEPT SELECT id FROM {_FEW}cases")
        if self._do("SELECT 1 FROM turned LIMIT 1"):
            for name, key in (("cases", "id"), *((one, "case_id") for one in _HUNG)):
                self._do(f"INSERT INTO {_FEW}{name} SELECT * FROM {name} WHERE {key} IN (FROM turned)")
        self._do(
            f"CREATE OR REPLACE TEMP TABLE {_TOLD}tellings AS FROM {_FEW}tellings"
            f" UNION ALL SELECT * FROM tellings WHERE received_at >= {since} AND received_at < {until}"
            f" AND case_id IN (SELECT id FROM {_FEW}cases) AND id NOT IN (SELECT id FROM {_FEW}tellings)"
        )
        self._do(f"CREATE OR REPLACE TEMP TABLE {_TOLD}cases AS FROM {_FEW}cases")
        other = (
            f"SELECT case_id FROM {_TOLD}tellings WHERE case_id IS NOT NULL EXCEPT SELECT id FROM {_FEW}cases"
        )
        if self._do(f"{other} LIMIT 1"):
            self._do(f"INSERT INTO {_TOLD}cases SELECT * FROM cases WHERE id IN ({other})")

    def _recount(self, table: str, part: Kept, asof: str) -> None:
        asked = f"subject IN (SELECT id FROM {f'{_TOLD}tellings' if part.told else f'{_FEW}cases'})"
        self._move(part, table, f"{asked} AND {_past(asof)}", -1)
        self._do(f"DELETE FROM {table} WHERE {asked}")
        now = moment(self._frame.asof)
        if part.turning:
            self._move(part, table, f"moment >= {asof} AND moment < {now}")
        self._do(f"CREATE OR REPLACE TEMP TABLE fresh AS {_rows(part)}")
        self._do(f"INSERT INTO {table} FROM fresh")
        self._move(part, "fresh", _past(now))

    def _rejudged(self) -> bool:
        """Tell whether officials keep other cases out than when the file was written; lay those down."""
        was = {(str(case), bits) for case, bits in self._do(f"SELECT case_id, bits FROM {self._db}.held")}
        now = set(self._frame.exempt)
        bits = dict.fromkeys((case for case, _ in was ^ now), 0) | dict(now - was)
        if bits:
            told = f"VALUES {_pairs(sorted(bits.items()))}"
            self._do(f"CREATE OR REPLACE TEMP TABLE rejudged AS SELECT * FROM ({told}) t(case_id, bits)")
        return bool(bits)

    def _rejudge(self, table: str, part: Kept, asof: str) -> None:
        mine = f"case_id IN (SELECT case_id FROM rejudged) AND {_past(asof)}"
        self._move(part, table, mine, -1)
        self._do(
            f"UPDATE {table} AS k SET bits = (k.bits & {_OF_THE_BOOK}) + r.bits FROM rejudged r"
            f" WHERE r.case_id = k.case_id"
        )
        self._move(part, table, mine)

    def _move(self, part: Kept, source: str, where: str, sign: int = 1) -> None:
        self._do(f"INSERT INTO moved {_summed(_moved(part, source, where, sign))}")


def _pairs(told: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"('{case}'::UUID, {int(bits)})" for case, bits in told)


def _past(asof: str) -> str:
    return f"(moment IS NULL OR moment < {asof})"


def _rows(part: Kept) -> str:
    numbers = ", ".join(f"CAST(n{n} AS BIGINT) AS n{n}" for n in range(len(part.codes)))
    return f"SELECT subject, case_id, moment, {_KEYS}, {numbers} FROM ({part.text})"


def _moved(part: Kept, source: str, where: str, sign: int = 1) -> str:
    """Give SQL of one row per count of what lies in ``source``."""
    codes = ", ".join(f"'{code}'" for code in part.codes)
    numbers = ", ".join(f"{sign} * n{n}" for n in range(len(part.codes)))
    bits = ", ".join(f"bits & {counting.reasons(code)}" for code in part.codes)
    return (
        f"SELECT unnest([{codes}]) AS count, street, unit, person, post, unnest([{bits}]) AS bits,"
        f" unnest([{numbers}]) AS amount FROM {source} WHERE {where}"
    )


def _summed(source: str) -> str:
    return (
        f"SELECT count, {_KEYS}, CAST(sum(amount) AS BIGINT) AS amount FROM ({source})"
        f" GROUP BY ALL HAVING sum(amount) <> 0"
    )


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    handle = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _gone(path: Path) -> None:
    for one in (path, path.with_name(f"{path.name}.wal")):
        one.unlink(missing_ok=True)


def _sweep(folder: Path, mine: Path) -> None:
    """Let the files go that were asked for longest ago; whoever reads one keeps it until the end."""
    others = sorted((one.stat().st_mtime, one) for one in folder.glob("*.duckdb") if one != mine)
    for _, path in others[: max(0, len(others) - _MOST + 1)]:
        _gone(path)
