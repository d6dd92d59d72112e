# SPDX-License-Identifier: Apache-2.0
"""Shares estimated from a stratified sample, with intervals. Pure.

Wilson's interval in each stratum, weighted by what the stratum stands for, at the level of Yan and Su's
stratified Wilson interval (Statistics in Biopharmaceutical Research 2010); each stratum's answers count as
more than they are by the finite population correction. The design effect is the variance of this sample
over that of a simple random one of as many answers.
"""

from dataclasses import dataclass
from math import inf, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: How shares are estimated; kept beside every figure that leaves the house.
METHOD: Final = "stratified-wilson/1"
Whole = NDArray[np.int64]
_Values = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A share (0–1) with its interval; None where nobody answered.

    ``represented``: the part of the population that lies in strata somebody answered of. ``design_effect``
    None where it cannot be told (fewer than two answers, or everybody answered).
    """

    share: float | None
    low: float | None
    high: float | None
    answered: int
    population: int
    represented: float
    design_effect: float | None


def z_of(level: float) -> float:
    """Give the two-sided normal quantile of a level (0–1)."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(yes: int, answered: int, level: float = 0.95) -> tuple[float, float]:
    """Give Wilson's interval of a share; (0, 1) when nobody answered."""
    if not answered:
        return 0.0, 1.0
    low, high = _wilson(np.array([yes / answered]), np.array([float(answered)]), z_of(level))
    return float(low[0]), float(high[0])


def _wilson(share: _Values, worth: _Values, z: float) -> tuple[_Values, _Values]:
    """Give bounds for shares from so many answers' worth each; infinitely many are certain."""
    z2 = z * z
    grown = 1 + z2 / worth
    middle = (share + z2 / (2 * worth)) / grown
    spread = z * np.sqrt(share * (1 - share) / worth + z2 / (4 * worth * worth)) / grown
    # Rounding must not leave a share outside of its own interval.
    return np.clip(np.minimum(middle - spread, share), 0, 1), np.clip(
        np.maximum(middle + spread, share), 0, 1
    )


def estimated(population: Whole, answered: Whole, yes: Whole, level: float = 0.95) -> Estimate:
    """Estimate a share from strata: their sizes, how many answered, how many of these said yes."""
    everybody, told = int(population.sum()), answered > 0
    n = int(answered.sum())
    if not n:
        return Estimate(
            share=None, low=None, high=None, answered=0, population=everybody, represented=0.0,
            design_effect=None,
        )  # fmt: skip
    sizes, count = population[told].astype(float), answered[told].astype(float)
    share = yes[told] / count
    weight = sizes / sizes.sum()
    worth = _worth(sizes, count)
    z = z_of(level)
    softened = (yes[told] + z * z / 2) / (count + z * z)
    variance = softened * (1 - softened) / worth
    deviations = float((weight * np.sqrt(variance)).sum())
    inner = z * sqrt(float((weight * weight * variance).sum())) / deviations if deviations else 0.0
    low, high = _wilson(share, worth, inner)
    whole = float((weight * share).sum())
    return Estimate(
        share=whole,
        low=min(float((weight * low).sum()), whole),
        high=max(float((weight * high).sum()), whole),
        answered=n,
        population=everybody,
        represented=float(sizes.sum() / everybody),
        design_effect=_effect(float((weight * weight * variance).sum()), weight, softened, sizes, n),
    )


def _worth(sizes: _Values, count: _Values) -> _Values:
    """Give how many answers of an endless population these are worth: all of a stratum are certainty."""
    left = sizes - count
    worth = np.full(len(sizes), inf)
    np.divide(count * np.maximum(sizes - 1, 1), left, out=worth, where=left > 0)
    return worth


def _effect(variance: float, weight: _Values, softened: _Values, sizes: _Values, n: int) -> float | None:
    everybody = float(sizes.sum())
    if n < 2 or everybody <= n:  # noqa: PLR2004 - one answer has no spread
        return None
    overall = float((weight * softened).sum())
    simple = overall * (1 - overall) / float(_worth(np.array([everybody]), np.array([float(n)]))[0])
    return variance / simple if simple else None
