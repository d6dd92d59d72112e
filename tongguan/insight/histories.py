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
from datetime import datetime
from decimal import Decimal
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from tongguan.casebook.queries import LOCAL, Book
from tongguan.insight.proposing import History
from tongguan.insight.whatif import Clocks
from tongguan.kernel.worktime import Calendar, Limit, LimitUnit
from tongguan.patterns.survival import Tally, tally

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


#: Handling clocks counted by item, limit, class and minutes; a running one by when it began and paused.
_COUNTED: Final = f"""{_CLOCKS}, counted AS (
  SELECT item, limit_value, limit_unit, class, stopped_at IS NULL AS runs,
         CASE WHEN runs THEN 0 ELSE ceil(worked_minutes / {GRAIN}) * {GRAIN} END AS minutes,
         CASE WHEN runs THEN started_at END AS started_at,
         CASE WHEN runs THEN coalesce(paused_minutes, 0) ELSE 0 END AS paused, count(*) AS n
  FROM timed WHERE stage = '{HANDLE}' AND (stopped_at IS NULL OR worked_minutes IS NOT NULL) GROUP BY ALL)
SELECT *, dense_rank() OVER (ORDER BY item, limit_value, limit_unit, class) - 1 AS place
FROM counted ORDER BY place"""
_WEEKS: Final = f"""{_CLOCKS}
SELECT item, limit_value, limit_unit, count(DISTINCT week) FROM timed WHERE stage = '{HANDLE}' GROUP BY ALL"""


def item_histories(book: Book, calendar: Calendar) -> dict[Key, History]:
    """Give what the handling clocks of every item and limit have shown."""
    spans = {_key(item, value, unit): weeks for item, value, unit, weeks in book.rows(_WEEKS)}
    found = book.fetch(_COUNTED)
    minutes = np.asarray(found["minutes"], dtype=np.float64)
    runs = np.asarray(found["runs"], dtype=np.bool_)
    units = np.asarray(found["limit_unit"])
    for unit in LimitUnit:
        mine = runs & (units == unit.value)
        minutes[mine] = ages(
            calendar, unit, np.asarray(found["started_at"][mine]), book.read_at, found["paused"][mine]
        )
    _, firsts, counts = np.unique(found["place"], return_index=True, return_counts=True)
    classes: defaultdict[Key, dict[str, Tally]] = defaultdict(dict)
    for first, count in zip(firsts.tolist(), counts.tolist(), strict=True):
        mine = slice(first, first + count)
        key = _key(found["item"][first], found["limit_value"][first], units[first])
        classes[key][found["class"][first]] = tally(minutes[mine], ~runs[mine], found["n"][mine])
    return {key: History(key.limit, tallies, spans[key]) for key, tallies in classes.items()}


def _key(item: str, value: float, unit: str) -> Key:
    return Key(HANDLE, limit_of(value, unit), item=item)


def limit_of(value: float, unit: str) -> Limit:
    """Give a limit as the book writes it."""
    return Limit(Decimal(str(value)).normalize(), LimitUnit(unit))


def ages(
    calendar: Calendar, unit: LimitUnit, started: NDArray[Any], now: datetime | None, paused: NDArray[Any]
) -> NDArray[np.float64]:
    """Give the counted minutes of running clocks, rounded down to whole fives: seen open at least so long."""
    if now is None or not len(started):
        return np.zeros(len(started))
    spans = calendar.elapsed_many(started, now, unit) / np.timedelta64(1, "m")
    return np.maximum(0.0, (spans - paused) // GRAIN * GRAIN)


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
    runs = ~ended
    minutes[runs] = ages(
        calendar, key.limit.unit, np.asarray(found["started_at"][runs]), book.read_at, found["paused"][runs]
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
    found = {
        name: tally(ceiled[place == no], clocks.ended[place == no]) for no, name in enumerate(names.tolist())
    }
    return History(limit, found, len(np.unique(clocks.week)))
