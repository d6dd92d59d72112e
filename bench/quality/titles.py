# SPDX-License-Identifier: Apache-2.0
"""Which of seven fields the title of a message belongs to; macro-F1. Titles and bodies teach each other."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.quality._texts import grouped_folds, rounded, scored, spread
from bench.quality._tipdm import messages
from tongguan.learning.recipes import FIELDS

DATA: Final = "tipdm_zwzx"
KNOWN: Final = 0.890
GOAL: Final = 0.92


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the figures on the test folder, or over five folds of the train folder."""
    about: dict[str, object] = {"metric": "macro_f1", "known": KNOWN, "goal": GOAL, "recipe": FIELDS.version}
    told, bodies = messages(train)
    if test is not None:
        asked, first = messages(test)
        chosen = range(first, len(asked.texts))
        figures = scored(FIELDS, (told.texts, told.labels), asked.take(chosen))
        yield {**rounded(figures), "trained": len(told.texts), "rows": len(chosen), **about}
        return
    runs = []
    for known, held in grouped_folds(told.groups):
        own = [i for i in held if i >= bodies]
        runs.append(scored(FIELDS, told.take(known), told.take(own)))
    yield {**spread(runs), "rows": len(told.texts) - bodies, **about}
