# SPDX-License-Identifier: Apache-2.0
"""Classifying: texts a second and quality of the recipes for units, beside one linear machine.

Learns from four fifths of a folder of questions (``--data``, laid out as ``bench.quality dispatch`` reads
it), is scored on the rest, and times whole answers (three classes, confidence) over that rest again and
again, in one batch, cold. Goal: 10,000 texts/s by the quick recipe. One JSON line per figure.
"""

import argparse
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.svm import LinearSVC

from bench.quality import dispatch
from bench.quality.__main__ import SHARED
from bench.quality._texts import grouped_folds
from tongguan.learning import sense
from tongguan.learning.ensemble import Classifier
from tongguan.learning.recipes import QUICK, UNITS, UNITS_PLAIN

GOAL = 10_000
#: Texts of one measurement; the encoder reads some forty a second and core.
MANY, FEW = 20_000, 200

Guess = Callable[[Sequence[str]], list[str]]


def linear(texts: Sequence[str], labels: Sequence[str]) -> Guess:
    """Give the peer: character 1-3-grams, TF-IDF, one linear machine."""
    sight = TfidfVectorizer(analyzer="char", ngram_range=(1, 3), sublinear_tf=True)
    machine = LinearSVC(random_state=0).fit(sight.fit_transform(texts), labels)
    return lambda asked: list(machine.predict(sight.transform(asked)))


def answers(model: Classifier) -> Guess:
    """Give the whole answers of a recipe, read afresh."""

    def guess(asked: Sequence[str]) -> list[str]:
        sense.forget()
        return [p.best for p in model.predict(asked)]

    return guess


def tell(figure: str, guess: Guess, trained: float, asked: tuple[list[str], list[str]], many: int) -> None:
    """Measure one way: the best of three rounds, wall and CPU."""
    right = np.mean([a == b for a, b in zip(guess(asked[0]), asked[1], strict=True)])
    batch = (asked[0] * (many // len(asked[0]) + 1))[:many]
    wall = cpu = 0.0
    for _ in range(3):
        began, began_cpu = time.perf_counter(), time.process_time()
        guess(batch)
        wall = max(wall, many / (time.perf_counter() - began))
        cpu = max(cpu, many / (time.process_time() - began_cpu))
    line = {"figure": figure, "value": round(wall), "unit": "texts/s", "cpu": round(cpu), "goal": GOAL}
    print(
        json.dumps({**line, "accuracy": round(float(right), 4), "training_s": round(trained, 1)}), flush=True
    )


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=SHARED / dispatch.DATA)
    parser.add_argument("--database", default="", help="not used")
    given = parser.parse_args()
    if not given.data.is_dir():
        print(json.dumps({"figure": "classify", "value": None, "error": f"no folder {given.data}"}))
        return
    told = dispatch.questions(given.data)
    known, held = next(grouped_folds(told.groups))
    learned, asked = told.take(known), told.take(held)
    began = time.perf_counter()
    peer = linear(*learned)
    tell("classify.linear", peer, time.perf_counter() - began, asked, MANY)
    recipes = [(QUICK, MANY), (UNITS_PLAIN, MANY)] + ([(UNITS, FEW)] if sense.available() else [])
    for recipe, many in recipes:
        sense.forget()
        began = time.perf_counter()
        model = Classifier(recipe, *learned)
        trained = time.perf_counter() - began
        tell(f"classify.{recipe.version}", answers(model), trained, asked, many)


if __name__ == "__main__":
    main()
