# SPDX-License-Identifier: Apache-2.0
"""Texts as sets of hashed character pairs and triples, and how rare each of them is. Pure, vectorised.

Characters need no dictionary: they work for names nobody has listed, for typing errors and for masked
places. A text of n characters has at most 2n-3 grams; each is a 32-bit number, so that many texts are a
few flat arrays.
"""

import re
import unicodedata
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Hashes = NDArray[np.uint32]
Floats = NDArray[np.float64]

_SPACE: Final = re.compile(r"[^0-9a-z\u3400-\u9fff]+")
_MULTIPLIER: Final = np.uint64(0x9E3779B97F4A7C15)
_NEXT: Final = np.uint64(0xC2B2AE3D27D4EB4F)
_LAST: Final = np.uint64(0xD6E8FEB86659FD93)
_HALF: Final = np.uint64(32)
_LOW: Final = np.uint64(0xFFFFFFFF)
#: Grams share 2**20 counters: a city's 300,000 common grams meet each other rarely.
BUCKET_BITS: Final = 20
#: A gram in more than one of so many texts tells nothing about which matter it is.
COMMON_SHARE: Final = 0.02
#: What no more than three texts have is telling, however few texts are known.
_FEW: Final = 3.0


@dataclass(frozen=True, slots=True)
class Bag:
    """The grams of n texts: ``hashes[starts[i]:starts[i+1]]`` are those of text i, ascending, each once."""

    starts: Ints
    hashes: Hashes

    def __len__(self) -> int:
        """Give the number of texts."""
        return len(self.starts) - 1

    @property
    def owners(self) -> Ints:
        """Give the text of every gram."""
        return np.repeat(np.arange(len(self), dtype=np.int64), np.diff(self.starts))

    def take(self, rows: Ints) -> "Bag":
        """Give the bag of these texts, in this order; a text may be taken twice."""
        sizes = np.diff(self.starts)[rows]
        starts = np.concatenate(([0], np.cumsum(sizes)))
        places = np.arange(starts[-1]) + np.repeat(self.starts[rows] - starts[:-1], sizes)
        return Bag(starts, self.hashes[places])

    def row(self, index: int) -> Hashes:
        """Give the grams of one text."""
        return self.hashes[self.starts[index] : self.starts[index + 1]]


def normal(text: str) -> str:
    """Give the text as it is compared: full width as half width, lower case, letters and digits only."""
    return _SPACE.sub("", unicodedata.normalize("NFKC", text).lower())


def grams(texts: Sequence[str], longest: int = 3, *, shortest: int = 2) -> Bag:
    """Give the hashed grams of ``shortest`` to ``longest`` characters of texts that ``normal`` prepared."""
    parts = [np.frombuffer(text.encode("utf-32-le"), np.uint32) for text in texts]
    sizes = np.array([part.size for part in parts], np.int64)
    letters = np.concatenate(parts).astype(np.uint64) if parts else np.zeros(0, np.uint64)
    owner = np.repeat(np.arange(len(texts), dtype=np.uint64), sizes)
    room = np.repeat(np.cumsum(sizes), sizes) - np.arange(letters.size)  # letters left in the same text
    keys: list[NDArray[np.uint64]] = []
    rolling = letters
    for width in range(1, longest + 1):
        if width > 1:
            before = rolling[:-1]
            rolling = (before * _MULTIPLIER ^ (before >> np.uint64(29))) + letters[width - 1 :] * _NEXT
        if width >= shortest:
            inside = room[: rolling.size] >= width
            mixed = rolling[inside]
            mixed = (mixed ^ (mixed >> np.uint64(31))) * _LAST
            keys.append(owner[: rolling.size][inside] << _HALF | mixed >> _HALF)
        if rolling.size < 2:  # noqa: PLR2004  # no pair is left
            break
    return _bag(np.unique(np.concatenate(keys)) if keys else np.zeros(0, np.uint64), len(texts))


def _bag(keys: NDArray[np.uint64], count: int) -> Bag:
    owners = (keys >> _HALF).astype(np.int64)
    starts = np.searchsorted(owners, np.arange(count + 1)).astype(np.int64)
    return Bag(starts, (keys & _LOW).astype(np.uint32))


@dataclass(frozen=True, slots=True, eq=False)
class Rarity:
    """In how many of ``texts`` texts each bucket of grams was seen: ``counts`` has 2**20 entries."""

    texts: int
    counts: NDArray[np.uint32]

    @classmethod
    def blank(cls) -> Self:
        """Know nothing: every gram is equally rare."""
        return cls(0, np.zeros(1 << BUCKET_BITS, np.uint32))

    def learned(self, bag: Bag) -> "Rarity":
        """Give what is known after these texts, too."""
        seen = np.bincount(_bucket(bag.hashes), minlength=1 << BUCKET_BITS).astype(np.uint32)
        return Rarity(self.texts + len(bag), self.counts + seen)

    def weights(self, hashes: Hashes) -> Floats:
        """Give the weight of each gram: 1 for one that every text has, more the rarer it is."""
        return np.asarray(np.log((1.0 + self.texts) / (1.0 + self.counts[_bucket(hashes)])) + 1.0)

    def surprise(self, hashes: Hashes, common: float = COMMON_SHARE) -> Floats:
        """Give how much sharing each gram tells (nats), zero for what more than this share of texts has."""
        if not self.texts:
            return np.zeros(hashes.size)
        seen = np.maximum(self.counts[_bucket(hashes)], 1)
        return np.where(
            seen <= max(_FEW, common * self.texts), np.log(np.maximum(self.texts / seen, 1.0)), 0.0
        )

    def packed(self) -> bytes:
        """Give the bytes that ``unpacked`` reads: about 300 kB for a city's language."""
        return self.texts.to_bytes(8, "little") + zlib.compress(self.counts.astype("<u4").tobytes(), 6)

    @classmethod
    def unpacked(cls, packed: bytes) -> Self:
        """Read what ``packed`` wrote. Raises ValueError for other bytes."""
        counts = np.frombuffer(zlib.decompress(packed[8:]), "<u4").astype(np.uint32)
        if counts.size != 1 << BUCKET_BITS:
            message = "not a rarity table"
            raise ValueError(message)
        return cls(int.from_bytes(packed[:8], "little"), counts)


def _bucket(hashes: Hashes) -> NDArray[np.uint32]:
    return hashes >> np.uint32(32 - BUCKET_BITS)


def rarest(bag: Bag, rarity: Rarity, most: int) -> Bag:
    """Keep of every text its ``most`` rarest grams (the smaller number first among equals)."""
    owners = bag.owners
    order = np.lexsort((bag.hashes, -rarity.weights(bag.hashes), owners))
    rank = np.arange(order.size) - bag.starts[owners[order]]
    kept = np.sort(order[rank < most])  # ascending position is ascending (text, gram)
    sizes = np.bincount(owners[kept], minlength=len(bag))
    return Bag(np.concatenate(([0], np.cumsum(sizes))).astype(np.int64), bag.hashes[kept])
