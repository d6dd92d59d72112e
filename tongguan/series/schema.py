# SPDX-License-Identifier: Apache-2.0
"""The tables of the hot file and the sums in plain SQL.

``raw``: readings by the number of their append. ``roll_minute``, ``roll_hour``, ``roll_day``: partial sums,
each reading in exactly one of them per level; several rows of one span are added up when read and merged by
compaction. ``newest``: each stream's newest reading, several candidates. ``state``: up to which number each
level has been brought, moved in the transaction that brings it.
"""

from typing import Final

from tongguan.kernel.frames import UNUSABLE, Quality
from tongguan.series.contracts import DAY_MS, HOUR_MS, MINUTE_MS

#: Level -> (ms of its spans, the level it is summed from).
LEVELS: Final = {"minute": (MINUTE_MS, "raw"), "hour": (HOUR_MS, "minute"), "day": (DAY_MS, "hour")}
#: What one compaction rewrites at once.
BLOCKS: Final = {"minute": DAY_MS, "hour": 30 * DAY_MS, "day": 360 * DAY_MS}
#: Readings that never are a stream's newest.
NEVER_NEWEST: Final = int(Quality.AHEAD | Quality.REPEATED)

_PARTIAL: Final = """number BIGINT, stream BIGINT, span BIGINT, n BIGINT, low DOUBLE, high DOUBLE,
total DOUBLE, last DOUBLE, last_ms BIGINT, bits USMALLINT, tidy BOOLEAN"""
TABLES: Final = f"""
CREATE TABLE IF NOT EXISTS raw (number BIGINT, stream BIGINT, ms BIGINT, value DOUBLE, quality USMALLINT);
CREATE TABLE IF NOT EXISTS roll_minute ({_PARTIAL});
CREATE TABLE IF NOT EXISTS roll_hour ({_PARTIAL});
CREATE TABLE IF NOT EXISTS roll_day ({_PARTIAL});
CREATE TABLE IF NOT EXISTS newest (stream BIGINT, top BIGINT, ms BIGINT, value DOUBLE, quality USMALLINT);
CREATE TABLE IF NOT EXISTS segment (name VARCHAR, day BIGINT, part BIGINT, row_count BIGINT, first_ms BIGINT,
last_ms BIGINT, sha256 VARCHAR);
CREATE TABLE IF NOT EXISTS mark (source VARCHAR, reached BIGINT);
CREATE TABLE IF NOT EXISTS state (name VARCHAR, number BIGINT);
INSERT INTO state SELECT * FROM (VALUES ('applied', 0), ('minute', 0), ('hour', 0), ('day', 0),
('raw_gone', 0), ('minute_gone', 0), ('hour_gone', 0), ('day_gone', 0)) AS fresh(name, number)
WHERE NOT EXISTS (SELECT 1 FROM state);
"""

_USABLE: Final = f"FILTER (WHERE quality & {int(UNUSABLE)} = 0)"
#: What a reading adds to a partial sum; goes with GROUP BY stream, span.
SUMS: Final = f"""count(*) {_USABLE} AS n, min(value) {_USABLE} AS low, max(value) {_USABLE} AS high,
sum(value) {_USABLE} AS total, arg_max(value, ms) {_USABLE} AS last, max(ms) {_USABLE} AS last_ms,
bit_or(quality) AS bits"""
#: How partial sums are put together.
MERGED: Final = """sum(n)::BIGINT AS n, min(low) AS low, max(high) AS high, sum(total) AS total,
arg_max(last, last_ms) AS last, max(last_ms) AS last_ms, bit_or(bits) AS bits"""
#: A stream's newest reading among raw ones.
NEWEST: Final = f"""max(ms) AS top, max(ms) FILTER (WHERE quality & {NEVER_NEWEST} = 0) AS ms,
arg_max(value, ms) FILTER (WHERE quality & {NEVER_NEWEST} = 0) AS value,
arg_max(quality, ms) FILTER (WHERE quality & {NEVER_NEWEST} = 0) AS quality"""
#: The newest of several candidates.
NEWEST_OF: Final = """max(top) AS top, max(ms) AS ms, arg_max(value, ms) AS value,
arg_max(quality, ms) AS quality"""


def span(column: str, step: int, zone_ms: int) -> str:
    """Give SQL for where the span of ``step`` ms begins that an instant lies in, spans cut by local time."""
    return f"(({column} + {zone_ms}) // {step} * {step} - {zone_ms})"


def part(column: str, parts: int) -> str:
    """Give SQL for the part a stream belongs to; the same as ``segments.part_of``."""
    return (
        f"((({column} % 4294967296 + 4294967296) % 4294967296 * 2654435761) % 4294967296 // 65536 % {parts})"
    )
