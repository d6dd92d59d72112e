# SPDX-License-Identifier: Apache-2.0
"""Pure: from examples to a model that was measured on texts it will never learn from."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np

from tongguan.learning import calibration, measures
from tongguan.learning.contracts import Example
from tongguan.learning.ensemble import Classifier, unseen
from tongguan.learning.features import folded, words
from tongguan.learning.recipes import COLD, suiting

#: Of 256 texts this many are kept for measuring, chosen by the text's hash: equal texts fall on one side,
#: and a text that was kept once is kept in every later training. So all versions meet the same frozen set.
_KEPT: Final = 26
#: With fewer kept or trained texts there is nothing to calibrate on, and a person is always asked.
LEAST: Final = 60
ALWAYS_ASK: Final = float(np.nextafter(1.0, 2.0))


@dataclass(frozen=True, slots=True)
class Trained:
    """A model, the threshold from which it may decide alone, its figures, and what it learned from."""

    model: Classifier
    threshold: float
    figures: dict[str, Any]
    rows: int
    inputs_sha256: str


def frozen(text: str) -> bool:
    """Tell whether a text is kept for measuring; spaces and width do not matter."""
    key = folded(text).replace(" ", "").encode("utf-8", "replace")
    return hashlib.sha256(key).digest()[0] < _KEPT


def split(examples: Iterable[Example]) -> tuple[list[Example], list[Example]]:
    """Give (to learn from, to measure on), each in the order of subject and text."""
    ordered = sorted(examples, key=lambda e: (e.subject, e.text, e.label))
    return [e for e in ordered if not frozen(e.text)], [e for e in ordered if frozen(e.text)]


def train(
    examples: Iterable[Example], registers: Iterable[tuple[str, str]], recipe: str, precision: float
) -> Trained:
    """Learn, calibrate on unseen rows, choose the threshold for the precision, measure on the frozen texts.

    Raises ValueError when there are fewer than two classes, KeyError for an unknown recipe.
    """
    known, kept = split(examples)
    said = sorted(registers)
    chosen = suiting(recipe, len(known))
    texts = [e.text for e in known] + [text for _, text in said]
    labels = [e.label for e in known] + [label for label, _ in said]
    model = Classifier(chosen, texts, labels)
    least = ALWAYS_ASK
    if chosen is not COLD and len(known) >= LEAST:
        least = _calibrated(model, texts, labels, len(known), precision)
    figures = measured(model, kept, least)
    return Trained(model, least, figures, len(texts), inputs_hash(texts, labels))


def inputs_hash(texts: Sequence[str], labels: Sequence[str]) -> str:
    """Give the SHA-256 over all rows in order."""
    digest = hashlib.sha256()
    for text, label in zip(texts, labels, strict=True):
        digest.update(f"{label}\x1f{text}\x1e".encode("utf-8", "replace"))
    return digest.hexdigest()


def measured(model: Classifier, kept: Sequence[Example], least: float) -> dict[str, Any]:
    """Give accuracy, macro-F1, top 3, calibration error, precision and coverage at the threshold.

    Only ``rows`` when nothing was kept: there is no figure to tell. A class that the model never met
    counts as a miss.
    """
    if not kept:
        return {"rows": 0}
    scores = model.scores([e.text for e in kept])
    place = {str(label): number for number, label in enumerate(model.classes)}
    for label in sorted({e.label for e in kept} - set(place)):
        place[label] = len(place)
    truth = np.array([place[e.label] for e in kept])
    guess = scores.argmax(1)
    sure, right = model.confidence(scores), guess == truth
    figures: dict[str, Any] = {
        "accuracy": measures.accuracy(truth, guess),
        "macro_f1": measures.macro_f1(truth, guess),
        "top3": measures.top_share(scores, truth, 3),
        "calibration_error": measures.calibration_error(sure, right),
        **measures.at_threshold(sure, right, least),
    }
    return {"rows": len(kept), **{k: None if v is None else round(v, 4) for k, v in figures.items()}}


def telling(model: Classifier, text: str, most: int = 5) -> tuple[str, ...]:
    """Give the words that spoke for the first class: those whose absence lowers its share most."""
    whole = folded(text)
    parts = list(dict.fromkeys(w for w in words(whole) if len(w) > 1))[:200]
    if not parts:
        return ()
    scores = model.scores([whole, *(whole.replace(part, " ") for part in parts)])
    best = int(scores[0].argmax())
    fall = scores[0, best] - scores[1:, best]
    order = np.argsort(-fall, kind="stable")[:most]
    return tuple(parts[i] for i in order if fall[i] > 0)


def _calibrated(
    model: Classifier, texts: Sequence[str], labels: Sequence[str], known: int, precision: float
) -> float:
    """Fit the model's confidence on rows of history that a fold had not seen; give the threshold."""
    scores = unseen(model.recipe, texts, labels)[:known]
    right = model.classes[scores.argmax(1)] == np.asarray(labels[:known], dtype=object)
    model.calibrate(scores, right)
    return calibration.threshold(model.confidence(scores), right, precision)
