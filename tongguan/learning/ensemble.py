# SPDX-License-Identifier: Apache-2.0
"""Pure: several ways to see and to learn, pooled; and predictions that say how sure they are.

A recipe is data with a version: the same recipe and the same rows give the same model. Members' scores are
turned into log-probabilities at each member's own temperature and added up with weights (a log-linear
pool); confidence is fitted on predictions for rows that the model had not seen.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from sklearn.model_selection import StratifiedKFold

from tongguan.learning import calibration
from tongguan.learning.calibration import Calibration
from tongguan.learning.features import Sight, View, folded
from tongguan.learning.measures import Floats, Ints
from tongguan.learning.members import Member, Names

#: Probabilities below this are taken as this: one member's "never" must not silence the others.
LEAST: Final = 1e-3
FOLDS: Final = 3
_SHOWN: Final = 3


@dataclass(frozen=True, slots=True)
class Part:
    """One member of a recipe: what it sees (one view or several at once), how it learns, its weight."""

    view: str | tuple[str, ...]
    make: Callable[[], Member] | None
    weight: float
    temperature: float


@dataclass(frozen=True, slots=True)
class Recipe:
    """Views and parts, and the version under which decisions name them. ``make=None``: class names.

    ``named``: the classes' own names are learned from as if they were texts.
    """

    version: str
    views: tuple[View, ...]
    parts: tuple[Part, ...]
    named: bool = False


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model says of one text: the likeliest classes with their shares, its confidence in the first."""

    best: str
    confidence: float
    shares: tuple[tuple[str, float], ...] = field(default=())


class Classifier:
    """A trained recipe."""

    def __init__(self, recipe: Recipe, texts: Sequence[str], labels: Sequence[str]) -> None:
        """Train on texts and their labels. Raises ValueError for fewer than two classes."""
        self.recipe = recipe
        self.classes, marks = np.unique(np.asarray(labels, dtype=object), return_inverse=True)
        if len(self.classes) < 2:  # noqa: PLR2004
            message = "two classes at least"
            raise ValueError(message)
        told = [folded(text) for text in texts]
        self.version = f"{recipe.version}/{_digest(told, labels)}"
        if recipe.named:
            told += [folded(str(name)) for name in self.classes]
            marks = np.append(marks, np.arange(len(self.classes)))
        self._sight = Sight(recipe.views, told)
        rows = self._sight.rows(told)
        self._members = [self._made(part) for part in recipe.parts]
        for part, member in zip(recipe.parts, self._members, strict=True):
            member.fit(_seen(rows, part), marks, len(self.classes))
        self._calibration: Calibration | None = None

    def scores(self, texts: Sequence[str]) -> Floats:
        """Give (texts × classes) log-shares; each row's exponentials add up to one."""
        rows = self._sight.rows([folded(text) for text in texts])
        pooled = np.zeros((len(texts), len(self.classes)))
        for part, member in zip(self.recipe.parts, self._members, strict=True):
            shares = np.exp(_log_shares(member.scores(_seen(rows, part)) / part.temperature))
            pooled += part.weight * np.log(np.maximum(shares, LEAST))
        return _log_shares(pooled)

    def calibrate(self, scores: Floats, right: Any) -> None:
        """Fit the confidence on the scores of unseen rows and whether each row's first class was right."""
        self._calibration = calibration.fit(lead(scores), right)

    def confidence(self, scores: Floats) -> Floats:
        """Give how likely each row's first class is right: calibrated, else its raw share."""
        if self._calibration is None:
            return np.asarray(np.exp(scores.max(1)))
        return self._calibration.confidence(lead(scores))

    def predict(self, texts: Sequence[str]) -> list[Prediction]:
        """Give the three likeliest classes of each text, and how sure the first is."""
        scores = self.scores(texts)
        sure = self.confidence(scores)
        order = np.argsort(-scores, axis=1, kind="stable")[:, :_SHOWN]
        return [
            Prediction(
                str(self.classes[first[0]]),
                float(sure[row]),
                tuple((str(self.classes[c]), float(np.exp(scores[row, c]))) for c in first),
            )
            for row, first in enumerate(order)
        ]

    def _made(self, part: Part) -> Member:
        if part.make is not None:
            return part.make()
        return Names(_seen(self._sight.rows([folded(str(name)) for name in self.classes]), part))


def lead(scores: Floats) -> Floats:
    """Give how far each row's first class is ahead of its second, 0 (level) to 1 (alone).

    Of the first two shares, the difference by the sum. What is doubtful is which of two: that many other
    classes have a little each says nothing against the first, so its share of all tells less.
    """
    second, first = np.partition(scores, -2, axis=1)[:, -2:].T
    return np.asarray(np.tanh((first - second) / 2))


def unseen(recipe: Recipe, texts: Sequence[str], labels: Sequence[str], folds: int = FOLDS) -> Floats:
    """Give the scores of every text by models that had not seen it, in the order of the sorted classes.

    A class that is missing from a fold's training rows gets the lowest score there.
    """
    classes, marks = np.unique(np.asarray(labels, dtype=object), return_inverse=True)
    found = np.full((len(texts), len(classes)), np.log(LEAST))
    split = StratifiedKFold(folds, shuffle=True, random_state=0)
    for known, asked in split.split(np.zeros(len(marks)), _mergeable(marks, folds)):
        model = Classifier(recipe, [texts[i] for i in known], [labels[i] for i in known])
        columns = np.searchsorted(classes, model.classes)
        found[np.ix_(asked, columns)] = model.scores([texts[i] for i in asked])
    return found


def _seen(rows: Mapping[str, Any], part: Part) -> Any:
    return rows[part.view] if isinstance(part.view, str) else [rows[name] for name in part.view]


def _mergeable(marks: Ints, folds: int) -> Ints:
    """Put classes with fewer rows than folds together: they cannot be spread evenly."""
    sizes = np.bincount(marks)
    rest = len(sizes)
    merged = np.where(sizes[marks] < folds, rest, marks)
    if (merged == rest).sum() >= folds:
        return merged
    # A rest that is itself too small goes to the largest class.
    return np.where(merged == rest, int(np.argmax(sizes)), merged)


def _log_shares(scores: Floats) -> Floats:
    top = scores.max(1, keepdims=True)
    return scores - top - np.log(np.exp(scores - top).sum(1, keepdims=True))


def _digest(texts: Sequence[str], labels: Sequence[str]) -> str:
    digest = hashlib.sha256()
    for text, label in zip(texts, labels, strict=True):
        digest.update(f"{label}\x1f{text}\x1e".encode("utf-8", "replace"))
    return digest.hexdigest()[:12]
