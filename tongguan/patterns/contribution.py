# SPDX-License-Identifier: Apache-2.0
"""Which slices drive a change, without counting anything twice.

Slices of several dimensions overlap (a street and a kind share cases). They are taken one by one: each time
the one whose change exceeds its proportional part most; what it holds is then its own, and the next is judged
by what is left. It ends where what is left is noise. The shares and the rest add up to the change.
"""

from itertools import combinations
from typing import Final

import numpy as np

from tongguan.patterns.contracts import Contribution, Floats, Ints, Share

MOST: Final = 6
#: An excess of fewer standard deviations than this is noise: many slices are looked at.
_SURE: Final = 3.0
#: A slice of two values instead of one must hold so much more than one of its values alone.
_NARROWER: Final = 1.25


def contributions(
    codes: Ints, before: Floats, now: Floats, *, dispersion: float = 1.0, most: int = MOST
) -> Contribution:
    """Give what drives the change of sums over cells of a cube.

    ``codes``: (cells × dimensions) value numbers from 0; ``before`` and ``now``: the sums of each cell over
    equal times. ``dispersion``: variance over mean of such sums.
    """
    total_before, total_now = float(before.sum()), float(now.sum())
    left = np.ones(len(codes), dtype=bool)
    slices = _slices(codes)
    shares: list[Share] = []
    while len(shares) < most and left.any():
        found = _strongest(slices, np.where(left, before, 0.0), np.where(left, now, 0.0), dispersion)
        if found is None:
            break
        dimensions, number, excess = found
        values, place = slices[dimensions]
        inside = left & (place == number)
        gone, come = float(before[inside].sum()), float(now[inside].sum())
        told = tuple((d, int(v)) for d, v in zip(dimensions, values[number], strict=True))
        shares.append(Share(told, gone, come, come - gone, excess))
        left &= ~inside
    rest = float((now[left] - before[left]).sum())
    return Contribution(total_before, total_now, tuple(shares), rest)


_Slices = dict[tuple[int, ...], tuple[Ints, Ints]]


def _slices(codes: Ints) -> _Slices:
    """Give for one and for two dimensions at a time the values there are and which each cell has."""
    width = codes.shape[1]
    chosen = [(d,) for d in range(width)] + list(combinations(range(width), 2))
    found: _Slices = {}
    for dimensions in chosen:
        values, place = np.unique(codes[:, dimensions], axis=0, return_inverse=True)
        found[dimensions] = (values, place.ravel())
    return found


def _strongest(
    slices: _Slices, before: Floats, now: Floats, dispersion: float
) -> tuple[tuple[int, ...], int, float] | None:
    """Give the slice with the largest sure excess over its proportional part, or None."""
    whole = before.sum()
    ratio = now.sum() / whole if whole > 0 else 1.0
    best: tuple[tuple[int, ...], int, float] | None = None
    score = 0.0
    for dimensions, (values, place) in slices.items():
        gone = np.bincount(place, before, len(values))
        come = np.bincount(place, now, len(values))
        # Everything that is left at once is no slice of it.
        part = (gone + come) < before.sum() + now.sum()
        excess = come - gone * ratio
        sure = np.abs(excess) >= _SURE * np.sqrt(dispersion * np.maximum(come + gone, 1.0))
        weight = np.where(sure & part, np.abs(excess), 0.0) / (_NARROWER if len(dimensions) > 1 else 1.0)
        top = int(np.argmax(weight)) if len(weight) else 0
        if len(weight) and weight[top] > score:
            score = float(weight[top])
            best = (dimensions, top, float(excess[top]))
    return best
