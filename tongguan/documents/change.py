# SPDX-License-Identifier: Apache-2.0
"""Whether a change is more than the ordinary ups and downs. Pure; two-sided at 5 %.

Counts are compared as rates of their stretches' lengths with a variance that the stretches before it
show (a city's counts vary more than chance alone, so Poisson's variance is only the least). Rates are
compared as two proportions, means by Welch's statistic.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from tongguan.documents.contracts import Tally

LEVEL: Final = 0.05
_FEW: Final = 5
_FEWEST_LAGS: Final = 3


@dataclass(frozen=True, slots=True)
class Verdict:
    """``p``: how probable so large a change is without a cause, None where too little was counted.

    ``dispersion``: variance over mean of the stretches before (1 is mere chance).
    """

    significant: bool
    p: float | None
    dispersion: float
    how: str


def of_counts(now: int, before: int, spans: tuple[float, float], lags: Sequence[int]) -> Verdict:
    """Compare two counts over ``spans`` (lengths in days), ordinary variance from ``lags``."""
    dispersion = _dispersion(lags)
    how = f"计数比较，离散系数 {dispersion:.2f}"
    total = now + before
    if total < _FEW or min(spans) <= 0:
        return Verdict(False, None, dispersion, "数量太少，不作判断")
    share = spans[0] / (spans[0] + spans[1])
    spread = math.sqrt(total * share * (1 - share) * dispersion)
    p = _two_sided((now - total * share) / spread)
    return Verdict(p < LEVEL, p, dispersion, how)


def of_rates(now: Tally, before: Tally) -> Verdict:
    """Compare two proportions (``hits`` of ``n``)."""
    if min(now.n, before.n) < _FEW:
        return Verdict(False, None, 1.0, "数量太少，不作判断")
    pooled = (now.hits + before.hits) / (now.n + before.n)
    spread = math.sqrt(pooled * (1 - pooled) * (1 / now.n + 1 / before.n))
    if spread == 0:
        return Verdict(False, 1.0, 1.0, "比例比较")
    p = _two_sided((now.hits / now.n - before.hits / before.n) / spread)
    return Verdict(p < LEVEL, p, 1.0, "比例比较")


def of_means(now: Tally, before: Tally) -> Verdict:
    """Compare two means by their rows' variances."""
    if min(now.n, before.n) < _FEW or None in {now.value, before.value, now.spread, before.spread}:
        return Verdict(False, None, 1.0, "数量太少，不作判断")
    spread = math.sqrt((now.spread or 0) / now.n + (before.spread or 0) / before.n)
    if spread == 0:
        return Verdict(False, 1.0, 1.0, "均值比较")
    p = _two_sided(((now.value or 0) - (before.value or 0)) / spread)
    return Verdict(p < LEVEL, p, 1.0, "均值比较")


def expected(same_days: Sequence[float]) -> tuple[float, float, float] | None:
    """Give (expected, low, high) of a day by the same weekdays before it, 95 %; None by fewer than two."""
    if len(same_days) < 2:  # noqa: PLR2004 - a variance needs two
        return None
    mean = sum(same_days) / len(same_days)
    spread = sum((one - mean) ** 2 for one in same_days) / (len(same_days) - 1)
    half = 1.96 * math.sqrt(max(spread, mean) * (1 + 1 / len(same_days)))
    return mean, max(0.0, mean - half), mean + half


def _dispersion(lags: Sequence[int]) -> float:
    if len(lags) < _FEWEST_LAGS or not sum(lags):
        return 1.0
    mean = sum(lags) / len(lags)
    return max(1.0, sum((one - mean) ** 2 for one in lags) / (len(lags) - 1) / mean)


def _two_sided(z: float) -> float:
    return math.erfc(abs(z) / math.sqrt(2))
