# SPDX-License-Identifier: Apache-2.0
"""Whether a confidence means what it says, and how much may be decided without asking a person.

Confidence and threshold are fitted on the train folder by predictions for rows not seen; scored on bodies
of the test folder, or of each fifth in turn.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np

from bench.quality._texts import Side, grouped_folds, rounded, spread
from bench.quality._tipdm import messages
from tongguan.learning import measures
from tongguan.learning.calibration import threshold
from tongguan.learning.ensemble import Classifier, unseen
from tongguan.learning.recipes import FIELDS

DATA: Final = "tipdm_zwzx"
PRECISION: Final = 0.95
ABOUT: Final = {
    "metric": "ece, precision and coverage at the threshold",
    "goal": "ece 0.03, precision 0.95, coverage 0.60",
    "recipe": FIELDS.version,
}


def figures(known: Side, bodies: list[int], asked: Side) -> dict[str, float]:
    """Fit on the known side (``bodies``: which rows of it are like the asked ones), score the other."""
    raw = unseen(FIELDS, *known)
    model = Classifier(FIELDS, *known)
    right = np.array(model.classes[raw.argmax(1)] == np.array(known[1], dtype=object))[bodies]
    model.calibrate(raw[bodies], right)
    least = threshold(model.confidence(raw[bodies]), right, PRECISION)
    scores = model.scores(asked[0])
    sure = model.confidence(scores)
    met = np.array(model.classes[scores.argmax(1)] == np.array(asked[1], dtype=object))
    passed = measures.at_threshold(sure, met, least)
    return {
        "ece": measures.calibration_error(sure, met),
        "threshold": least,
        "precision": passed["precision"] or 0.0,
        "coverage": passed["coverage"],
    }


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the figures on the test folder, or over five folds of the train folder."""
    told, bodies = messages(train)
    if test is not None:
        asked, first = messages(test)
        found = figures((told.texts, told.labels), list(range(bodies)), asked.take(range(first)))
        yield {**rounded(found), "rows": first, **ABOUT}
        return
    runs = []
    for known, held in grouped_folds(told.groups):
        own = [i for i in held if i < bodies]
        like = [n for n, i in enumerate(known) if i < bodies]
        runs.append(figures(told.take(known), like, told.take(own)))
    yield {**spread(runs), "rows": bodies, **ABOUT}
