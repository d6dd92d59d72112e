# SPDX-License-Identifier: Apache-2.0
"""Learning how much each figure of a pair tells, from pairs that people judged. Pure.

Logistic regression with a ridge, by Newton's steps: five weights, so that fourteen known matters are
enough to learn from and there is nothing to overfit.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.texts.grams import Floats

_STEPS: Final = 40
_CLOSE: Final = 1e-8
_CLIP: Final = 30.0


@dataclass(frozen=True, slots=True)
class TextWeights:
    """Log-odds of "the same matter": ``base`` plus each figure times its weight."""

    base: float
    each: tuple[float, ...]

    def log_odds(self, figures: Floats) -> Floats:
        """Give the log-odds of every row of figures."""
        return np.asarray(figures @ np.array(self.each) + self.base)


def chance(log_odds: Floats) -> Floats:
    """Give probabilities for log-odds."""
    return np.asarray(1.0 / (1.0 + np.exp(-np.clip(log_odds, -_CLIP, _CLIP))))


def learn(figures: Floats, same: NDArray[np.bool_], weight: Floats, *, ridge: float = 1.0) -> TextWeights:
    """Learn from pairs: their figures, whether they are the same matter, and how much each pair counts.

    The ridge holds the weights of figures scaled to spread one. Raises ValueError without both kinds.
    """
    if same.all() or not same.any():
        message = "both same and different pairs are needed"
        raise ValueError(message)
    centre = np.average(figures, axis=0, weights=weight)
    spread = np.maximum(figures.std(axis=0), 1e-9)
    rows = np.column_stack((np.ones(len(figures)), (figures - centre) / spread))
    hold = np.diag([0.0] + [ridge] * figures.shape[1])
    found = np.zeros(rows.shape[1])
    for _ in range(_STEPS):
        likely = chance(rows @ found)
        slope = rows.T @ (weight * (same - likely)) - hold @ found
        bend = (rows * (weight * np.maximum(likely * (1 - likely), 1e-9))[:, None]).T @ rows + hold
        step = np.linalg.solve(bend, slope)
        found += np.clip(step, -5.0, 5.0)
        if np.abs(step).max() < _CLOSE:
            break
    each = found[1:] / spread
    return TextWeights(float(found[0] - each @ centre), tuple(float(v) for v in each))


def pair_weights(same: NDArray[np.bool_], matter: NDArray[np.int64], share: float, total: float) -> Floats:
    """Give how much each pair counts: ``share`` of ``total`` to same pairs, the rest to different ones.

    ``matter`` numbers the matter of each same pair. A matter of n pairs counts as the root of n, so that
    the one that everybody complained of does not teach alone.
    """
    counts = np.bincount(matter[same])
    found = np.full(same.size, (1.0 - share) / max(int((~same).sum()), 1))
    each = 1.0 / np.sqrt(counts[matter[same]])
    found[same] = share * each / each.sum()
    return found * total
