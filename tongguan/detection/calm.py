# SPDX-License-Identifier: Apache-2.0
"""How far a plant's channels are from its own calm beginning, and a judge taught by marked runs.

A run begins calm: its first readings give each channel's level and spread. Everything after is told in these
units, as levels and spreads over short and long spans and as steps between neighbouring spans, so that what
was learned on one run holds for another, and for another day's temperature.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]

#: Spans of levels and spreads, pairs of (new, old) spans of steps, in readings.
SPANS = (5, 20, 60)
STEPS = ((3, 20), (8, 30), (20, 60), (40, 120), (30, 150))
#: How many readings before the first one judged are looked at.
REACH = max(new + old for new, old in STEPS)
#: Distances beyond this many units say no more; spreads below this share of the calm one are noise.
FAR, NEAR = 30.0, 0.05


def means(units: Floats, span: int) -> Floats:
    """Give the mean of the last ``span`` readings, for each reading that has as many before it."""
    return sliding_window_view(units, span, axis=0).mean(axis=-1)


def spreads(units: Floats, span: int) -> Floats:
    """Give the logarithm of the standard deviation of the last ``span`` readings."""
    return np.log(sliding_window_view(units, span, axis=0).std(axis=-1) + NEAR)


def looks(units: Floats) -> Floats:
    """Give levels, spreads and steps of each reading from place ``REACH`` on, (readings × figures)."""
    count = len(units) - REACH
    found = []
    for span in SPANS:
        found += [means(units, span)[-count:], spreads(units, span)[-count:]]
    for new, old in STEPS:
        for figure in (means, spreads):
            now, before = figure(units, new), figure(units, old)
            found.append(now[-count:] - before[-count - new : -new])
    return np.concatenate(found, axis=1)


@dataclass(frozen=True, slots=True, eq=False)
class Calm:
    """The calm beginning of a run: level and spread of the channels and of what is looked at."""

    level: Floats
    spread: Floats
    usual: Floats
    width: Floats

    @classmethod
    def of(cls, values: Floats) -> "Calm":
        """Learn from the first readings, (readings × channels); ValueError for fewer than twice the reach."""
        if len(values) < 2 * REACH:
            raise ValueError(f"values: {len(values)} readings, at least {2 * REACH} are needed")
        level, spread = values.mean(axis=0), values.std(axis=0) + 1e-6
        seen = looks(cls._units(values, level, spread))
        return cls(level, spread, seen.mean(axis=0), seen.std(axis=0) + NEAR)

    @staticmethod
    def _units(values: Floats, level: Floats, spread: Floats) -> Floats:
        return np.clip((values - level) / spread, -50.0, 50.0)

    def step(self, before: Floats, values: Floats) -> tuple[Floats, Floats]:
        """Look at the readings that follow; ``before``: the state, at first the last of the calm readings.

        Give the new state (the last ``REACH`` readings) and the figures, (readings × figures).
        """
        whole = np.concatenate([before[-REACH:], values])
        seen = looks(self._units(whole, self.level, self.spread))
        return whole[-REACH:], np.clip((seen - self.usual) / self.width, -FAR, FAR)


class Judge:
    """Taught by marked readings of other runs: trees on the figures, twice, and a line on their size."""

    def __init__(self, seed: int = 0) -> None:
        """Know nothing yet."""
        self._models = (
            HistGradientBoostingClassifier(
                max_iter=60, max_leaf_nodes=8, learning_rate=0.08, min_samples_leaf=200,
                early_stopping=False, random_state=seed,
            ),
            HistGradientBoostingClassifier(
                max_iter=100, max_leaf_nodes=8, learning_rate=0.06, min_samples_leaf=100, max_features=0.3,
                l2_regularization=5.0, early_stopping=False, random_state=seed,
            ),
        )  # fmt: skip
        self._line = make_pipeline(StandardScaler(), LogisticRegression(C=0.001, max_iter=300))

    def fit(self, figures: Sequence[Floats], marks: Sequence[Mask]) -> None:
        """Learn from runs: figures of each, and which readings are marked."""
        table, truth = np.concatenate(figures), np.concatenate(marks)
        for model in self._models:
            model.fit(table, truth)
        self._line.fit(np.log1p(np.abs(table)), truth)

    def scores(self, figures: Floats) -> Floats:
        """Give how likely each reading is marked, 0 to 1."""
        found = [model.predict_proba(figures)[:, 1] for model in self._models]
        found.append(self._line.predict_proba(np.log1p(np.abs(figures)))[:, 1])
        return np.asarray(np.mean(found, axis=0))
