# SPDX-License-Identifier: Apache-2.0
"""What is expected of the next hours, made once an hour and kept; what came, written beside it."""

from datetime import UTC, datetime, timedelta
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.forecasts.api import Floats, Forecast, Panel
from tongguan.foresight import choosing, learning
from tongguan.foresight.learning import HORIZONS, Taught
from tongguan.foresight.models import Expected
from tongguan.runtime.transactions import atomic
from tongguan.sensing import queries as sensing
from tongguan.series.contracts import DAY_MS, HOUR_MS
from tongguan.tables import api as tables

#: Days that are learned from, hours that are forecast afterwards when it begins, days that are kept.
HISTORY: Final = 56
REPLAYED: Final = 7 * 24
KEPT: Final = 28
#: An hour is looked at so long after its end: readings come a little late.
SETTLING: Final = 300_000
_AT_ONCE: Final = 2000
_AHEAD: Final = len(HORIZONS)
_REMEMBERED: Final = 16
#: What was learned today; learned again by whoever has it not.
_taught: dict[tuple[str, tuple[int, ...], int, int], Taught] = {}


def hour_at(now: datetime) -> int:
    """Give the end of the last hour that is whole, ms."""
    return (int(now.timestamp() * 1000) - SETTLING) // HOUR_MS * HOUR_MS


def moment(at: int) -> datetime:
    """Give milliseconds since 1970 as a moment."""
    return datetime.fromtimestamp(at / 1000, UTC)


def ms(at: datetime) -> int:
    """Give a moment as milliseconds since 1970."""
    return round(at.timestamp() * 1000)


def foretell(hour: int) -> int:
    """Say what the hours from ``hour`` (ms) on bring, of everything chosen; give how many rows were kept.

    Nothing happens for streams of which it is said already, or that have too little history. Hours missed
    since midnight, and the last week when a stream is new, are said afterwards and marked so.
    """
    meant = dict(list(choosing.streams_of(choosing.wanted_rows()).items())[: choosing.MOST])
    there = Expected.objects.filter(stream__among=sorted(meant), made_at=moment(hour))
    missing = meant.keys() - set(there.values_list("stream", flat=True))
    panels: dict[str, list[int]] = {}
    for stream, observed in meant.items():
        panels.setdefault(observed, []).append(stream)
    return sum(
        _foretell(observed, streams, hour)
        for observed, streams in sorted(panels.items())
        if not missing.isdisjoint(streams)
    )


def _foretell(observed: str, streams: list[int], hour: int) -> int:
    """Say it of the streams of one property, which learn together: up to midnight, new ones a week before."""
    midnight = (hour - HOUR_MS + learning.ZONE_MS) // DAY_MS * DAY_MS - learning.ZONE_MS
    begin = midnight - HISTORY * DAY_MS
    hours, split = (hour - begin) // HOUR_MS, HISTORY * 24
    values = learning.by_hour(sensing.aggregate(streams, begin, hour), streams, begin, hours)
    earlier = Expected.objects.filter(stream__among=streams).order_by()
    known = set(earlier.values_list("stream", flat=True).distinct())
    lately = learning.lately(values)
    new = np.array([stream not in known for stream in streams]) & lately
    back = hours - REPLAYED
    old_enough = learning.enough(values[:back])
    kept = 0
    if (new & old_enough).any():
        kept += _said(observed, streams, begin, values, back, old_enough)
        lately &= ~old_enough
    good = learning.enough(values[:split])
    return kept + (_said(observed, streams, begin, values, split, good) if (good & lately).any() else 0)


def _said(
    observed: str, streams: list[int], begin: int, values: Floats, split: int, which: NDArray[np.bool_]
) -> int:
    """Learn from the rows before ``split`` and keep what is said at each later one and is not there yet."""
    streams = [stream for stream, meant in zip(streams, which, strict=True) if meant]
    first = int(np.argmax((~np.isnan(values[:, which])).any(1)))
    panel = Panel(begin + HOUR_MS * np.arange(first, len(values), dtype=np.int64), values[first:, which])
    split -= first
    knows = _learned(observed, streams, panel.between(0, split))
    rows = _rows(streams, panel.values, split, knows.said(panel.between(split, len(panel))))
    since = moment(int(panel.at[split]) + HOUR_MS)
    said = Expected.objects.filter(stream__among=streams, made_at__gte=since)
    before = set(said.values_list("stream", "made_at"))
    fresh = [row for row in rows if (row.stream, row.made_at) not in before]
    with atomic():
        for start in range(0, len(fresh), _AT_ONCE):
            tables.insert(fresh[start : start + _AT_ONCE], ignore=True)
    return len(fresh)


def forget() -> None:
    """Let go of what was learned."""
    _taught.clear()


def _learned(observed: str, streams: list[int], history: Panel) -> Taught:
    key = (observed, tuple(streams), int(history.at[0]), len(history))
    if key not in _taught:
        while len(_taught) >= _REMEMBERED:
            del _taught[next(iter(_taught))]
        _taught[key] = learning.taught(history)
    return _taught[key]


def _rows(streams: list[int], values: Floats, split: int, made: Forecast) -> list[Expected]:
    rows = []
    for n in range(len(made.at)):
        origin = split + n
        usual, still = learning.week_before(values, origin), learning.last_known(values, origin)
        for place, stream in enumerate(streams):
            if np.isnan(made.value[n, :, place]).any() or np.isnan(still[place]):
                continue
            rows.append(
                tables.fresh(
                    Expected, stream=stream, made_at=moment(int(made.at[n]) + HOUR_MS),
                    value=plain(made.value[n, :, place]), low=plain(made.low[n, :, place]),
                    high=plain(made.high[n, :, place]), usual=plain(usual[:, place]),
                    still=float(still[place]), came=None, replayed=n < len(made.at) - 1,
                    version=learning.VERSION,
                )
            )  # fmt: skip
    return rows


def plain(values: Floats) -> list[float | None]:
    """Give numbers of six digits as they are kept; None where nothing is known."""
    return [float(f"{value:.6g}") if np.isfinite(value) else None for value in values]


def settle(hour: int) -> int:
    """Write what came beside forecasts whose last hour is over at ``hour`` (ms); give how many.

    Rows older than KEPT days go.
    """
    Expected.objects.filter(made_at__lt=moment(hour - KEPT * DAY_MS)).delete()
    due = Expected.objects.filter(came__isnull=True, made_at__lte=moment(hour - _AHEAD * HOUR_MS))
    rows = list(due.order_by("made_at", "stream")[: 10 * _AT_ONCE])
    if not rows:
        return 0
    streams = sorted({row.stream for row in rows})
    begin, end = ms(rows[0].made_at), ms(rows[-1].made_at) + _AHEAD * HOUR_MS
    hours = (end - begin) // HOUR_MS
    values = learning.by_hour(sensing.aggregate(streams, begin, end), streams, begin, hours)
    place = {stream: n for n, stream in enumerate(streams)}
    for row in rows:
        first = (ms(row.made_at) - begin) // HOUR_MS
        row.came = plain(values[first : first + _AHEAD, place[row.stream]])
    with atomic():
        for start in range(0, len(rows), _AT_ONCE):
            tables.update(rows[start : start + _AT_ONCE], ["came"])
    return len(rows)


def kept() -> timedelta:
    """Give how long forecasts are kept."""
    return timedelta(days=KEPT)
