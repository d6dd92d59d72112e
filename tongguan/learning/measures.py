# SPDX-License-Identifier: Apache-2.0
"""Pure: how good predictions are. Labels are integers, scores are rows of one number per class."""

from typing import Any

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.intp]
Floats = npt.NDArray[np.float64]


def accuracy(truth: Ints, guess: Ints) -> float:
    """Give the share of right guesses, 0.0 for none."""
    return float(np.mean(truth == guess)) if len(truth) else 0.0


def macro_f1(truth: Ints, guess: Ints) -> float:
    """Give the mean F1 over the classes that stand in the truth or the guesses."""
    classes = np.union1d(truth, guess)
    if not len(classes):
        return 0.0
    both = (truth[:, None] == classes) & (guess[:, None] == classes)
    met = (truth[:, None] == classes).sum(0) + (guess[:, None] == classes).sum(0)
    return float(np.mean(2 * both.sum(0) / met))


def top_share(scores: Floats, truth: Ints, first: int) -> float:
    """Give the share of rows whose truth is among the ``first`` highest scores."""
    if not len(truth):
        return 0.0
    order = np.argsort(-scores, axis=1, kind="stable")[:, :first]
    return float(np.mean((order == truth[:, None]).any(1)))


def calibration_error(confidence: Floats, right: npt.NDArray[np.bool_], bins: int = 15) -> float:
    """Give the expected calibration error: the mean gap between confidence and success, weighted by bin."""
    if not len(confidence):
        return 0.0
    place = np.minimum((confidence * bins).astype(int), bins - 1)
    sizes = np.bincount(place, minlength=bins)
    told = np.bincount(place, confidence, minlength=bins)
    met = np.bincount(place, right.astype(float), minlength=bins)
    return float(np.abs(told - met).sum() / sizes.sum())


def at_threshold(confidence: Floats, right: npt.NDArray[np.bool_], threshold: float) -> dict[str, Any]:
    """Give ``precision`` (None when nothing passes) and ``coverage`` of what passes the threshold."""
    taken = confidence >= threshold
    precision = float(right[taken].mean()) if taken.any() else None
    return {"precision": precision, "coverage": float(taken.mean()) if len(taken) else 0.0}
