# SPDX-License-Identifier: Apache-2.0
"""A small register of texts found by what a person types, by pairs of characters. Pure, in memory.

For registers of some thousand short texts: no dictionary, no service, typing errors cost little.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Generic, TypeVar

K = TypeVar("K")
_OUT: Final = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
#: What everybody says when asking, and what tells nothing of what is asked.
_ASKING: Final = re.compile(
    r"请问一?下?|在?[哪那]里|[在去到找][哪谁]儿?|想问一?下?|咨询一?下?|我想|我要|您好|你好|怎么办呢?|麻烦|谢谢|呢$|吗$|啊$"
)
_HEAD: Final = 0.7


@dataclass(frozen=True, slots=True)
class Found(Generic[K]):
    """A text's key, and how well it fits: 0 to 1."""

    key: K
    score: float


def pairs(text: str) -> frozenset[str]:
    """Give the distinct pairs of characters of a text; a text of one character is its own pair."""
    plain = _OUT.sub("", unicodedata.normalize("NFKC", text).lower())
    plain = _ASKING.sub("", plain) or plain
    return frozenset(plain[i : i + 2] for i in range(max(1, len(plain) - 1))) if plain else frozenset()


class Index(Generic[K]):
    """Texts by the pairs in their heads (what one would ask) and in their bodies (what is answered)."""

    def __init__(self, texts: Iterable[tuple[K, Sequence[str], str]]) -> None:
        """Take (key, heads, body) of every text; each head is one way to ask."""
        self._keys: list[K] = []
        self._heads: dict[str, list[int]] = {}
        self._owner: list[int] = []
        self._bodies: dict[str, list[int]] = {}
        sets: list[frozenset[str]] = []
        for number, (key, heads, body) in enumerate(texts):
            self._keys.append(key)
            whole = set(pairs(body))
            for head in heads:
                own = pairs(head)
                for pair in own:
                    self._heads.setdefault(pair, []).append(len(sets))
                sets.append(own)
                self._owner.append(number)
                whole |= own
            for pair in whole:
                self._bodies.setdefault(pair, []).append(number)
        self._rare = {p: math.log(1 + len(self._keys) / len(rows)) for p, rows in self._bodies.items()}
        self._most = math.log(1 + max(1, len(self._keys)))
        self._norms = [sum(self._rare[p] for p in own) for own in sets]

    def search(self, text: str, limit: int = 5, least: float = 0.0) -> list[Found[K]]:
        """Give the texts that fit best, the best first, equals in the order of the register."""
        wanted = pairs(text)
        total = sum(self._rare.get(pair, self._most) for pair in wanted)
        if not total:
            return []
        asked: Counter[int] = Counter()
        held: Counter[int] = Counter()
        for pair in sorted(wanted & self._rare.keys()):
            for head in self._heads.get(pair, ()):
                asked[head] += self._rare[pair]  # type: ignore[assignment]  # a Counter of weights
            for number in self._bodies[pair]:
                held[number] += self._rare[pair]  # type: ignore[assignment]  # the same
        best: dict[int, float] = {}
        for head, shared in asked.items():
            like = shared / math.sqrt(total * self._norms[head])
            number = self._owner[head]
            best[number] = max(best.get(number, 0.0), like)
        scored = [
            (round(_HEAD * best.get(number, 0.0) + (1 - _HEAD) * shared / total, 4), number)
            for number, shared in held.items()
        ]
        scored.sort(key=lambda pair: (-pair[0], pair[1]))
        return [Found(self._keys[number], score) for score, number in scored[:limit] if score >= least]
