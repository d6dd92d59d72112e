# SPDX-License-Identifier: Apache-2.0
"""Text prints, small enough to keep with every telling, and how alike those of many pairs are. Pure.

A print holds the rarest grams of title and body (≤ 640 bytes). Four figures of a pair, each symmetric and
growing with what both share: ``titles`` and ``bodies`` (cosine of rarity-weighted grams), ``crossed``
(title against the other's body, the better way round), ``rare`` (log of the surprise that one's title
shares with the other's whole text: names, mostly).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.texts.grams import Bag, Floats, Ints, Rarity, grams, normal, rarest

Flags = NDArray[np.uint8]
#: Of a title the 32 rarest grams are kept, of a body 96.
TITLE_GRAMS: Final = 32
BODY_GRAMS: Final = 96
#: Here a gram counts as common only in one of ten texts: a hot matter's own name is in many.
COMMON: Final = 0.1
_TITLE, _BODY = np.uint8(1), np.uint8(2)
_SLOT_BITS: Final = 12
_TEXTS_AT_ONCE: Final = 256
_GRAMS_AT_ONCE: Final = 1_000_000
_BYTES_A_GRAM: Final = 5


@dataclass(frozen=True, slots=True, eq=False)
class Prints:
    """The prints of n tellings: their grams, and whether title (1), body (2) or both have each."""

    bag: Bag
    inside: Flags

    def __len__(self) -> int:
        """Give the number of tellings."""
        return len(self.bag)

    def packed(self, index: int) -> bytes:
        """Give one print as bytes: its grams, little-endian, then their flags."""
        begin, end = self.bag.starts[index], self.bag.starts[index + 1]
        return self.bag.hashes[begin:end].astype("<u4").tobytes() + self.inside[begin:end].tobytes()

    def keys(self, rarity: Rarity, most: int) -> list[list[int]]:
        """Give for each telling its ``most`` most telling grams, by which an index finds others like it."""
        surprise = rarity.surprise(self.bag.hashes, COMMON)
        # A name stands in the title more often than not.
        rank = surprise + np.where(self.inside & _TITLE, 1.0, 0.0)
        found: list[list[int]] = []
        for begin, end in zip(self.bag.starts[:-1].tolist(), self.bag.starts[1:].tolist(), strict=True):
            order = np.lexsort((self.bag.hashes[begin:end], -rank[begin:end]))[:most]
            kept = order[surprise[begin:end][order] > 0] if rarity.texts else order
            found.append(sorted(self.bag.hashes[begin:end][kept].tolist()))
        return found


def prints(titles: Sequence[str], bodies: Sequence[str], rarity: Rarity) -> Prints:
    """Take the prints of tellings, given as they were told."""
    parts = (
        (rarest(grams([normal(t) for t in titles]), rarity, TITLE_GRAMS), _TITLE),
        (rarest(grams([normal(b) for b in bodies]), rarity, BODY_GRAMS), _BODY),
    )
    keys = np.concatenate([bag.owners << 32 | bag.hashes.astype(np.int64) for bag, _ in parts])
    flags = np.concatenate([np.full(bag.hashes.size, flag) for bag, flag in parts])
    distinct, at = np.unique(keys, return_inverse=True)
    inside = np.bincount(at, flags, minlength=distinct.size).astype(np.uint8)
    starts = np.searchsorted(distinct >> 32, np.arange(len(titles) + 1))
    return Prints(Bag(starts.astype(np.int64), (distinct & 0xFFFFFFFF).astype(np.uint32)), inside)


def unpacked(packed: Sequence[bytes]) -> Prints:
    """Read what ``Prints.packed`` wrote."""
    sizes = np.array([len(one) // _BYTES_A_GRAM for one in packed], np.int64)
    hashes = b"".join(one[: 4 * n] for one, n in zip(packed, sizes.tolist(), strict=True))
    flags = b"".join(one[4 * n :] for one, n in zip(packed, sizes.tolist(), strict=True))
    starts = np.concatenate(([0], np.cumsum(sizes))).astype(np.int64)
    return Prints(Bag(starts, np.frombuffer(hashes, "<u4")), np.frombuffer(flags, np.uint8))


def joined(first: Prints, second: Prints) -> Prints:
    """Give the prints of both, the first's before the second's."""
    starts = np.concatenate((first.bag.starts, second.bag.starts[1:] + first.bag.starts[-1]))
    bag = Bag(starts, np.concatenate((first.bag.hashes, second.bag.hashes)))
    return Prints(bag, np.concatenate((first.inside, second.inside)))


def pairs(known: Prints, left: Ints, right: Ints, rarity: Rarity) -> Floats:
    """Give an array (pairs x 4) of titles, bodies, crossed, rare for pairs of rows of ``known``."""
    weight = rarity.weights(known.bag.hashes)
    surprise = rarity.surprise(known.bag.hashes, COMMON)
    title, body = (_lengths(known, weight, flag) for flag in (_TITLE, _BODY))
    found = np.zeros((left.size, 4))
    order = np.argsort(left, kind="stable")
    for rows in _blocks(known.bag, left[order], right[order]):
        some = order[rows]
        one, other = left[some], right[some]
        pair, mine, theirs = _hits(known.bag, one, other)
        square, told = weight[mine] ** 2, surprise[mine]
        had, has = known.inside[mine], known.inside[theirs]

        def total(values: Floats, of: NDArray[np.bool_], pair: Ints = pair, n: int = some.size) -> Floats:
            return np.asarray(np.bincount(pair[of], values[of], minlength=n))

        in_title, in_body = (had & _TITLE) > 0, (had & _BODY) > 0
        to_title, to_body = (has & _TITLE) > 0, (has & _BODY) > 0
        found[some, 0] = total(square, in_title & to_title) / (title[one] * title[other])
        found[some, 1] = total(square, in_body & to_body) / (body[one] * body[other])
        found[some, 2] = np.maximum(
            total(square, in_title & to_body) / (title[one] * body[other]),
            total(square, in_body & to_title) / (body[one] * title[other]),
        )
        found[some, 3] = np.log1p(np.maximum(total(told, in_title), total(told, to_title)))
    return found


def _lengths(known: Prints, weight: Floats, flag: np.uint8) -> Floats:
    square = np.where(known.inside & flag, weight * weight, 0.0)
    return np.maximum(np.sqrt(np.bincount(known.bag.owners, square, minlength=len(known))), 1e-12)


def _blocks(bag: Bag, left: Ints, right: Ints) -> list[slice]:
    """Cut pairs, ascending by their left text, where a block has enough texts or grams."""
    if not left.size:
        return []
    text = np.concatenate(([0], np.cumsum(np.diff(left) > 0)))
    work = np.cumsum(np.diff(bag.starts)[right])
    block = np.maximum.accumulate(text // _TEXTS_AT_ONCE + work // _GRAMS_AT_ONCE)
    edges = [0, *(np.flatnonzero(np.diff(block)) + 1).tolist(), left.size]
    return [slice(a, b) for a, b in pairwise(edges)]


def _hits(bag: Bag, left: Ints, right: Ints) -> tuple[Ints, Ints, Ints]:
    """Give the grams both texts of a pair have: the pair, and the gram's place in left and right text.

    The left texts are laid out as rows of slots, so that a right text's gram is found by one look-up; the
    few grams whose slot another one took are found by search.
    """
    texts, row = np.unique(left, return_inverse=True)
    mine = _places(bag, texts)
    owner = np.repeat(np.arange(texts.size), np.diff(bag.starts)[texts])
    mask = np.uint32((1 << _SLOT_BITS) - 1)
    slot = (owner << _SLOT_BITS) + (bag.hashes[mine] & mask)
    table = np.full(texts.size << _SLOT_BITS, -1, np.int32)
    table[slot] = np.arange(mine.size, dtype=np.int32)
    theirs = _places(bag, right)
    pair = np.repeat(np.arange(right.size), np.diff(bag.starts)[right])
    asked = bag.hashes[theirs]
    at = table[(row[pair] << _SLOT_BITS) + (asked & mask)]
    taken = np.flatnonzero(at >= 0)
    same = bag.hashes[mine[at[taken]]] == asked[taken]
    hit, where = taken[same], at[taken[same]].astype(np.int64)
    missed = taken[~same]
    spilt = np.flatnonzero(table[slot] != np.arange(mine.size))
    if spilt.size and missed.size:
        lost = owner[spilt] << 32 | bag.hashes[mine[spilt]].astype(np.int64)
        order = np.argsort(lost)
        wanted = row[pair[missed]] << 32 | asked[missed].astype(np.int64)
        place = np.minimum(np.searchsorted(lost[order], wanted), lost.size - 1)
        found = lost[order][place] == wanted
        hit = np.concatenate((hit, missed[found]))
        where = np.concatenate((where, spilt[order[place[found]]]))
    return pair[hit], mine[where], theirs[hit]


def _places(bag: Bag, rows: Ints) -> Ints:
    sizes = np.diff(bag.starts)[rows]
    return np.asarray(
        np.arange(int(sizes.sum())) + np.repeat(bag.starts[rows] - (np.cumsum(sizes) - sizes), sizes)
    )
