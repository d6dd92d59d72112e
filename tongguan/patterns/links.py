# SPDX-License-Identifier: Apache-2.0
"""Which kinds of matters go before which others, and by how much: lagged correlation of counts.

Trend and weekday are taken out, ranks are compared (one storm is not a law). What chance gives is told by
all circular shifts of one series against the other: they keep each series' own persistence. All lags and all
pairs are counted.
"""

from typing import Final

import numpy as np
from scipy.special import ndtr
from scipy.stats import rankdata

from tongguan.patterns.contracts import Floats, Link
from tongguan.patterns.rates import discovery
from tongguan.patterns.season import taken_apart

_FEWEST: Final = 60


def links(counts: Floats, *, lags: int = 7, period: int = 7) -> list[Link]:
    """Give the best lag of every ordered pair of series, the surest first; cut by ``q``.

    ``counts``: (steps × series), evenly spaced, none missing. At lag 0 neither leads: such a pair is given
    once. Too short a history gives none.
    """
    steps, series = counts.shape
    if steps < _FEWEST or series <= 1:
        return []
    rest = np.stack([taken_apart(counts[:, n], period).rest for n in range(series)], axis=1)
    ranks = rankdata(rest, axis=0)
    ranks -= ranks.mean(0)
    width = np.sqrt((ranks**2).sum(0))
    unit = np.divide(ranks, width, out=np.zeros_like(ranks), where=width > 0)
    wave = np.fft.rfft(unit, axis=0)
    found: list[tuple[int, int, int, float, float]] = []
    for leads in range(series):
        turned = np.fft.irfft(np.conj(wave[:, [leads]]) * wave, n=steps, axis=0)
        # Shifts beyond the lags looked at, to either side: what chance gives.
        chance = np.sqrt((turned[lags + 1 : steps - lags] ** 2).mean(0))
        for follows in range(series):
            if follows == leads or not width[leads] or not width[follows]:
                continue
            first = 0 if leads < follows else 1
            looked = turned[first : lags + 1, follows]
            lag = int(np.argmax(np.abs(looked)))
            z = abs(looked[lag]) / max(chance[follows], 1 / np.sqrt(steps))
            one = 2 * ndtr(-z)
            p = -np.expm1(len(looked) * np.log1p(-min(one, 1 - 1e-12)))
            found.append((leads, follows, lag + first, float(looked[lag]), float(p)))
    q = discovery(np.array([one[4] for one in found]))
    made = [Link(*one, q=float(share)) for one, share in zip(found, q, strict=True)]
    return sorted(made, key=lambda one: (one.p, one.leads, one.follows))
