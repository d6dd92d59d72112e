# SPDX-License-Identifier: Apache-2.0
"""Shares estimated from a stratified sample, with intervals. Pure.

The share is the strata's shares, each weighted by what the stratum stands for. Its variance is theirs, with
the correction for finite populations and each stratum's share drawn a little to the whole (two answers'
worth), so that a few equal answers are not taken for certainty. The interval is Wilson's, for as many
answers as a simple random sample would need for this variance (effective size, Korn and Graubard 1998);
``tests/test_estimating.py`` proves that it covers as often as it says. The design effect is the variance
over that of a simple random sample of as many answers.
"""

from dataclasses import dataclass
from math import inf
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

#: How shares are estimated; kept beside every figure that leaves the house.
METHOD: Final = "effective-wilson/1"
#: So many answers' worth each stratum's share is drawn to the whole.
_DRAWN: Final = 2.0
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
    weight = sizes / sizes.sum()
    share = float((weight * (yes[told] / count)).sum())
    z = z_of(level)
    middle = (share * n + z * z / 2) / (n + z * z)
    softened = (yes[told] + _DRAWN * middle) / (count + _DRAWN)
    left = np.maximum(sizes - count, 0) / np.maximum(sizes - 1, 1)
    variance = float((weight * weight * softened * (1 - softened) / np.maximum(count - 1, 1) * left).sum())
    spread = float((weight * softened).sum())
    worth = spread * (1 - spread) / variance if variance else inf
    low, high = _wilson(np.array([share]), np.array([worth]), z)
    return Estimate(
        share=share,
        low=float(low[0]),
        high=float(high[0]),
        answered=n,
        population=everybody,
        represented=float(sizes.sum() / everybody),
        design_effect=_effect(variance, spread, float(sizes.sum()), n),
    )


def _effect(variance: float, spread: float, everybody: float, n: int) -> float | None:
    if n < 2 or everybody <= n:  # noqa: PLR2004 - one answer has no spread
        return None
    return variance / (spread * (1 - spread) / (n - 1) * (everybody - n) / (everybody - 1))
