# SPDX-License-Identifier: Apache-2.0
"""What the classification tasks share: reading, folds that keep equal texts together, figures."""

import csv
import gzip
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tongguan.learning import measures
from tongguan.learning.ensemble import Classifier, Recipe

FOLDS = 5


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

    def take(self, chosen: Sequence[int]) -> tuple[list[str], list[str]]:
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


def scored(
    recipe: Recipe, known: tuple[list[str], list[str]], asked: tuple[list[str], list[str]]
) -> dict[str, float]:
    """Train on one side, score on the other: accuracy, macro-F1, the share within the first three."""
    model = Classifier(recipe, *known)
    scores = model.scores(asked[0])
    place = {label: number for number, label in enumerate(model.classes)}
    # A label that was never seen in training is a miss, and a class of its own.
    unknown = {label: len(place) + n for n, label in enumerate(sorted(set(asked[1]) - set(place)))}
    truth = np.array([(place | unknown)[label] for label in asked[1]])
    guess = scores.argmax(1)
    return {
        "accuracy": measures.accuracy(truth, guess),
        "macro_f1": measures.macro_f1(truth, guess),
        "top3": measures.top_share(scores, truth, 3),
    }


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
