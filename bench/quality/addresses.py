# SPDX-License-Identifier: Apache-2.0
"""Which part of an address each token belongs to: span F1 (a span counts when both ends and label agree).

Labels are compared without case. Rows whose spans do not cover their tokens (the source cut some of them
otherwise) are not learned from; ``f1`` is over the rows that can be compared, ``f1_all`` counts every span
of the others as missed, ``misaligned`` says how many they are.
"""

import gzip
import json
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from bench.quality._texts import grouped_folds, rounded, spread
from tongguan.addresses.labeller import Example, Labeller
from tongguan.addresses.tokens import aligned, tokens

DATA: Final = "cn_address_parsing"
KNOWN: Final = 0.609
GOAL: Final = 0.85
METRIC: Final = "span_f1"


def read(folder: Path) -> list[Example]:
    """Give the rows of every ``.jsonl.gz`` of a folder, files in order of name."""
    found = []
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                row = json.loads(line)
                marked = tuple((int(a), int(b), str(label).lower()) for a, b, label in row["spans"])
                found.append(Example(str(row["text"]), marked))
    return found


def usable(examples: Sequence[Example]) -> list[Example]:
    """Give the rows whose spans cover their tokens."""
    return [e for e in examples if e.text and aligned(e.spans, len(tokens(e.text)))]


def scored(model: Labeller, asked: Sequence[Example]) -> dict[str, float]:
    """Give span F1 and the share of addresses without any mistake."""
    hit = said = true = lost = whole = 0
    comparable = {id(e) for e in usable(asked)}
    for example in asked:
        if id(example) not in comparable:
            lost += len(example.spans)
            continue
        found = Counter(model.label(example.text))
        truth = Counter(example.spans)
        hit += sum((found & truth).values())
        said += found.total()
        true += truth.total()
        whole += found == truth
    return {
        "f1": _f1(hit, said, true),
        "precision": hit / max(1, said),
        "recall": hit / max(1, true),
        "exact": whole / max(1, len(comparable)),
        "f1_all": _f1(hit, said, true + lost),
    }


def _f1(hit: int, said: int, true: int) -> float:
    return 2 * hit / max(1, said + true)


def evaluate(train: Path, test: Path | None) -> Iterator[dict[str, object]]:
    """Give the figures on the test folder, or over five folds of the train folder."""
    about: dict[str, object] = {"metric": METRIC, "known": KNOWN, "goal": GOAL}
    rows = read(train)
    known = usable(rows)
    if test is not None:
        asked = read(test)
        figures = rounded(scored(Labeller.train(known), asked))
        about |= {"trained": len(known), "rows": len(asked), "misaligned": len(asked) - len(usable(asked))}
        yield {**figures, **about}
        return
    names = {text: number for number, text in enumerate(dict.fromkeys(e.text for e in rows))}
    runs = []
    for first, second in grouped_folds([names[e.text] for e in rows]):
        model = Labeller.train(usable([rows[i] for i in first]))
        runs.append(scored(model, [rows[i] for i in second]))
    yield {**spread(runs), "rows": len(rows), "misaligned": len(rows) - len(known), **about}
