# SPDX-License-Identifier: Apache-2.0
"""Which part of an address each token belongs to: span F1 (a span counts when both ends and label agree).

Rows whose spans do not cover their tokens (the source cut them otherwise) are not learned from: ``f1`` is
over the rows that can be compared, ``f1_all`` counts every span of the others as missed, ``misaligned`` says
how many they are. ``grammar_f1`` is what the rules reach that learn nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench.quality._texts import grouped_folds, rounded, spread
from tongguan.addresses.labeller import Labeller
from tongguan.addresses.marked import by_rule, read, scored, usable

DATA: Final = "cn_address_parsing"
KNOWN: Final = 0.609
GOAL: Final = 0.85


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the figures on the test folder, or over five folds of the train folder."""
    about: dict[str, object] = {"metric": "span_f1", "known": KNOWN, "goal": GOAL}
    rows = read(train)
    known = usable(rows)
    if test is not None:
        asked = read(test)
        figures = rounded(scored(Labeller.train(known).label, asked))
        about |= {"trained": len(known), "rows": len(asked), "misaligned": len(asked) - len(usable(asked))}
        yield {**figures, **about, "grammar_f1": round(scored(by_rule, asked)["f1"], 4)}
        return
    names = {text: number for number, text in enumerate(dict.fromkeys(e.text for e in rows))}
    runs = []
    for first, second in grouped_folds([names[e.text] for e in rows]):
        labeller = Labeller.train(usable([rows[i] for i in first]))
        runs.append(scored(labeller.label, [rows[i] for i in second]))
    about |= {"rows": len(rows), "misaligned": len(rows) - len(known)}
    yield {**spread(runs), **about, "grammar_f1": round(scored(by_rule, rows)["f1"], 4)}
