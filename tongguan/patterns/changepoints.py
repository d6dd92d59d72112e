# SPDX-License-Identifier: Apache-2.0
"""Where the level of daily counts moved: PELT over Poisson costs that allow for scatter.

Killick, Fearnhead and Eckley 2012. The penalty is that of the modified information criterion (Zhang and
Siegmund 2007), 3 log n a change, times the dispersion, which is taken from what is left around a running
median, so that changes themselves do not hide as scatter.
"""

import itertools
from typing import Final

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from tongguan.patterns.contracts import Change, Floats

_SHORTEST: Final = 7
_AROUND: Final = 15


def changes(counts: Floats, usual: Floats | None = None, *, shortest: int = _SHORTEST) -> list[Change]:
    """Give the changes of level in order of time; none where noise would do.

    ``usual``: how much of the common level each step gets by itself (weekdays), mean 1. ``shortest``: steps
    a level lasts at least.
    """
    count = len(counts)
    exposure = np.ones(count) if usual is None else np.maximum(usual, 1e-6)
    if count < 2 * shortest or counts.sum() <= 0:
        return []
    penalty = 3 * np.log(count) * scatter(counts, exposure)
    ends = _cut(counts, exposure, penalty, shortest)
    sums, weights = np.cumsum(np.r_[0.0, counts]), np.cumsum(np.r_[0.0, exposure])
    levels = [(sums[b] - sums[a]) / (weights[b] - weights[a]) for a, b in itertools.pairwise(ends)]
    return [Change(at, float(levels[n]), float(levels[n + 1])) for n, at in enumerate(ends[1:-1])]


def scatter(counts: Floats, exposure: Floats) -> float:
    """Give variance over mean of counts around their running median, at least one."""
    width = min(_AROUND, len(counts) - (1 - len(counts) % 2))
    rate = counts / exposure
    edged = np.pad(rate, width // 2, mode="reflect")
    middle = np.median(sliding_window_view(edged, width), axis=1)[: len(counts)]
    mean = np.maximum(middle, rate.mean() / 2) * exposure
    mean = np.where(mean > 0, mean, 1.0)  # nothing was counted at all
    return max(1.0, float(((counts - middle * exposure) ** 2 / mean).mean()))


def _cost(total: Floats, weight: Floats) -> Floats:
    """Give minus twice the log likelihood of stretches at their own best rate, but for what all have."""
    safe = np.where(total > 0, total, 1.0)
    return np.asarray(-2 * np.where(total > 0, total * np.log(safe / weight), 0.0))


def _cut(counts: Floats, exposure: Floats, penalty: float, shortest: int) -> list[int]:
    """Give the ends of the best stretches, 0 and the last among them."""
    count = len(counts)
    sums, weights = np.cumsum(np.r_[0.0, counts]), np.cumsum(np.r_[0.0, exposure])
    best = np.full(count + 1, np.inf)
    best[0] = -penalty
    before = np.zeros(count + 1, dtype=np.int64)
    candidates = np.array([0])
    for end in range(shortest, count + 1):
        if end >= 2 * shortest:
            candidates = np.append(candidates, end - shortest)
        cost = best[candidates] + _cost(sums[end] - sums[candidates], weights[end] - weights[candidates])
        chosen = int(np.argmin(cost))
        best[end] = cost[chosen] + penalty
        before[end] = candidates[chosen]
        # What is worse by a whole penalty now can never be the best later.
        candidates = candidates[cost <= best[end] + 1e-9]
    ends = [count]
    while ends[-1] > 0:
        ends.append(int(before[ends[-1]]))
    return ends[::-1]
