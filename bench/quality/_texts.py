# SPDX-License-Identifier: Apache-2.0
"""What the classification tasks share: reading, folds that keep equal texts together, figures."""

import csv
import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tongguan.learning import calibration, measures
from tongguan.learning.ensemble import Classifier, Recipe, lead
from tongguan.learning.measures import Floats, Ints

FOLDS = 5

#: Texts and their labels.
Side = tuple[list[str], list[str]]


def rows(path: Path) -> list[dict[str, str]]:
    """Give the records of a gzipped CSV; none when it is not there."""
    if not path.exists():
        return []
    with gzip.open(path, "rt", encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def plain(text: str) -> str:
    """Give a text without spaces, by which equal ones are known."""
    return re.sub(r"\s+", "", text)


@dataclass(frozen=True)
class Labelled:
    """Texts with labels; texts of one ``group`` are never on both sides of a fold."""

    texts: list[str]
    labels: list[str]
    groups: list[int]

    def take(self, chosen: Sequence[int]) -> Side:
        """Give texts and labels of these rows."""
        return [self.texts[i] for i in chosen], [self.labels[i] for i in chosen]


def grouped_folds(groups: Sequence[int], folds: int = FOLDS) -> Iterator[tuple[list[int], list[int]]]:
    """Give (known, asked) row numbers; whole groups go to one side, by a fixed seed."""
    distinct = sorted(set(groups))
    drawn = np.random.default_rng(20260101).integers(0, folds, len(distinct))
    side = dict(zip(distinct, drawn.tolist(), strict=True))
    for fold in range(folds):
        known = [i for i, group in enumerate(groups) if side[group] != fold]
        asked = [i for i, group in enumerate(groups) if side[group] == fold]
        yield known, asked


@dataclass(frozen=True, slots=True, eq=False)
class Answers:
    """A model's (texts × classes) log-shares, and the true class of each text.

    A label that was never seen in training is a miss: a class of its own beyond the columns.
    """

    scores: Floats
    truth: Ints


def answered(recipe: Recipe, known: Side, asked: Side) -> Answers:
    """Train on one side, answer the other."""
    model = Classifier(recipe, *known)
    place = {label: number for number, label in enumerate(model.classes)}
    unknown = {label: len(place) + n for n, label in enumerate(sorted(set(asked[1]) - set(place)))}
    truth = np.array([(place | unknown)[label] for label in asked[1]])
    return Answers(model.scores(asked[0]), truth)


def figures(answers: Answers) -> dict[str, float]:
    """Give accuracy, macro-F1, the share within the first three."""
    guess = answers.scores.argmax(1)
    return {
        "accuracy": measures.accuracy(answers.truth, guess),
        "macro_f1": measures.macro_f1(answers.truth, guess),
        "top3": measures.top_share(answers.scores, answers.truth, 3),
    }


def scored(recipe: Recipe, known: Side, asked: Side) -> dict[str, float]:
    """Train on one side, score on the other."""
    return figures(answered(recipe, known, asked))


def alone(runs: Sequence[Answers], precision: float) -> list[dict[str, float]]:
    """Give for each fold how well confidence and threshold serve that were fitted on the other folds.

    ``ece``, and ``alone_precision`` and ``alone_coverage`` of what is decided without asking a person.
    """
    leads = [lead(run.scores) for run in runs]
    right = [run.scores.argmax(1) == run.truth for run in runs]
    found = []
    for fold in range(len(runs)):
        others = [n for n in range(len(runs)) if n != fold]
        raw, met = np.concatenate([leads[n] for n in others]), np.concatenate([right[n] for n in others])
        curve = calibration.fit(raw, met)
        least = calibration.threshold(curve.confidence(raw), met, precision)
        sure = curve.confidence(leads[fold])
        passed = measures.at_threshold(sure, right[fold], least)
        found.append(
            {
                "ece": measures.calibration_error(sure, right[fold]),
                "alone_precision": passed["precision"] or 0.0,
                "alone_coverage": passed["coverage"],
            }
        )
    return found


def spread(runs: Sequence[dict[str, float]]) -> dict[str, object]:
    """Give mean and standard deviation of each figure over the folds."""
    found: dict[str, object] = {"folds": len(runs)}
    for name in runs[0]:
        values = np.array([run[name] for run in runs])
        found[name] = round(float(values.mean()), 4)
        found[f"{name}_sd"] = round(float(values.std(ddof=1)), 4)
    return found


def rounded(figures: dict[str, float]) -> dict[str, object]:
    """Give the figures with four digits."""
    return {name: round(value, 4) for name, value in figures.items()}
