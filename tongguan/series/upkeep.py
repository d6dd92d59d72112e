# SPDX-License-Identifier: Apache-2.0
"""Keeping the store in order: sealing past days, merging roll-ups, retention, backup."""

import shutil
from pathlib import Path

import duckdb

from tongguan.series import schema, segments
from tongguan.series.contracts import DAY_MS, Segment, StoreError
from tongguan.series.hot import FILE, Hot
from tongguan.series.journal import sync_folder

COPY = "backup.json"


class Upkeep(Hot):
    """Housekeeping, one step at a time, beside appending and applying: they touch other rows.

    Each step leaves the store whole wherever it is killed.
    """

    def seal(self, now: int) -> int:
        """Seal days that are long enough past, late readings included; give the rows written."""
        self.settle()
        today = (now + self.plan.zone_ms) // DAY_MS
        before = (today - self.plan.seal_after) * DAY_MS - self.plan.zone_ms
        with self.house:
            day = f"(ms + {self.plan.zone_ms}) // {DAY_MS}"
            days = (
                self.base.cursor()
                .execute(f"SELECT DISTINCT {day} FROM raw WHERE ms < {before} ORDER BY 1")
                .fetchall()
            )
            return sum(self._seal_day(int(one)) for (one,) in days)

    def _seal_day(self, day: int) -> int:
        """Write each part's file anew, then put it in force and empty the hot table in one transaction."""
        begin = day * DAY_MS - self.plan.zone_ms
        inside = f"ms >= {begin} AND ms < {begin + DAY_MS}"
        part = schema.part("stream", self.plan.parts)
        with self.changing() as cursor:
            # Only what every roll-up below the day has taken in may leave the hot table.
            upto = cursor.execute("SELECT number FROM state WHERE name = 'minute'").fetchall()[0][0]
            hot = f"{inside} AND number <= {upto}"
            parts = cursor.execute(f"SELECT DISTINCT {part} FROM raw WHERE {hot}").fetchall()
            old = {
                one.part: one
                for row in cursor.execute("SELECT * FROM segment WHERE day = ?", [day]).fetchall()
                for one in [Segment(*row)]
            }
            made = [
                self._written(cursor, day, int(p), f"{hot} AND {part} = {int(p)}", old.get(int(p)))
                for (p,) in parts
            ]
            for one in made:
                cursor.execute("DELETE FROM segment WHERE day = ? AND part = ?", [one.day, one.part])
                cursor.execute(
                    "INSERT INTO segment VALUES (?, ?, ?, ?, ?, ?, ?)",
                    [one.name, one.day, one.part, one.rows, one.first_ms, one.last_ms, one.sha256],
                )
            cursor.execute(f"DELETE FROM raw WHERE {hot}")
            with self._lock:
                cursor.execute("COMMIT")
        self._tell_manifest()
        return sum(one.rows for one in made)

    def _written(
        self, cursor: duckdb.DuckDBPyConnection, day: int, part: int, which: str, old: Segment | None
    ) -> Segment:
        folder = self.folder / segments.SEALED
        generation = int(old.name.rsplit("-", 1)[1].split(".")[0]) + 1 if old else 1
        name = f"{day}-{part}-{generation}.parquet"
        rows = f"SELECT stream, ms, value, quality FROM raw WHERE {which}"
        if old:
            before = segments.files_sql([str(folder / old.name)])
            rows += f" UNION ALL SELECT stream, ms, value, quality FROM {before}"
        draft = folder / f"{name}.draft"
        target = str(draft).replace("'", "''")
        cursor.execute(
            f"COPY (SELECT * FROM ({rows}) ORDER BY stream, ms, quality & 4, value) TO '{target}' "
            "(FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 30000)"
        )
        count, first, last = cursor.execute(
            f"SELECT count(*), min(ms), max(ms) FROM {segments.files_sql([str(draft)])}"
        ).fetchall()[0]
        segments.sync_file(draft)
        digest = segments.sha256(draft)
        draft.replace(folder / name)
        sync_folder(folder)
        return Segment(name, day, part, count, first, last, digest)

    def _tell_manifest(self) -> None:
        rows = self.base.cursor().execute("SELECT * FROM segment ORDER BY day, part").fetchall()
        segments.write_manifest(self.folder, [Segment(*row) for row in rows])

    def compact(self) -> None:
        """Merge partial roll-ups block by block, and let go of sealed files no longer in force.

        A file that was replaced goes with the second compaction after, so that readers who were given its
        name have time to read it.
        """
        self.settle()
        for name, size in schema.BLOCKS.items():
            with self.house:
                self._merge(name, size)
        with self.house, self.changing() as cursor:
            cursor.execute(
                f"CREATE TEMP TABLE one AS SELECT stream, {schema.NEWEST_OF} FROM newest GROUP BY stream"
            )
            cursor.execute("DELETE FROM newest")
            cursor.execute("INSERT INTO newest SELECT * FROM one")
            cursor.execute("DROP TABLE one")
            cursor.execute("COMMIT")
        with self.house:
            self._sweep()

    def _merge(self, name: str, size: int) -> None:
        """Rewrite the blocks that have partial sums, by stream; only what the level above has taken."""
        levels = list(schema.LEVELS)
        above = levels[levels.index(name) + 1] if name != levels[-1] else name
        cursor = self.base.cursor()
        upto = cursor.execute("SELECT number FROM state WHERE name = ?", [above]).fetchall()[0][0]
        blocks = cursor.execute(
            f"SELECT DISTINCT span // {size} FROM roll_{name} WHERE NOT tidy AND number <= {upto}"
        ).fetchall()
        for (block,) in blocks:
            inside = f"span >= {block * size} AND span < {(block + 1) * size} AND number <= {upto}"
            with self.changing() as change:
                change.execute(
                    "CREATE TEMP TABLE merged AS SELECT max(number) AS number, stream, span, "
                    f"{schema.MERGED}, true AS tidy FROM roll_{name} WHERE {inside} GROUP BY stream, span"
                )
                change.execute(f"DELETE FROM roll_{name} WHERE {inside}")
                change.execute(f"INSERT INTO roll_{name} SELECT * FROM merged ORDER BY stream, span")
                change.execute("DROP TABLE merged")
                change.execute("COMMIT")

    def _sweep(self) -> None:
        folder = self.folder / segments.SEALED
        rows = self.base.cursor().execute("SELECT name FROM segment").fetchall()
        inforce = {name for (name,) in rows}
        for path in folder.iterdir():
            if path.suffix == ".gone" or path.name.endswith(".parquet.draft"):
                path.unlink()
        for path in folder.glob("*.parquet"):
            if path.name in inforce:
                continue
            if path.name in self._leaving:
                path.unlink()
                self._leaving.discard(path.name)
            else:
                self._leaving.add(path.name)

    def retain(self, now: int) -> None:
        """Let go what the plan does not keep any longer; whole days, by local time."""
        self.settle()
        today = (now + self.plan.zone_ms) // DAY_MS
        kept = {"raw": self.plan.raw_days, "minute": self.plan.minute_days, "hour": self.plan.hour_days}
        for name, days in kept.items():
            if days is None:
                continue
            before = (today - days) * DAY_MS - self.plan.zone_ms
            with self.house, self.changing() as cursor:
                if name == "raw":
                    cursor.execute(f"DELETE FROM raw WHERE ms < {before}")
                    cursor.execute(f"DELETE FROM segment WHERE last_ms < {before}")
                else:
                    cursor.execute(f"DELETE FROM roll_{name} WHERE span < {before}")
                cursor.execute(
                    "UPDATE state SET number = greatest(number, ?) WHERE name = ?", [before, f"{name}_gone"]
                )
                with self._lock:
                    cursor.execute("COMMIT")
                    self._oldest = max(self._oldest, before) if name == "raw" else self._oldest
        with self.house:
            self._tell_manifest()

    def backup(self, folder: Path) -> None:
        """Copy everything to a new folder while appends go on. Raises StoreError when it is there already."""
        try:
            folder.mkdir(parents=True)
        except FileExistsError as error:
            raise StoreError(f"{folder} is there already") from error
        (folder / segments.SEALED).mkdir()
        self.settle()
        with self.house:
            cursor = self.base.cursor()
            target = str(folder / FILE).replace("'", "''")
            own = cursor.execute("SELECT current_database()").fetchall()[0][0]
            cursor.execute(f"ATTACH '{target}' AS copied")
            try:
                cursor.execute(f'COPY FROM DATABASE "{own}" TO copied')
            finally:
                cursor.execute("DETACH copied")
            rows = cursor.execute("SELECT * FROM segment ORDER BY day, part").fetchall()
            sealed = [Segment(*row) for row in rows]
            for one in sealed:
                shutil.copy2(self.folder / segments.SEALED / one.name, folder / segments.SEALED / one.name)
        segments.write_manifest(folder, sealed)
        segments.verify(folder)
        segments.sync_file(folder / FILE)
        segments.write_json(folder / COPY, {FILE: segments.sha256(folder / FILE)})
