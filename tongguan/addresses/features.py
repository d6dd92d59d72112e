# SPDX-License-Identifier: Apache-2.0
"""What a labeller sees of each token of an address: windows of characters, shapes, known names. Pure.

Numbers and Latin runs are seen by their shape, so that unseen house numbers look like seen ones. The
lexicon holds the names that training texts gave to a label; where one stands in a text, its tokens are told.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Final

from tongguan.addresses.tokens import Span

_EDGE: Final = 4
_LONGEST_RUN: Final = 4
_LONGEST_NAME: Final = 8
_SHORTEST_NAME: Final = 2
#: Labels whose spans are names; numbers are told by their shape.
NAMED: Final = frozenset({"prov", "city", "district", "devzone", "town", "community", "road", "poi"})
#: Name -> the label most often given to it.
Lexicon = Mapping[str, str]


def lexicon(examples: Iterable[tuple[Sequence[str], Iterable[Span]]], least: int = 2) -> dict[str, str]:
    """Give the names that carry a label at least ``least`` times, with the label most often given."""
    seen: Counter[tuple[str, str]] = Counter()
    for words, marked in examples:
        for start, end, label in marked:
            if label in NAMED and _SHORTEST_NAME <= end - start <= _LONGEST_NAME:
                seen["".join(words[start:end]), label] += 1
    best: dict[str, tuple[int, str]] = {}
    for (name, label), count in seen.items():
        best[name] = max(best.get(name, (0, "")), (count, label))
    return {name: label for name, (count, label) in sorted(best.items()) if count >= least}


def features(words: Sequence[str], known: Lexicon) -> list[list[str]]:
    """Give the features of every token, as strings."""
    shown = ["<"] * _EDGE + [_shape(word) for word in words] + [">"] * _EDGE
    names = _known(words, known)
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


def _known(words: Sequence[str], known: Lexicon) -> list[list[str]]:
    """Tell for each token the longest known name that holds it, and how it stands in it."""
    found: list[list[str]] = [[] for _ in words]
    place = 0
    while place < len(words):
        for size in range(min(_LONGEST_NAME, len(words) - place), _SHORTEST_NAME - 1, -1):
            label = known.get("".join(words[place : place + size]))
            if label is not None:
                found[place].append(f"name=B-{label}")
                for inner in range(place + 1, place + size - 1):
                    found[inner].append(f"name=I-{label}")
                found[place + size - 1].append(f"name=E-{label}")
                place += size
                break
        else:
            place += 1
    return found
