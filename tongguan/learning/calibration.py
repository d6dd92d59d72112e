# SPDX-License-Identifier: Apache-2.0
"""Pure: from scores to a confidence that means what it says, and the threshold for deciding alone.

The confidence of a prediction is the share of right ones among predictions with such a score, fitted by
isotonic regression on predictions that were made without having seen the answer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from sklearn.isotonic import IsotonicRegression

from tongguan.learning.measures import Floats

#: Below this share of the scores that were met, a score is taken for unlike anything the model knows.
STRANGE = 0.02
#: Fewer out-of-fold predictions than this say nothing about a threshold.
LEAST = 30


@dataclass(frozen=True, slots=True)
class Calibration:
    """A rising curve from raw score to confidence, by its corner points."""

    scores: tuple[float, ...]
    shares: tuple[float, ...]

    def confidence(self, raw: Floats) -> Floats:
        """Give the confidence (0 to 1) of raw scores; beyond the highest known score that of the highest."""
        return np.interp(raw, self.scores, self.shares)


def fit(raw: Floats, right: npt.NDArray[np.bool_]) -> Calibration:
    """Fit the curve on raw scores and whether each prediction was right. Raises ValueError for none.

    It says what was right among texts like those it was fitted on. Scores below (nearly) all of theirs come
    from texts unlike them, of which it knows nothing: from there the confidence falls to none.
    """
    if not len(raw):
        message = "nothing to calibrate on"
        raise ValueError(message)
    curve = IsotonicRegression(y_min=0.0, y_max=1.0, out_of_bounds="clip").fit(raw, right.astype(float))
    lowest = float(np.quantile(raw, STRANGE, method="lower"))
    known = curve.X_thresholds_ > lowest
    scores = (0.0, lowest, *map(float, curve.X_thresholds_[known]))
    shares = (0.0, float(curve.predict([lowest])[0]), *map(float, curve.y_thresholds_[known]))
    return Calibration(scores, shares)


def threshold(confidence: Floats, right: npt.NDArray[np.bool_], precision: float) -> float:
    """Give the least confidence from which on predictions are right often enough.

    The share of right ones is taken with a margin of one standard error, so that the promise holds on new
    rows, too. Gives a value above 1 (ask a person always) when nothing reaches the precision.
    """
    order = np.argsort(-confidence, kind="stable")
    hits = np.cumsum(right[order])
    taken = np.arange(1, len(order) + 1)
    share = hits / taken
    safe = share - np.sqrt(np.maximum(share * (1 - share), 1e-4) / taken) >= precision
    # A threshold takes all predictions with that confidence: only ends of ties count.
    ends = np.append(np.diff(confidence[order]) != 0, True) if len(order) else np.array([], bool)
    fit_ends = np.flatnonzero(safe & ends & (taken >= LEAST))
    return float(confidence[order][fit_ends[-1]]) if len(fit_ends) else float(np.nextafter(1.0, 2.0))
