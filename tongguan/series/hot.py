# SPDX-License-Identifier: Apache-2.0
"""The store's heart: journal, what waits in memory, the DuckDB file, and a thread that applies.

An append is judged against what is known, written to the journal and synced; then it is acknowledged. What
is in the journal goes into the columns in large steps, the number of the last one in the same transaction:
after a crash the journal is read from there on.
"""

import fcntl
import logging
import os
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.series import repeats, schema, segments
from tongguan.series.contracts import (
    DAY_MS,
    Appended,
    Behind,
    Damaged,
    Mark,
    NoRoom,
    Plan,
    Segment,
    StoreError,
)
from tongguan.series.journal import Journal, Record
from tongguan.series.newest import Newest

_log = logging.getLogger(__name__)
FILE = "hot.duckdb"


@dataclass(frozen=True, slots=True, eq=False)
class View:
    """A consistent look at everything kept: a transaction, the table ``waiting``, the sealed files."""

    cursor: duckdb.DuckDBPyConnection
    state: dict[str, int]
    sealed: tuple[Segment, ...]

    def files(self, folder: Path, streams: NDArray[np.int64], begin: int, end: int, plan: Plan) -> list[str]:
        """Give the sealed files that may hold readings of these streams in ``begin <= at < end``."""
        parts = set(segments.part_of(streams, plan.parts).tolist())
        return [
            str(folder / segments.SEALED / one.name)
            for one in self.sealed
            if one.part in parts and one.last_ms >= begin and one.first_ms < end
        ]


class Hot:
    """Owns the folder: appends, applies, gives consistent views. Everything else builds on it."""

    def __init__(self, folder: Path, plan: Plan) -> None:
        """Open or make the folder and bring it up to date. Raises StoreError, Damaged."""
        self.folder, self.plan = folder, plan
        (folder / segments.SEALED).mkdir(parents=True, exist_ok=True)
        self._held = self._alone()
        self._writing = threading.Lock()
        #: Guards the fields below and pairs a view's transaction with what waits.
        self._lock = threading.Lock()
        self._waiting: list[Record] = []
        self._waiting_rows = 0
        self._newest = Newest()
        self._marks: dict[str, int] = {}
        self._number = 0
        self._oldest = 0
        #: One at a time applies or rolls up; and one at a time keeps house, which may take long.
        self.working = threading.RLock()
        self.house = threading.RLock()
        self._wake = threading.Event()
        self._closing = False
        self._failing = ""
        self._rolled_at = time.monotonic()
        #: Sealed files out of force, seen by one compaction; the next removes them.
        self._leaving: set[str] = set()
        self._journal = Journal(folder / "journal", plan.reserve)
        try:
            self.base = self._opened()
            self._restore()
        except BaseException:
            os.close(self._held)
            raise
        self._thread = threading.Thread(target=self._background, name="series", daemon=True)
        self._thread.start()

    def _alone(self) -> int:
        held = os.open(self.folder / "owner.lock", os.O_CREAT | os.O_RDWR, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            os.close(held)
            raise StoreError(f"{self.folder} has an owner already") from error
        return held

    def _opened(self) -> duckdb.DuckDBPyConnection:
        try:
            base = duckdb.connect(str(self.folder / FILE), config={"threads": 2})
            base.execute(schema.TABLES)
        except duckdb.Error as error:
            raise Damaged(f"{self.folder / FILE}: {error}") from error
        return base

    def _restore(self) -> None:
        with self._view() as view:
            found = view.cursor.execute(
                f"SELECT stream, {schema.NEWEST_OF} FROM (SELECT * FROM newest UNION ALL "
                f"SELECT stream, {schema.NEWEST} FROM raw WHERE number > ? GROUP BY stream) GROUP BY stream",
                [view.state["minute"]],
            ).fetchnumpy()
            self._marks = dict(
                view.cursor.execute("SELECT source, max(reached) FROM mark GROUP BY source").fetchall()
            )
            self._number = view.state["applied"]
            self._oldest = view.state["raw_gone"]
            segments.write_manifest(self.folder, view.sealed)
        empty = {"ms": -1, "value": np.nan, "quality": 0}
        self._newest.restore(
            {name: np.ma.filled(column, empty.get(name, -1)) for name, column in found.items()}
        )
        for record in self._journal.records(self._number, mend=True):
            self._admit(record)

    def append(self, frame: Frame, mark: Mark | None = None) -> Appended:
        """Keep the readings; on disk when this returns. Raises NoRoom, Behind."""
        with self._writing:
            if self._waiting_rows > self.plan.most_waiting:
                raise Behind(self._failing or f"{self._waiting_rows} readings wait to be applied")
            kept, which = self._sifted(frame)
            if not len(kept) and mark is None:
                return Appended(self._number, kept, which)
            record = Record(self._number + 1, kept, mark)
            self._journal.write(record.number, kept, mark)
            with self._lock:
                self._admit(record)
        if self._waiting_rows >= self.plan.apply_rows:
            self._wake.set()
        return Appended(record.number, kept, which)

    def _admit(self, record: Record) -> None:
        self._waiting.append(record)
        self._waiting_rows += len(record.frame)
        self._number = record.number
        if len(record.frame):
            self._newest.note(self._newest.places(record.frame.stream), record.frame)
        if record.mark:
            self._marks[record.mark.source] = record.mark.offset

    def _sifted(self, frame: Frame) -> tuple[Frame, NDArray[np.bool_]]:
        """Leave out what is known to the last bit, telling what stays; mark other values for an instant."""
        kept = np.ones(len(frame), np.bool_)
        if not len(frame):
            return frame, kept
        with self._lock:
            slot = self._newest.places(frame.stream)
            doubtful = self._newest.suspects(slot, frame.at)
            single = self._newest.single(slot)
        known = self._known(frame.taken(doubtful)) if doubtful.any() else Frame.of([], [], [])
        if not single:
            doubtful |= repeats.doubled(slot, frame.at)
        if not doubtful.any():
            return frame, kept
        places = np.flatnonzero(doubtful)
        keep, repeated = repeats.judged(frame.taken(places), known)
        marked = np.zeros(len(frame), np.bool_)
        kept[places], marked[places] = keep, repeated
        return repeats.marked(frame, marked).taken(kept), kept

    def _known(self, asked: Frame) -> Frame:
        """Give what is kept of the same streams and instants."""
        low, high = int(asked.at.min()), int(asked.at.max()) + 1
        with self._view() as view:
            files = self._sealed_for(view, asked)
            sealed = (
                f"UNION ALL SELECT stream, ms, value, quality FROM {segments.files_sql(files)}"
                if files
                else ""
            )
            view.cursor.register("asked", {"stream": asked.stream, "ms": asked.at})
            found = view.cursor.execute(
                "SELECT k.stream, k.ms, k.value, k.quality FROM (SELECT stream, ms, value, quality FROM raw "
                f"WHERE ms >= {low} AND ms < {high} "
                f"UNION ALL SELECT stream, ms, value, quality FROM waiting {sealed}) k "
                "JOIN (SELECT DISTINCT stream, ms FROM asked) a ON k.stream = a.stream AND k.ms = a.ms "
                f"WHERE k.ms >= {low} AND k.ms < {high}"
            ).fetchnumpy()
        return segments.frame_of(found)

    def _sealed_for(self, view: View, asked: Frame) -> list[str]:
        if not view.sealed or int(asked.at.min()) > max(one.last_ms for one in view.sealed):
            return []
        days = set(np.unique((asked.at + self.plan.zone_ms) // DAY_MS).tolist())
        parts = set(np.unique(segments.part_of(asked.stream, self.plan.parts)).tolist())
        chosen = [one.name for one in view.sealed if one.day in days and one.part in parts]
        return [str(self.folder / segments.SEALED / name) for name in chosen]

    @contextmanager
    def _view(self) -> Iterator[View]:
        cursor = self.base.cursor()
        try:
            with self._lock:
                cursor.execute("BEGIN")
                # The first look fixes what the transaction sees, so it must lie within the lock.
                state = dict(cursor.execute("SELECT name, number FROM state").fetchall())
                waiting = Frame.joined([record.frame for record in self._waiting])
                numbers = np.repeat(
                    np.array([record.number for record in self._waiting], np.int64),
                    np.array([len(record.frame) for record in self._waiting], np.int64),
                )
            rows = cursor.execute("SELECT * FROM segment ORDER BY day, part").fetchall()
            cursor.register("waiting", columns(waiting, numbers))
            yield View(cursor, state, tuple(Segment(*row) for row in rows))
        finally:
            cursor.close()

    def apply(self) -> None:
        """Bring what waits into the columns. Raises duckdb.Error; then it still waits, journalled."""
        with self.working:
            with self._lock:
                batch = list(self._waiting)
            if not batch:
                return
            with self.changing() as cursor:
                # A commit that failed on a full disk may turn out to have been made: never apply twice.
                done = cursor.execute("SELECT number FROM state WHERE name = 'applied'").fetchall()[0][0]
                new = [record for record in batch if record.number > done]
                frame = Frame.joined([record.frame for record in new])
                numbers = np.repeat([r.number for r in new], [len(r.frame) for r in new]).astype(np.int64)
                marks = {record.mark.source: record.mark.offset for record in new if record.mark}
                cursor.register("batch", columns(frame, numbers))
                cursor.execute("INSERT INTO raw SELECT number, stream, ms, value, quality FROM batch")
                for source, reached in marks.items():
                    cursor.execute("DELETE FROM mark WHERE source = ?", [source])
                    cursor.execute("INSERT INTO mark VALUES (?, ?)", [source, reached])
                cursor.execute("UPDATE state SET number = ? WHERE name = 'applied'", [batch[-1].number])
                with self._lock:
                    cursor.execute("COMMIT")
                    del self._waiting[: len(batch)]
                    self._waiting_rows -= sum(len(record.frame) for record in batch)
            self._journal.forget(batch[-1].number)

    @contextmanager
    def changing(self) -> Iterator[duckdb.DuckDBPyConnection]:
        """Open a transaction; what is not committed within the block is undone."""
        cursor = self.base.cursor()
        try:
            cursor.execute("BEGIN")
            yield cursor
        finally:
            cursor.close()

    def roll(self, names: tuple[str, ...] = tuple(schema.LEVELS)) -> None:
        """Bring roll-ups up to date: each applied reading enters each level once."""
        for name in names:
            with self.working:
                self._roll(name)

    def _roll(self, name: str) -> None:
        step, source = schema.LEVELS[name]
        with self.changing() as cursor:
            state = dict(cursor.execute("SELECT name, number FROM state").fetchall())
            upto = state["applied" if source == "raw" else source]
            if upto == state[name]:
                return
            since = f"number > {state[name]} AND number <= {upto}"
            if source == "raw":
                span = schema.span("ms", step, self.plan.zone_ms)
                cursor.execute(
                    f"INSERT INTO roll_minute SELECT {upto}, stream, {span} AS span, {schema.SUMS}, false "
                    f"FROM raw WHERE {since} GROUP BY stream, span"
                )
                cursor.execute(
                    f"INSERT INTO newest SELECT stream, {schema.NEWEST} FROM raw "
                    f"WHERE {since} GROUP BY stream"
                )
            else:
                span = schema.span("span", step, self.plan.zone_ms)
                cursor.execute(
                    f"INSERT INTO roll_{name} SELECT {upto}, stream, {span} AS begun, {schema.MERGED}, false "
                    f"FROM roll_{source} WHERE {since} GROUP BY stream, begun"
                )
            cursor.execute("UPDATE state SET number = ? WHERE name = ?", [upto, name])
            cursor.execute("COMMIT")

    def _background(self) -> None:
        """Apply when much waits or some time has passed; roll up now and then. Says once when it fails."""
        while not self._closing:
            self._wake.wait(self.plan.apply_seconds)
            self._wake.clear()
            if self._closing:
                return
            try:
                self.apply()
                if time.monotonic() - self._rolled_at > self.plan.roll_seconds:
                    self._rolled_at = time.monotonic()
                    self.roll(("minute",))
            except duckdb.Error as error:
                if not self._failing:
                    _log.exception("readings cannot be applied; they stay in the journal")
                self._failing = f"readings cannot be applied: {error}"
                self._reopen()
            else:
                if self._failing:
                    _log.warning("readings are applied again")
                self._failing = ""

    def _reopen(self) -> None:
        """After an error a DuckDB file may refuse everything: open it anew. What waits is still there."""
        with self.working, self._lock:
            try:
                self.base.execute("SELECT 1 FROM state").fetchall()
            except duckdb.Error:
                self.base.close()
                try:
                    self.base = self._opened()
                except Damaged:
                    _log.debug("the hot file cannot be opened yet")

    def marks(self) -> Mapping[str, int]:
        """Give how far each source has been read, as committed."""
        with self._lock:
            return dict(self._marks)

    def number(self) -> int:
        """Give the number of the last append that kept something."""
        return self._number

    def oldest(self) -> int:
        """Give the time (ms) before which single readings are gone: those cannot be told from repeats."""
        return self._oldest

    def latest(self, streams: NDArray[np.int64] | None = None) -> Frame:
        """Give each stream's newest reading by its own time."""
        with self._lock:
            return self._newest.frame(streams)

    def settle(self) -> None:
        """Bring everything into columns and roll-ups now. Raises NoRoom when the disk is full."""
        try:
            self.apply()
            self.roll()
        except duckdb.Error as error:
            self._reopen()
            raise NoRoom(str(error)) from error

    def close(self) -> None:
        """Bring all into columns and let go; what cannot be applied stays in the journal."""
        self._closing = True
        self._wake.set()
        self._thread.join()
        try:
            self.apply()
            self.roll(("minute",))
        except duckdb.Error:
            _log.exception("readings could not be applied at the end; they stay in the journal")
        with self._writing:
            self.base.close()
            self._journal.close()
            os.close(self._held)


def columns(frame: Frame, numbers: NDArray[np.int64] | None = None) -> dict[str, NDArray[np.generic]]:
    """Give a frame as the table DuckDB reads without copying."""
    found: dict[str, NDArray[np.generic]] = {} if numbers is None else {"number": numbers}
    return found | {"stream": frame.stream, "ms": frame.at, "value": frame.value, "quality": frame.quality}
