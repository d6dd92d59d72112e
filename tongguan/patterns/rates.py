# SPDX-License-Identifier: Apache-2.0
"""Whether two counts, shares or means differ by more than chance, with many looked at at once.

Counts of matters scatter more than Poisson's law says: ``dispersion`` is variance over mean, at least one.
A count that scatters so is worth a count divided by it (quasi-Poisson; for dispersion linear in the mean this
is the negative binomial NB1).
"""

from typing import Final

import numpy as np
from scipy.special import betainc, gammainc, gammaincc, ndtr, stdtr

from tongguan.patterns.contracts import Floats

#: So many pairs of days are needed before two courses are compared.
_PAIRS: Final = 14
#: The dispersion of one series is believed as if the common one had been seen over so many steps besides.
_SHARED_STEPS: Final = 10
_FEWEST: Final = 4


def dispersion(counts: Floats) -> Floats:
    """Give how much each series scatters: variance over mean of its steps, at least one.

    ``counts``: (steps × series) of equal lengths of time. A straight trend is taken out, and each series
    leans on all of them together: a short one alone tells little.
    """
    steps, series = counts.shape
    if steps < _FEWEST or not series:
        return np.ones(series)
    at = np.arange(steps) - (steps - 1) / 2
    mean = counts.mean(0)
    line = mean + at[:, None] * (at @ counts / (at @ at))
    squares = ((counts - line) ** 2).sum(0)
    own = np.divide(squares / (steps - 2), mean, out=np.ones(series), where=mean > 0)
    common = squares.sum() / (steps - 2) / mean.sum() if mean.sum() > 0 else 1.0
    blend = ((steps - 2) * own + _SHARED_STEPS * common) / (steps - 2 + _SHARED_STEPS)
    return np.maximum(blend, 1.0)


def counts_differ(
    now: Floats, before: Floats, spread: Floats | float = 1.0, ratio: Floats | float = 1.0
) -> Floats:
    """Give the two-sided p of each pair of counts under equal rates.

    ``ratio``: length of the time of ``now`` over that of ``before``. With ``spread`` 1 this is the exact
    conditional test of two Poisson rates (Przyborowski and Wilenski 1940).
    """
    a, b = now / spread, before / spread
    share = np.broadcast_to(np.asarray(ratio, dtype=float), a.shape)
    share = share / (1 + share)
    # P(X ≥ a) of a binomial(a + b, share) is I(share; a, b + 1); at zero it is certain.
    above = np.where(a > 0, betainc(np.maximum(a, 1e-12), b + 1, share), 1.0)
    below = np.where(b > 0, betainc(np.maximum(b, 1e-12), a + 1, 1 - share), 1.0)
    return np.asarray(np.minimum(2 * np.minimum(above, below), 1.0))


def odds(counts: Floats, usual: Floats, spread: float = 1.0) -> Floats:
    """Give the two-sided p of each count where ``usual`` is expected, scattering ``spread`` times Poisson."""
    mean = np.maximum(usual, 0.1) / spread
    seen = counts / spread
    # P(X ≥ k) of Poisson's law is the lower incomplete gamma function of k; P(X ≤ k) the upper one of k + 1.
    above = np.where(seen > 0, gammainc(np.maximum(seen, 1e-12), mean), 1.0)
    below = gammaincc(seen + 1, mean)
    return np.asarray(np.minimum(2 * np.minimum(above, below), 1.0))


def shares_differ(hits: Floats, of: Floats, hits_before: Floats, of_before: Floats) -> Floats:
    """Give the two-sided p of each pair of shares (pooled normal test); 1 where one side has nothing."""
    known = (of > 0) & (of_before > 0)
    n, m = np.where(known, of, 1.0), np.where(known, of_before, 1.0)
    pooled = (hits + hits_before) / (n + m)
    width = np.sqrt(np.maximum(pooled * (1 - pooled) * (1 / n + 1 / m), 0.0))
    gap = hits / n - hits_before / m
    return _two_sided(np.divide(gap, width, out=np.zeros_like(gap), where=known & (width > 0)))


def means_differ(now: tuple[Floats, Floats, Floats], before: tuple[Floats, Floats, Floats]) -> Floats:
    """Give the two-sided p of each pair of means, each by number, sum and sum of squares (Welch, normal)."""
    n, total, squares = now
    m, total_before, squares_before = before
    known = (n > 1) & (m > 1)
    n, m = np.where(known, n, 2.0), np.where(known, m, 2.0)
    mean, mean_before = total / n, total_before / m
    spread = np.maximum(squares / n - mean**2, 0) / (n - 1)
    spread = spread + np.maximum(squares_before / m - mean_before**2, 0) / (m - 1)
    gap = mean - mean_before
    return _two_sided(np.divide(gap, np.sqrt(spread), out=np.zeros_like(gap), where=known & (spread > 0)))


def courses_differ(now: Floats, before: Floats) -> float:
    """Give the two-sided p of a change between two courses of days, paired day by day; NaN for too few pairs.

    Days that follow one another are alike: the differences count as so many free ones as their correlation
    from one day to the next leaves (n·(1−r)/(1+r)), a level that lasts is no proof of itself.
    """
    gap = now - before
    gap = gap[np.isfinite(gap)]
    if len(gap) < _PAIRS:
        return float("nan")
    spread = float(gap.var(ddof=1))
    if spread == 0:
        return 1.0 if gap[0] == 0 else 0.0
    off = gap - gap.mean()
    alike = float(np.clip((off[1:] * off[:-1]).sum() / (off**2).sum(), 0.0, 0.95))
    free = max(len(gap) * (1 - alike) / (1 + alike), 2.0)
    return float(2 * stdtr(free - 1, -abs(float(gap.mean())) / np.sqrt(spread / free)))


def _two_sided(z: Floats) -> Floats:
    return np.asarray(2 * ndtr(-np.abs(z)))


def discovery(p: Floats) -> Floats:
    """Give each p as q: the least false discovery rate at which it is a finding (Benjamini, Hochberg)."""
    count = len(p)
    if not count:
        return np.zeros(0)
    order = np.argsort(p)[::-1]
    ranked = p[order] * count / np.arange(count, 0, -1)
    found = np.empty(count)
    found[order] = np.minimum(np.minimum.accumulate(ranked), 1.0)
    return found
