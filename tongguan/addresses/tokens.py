# SPDX-License-Identifier: Apache-2.0
"""Address texts in tokens, and spans of tokens as one tag for each of them. Pure.

A token is a run of digits, a run of Latin letters or one character of anything else. Spans are
``(start, end, label)`` in tokens, half-open.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

Span = tuple[int, int, str]

_TOKEN: Final = re.compile(r"[0-9]+|[A-Za-z]+|.", re.DOTALL)
OUTSIDE: Final = "O"


def tokens(text: str) -> list[str]:
    """Give the tokens; joined they are the text."""
    return _TOKEN.findall(text)


def offsets(words: Sequence[str]) -> list[int]:
    """Give where each token starts in the text, and the text's length at the end."""
    found = [0]
    for word in words:
        found.append(found[-1] + len(word))
    return found


def aligned(spans: Iterable[Span], length: int) -> bool:
    """Tell whether the spans cover ``length`` tokens one after another, without gap or overlap."""
    reached = 0
    for start, end, _ in spans:
        if start != reached or end <= start:
            return False
        reached = end
    return reached == length


def tags(spans: Iterable[Span], length: int) -> list[str]:
    """Give one tag for each token: B first, I within a span, O of none."""
    found = [OUTSIDE] * length
    for start, end, label in spans:
        found[start:end] = [f"I-{label}"] * (end - start)
        found[start] = f"B-{label}"
    return found


def spans(tagged: Sequence[str]) -> list[Span]:
    """Give the spans that tags tell; any sequence of tags is read, spans never overlap."""
    found: list[Span] = []
    start, label = 0, ""
    for place, tag in enumerate([*tagged, OUTSIDE]):
        position, _, named = tag.partition("-")
        if label and (position != "I" or named != label):
            found.append((start, place, label))
            label = ""
        if position != OUTSIDE and not label:
            start, label = place, named
    return found
