# SPDX-License-Identifier: Apache-2.0
"""Pure: from roll-ups by the hour to what the next hours are expected to bring, one panel per property."""

from copy import deepcopy
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from tongguan.forecasts.api import Floats, Forecast, Learned, Panel, Recipe
from tongguan.series.contracts import DAY_MS, HOUR_MS, Rolled

VERSION: Final = "hours-1"
HORIZONS: Final = tuple(range(1, 25))
WANTED: Final = 0.9
WEEK: Final = 7 * 24
#: Local clock minus UTC.
ZONE_MS: Final = 8 * HOUR_MS
#: Hours of history that are learned from at least; of a stream so many must be known.
FEWEST: Final = 14 * 24
FEWEST_KNOWN: Final = FEWEST * 6 // 10
#: Hours without a reading after which nothing is said of the next.
SILENT: Final = 6
RECIPE: Final = Recipe(
    horizons=HORIZONS,
    lags=(1, 2, 3, 24, WEEK),
    spans=(6, 24),
    season=WEEK,
    period_ms=7 * DAY_MS,
    offset_ms=ZONE_MS,
    coverage=WANTED,
    block=72,
    rounds=60,
    leaves=15,
    least=20,
    rows=20_000,
    levels=tuple(range(6, 25)),
)


def by_hour(rolled: Rolled, streams: list[int], begin: int, hours: int) -> Floats:
    """Give (hours × streams) means of usable readings, NaN: none; ``begin``: ms, a full hour."""
    table = np.full((hours, len(streams)), np.nan)
    order = np.argsort(streams)
    found = np.asarray(streams, np.int64)[order]
    place = np.minimum(np.searchsorted(found, rolled.stream), len(streams) - 1)
    row = (rolled.begin - begin) // HOUR_MS
    good = (found[place] == rolled.stream) & (row >= 0) & (row < hours) & (rolled.count > 0)
    table[row[good], order[place[good]]] = rolled.mean[good]
    return table


def enough(values: Floats) -> NDArray[np.bool_]:
    """Tell of each column whether it goes back FEWEST hours, of which enough are known."""
    known = ~np.isnan(values)
    return np.asarray((known.sum(0) >= FEWEST_KNOWN) & known[: max(len(values) - FEWEST + 1, 0)].any(0))


def lately(values: Floats) -> NDArray[np.bool_]:
    """Tell of each column whether it was read in the last hours."""
    return np.asarray((~np.isnan(values[-SILENT:])).any(0))


@dataclass(frozen=True, slots=True, eq=False)
class Taught:
    """A forecaster that knows its streams up to ``until`` (ms), and the width by which each is divided."""

    model: Learned
    width: Floats
    until: int

    def said(self, later: Panel) -> Forecast:
        """Give the forecast made at each of the rows that follow, in the streams' own units."""
        model = deepcopy(self.model)
        with threadpool_limits(1, user_api="openmp"):
            made = model.hindcast(Panel(later.at, later.values / self.width))
        return Forecast(
            made.at, made.horizons, made.value * self.width, made.low * self.width, made.high * self.width
        )


def taught(history: Panel) -> Taught:
    """Learn from history: hours and weekdays of each stream, what all have in common, how far one is off.

    Streams of any size learn together: each is divided by its standard deviation. What was never below zero
    is not expected to be.
    """
    width = np.nanstd(history.values, axis=0)
    width = np.where(width > 0, width, 1.0)
    floor = 0.0 if np.nanmin(history.values) >= 0 else -np.inf
    model = Learned(replace(RECIPE, floor=floor))
    # Tables are small: threads would wait for each other far longer than they work.
    with threadpool_limits(1, user_api="openmp"):
        model.fit(Panel(history.at, history.values / width))
    return Taught(model, width, int(history.at[-1]) + HOUR_MS)


def week_before(values: Floats, origin: int) -> Floats:
    """Give what was a week before each of the hours after row ``origin``: (horizons × streams)."""
    rows = [origin + horizon - WEEK for horizon in HORIZONS]
    return np.stack([values[row] if row >= 0 else np.full(values.shape[1], np.nan) for row in rows])


def last_known(values: Floats, origin: int) -> Floats:
    """Give the newest known value of each stream at row ``origin``, at most SILENT hours old; NaN: none."""
    found = values[origin].copy()
    for back in range(1, min(SILENT, origin) + 1):
        found = np.where(np.isnan(found), values[origin - back], found)
    return found
