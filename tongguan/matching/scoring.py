# SPDX-License-Identifier: Apache-2.0
"""Whether two tellings are of the same matter: parts, sum, zone, and the reasons in words. Pure.

Vectorised over pairs. Every part is symmetric in the two tellings; a nearer, sooner, likelier pair never
gets less.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.certainty import percent
from tongguan.kernel.geometry import distance_m
from tongguan.matching import likeness
from tongguan.matching.learning import chance
from tongguan.matching.likeness import Prints
from tongguan.matching.strategy import Strategy
from tongguan.texts.grams import Bag, Floats, Ints, Rarity

PARTS: Final = ("text", "place", "time", "item", "name", "picture")
PICTURES_KEPT: Final = 4
UNSEEN: Final = 65
#: How far below the join such pairs end: the last digit that is kept.
_LEAST: Final = 1e-4
_FAR: Final = 3.0
_MINUTE, _DAY = 1 / 60, 24.0


class Zone(StrEnum):
    """What becomes of a telling."""

    JOIN = "join"
    SUGGEST = "suggest"
    NEW = "new"
    #: It belongs to a matter whose cases are all closed: a case of its own, tied to the closed one (F41).
    AGAIN = "again"


@dataclass(frozen=True, slots=True, eq=False)
class Features:
    """Tellings as columns.

    ``hours`` (since any one moment) when told, ``until`` when its case was, or will be, past; longitude nan:
    no place; ``metres`` and ``span`` (hours): the item's reach; item and district are numbers given to codes,
    -1 for none; ``pictures`` n x 4 perceptual hashes, and which of them count.
    """

    prints: Prints
    lon: Floats
    lat: Floats
    hours: Floats
    until: Floats
    item: Ints
    metres: Floats
    span: Floats
    district: Ints
    names: Bag
    pictures: NDArray[np.uint64]
    pictured: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Scored:
    """Pairs with their parts (pairs x 6), the sum as a probability, and what the words are made of.

    ``bits``: by how many of 64 the likest two photos differ, ``UNSEEN`` where one side has none.
    """

    left: Ints
    right: Ints
    parts: Floats
    score: Floats
    titles: Floats
    metres: Floats
    hours: Floats
    bits: Ints


def score(known: Features, left: Ints, right: Ints, strategy: Strategy, rarity: Rarity) -> Scored:
    """Judge the pairs (left[k], right[k]) of rows of ``known``."""
    figures = likeness.pairs(known.prints, left, right, rarity)
    parts = np.zeros((left.size, len(PARTS)))
    learned = strategy.text_base + figures @ np.array(strategy.text)
    spoken = _size(known.prints.bag)
    mute = (spoken[left] == 0) | (spoken[right] == 0)
    parts[:, 0] = np.where(mute, 0.0, np.clip(learned, strategy.text_least, strategy.text_most))
    parts[:, 1], metres = _place(known, left, right, strategy)
    hours = np.abs(known.hours[left] - known.hours[right])
    parts[:, 2] = _time(known, left, right, strategy)
    item = known.item[left], known.item[right]
    unknown = (item[0] < 0) | (item[1] < 0)
    parts[:, 3] = np.where(
        unknown, 0.0, np.where(item[0] == item[1], strategy.same_item, strategy.other_item)
    )
    parts[:, 4] = _names(known.names, left, right, strategy)
    bits = _bits(known, left, right)
    parts[:, 5] = np.where(
        bits <= strategy.same_bits,
        strategy.same_picture,
        np.where(bits <= strategy.like_bits, strategy.like_picture, 0.0),
    )
    total = chance(strategy.base + parts.sum(axis=1))
    # "The lamp is out" says too little: without a place, a name or a picture in common, a person judges.
    anchored = ~np.isnan(metres) | (parts[:, 4] > 0) | (parts[:, 5] > 0)
    total = np.where(anchored, total, np.minimum(total, strategy.join - _LEAST))
    return Scored(
        left, right, parts, np.round(total, 4), figures[:, :3].max(axis=1, initial=0.0), metres, hours, bits
    )


def _size(bag: Bag) -> Ints:
    return np.diff(bag.starts)


def _place(known: Features, left: Ints, right: Ints, strategy: Strategy) -> tuple[Floats, Floats]:
    metres = distance_m(known.lon[left], known.lat[left], known.lon[right], known.lat[right])
    reach = np.minimum(known.metres[left], known.metres[right])
    away = np.nan_to_num(metres / np.maximum(reach, 1e-9), nan=0.0)
    by_point = np.where(
        away <= 1.0,
        strategy.near * (1.0 - away),
        strategy.beyond + (strategy.far - strategy.beyond) * np.minimum((away - 1.0) / (_FAR - 1.0), 1.0),
    )
    district = known.district[left], known.district[right]
    same = (district[0] == district[1]) | (district[0] < 0) | (district[1] < 0)
    by_district = np.where(same, strategy.unplaced, strategy.elsewhere)
    return np.where(np.isnan(metres), by_district, by_point), metres


def _time(known: Features, left: Ints, right: Ints, strategy: Strategy) -> Floats:
    # Between the two stretches from telling to closing: none while they overlap.
    gap = np.maximum(known.hours[left] - known.until[right], known.hours[right] - known.until[left])
    late = np.maximum(gap, 0.0) / np.maximum(np.minimum(known.span[left], known.span[right]), 1e-9)
    return np.where(
        late <= 1.0,
        strategy.soon * (1.0 - late),
        strategy.late * np.minimum((late - 1.0) / (_FAR - 1.0), 1.0),
    )


def shared_names(names: Bag, left: Ints, right: Ints) -> Ints:
    """Give how many names each pair has in common."""
    one, other = names.take(left), names.take(right)
    mine = one.owners << 32 | one.hashes.astype(np.int64)
    theirs = other.owners << 32 | other.hashes.astype(np.int64)
    return np.bincount(np.intersect1d(mine, theirs) >> 32, minlength=left.size)


def _names(names: Bag, left: Ints, right: Ints, strategy: Strategy) -> Floats:
    shared = shared_names(names, left, right)
    both = (_size(names)[left] > 0) & (_size(names)[right] > 0)
    return np.where(shared > 0, strategy.same_name, np.where(both, strategy.other_name, 0.0))


def _bits(known: Features, left: Ints, right: Ints) -> Ints:
    found = np.full(left.size, UNSEEN)
    rows = np.flatnonzero(known.pictured[left].any(axis=1) & known.pictured[right].any(axis=1))
    if rows.size:
        one, other = left[rows], right[rows]
        bits = np.bitwise_count(known.pictures[one][:, :, None] ^ known.pictures[other][:, None, :])
        counts = known.pictured[one][:, :, None] & known.pictured[other][:, None, :]
        found[rows] = np.where(counts, bits, UNSEEN).min(axis=(1, 2))
    return found


def words_of(scored: Scored, at: int, shared_names: Sequence[str]) -> str:
    """Say in an official's words why this pair is taken for one matter, or how near it came."""
    text, _, _, item, _, picture = scored.parts[at].tolist()
    words = ["同一事项"] if item > 0 else ["事项不同"] if item < 0 else []
    metres = float(scored.metres[at])
    if not np.isnan(metres):
        words.append(f"相距 {metres:.0f} 米" if metres < 1000 else f"相距 {metres / 1000:.1f} 公里")  # noqa: PLR2004
    words.append(_lapse(float(scored.hours[at])))
    if text:
        words.append(f"文字相似 {float(scored.titles[at]):.2f}")
    if shared_names:
        words.append("都提到“" + "”“".join(shared_names) + "”")
    if picture > 0:
        words.append(f"照片相近（指纹 64 位相差 {int(scored.bits[at])} 位）")
    return f"{'，'.join(words)}（把握 {percent(scored.score[at])}）"


def _lapse(hours: float) -> str:
    if hours < 1:
        return f"相隔 {round(hours / _MINUTE)} 分钟"
    return f"相隔 {hours:.0f} 小时" if hours < 2 * _DAY else f"相隔 {hours / _DAY:.0f} 天"
