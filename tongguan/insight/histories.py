# SPDX-License-Identifier: Apache-2.0
# ruff: noqa: S608 - texts are put together from constants of this file alone; values are parameters
"""What clocks of the case book have shown: tallies for survival curves, and single clocks to replay.

Counted minutes are rounded up to whole fives, which keeps every comparison with a limit as it was (limits
are whole multiples of half an hour) and ten million clocks in a table of thousands. Running clocks are
reckoned up to the book's time by the calendar, and counted as running. Excused clocks (timeout appeal
approved) are left out, as scores leave them out.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tongguan.casebook.queries import LOCAL, Book
from tongguan.insight.proposing import History
from tongguan.insight.whatif import Clocks
from tongguan.kernel.worktime import WORKING_UNITS, Calendar, Limit, LimitUnit
from tongguan.patterns.survival import Tally

#: Minutes that durations are rounded up to.
GRAIN: Final = 5
HANDLE: Final = "handle"

_UNITS: Final = ", ".join(f"'{unit.value}'" for unit in LimitUnit)
#: Stages' own clocks with a limit, their item and the class of the unit that led.
_CLOCKS: Final = f"""
WITH timed AS (
  SELECT k.stage, c.item, i.kind AS item_kind, c.division, coalesce(u.kind, '') AS class, k.limit_value,
         k.limit_unit, k.worked_minutes, k.paused_minutes, k.extensions, k.started_at, k.stopped_at,
         coalesce(k.unit, c.lead_unit, 0) AS unit,
         date_diff('day', TIMESTAMP '2000-01-03', k.started_at + {LOCAL}) // 7 AS week
  FROM clocks k JOIN cases c ON c.id = k.case_id
  LEFT JOIN items i ON i.code = c.item LEFT JOIN units u ON u.id = coalesce(k.unit, c.lead_unit)
  WHERE k.order_id IS NULL AND k.limit_value IS NOT NULL AND k.limit_unit IN ({_UNITS})
    AND NOT coalesce(k.excluded, false)
)"""


@dataclass(frozen=True, slots=True)
class Key:
    """Whose clocks: those of a stage with a limit, of an item, or of a kind and division."""

    stage: str
    limit: Limit
    item: str = ""
    kind: str = ""
    division: str = ""


def item_histories(book: Book, calendar: Calendar) -> dict[Key, History]:
    """Give what the handling clocks of every item and limit have shown."""
    ended = book.rows(
        _CLOCKS
        + f"""
SELECT item, limit_value, limit_unit, class,
       CAST(ceil(worked_minutes / {GRAIN}) * {GRAIN} AS BIGINT) AS minutes, count(*) AS n
FROM timed WHERE stage = '{HANDLE}' AND stopped_at IS NOT NULL AND worked_minutes IS NOT NULL
GROUP BY ALL"""
    )
    ran = book.rows(
        _CLOCKS
        + f"""
SELECT item, limit_value, limit_unit, class, started_at, coalesce(paused_minutes, 0)
FROM timed WHERE stage = '{HANDLE}' AND stopped_at IS NULL"""
    )
    weeks = book.rows(
        _CLOCKS
        + f"""
SELECT item, limit_value, limit_unit, count(DISTINCT week) FROM timed WHERE stage = '{HANDLE}' GROUP BY ALL"""
    )
    return _put_together(book, calendar, ended, ran, weeks)


def _put_together(
    book: Book,
    calendar: Calendar,
    ended: list[tuple[Any, ...]],
    ran: list[tuple[Any, ...]],
    weeks: list[tuple[Any, ...]],
) -> dict[Key, History]:
    counts: defaultdict[Key, defaultdict[str, defaultdict[float, list[int]]]] = defaultdict(
        lambda: defaultdict(lambda: defaultdict(lambda: [0, 0]))
    )
    for item, value, unit, name, minutes, count in ended:
        counts[_key(item, value, unit)][name][float(minutes)][0] += count
    for item, value, unit, name, started, paused in ran:
        minutes = age(calendar, LimitUnit(unit), started, book.read_at, paused)
        counts[_key(item, value, unit)][name][minutes][1] += 1
    spans = {_key(item, value, unit): count for item, value, unit, count in weeks}
    return {
        key: History(key.limit, {name: _tally(rows) for name, rows in classes.items()}, spans.get(key, 0))
        for key, classes in counts.items()
    }


def _key(item: str, value: float, unit: str) -> Key:
    return Key(HANDLE, limit_of(value, unit), item=item)


def limit_of(value: float, unit: str) -> Limit:
    """Give a limit as the book writes it."""
    return Limit(Decimal(str(value)).normalize(), LimitUnit(unit))


def _tally(rows: dict[float, list[int]]) -> Tally:
    at = np.array(sorted(rows), dtype=np.float64)
    pairs = np.array([rows[one] for one in at.tolist()], dtype=np.float64).reshape(-1, 2)
    return Tally(at, pairs[:, 0], pairs[:, 1])


def age(calendar: Calendar, unit: LimitUnit, started: datetime, now: datetime | None, paused: float) -> float:
    """Give the counted minutes of a running clock, rounded down to whole fives: it was seen open so long."""
    begun = started.replace(tzinfo=UTC)
    if now is None or now <= begun:
        return 0.0
    span = calendar.elapsed(begun, now, unit) if unit in WORKING_UNITS else now - begun
    return max(0.0, (span.total_seconds() / 60 - paused) // GRAIN * GRAIN)


_OF: Final = """ WHERE stage = $stage AND limit_value = $value AND limit_unit = $limit_unit
  AND ($item = '' OR item = $item) AND ($kind = '' OR item_kind = $kind)
  AND ($division = '' OR starts_with(division, $division))"""


def _told(key: Key) -> dict[str, Any]:
    return {
        "stage": key.stage,
        "value": float(key.limit.value),
        "limit_unit": key.limit.unit.value,
        "item": key.item,
        "kind": key.kind,
        "division": key.division,
    }


def clocks_of(book: Book, key: Key, calendar: Calendar) -> tuple[Clocks, NDArray[np.str_]]:
    """Give the clocks of a key one by one, to be replayed, and the class of the unit of each."""
    found = book.fetch(
        _CLOCKS
        + """
SELECT worked_minutes, coalesce(extensions, 0) AS extensions, stopped_at IS NOT NULL AS ended, week,
       CAST(unit AS BIGINT) AS unit, class, started_at, coalesce(paused_minutes, 0) AS paused
FROM timed"""
        + _OF,
        _told(key),
    )
    ended = np.asarray(found["ended"], dtype=np.bool_)
    minutes = np.ma.filled(np.ma.asarray(found["worked_minutes"], dtype=np.float64), 0.0)
    started = found["started_at"].astype("datetime64[us]").astype(object)
    for place in np.flatnonzero(~ended).tolist():
        minutes[place] = age(
            calendar, key.limit.unit, started[place], book.read_at, float(found["paused"][place])
        )
    clocks = Clocks(
        np.asarray(minutes, dtype=np.float64),
        np.asarray(found["extensions"], dtype=np.int64),
        ended,
        np.asarray(found["week"], dtype=np.int64),
        np.asarray(found["unit"], dtype=np.int64),
    )
    return clocks, np.asarray(found["class"], dtype=np.str_)


def history_of(clocks: Clocks, classes: NDArray[np.str_], limit: Limit) -> History:
    """Give what single clocks have shown."""
    names, place = np.unique(classes, return_inverse=True)
    ceiled = np.where(clocks.ended, np.ceil(clocks.minutes / GRAIN) * GRAIN, clocks.minutes)
    found: dict[str, Tally] = {}
    for number, name in enumerate(names.tolist()):
        mine = place == number
        at, inverse = np.unique(ceiled[mine], return_inverse=True)
        ends = np.bincount(inverse, clocks.ended[mine], len(at)).astype(np.float64)
        found[name] = Tally(at, ends, np.bincount(inverse, minlength=len(at)) - ends)
    return History(limit, found, len(np.unique(clocks.week)))
