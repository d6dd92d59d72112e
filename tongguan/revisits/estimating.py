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
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.certainty import bounds, z_of

#: How shares are estimated; kept beside every figure that leaves the house.
METHOD: Final = "effective-wilson/1"
#: So many answers' worth each stratum's share is drawn to the whole.
_DRAWN: Final = 2.0
Whole = NDArray[np.int64]


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
    low, high = bounds(share, worth, level)
    return Estimate(
        share=share,
        low=low,
        high=high,
        answered=n,
        population=everybody,
        represented=float(sizes.sum() / everybody),
        design_effect=_effect(variance, spread, float(sizes.sum()), n),
    )


def _effect(variance: float, spread: float, everybody: float, n: int) -> float | None:
    if n < 2 or everybody <= n:  # noqa: PLR2004 - one answer has no spread
        return None
    return variance / (spread * (1 - spread) / (n - 1) * (everybody - n) / (everybody - 1))
