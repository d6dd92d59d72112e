# SPDX-License-Identifier: Apache-2.0
"""Detectors of false closing over columns of closed cases. Pure: values in, scores out.

Each score lies in 0–1 and orders findings of its own detector; none is a probability. NaN: not to be told.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tongguan.kernel.geometry import distance_m

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]
#: Told with every finding; another way of scoring is another version.
VERSION: Final = "1"
#: Bits of an image print that count one step less.
_PER_BIT: Final = 0.05
_EARTH_M: Final = 6_371_008.8
#: The half-life of an untimely photo's innocence, in hours.
_HALF: Final = 24.0
#: What the median absolute deviation of a normal distribution is to be multiplied with.
_SIGMA: Final = 1.4826


def closeness(
    metres: Floats, days: Floats, within_m: float, within_days: float, same: NDArray[np.bool_]
) -> Floats:
    """Score new tellings by how near in place and time they follow a closing; 0 outside of either bound.

    ``same``: matching found it to be the same matter, which alone gives one half.
    """
    near = np.clip(1 - metres / within_m, 0, 1) * np.clip(1 - days / within_days, 0, 1)
    inside = (metres <= within_m) & (days >= 0) & (days <= within_days)
    return np.asarray(np.where(same, 0.5 + 0.5 * near, np.where(inside, near, 0.0)), np.float64)


def pairs_near(
    closed: tuple[Floats, Floats, Floats, Whole],
    told: tuple[Floats, Floats, Floats, Whole],
    within_m: float,
    within_days: float,
) -> tuple[Whole, Whole, Floats, Floats]:
    """Give (closed row, new row, metres, days) of new cases near and soon after closed ones of their item.

    Columns are longitude, latitude (degrees), time (days; closing, opening) and the item as a number. Only
    pairs within both bounds are given; the search is by a tree in space.
    """
    tree, seeds = (cKDTree(_ball(rows[0], rows[1])) for rows in (closed, told))
    chord = 2 * np.sin(min(within_m / _EARTH_M, np.pi) / 2) + 1e-12
    found = tree.query_ball_tree(seeds, chord)
    left = np.repeat(np.arange(len(found)), [len(one) for one in found])
    right = np.array([n for one in found for n in one], np.int64)
    days = told[2][right] - closed[2][left]
    kept = (days >= 0) & (days <= within_days) & (closed[3][left] == told[3][right])
    left, right, days = left[kept], right[kept], days[kept]
    metres = distance_m(closed[0][left], closed[1][left], told[0][right], told[1][right])
    return left.astype(np.int64), right, metres, days


def _ball(lons: Floats, lats: Floats) -> Floats:
    x, y = np.radians(lons), np.radians(lats)
    return np.asarray(np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1), np.float64)


def reuse(bits: Whole, exact: NDArray[np.bool_]) -> Floats:
    """Score photos that were kept before: 1 to the byte, less by each of the print's bits that differ."""
    return np.asarray(np.where(exact, 1.0, np.clip(1 - _PER_BIT * (bits + 1), 0, 1)), np.float64)


def elsewhere(
    lon: Floats, lat: Floats, case_lon: Floats, case_lat: Floats, allowed_m: Floats
) -> tuple[Floats, Floats]:
    """Give (score, metres) of photos by how far from the case's place they were taken."""
    metres = distance_m(lon, lat, case_lon, case_lat)
    score = np.clip(1 - allowed_m / np.maximum(metres, 1e-9), 0, 1)
    return np.where(np.isnan(metres), np.nan, score), metres


def untimely(taken: Floats, begin: Floats, end: Floats, slack: float) -> tuple[Floats, Floats]:
    """Give (score, hours outside) of photos taken before the dispatch or after the submission. Hours."""
    outside = np.maximum(np.maximum(begin - slack - taken, taken - end - slack), 0)
    return 1 - np.exp2(-outside / _HALF), outside


def lower_limit(minutes: Floats, least: int, quantile: float, deviations: float) -> float:
    """Give the lower limit of an item's usual handling time in minutes; NaN below ``least`` closings.

    The lower of two: the quantile of its history, and so many robust deviations below the median of the
    logarithms. So neither a fixed share of good work is suspected, nor do a few false ones move it.
    """
    told = minutes[minutes > 0]
    if len(told) < least:
        return float("nan")
    logs = np.log(told)
    middle = float(np.median(logs))
    spread = _SIGMA * float(np.median(np.abs(logs - middle)))
    return float(min(np.quantile(told, quantile), np.exp(middle - deviations * spread)))


def hurry(minutes: Floats, limits: Floats) -> Floats:
    """Score handlings by how far they lie below their item's limit; NaN where there is none."""
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(np.clip(1 - minutes / limits, 0, 1), np.float64)
