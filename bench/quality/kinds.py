# SPDX-License-Identifier: Apache-2.0
"""What kind of matter an English report tells, out of its summary and description; macro-F1."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.quality._texts import Labelled, grouped_folds, plain, rounded, rows, scored, spread
from tongguan.learning.recipes import UNITS, here

DATA: Final = "seeclickfix_atlanta"
ABOUT: Final = {"metric": "macro_f1", "known": None, "goal": None, "recipe": here(UNITS).version}


def reports(folder: Path) -> Labelled:
    """Give the reports that carry a type; equal texts are one group."""
    found = [row for row in rows(folder / "issues.csv.gz") if row["type"].strip()]
    texts = [f"{row['summary']} {row['description']}" for row in found]
    ids: dict[str, int] = {}
    groups = [ids.setdefault(plain(text), len(ids)) for text in texts]
    return Labelled(texts, [row["type"] for row in found], groups)


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the figures on the test folder, or over five folds of the train folder."""
    told = reports(train)
    if test is not None:
        asked = reports(test)
        figures = scored(here(UNITS), (told.texts, told.labels), (asked.texts, asked.labels))
        yield {**rounded(figures), "trained": len(told.texts), "rows": len(asked.texts), **ABOUT}
        return
    runs = [scored(here(UNITS), told.take(k), told.take(a)) for k, a in grouped_folds(told.groups)]
    yield {**spread(runs), "rows": len(told.texts), **ABOUT}
