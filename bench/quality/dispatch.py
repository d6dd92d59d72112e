# SPDX-License-Identifier: Apache-2.0
"""Which of 149 units answers a question of the citizens of Taipei; accuracy and the share within three.

The question alone is used: the row numbers of the file follow the units and would tell the answer.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.quality._texts import (
    Labelled,
    alone,
    answered,
    figures,
    grouped_folds,
    plain,
    rounded,
    rows,
    scored,
    spread,
)
from tongguan.learning.recipes import UNITS, here

DATA: Final = "taipei_dispatch"
#: What may be decided without asking a person is to be right this often.
PRECISION: Final = 0.95
ABOUT: Final = {
    "metric": "accuracy, top3",
    "known": "0.799 / 0.903 (linear), 0.676 (published BERT)",
    "goal": "0.86 / 0.96",
    "recipe": here(UNITS).version,
}


def questions(folder: Path) -> Labelled:
    """Give the questions with the unit that answers each; equal questions are one group."""
    found = rows(folder / "questions.csv.gz")
    ids: dict[str, int] = {}
    groups = [ids.setdefault(plain(row["question"]), len(ids)) for row in found]
    return Labelled([row["question"] for row in found], [row["department"] for row in found], groups)


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the figures on the test folder, or over five folds of the train folder."""
    told = questions(train)
    if test is not None:
        asked = questions(test)
        found = scored(here(UNITS), (told.texts, told.labels), (asked.texts, asked.labels))
        yield {**rounded(found), "trained": len(told.texts), "rows": len(asked.texts), **ABOUT}
        return
    runs = [answered(here(UNITS), told.take(k), told.take(a)) for k, a in grouped_folds(told.groups)]
    both = [figures(run) | sure for run, sure in zip(runs, alone(runs, PRECISION), strict=True)]
    yield {**spread(both), "rows": len(told.texts), **ABOUT}
