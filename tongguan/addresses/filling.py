# SPDX-License-Identifier: Apache-2.0
"""What a labeller reads where the grammar reads nothing: names without a known ending. Pure.

The grammar knows where in a running text an address stands; the labeller was taught on addresses alone.
So it is asked about the stretch around what the grammar read, and only fills gaps.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Final

from tongguan.addresses.contracts import Kind, Part
from tongguan.addresses.grammar import plain
from tongguan.addresses.tokens import Span, offsets, tokens

_STRETCH: Final = re.compile(r"[^\s，。；！？,.;!?：:]+")
_MOST: Final = 60
#: What the labeller may add; numbers are the grammar's.
_ADDED: Final = frozenset({Kind.PLACE, Kind.SUBPLACE, Kind.ROAD, Kind.COMMUNITY, Kind.TOWN, Kind.DISTRICT})
_SHORTEST: Final = 2


def filled(text: str, parts: Sequence[Part], label: Callable[[str], list[Span]]) -> list[Part]:
    """Give the parts and what the labeller reads between and beside them; still in order, no overlap."""
    found = list(parts)
    for start, end in _stretches(text, parts):
        for one in _labelled(text, start, end, label):
            if all(one.end <= p.start or p.end <= one.start for p in found):
                found.append(one)
    return sorted(found, key=lambda part: part.start)


def _stretches(text: str, parts: Sequence[Part]) -> Iterator[tuple[int, int]]:
    """Give the stretches without a stop that hold a part."""
    for match in _STRETCH.finditer(text):
        start, end = match.span()
        if end - start <= _MOST and any(start <= part.start < end for part in parts):
            yield start, end


def _labelled(text: str, start: int, end: int, label: Callable[[str], list[Span]]) -> Iterator[Part]:
    told = plain(text[start:end])
    places = offsets(tokens(told))
    for first, last, name in label(told):
        left, right = start + places[first], start + places[last]
        if name in _ADDED and right - left >= _SHORTEST:
            yield Part(left, right, Kind(name), text[left:right])
