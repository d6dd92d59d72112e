# SPDX-License-Identifier: Apache-2.0
"""Marked address texts in a folder, and how well a labeller reads them. No Django.

The layout is that of the public set on Chinese address parsing: ``*.jsonl.gz``, one line for each text with
``text`` and ``spans`` ([start, end, label] in tokens). Labels are compared without case.
"""

import gzip
import json
import zlib
from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tongguan.addresses import grammar
from tongguan.addresses.contracts import Kind
from tongguan.addresses.labeller import Example
from tongguan.addresses.tokens import Span, aligned, offsets, tokens
from tongguan.kernel.errors import Invalid

_PATTERN: Final = "*.jsonl.gz"
_MARKED_AS: Final = {
    Kind.LANE: "roadno",
    Kind.CROSSING: "assist",
    Kind.OFFSET: "assist",
}


def read(folder: Path) -> list[Example]:
    """Give the rows of every file of a folder, files in order of name.

    Raises Invalid ``addresses.no_rows`` and ``addresses.bad_row`` with file and line.
    """
    found = [example for path in sorted(folder.glob(_PATTERN)) for example in _rows(path)]
    if not found:
        raise Invalid(
            "addresses.no_rows",
            zh=f"{folder} 里没有 {_PATTERN}，或文件是空的",
            en=f"no rows in {_PATTERN} of {folder}",
            field="folder",
        )
    return found


def _rows(path: Path) -> list[Example]:
    found: list[Example] = []
    try:
        with gzip.open(path, "rt", encoding="utf-8") as file:
            found.extend(_example(json.loads(line)) for line in file if line.strip())
    except (OSError, EOFError, zlib.error, ValueError, KeyError, TypeError) as error:
        raise Invalid(
            "addresses.bad_row",
            zh=f"{path.name} 第 {len(found) + 1} 行读不懂：{error}",
            en=f"{path.name}, line {len(found) + 1}: {error}",
            field="folder",
        ) from error
    return found


def _example(row: dict[str, Any]) -> Example:
    return Example(str(row["text"]), tuple((int(a), int(b), str(c).lower()) for a, b, c in row["spans"]))


def usable(examples: Sequence[Example]) -> list[Example]:
    """Give the rows whose spans cover their tokens; others cannot be learned from."""
    return [e for e in examples if e.text and aligned(e.spans, len(tokens(e.text)))]


def by_rule(text: str) -> list[Span]:
    """Give what the grammar reads as spans in tokens, in the words of the marked texts."""
    places = offsets(tokens(text))
    found = []
    for part in grammar.read(text):
        start, end = bisect_right(places, part.start) - 1, bisect_left(places, part.end)
        found.append((start, end, _MARKED_AS.get(part.kind, part.kind.value)))
    return found


def scored(label: Callable[[str], list[Span]], asked: Sequence[Example]) -> dict[str, float]:
    """Give span F1, precision, recall, and ``exact``: the share of texts without any mistake.

    A span counts when both ends and the label agree. Rows whose spans do not cover their tokens are left
    out; ``f1_all`` counts all their spans as missed.
    """
    hit = said = true = lost = whole = compared = 0
    for example in asked:
        if not usable([example]):
            lost += len(example.spans)
            continue
        found, truth = Counter(label(example.text)), Counter(example.spans)
        hit += (found & truth).total()
        said += found.total()
        true += truth.total()
        whole += found == truth
        compared += 1
    return {
        "f1": _f1(hit, said, true),
        "precision": hit / max(1, said),
        "recall": hit / max(1, true),
        "exact": whole / max(1, compared),
        "f1_all": _f1(hit, said, true + lost),
    }


def _f1(hit: int, said: int, true: int) -> float:
    return 2 * hit / max(1, said + true)
