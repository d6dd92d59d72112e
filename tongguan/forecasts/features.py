# SPDX-License-Identifier: Apache-2.0
"""What is looked at when a value is forecast: only rows up to the origin, none after it."""

from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tongguan.forecasts.contracts import DAY_MS, Floats, Ints, Panel, Recipe

#: A gap is bridged by the last value up to so many steps.
BRIDGE = 6
#: How many mean values count beside those seen at an hour.
OLD = 3
#: Neighbours of less weight together are none.
LEAST = 1e-9
#: Of an hour seen so often one value tells nothing; taken out of the sum it would tell itself, exactly.
MANY = 30


def bridged(values: Floats, reach: int = BRIDGE) -> Floats:
    """Give the values with each gap filled by the last one known, at most ``reach`` steps old."""
    filled = values.copy()
    for step in range(1, reach + 1):
        earlier = np.full_like(values, np.nan)
        earlier[step:] = values[:-step]
        filled = np.where(np.isnan(filled), earlier, filled)
    return filled


def back(values: Floats, steps: int) -> Floats:
    """Give the values as they were ``steps`` before, NaN before the beginning (negative: afterwards)."""
    moved = np.full_like(values, np.nan)
    if steps == 0:
        return values.copy()
    if abs(steps) >= len(values):
        return moved
    if steps > 0:
        moved[steps:] = values[:-steps]
    else:
        moved[:steps] = values[-steps:]
    return moved


def over(values: Floats, span: int) -> tuple[Floats, Floats, Floats]:
    """Give mean, least and largest of the last ``span`` values (or fewer); NaN is passed by."""
    padded = np.concatenate([np.full((span - 1, values.shape[1]), np.nan), values])
    window = sliding_window_view(padded, span, axis=0)
    known = ~np.isnan(window)
    count = known.sum(-1)
    total = np.where(known, window, 0.0).sum(-1)
    mean = np.divide(total, count, out=np.full(total.shape, np.nan), where=count > 0)
    least = np.where(known, window, np.inf).min(-1)
    largest = np.where(known, window, -np.inf).max(-1)
    return mean, np.where(count > 0, least, np.nan), np.where(count > 0, largest, np.nan)


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """What history tells of the series themselves.

    ``total`` and ``count``: (slots of a season × series) sum and number of values by time of day; ``level``
    and ``width``: mean and standard deviation per series; ``near``: (series × series) weights of neighbours,
    rows adding up to one, or None.
    """

    total: Floats
    count: Floats
    level: Floats
    width: Floats
    near: Floats | None

    def usual(self, slots: Ints, own: Floats | None = None) -> Floats:
        """Give what is usual at those slots; ``own``: values not to speak for themselves."""
        total, count = self.total[slots], self.count[slots]
        if own is not None and self.count.mean() < MANY:
            there = ~np.isnan(own)
            total, count = total - np.where(there, own, 0.0), count - there
        # As if three mean values had been seen besides: an hour seen once says little.
        return (total + OLD * self.level) / (count + OLD)


def known(history: Panel, recipe: Recipe, near: Floats | None) -> Known:
    """Learn profile, level and width; ``near``: weights of neighbours, the own one is left out."""
    level = np.nanmean(history.values, axis=0)
    slots = slot(history.at, recipe)
    total = np.zeros((recipe.season, history.values.shape[1]))
    count = np.zeros_like(total)
    np.add.at(total, slots, np.nan_to_num(history.values))
    np.add.at(count, slots, ~np.isnan(history.values))
    if near is not None:
        near = near * (1 - np.eye(len(near)))
        near = near / np.maximum(near.sum(1, keepdims=True), 1e-9)
    return Known(total, count, level, np.nanstd(history.values, axis=0), near)


def slot(at: Ints, recipe: Recipe) -> Ints:
    """Give each instant's place in the season (of a day or a week by its local clock)."""
    period = recipe.period_ms
    return ((at + recipe.offset_ms) % period * recipe.season // period).astype(np.int64)


def neighbours(now: Floats, near: Floats) -> Floats:
    """Give the weighted mean of each series' neighbours; those not known are passed by."""
    there = ~np.isnan(now)
    weight = there @ near.T
    total = np.where(there, now, 0.0) @ near.T
    return np.divide(total, weight, out=np.full(total.shape, np.nan), where=weight > LEAST)


def columns(panel: Panel, told: Known, recipe: Recipe) -> list[Floats]:
    """Give what is looked at, the same for all horizons: columns of (n × series)."""
    now = bridged(panel.values)
    n, series = now.shape
    found = [now]
    found += [now - back(now, lag) for lag in recipe.lags]
    for span in recipe.spans:
        mean, least, largest = over(now, span)
        found += [now - mean, now - least, largest - now]
    everywhere = np.nanmean(np.where(np.isnan(now), told.level, now), axis=1, keepdims=True)
    found += [np.broadcast_to(everywhere - back(everywhere, lag), (n, series)) for lag in recipe.lags[:3]]
    found.append(now - everywhere)
    if told.near is not None:
        around = neighbours(now, told.near)
        found += [around - now, *(around - back(around, lag) for lag in recipe.lags[:4])]
    for beside in panel.beside.values():
        there = bridged(beside)
        found += [there, *(there - back(there, lag) for lag in recipe.lags[:3:2])]
        if recipe.spans:
            # How it has turned since: the weather of a day ago tells what is moving in.
            found.append(there - over(there, max(recipe.spans[:2]))[0])
    found += [np.broadcast_to(told.level, (n, series)), np.broadcast_to(told.width, (n, series))]
    return found


def ahead(panel: Panel, told: Known, recipe: Recipe, horizon: int, *, learning: bool = False) -> list[Floats]:
    """Give what is looked at for one horizon: hour and weekday of the time meant, and what is usual then.

    ``learning``: the panel is the history itself, and no value of it may tell itself by what is usual.
    """
    now = bridged(panel.values)
    n, series = now.shape
    step = int(panel.at[1] - panel.at[0]) if n > 1 else 0
    meant = panel.at + horizon * step
    turn = 2 * np.pi * ((meant + recipe.offset_ms) % DAY_MS) / DAY_MS
    weekday = (meant + recipe.offset_ms) // DAY_MS % 7
    # Not the day of the year: two or three years tell little of it.
    found = [
        np.broadcast_to(column[:, None].astype(float), (n, series))
        for column in (np.sin(turn), np.cos(turn), weekday)
    ]
    if recipe.profile:
        then, own = (back(panel.values, -horizon), panel.values) if learning else (None, None)
        usual = told.usual(slot(meant, recipe), then)
        found += [usual - told.usual(slot(panel.at, recipe), own), usual - now]
    season = recipe.season
    if recipe.recall and horizon <= season < n:
        found.append(back(now, season - horizon) - back(now, season))
    return found
