# SPDX-License-Identifier: Apache-2.0
"""Surges of arrivals, hour by hour: told as soon as more has come than is usual, with few false alarms.

What is usual at an hour is a level, which follows the last days slowly and stops following while a surge
lasts, times the share of that hour of the day. The last 6, 12 and 24 hours are looked at; the limit is a
quantile of the negative binomial law, so rare that all looks of a month together give the wanted number of
false alarms.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.stats import nbinom, poisson

from tongguan.patterns.contracts import Floats, Surge

_DAY: Final = 24
_MONTH_HOURS: Final = 30 * _DAY
#: Hours next to each other are looked at with nearly the same sums: so many looks are worth one.
_ALIKE: Final = 3
_LEAST_LEVEL: Final = 0.2
#: Days that tell how much daily sums scatter.
_DAYS: Final = 60
_MEDIAN_SQUARE: Final = 0.455


@dataclass(frozen=True, slots=True)
class Recipe:
    """How surges are looked for. ``false``: wanted false alarms in 30 days; ``spans``: hours summed.

    ``memory``: days after which what was is half forgotten. ``least``: fewer arrivals are no surge.
    ``lift``: a surge is at least so many times what is usual: sure is not yet much. ``scatter``: excess
    variance of daily sums relative to their mean's square, None: told by history.
    """

    false: float = 1.0
    spans: tuple[int, ...] = (6, 12, 24)
    memory: float = 14.0
    least: int = 5
    lift: float = 1.5
    scatter: float | None = None


def surges(
    counts: Floats, recipe: Recipe | None = None, *, first_hour: int = 0, warm: int = 7 * _DAY
) -> list[Surge]:
    """Give the surges in order, each told with only the hours up to its own.

    ``counts``: arrivals per hour without a gap; ``first_hour``: local hour of the day of the first.
    ``warm``: hours that only teach what is usual.
    """
    recipe = recipe or Recipe()
    hour = (first_hour + np.arange(len(counts))) % _DAY
    looks = _MONTH_HOURS * len(recipe.spans) / _ALIKE
    rare = recipe.false / looks
    keep = 0.5 ** (1 / (recipe.memory * _DAY))
    level, weight = 0.0, 0.0
    shape, seen = np.full(_DAY, 1.0), np.full(_DAY, 1.0)
    sums = np.concatenate([[0.0], np.cumsum(counts)])
    usual = np.zeros(len(counts) + 1)
    spread = recipe.scatter if recipe.scatter is not None else 0.0
    errors: list[float] = []
    found: list[Surge] = []
    open_one: Surge | None = None
    for at, count in enumerate(counts):
        share = (shape / seen)[hour[at]] / (shape / seen).mean()
        mean = max(level / weight if weight else float(count), _LEAST_LEVEL / _DAY) * share
        usual[at + 1] = usual[at] + mean
        over = _over(at, sums, usual, spread, rare, recipe) if at >= warm else None
        if over is not None and open_one is None:
            open_one = Surge(at, *over, until=None)
        elif open_one is not None and _calm(at, sums, usual, recipe):
            found.append(Surge(open_one.at, open_one.span, open_one.count, open_one.expected, at))
            open_one = None
        if open_one is None:
            level, weight = keep * level + count, keep * weight + 1
            shape[hour[at]] += count / max(level / weight, _LEAST_LEVEL / _DAY)
            seen[hour[at]] += 1
            if recipe.scatter is None and at % _DAY == _DAY - 1 and at >= _DAY:
                expected = usual[at + 1] - usual[at + 1 - _DAY]
                gap = sums[at + 1] - sums[at + 1 - _DAY] - expected
                errors.append(float(gap**2 / max(expected, 1.0)))
                # The median square of a normal value is 0.455 of its variance; single storms do not move it.
                typical = float(np.median(errors[-_DAYS:])) / _MEDIAN_SQUARE
                spread = max(0.0, (typical - 1) / max(level / weight * _DAY, 1.0))
    return [*found, open_one] if open_one is not None else found


def _over(
    at: int, sums: Floats, usual: Floats, spread: float, rare: float, recipe: Recipe
) -> tuple[int, int, float] | None:
    """Give span, arrivals and what is usual of the shortest stretch up to now beyond its limit."""
    for span in recipe.spans:
        if at + 1 < span:
            continue
        count = int(sums[at + 1] - sums[at + 1 - span])
        expected = float(usual[at + 1] - usual[at + 1 - span])
        if count < recipe.least or count < recipe.lift * expected:
            continue
        if spread > 0:
            size = 1 / spread
            chance = nbinom.sf(count - 1, size, size / (size + expected))
        else:
            chance = poisson.sf(count - 1, expected)
        if chance <= rare:
            return span, count, expected
    return None


def _calm(at: int, sums: Floats, usual: Floats, recipe: Recipe) -> bool:
    """Tell whether the last day is again below the lift that makes a surge."""
    span = max(recipe.spans)
    count, expected = sums[at + 1] - sums[at + 1 - span], usual[at + 1] - usual[at + 1 - span]
    return bool(count < recipe.lift * expected)
