# SPDX-License-Identifier: Apache-2.0
"""What a labeller sees of each token of an address: characters, shapes, marks, repeats, divisions. Pure.

Numbers and Latin runs are seen by their shape, so that unseen house numbers look like seen ones. Marks are
the characters that end names (路, 区, 号 …): which one comes next and which were passed tells where in an
address a token stands. A pair of characters that stands twice tells of a division told twice. Names of
China's divisions are known, the longest first.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

from tongguan.addresses.china import LONGEST, divisions

_EDGE: Final = 4
_LONGEST_RUN: Final = 4
_FAR: Final = 6
_MARKS: Final = frozenset("省市区县镇乡村路街道巷弄号幢栋楼座室层单元门大厦园苑场城院店厂")


def features(words: Sequence[str]) -> list[list[str]]:
    """Give the features of every token, as strings."""
    shapes = [_shape(word) for word in words]
    shown = ["<"] * _EDGE + shapes + [">"] * _EDGE
    marks, repeats, names = _marks(words), _repeats(shapes), _divisions(words)
    last = len(words) - 1
    return [
        [
            "bias",
            *(f"{k}={shown[i + k + _EDGE]}" for k in range(-3, 4)),
            *(f"{k}:2={''.join(shown[i + k + _EDGE : i + k + _EDGE + 2])}" for k in range(-2, 2)),
            *(f"{k}:3={''.join(shown[i + k + _EDGE : i + k + _EDGE + 3])}" for k in range(-2, 1)),
            f"0:4={''.join(shown[i + _EDGE : i + 2 * _EDGE])}",
            f"-3:4={''.join(shown[i + 1 : i + 1 + _EDGE])}",
            f"-1&1={shown[i + _EDGE - 1]}|{shown[i + _EDGE + 1]}",
            *marks[i],
            *repeats[i],
            *names[i],
            *([f"word={word.lower()}"] if word.isascii() else []),
            *(["first"] if i == 0 else []),
            *(["last"] if i == last else []),
        ]
        for i, word in enumerate(words)
    ]


def _shape(word: str) -> str:
    if "0" <= word[0] <= "9":
        return "0" * min(len(word), _LONGEST_RUN)
    if word.isascii() and word.isalpha():
        return "a" if len(word) == 1 else "aa"
    return word


def _marks(words: Sequence[str]) -> list[list[str]]:
    """Tell for each token the next mark and how far it is, and the one and the two passed last."""
    found: list[list[str]] = [[] for _ in words]
    ahead, at = "", 0
    for i in reversed(range(len(words))):
        found[i].append(f"next={ahead}")
        if ahead:
            found[i].append(f"next={ahead}{min(at - i, _FAR)}")
        if words[i] in _MARKS:
            ahead, at = words[i], i
    one, two = "", ""
    for i, word in enumerate(words):
        found[i] += (f"passed={one}", f"passed={two}{one}")
        if word in _MARKS or "0" <= word[0] <= "9":
            one, two = (word if word in _MARKS else "0"), one
    return found


def _divisions(words: Sequence[str]) -> list[list[str]]:
    """Tell for each token the division whose name it begins, is within, ends or follows."""
    known = divisions()
    found: list[list[str]] = [[] for _ in words]
    place = 0
    while place < len(words):
        longest = min(LONGEST, len(words) - place)
        for size in range(longest, 1, -1):
            level = known.get("".join(words[place : place + size]))
            if level is not None:
                found[place].append(f"begins={level}")
                for inner in range(place + 1, place + size - 1):
                    found[inner].append(f"within={level}")
                found[place + size - 1].append(f"ends={level}")
                place += size
                if place < len(words):
                    found[place].append(f"follows={level}")
                break
        else:
            place += 1
    return found


def _repeats(shapes: Sequence[str]) -> list[list[str]]:
    """Tell for each token whether the pair it begins, and the one it ends, stands elsewhere in the text."""
    pairs = list(pairwise(shapes))
    first = {pair: i for i, pair in reversed(list(enumerate(pairs)))}
    last = {pair: i for i, pair in enumerate(pairs)}
    found: list[list[str]] = [[] for _ in shapes]
    for i, pair in enumerate(pairs):
        if any(shape[0] == "0" for shape in pair):
            continue
        if first[pair] < i:
            found[i].append("begins=again")
            found[i + 1].append("ends=again")
        if last[pair] > i:
            found[i].append("begins=before")
            found[i + 1].append("ends=before")
    return found
