# SPDX-License-Identifier: Apache-2.0
"""Every telling against every other, for windows of a few thousand tellings. Pure.

Memory is 4 n² bytes a figure (64 MB for 4,000 tellings). Grams that few texts have are joined by their
lists; the common rest is one dense product. Together that is the sparse product X·Xᵀ, without its library.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.texts.grams import Bag, Floats, Ints, Rarity, grams, normal

Matrix = NDArray[np.float32]
#: The figures of a pair of tellings, in the order of ``TextWeights``.
FIGURES: Final = ("titles", "bodies", "crossed", "rare", "gap")
#: More tellings at once than this are refused: the matrices would not fit an ordinary machine.
MOST: Final = 6_000
#: Beyond four months one more week apart tells nothing more.
_LONGEST_GAP: Final = 120.0
_FEW: Final = 48
#: So many products of list entries are held at once (about 100 MB).
_AT_ONCE: Final = 4_000_000
_COLUMNS: Final = 2_048


@dataclass(frozen=True, slots=True)
class Telling:
    """What is compared: title, body, and when it was told (days on any common scale)."""

    title: str
    body: str
    day: float


def figures(tellings: list[Telling], known: Rarity, known_names: Rarity) -> tuple[Ints, Ints, Floats]:
    """Give all pairs (left < right) and their ``FIGURES`` (pairs x 5).

    ``known``: rarity of pairs and triples of characters; ``known_names``: of triples and fours, whose
    rare ones are mostly names of places, companies and projects. Raises ValueError beyond ``MOST``.
    """
    count = len(tellings)
    if count > MOST:
        message = f"{count} tellings at once; at most {MOST}"
        raise ValueError(message)
    titles = [normal(t.title) for t in tellings]
    bodies = [normal(t.body) for t in tellings]
    title, body = grams(titles), grams(bodies)
    title_weights, body_weights = lengths_one(title, known), lengths_one(body, known)
    left, right = (side.astype(np.int64) for side in np.triu_indices(count, 1))
    found = np.empty((left.size, len(FIGURES)))
    found[:, 0] = products(title, title_weights, title, title_weights)[left, right]
    found[:, 1] = products(body, body_weights, body, body_weights)[left, right]
    found[:, 2] = _better_way(products(title, title_weights, body, body_weights), left, right)
    named, whole = (
        grams(titles, 4, shortest=3),
        grams([t + b for t, b in zip(titles, bodies, strict=True)], 4, shortest=3),
    )
    told = known_names.surprise(named.hashes)
    found[:, 3] = np.log1p(_better_way(products(named, told, whole, np.ones(whole.hashes.size)), left, right))
    days = np.array([t.day for t in tellings])
    found[:, 4] = np.log1p(np.minimum(np.abs(days[left] - days[right]), _LONGEST_GAP))
    return left, right, found


def rarities(texts: list[str]) -> tuple[Rarity, Rarity]:
    """Learn both rarities that ``figures`` wants from whole texts (title and body in one)."""
    plain = [normal(text) for text in texts]
    blank = Rarity.blank()
    return blank.learned(grams(plain)), blank.learned(grams(plain, 4, shortest=3))


def lengths_one(bag: Bag, rarity: Rarity) -> Floats:
    """Give the rarity weight of every gram, scaled so that each text has length one."""
    weights = rarity.weights(bag.hashes)
    length = np.sqrt(np.bincount(bag.owners, weights * weights, minlength=len(bag)))
    return np.asarray(weights / np.repeat(np.maximum(length, 1e-12), np.diff(bag.starts)))


def _better_way(products_: Matrix, left: Ints, right: Ints) -> Matrix:
    return np.maximum(products_[left, right], products_[right, left])


def products(first: Bag, first_weights: Floats, second: Bag, second_weights: Floats) -> Matrix:
    """Give for all pairs (i of first, j of second) the sum of weight products of the grams both have."""
    mine, theirs = first_weights != 0, second_weights != 0
    vocabulary = np.intersect1d(first.hashes[mine], second.hashes[theirs])
    a = _Postings.of(first, first_weights, vocabulary)
    b = _Postings.of(second, second_weights, vocabulary)
    few = a.sizes * b.sizes <= _FEW * _FEW
    total = _by_lists(a, b, np.flatnonzero(few), (len(first), len(second)))
    common = np.flatnonzero(~few)
    for at in range(0, common.size, _COLUMNS):
        terms = common[at : at + _COLUMNS]
        total += a.dense(terms, len(first)) @ b.dense(terms, len(second)).T
    return total


@dataclass(frozen=True, slots=True, eq=False)
class _Postings:
    """For every term of a vocabulary the texts that have it, and its weight there."""

    starts: Ints
    texts: Ints
    weights: Floats

    @classmethod
    def of(cls, bag: Bag, weights: Floats, vocabulary: NDArray[np.uint32]) -> "_Postings":
        term = np.minimum(np.searchsorted(vocabulary, bag.hashes), max(vocabulary.size - 1, 0))
        used = (
            (weights != 0) & (vocabulary[term] == bag.hashes)
            if vocabulary.size
            else np.zeros(term.size, bool)
        )
        term, owners, kept = term[used], bag.owners[used], weights[used]
        order = np.argsort(term, kind="stable")
        starts = np.searchsorted(term[order], np.arange(vocabulary.size + 1))
        return cls(starts, owners[order], kept[order])

    @property
    def sizes(self) -> Ints:
        return np.diff(self.starts)

    def places(self, terms: Ints) -> tuple[Ints, Ints]:
        """Give for the entries of these terms which term (by position) and where."""
        sizes = self.sizes[terms]
        which = np.repeat(np.arange(terms.size), sizes)
        return which, np.arange(which.size) + np.repeat(
            self.starts[terms] - (np.cumsum(sizes) - sizes), sizes
        )

    def dense(self, terms: Ints, count: int) -> Matrix:
        which, places = self.places(terms)
        table = np.zeros((count, terms.size), np.float32)
        table[self.texts[places], which] = self.weights[places]
        return table


def _by_lists(a: _Postings, b: _Postings, terms: Ints, shape: tuple[int, int]) -> Matrix:
    total = np.zeros(shape[0] * shape[1])
    cost = np.cumsum(a.sizes[terms] * b.sizes[terms])
    cuts = np.flatnonzero(np.diff(cost // _AT_ONCE)) + 1
    for block in np.split(terms, cuts):
        which, mine = a.places(block)
        sizes = b.sizes[block][which]
        theirs = np.arange(int(sizes.sum())) + np.repeat(
            b.starts[block][which] - (np.cumsum(sizes) - sizes), sizes
        )
        rows = np.repeat(a.texts[mine], sizes) * shape[1] + b.texts[theirs]
        np.add.at(total, rows, np.repeat(a.weights[mine], sizes) * b.weights[theirs])
    return total.reshape(shape).astype(np.float32)
