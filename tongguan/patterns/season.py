# SPDX-License-Identifier: Apache-2.0
"""A series taken apart into trend, season and rest, deaf to single odd values.

After STL (Cleveland and others 1990): the season by means per place of the period, the trend by local
straight lines (tricube weights), values far from both believed less (bisquare). The parts add up.
"""

from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tongguan.patterns.contracts import Floats, Parts

_ROUNDS: Final = 4
#: Six median deviations from trend and season: not believed at all (Cleveland 1979).
_FAR: Final = 6.0
_TINY: Final = 1e-9
_LITTLE: Final = 1e-6
#: A rest of this share of the oddest value is no oddity yet.
_FAINT: Final = 0.01


def smoothed(values: Floats, weight: Floats, width: int) -> Floats:
    """Give the local straight line through each value's neighbours within ``width`` steps to either side."""
    reach = np.arange(-width, width + 1)
    near = (1 - (np.abs(reach) / (width + 1)) ** 3) ** 3

    def summed(series: Floats, power: int) -> Floats:
        # np.convolve turns the kernel round: the distance from here to there has its sign changed.
        whole = np.convolve(series, near * (-reach) ** power, mode="full")
        return np.asarray(whole[width : width + len(series)])

    mass, first, second = (summed(weight, power) for power in range(3))
    level, slope = summed(weight * values, 0), summed(weight * values, 1)
    spread = mass * second - first**2
    line = np.divide(
        second * level - first * slope, spread, out=np.zeros_like(values), where=spread > _TINY * mass**2
    )
    flat = np.divide(level, mass, out=np.full_like(values, values.mean()), where=mass > _TINY)
    return np.where(spread > _TINY * mass**2, line, flat)


def taken_apart(values: Floats, period: int = 7, width: int | None = None) -> Parts:
    """Give the parts of an evenly spaced series; ``width``: steps to either side that tell the trend.

    A series shorter than two periods has no season.
    """
    count = len(values)
    if not count:
        return Parts(values, values, values, values)
    width = width or max(period, min(3 * period, count // 4))
    place = np.arange(count) % period
    # Medians first: a storm must not teach level and weekday before it is known to be one.
    trend = _running_median(values, min(width, (count - 1) // 2))
    season = _by_median(values - trend, place, period) if count >= 2 * period else np.zeros(count)
    weight = _believed(values - trend - season)
    for _ in range(_ROUNDS):
        trend = smoothed(values - season, weight, width)
        if count >= 2 * period:
            season = _by_place(values - trend, weight, place, period)
        weight = _believed(values - trend - season)
    return Parts(trend, season, values - trend - season, weight)


def _believed(rest: Floats) -> Floats:
    """Give how far each value is believed; a little always, or there would be no line."""
    off = np.abs(rest)
    # What is nearly nothing is nothing: a series on a line has no rest by which to call its neighbours odd.
    scale = _FAR * max(float(np.median(off)), _FAINT * float(off.max()))
    if scale <= _TINY:
        return np.where(off > _TINY, _LITTLE, 1.0)
    return np.asarray(np.maximum((1 - np.minimum(off / scale, 1) ** 2) ** 2, _LITTLE))


def _running_median(values: Floats, width: int) -> Floats:
    edged = np.pad(values, width, mode="reflect", reflect_type="odd") if width else values
    return np.asarray(np.median(sliding_window_view(edged, 2 * width + 1), axis=1))


def _by_median(values: Floats, place: np.ndarray, period: int) -> Floats:
    middle = np.array([np.median(values[place == one]) for one in range(period)])
    return np.asarray((middle - middle.mean())[place])


def _by_place(values: Floats, weight: Floats, place: np.ndarray, period: int) -> Floats:
    total = np.bincount(place, weight * values, period)
    mean = total / np.maximum(np.bincount(place, weight, period), _TINY)
    return np.asarray((mean - mean.mean())[place])


def by_weekday(counts: Floats, period: int = 7) -> Floats:
    """Give how much of the usual each place of the period gets (mean 1), leaning on 1 with little known."""
    place = np.arange(len(counts)) % period
    total, number = np.bincount(place, counts, period), np.bincount(place, minlength=period)
    mean = counts.mean() if len(counts) else 0.0
    if mean <= 0:
        return np.ones(len(counts))
    factor = (total + _ROUNDS * mean) / (number * mean + _ROUNDS * mean)
    factor = factor / (factor[place].mean() or 1.0)
    return np.asarray(factor[place])
