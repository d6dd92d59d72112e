# SPDX-License-Identifier: Apache-2.0
"""Stratified random samples: how many of each stratum, and which. Pure, seeded, independent of row order.

Every case has a number of its own that the seed and its id make (permanent random numbers): of each stratum
those with the smallest numbers are drawn, and the next smallest replace who cannot be reached. The same
seed and cases give the same sample on any database; nobody can choose a case by reordering a list.
"""

from math import ceil
from typing import Final

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]
Numbers = NDArray[np.uint64]
#: How the numbers are made; kept with every draw.
METHOD: Final = "splitmix64-prn/1"
_STEPS: Final = 100
_TINY: Final = 1e-9
_GOLDEN: Final = np.uint64(0x9E3779B97F4A7C15)
_FIRST: Final = np.uint64(0xBF58476D1CE4E5B9)
_SECOND: Final = np.uint64(0x94D049BB133111EB)


def numbers_of(ids: bytes, seed: int) -> Numbers:
    """Give each case's number under a seed; ``ids`` are UUIDs of 16 bytes, one behind the other."""
    halves = np.frombuffer(ids, ">u8").astype(np.uint64).reshape(-1, 2)
    start = _mixed(np.array([seed % 2**64], np.uint64))
    return _mixed(halves[:, 0] ^ _mixed(halves[:, 1] ^ start))


def _mixed(values: Numbers) -> Numbers:
    """Mix the bits (the finishing steps of splitmix64): equal chances for every id."""
    with np.errstate(over="ignore"):
        mixed = values + _GOLDEN
        mixed = (mixed ^ (mixed >> np.uint64(30))) * _FIRST
        mixed = (mixed ^ (mixed >> np.uint64(27))) * _SECOND
    return np.asarray(mixed ^ (mixed >> np.uint64(31)), np.uint64)


def size_for(half_width: float, population: int, z: float, share: float = 0.5) -> int:
    """Give how many must answer for an interval of ± ``half_width`` (0–1) at ``z``, of so many cases.

    Cochran's size with the correction for a finite population; without strata, so on the careful side.
    """
    if population <= 0:
        return 0
    endless = z * z * share * (1 - share) / (half_width * half_width)
    return min(population, ceil(endless / (1 + (endless - 1) / population)))


def allocated(sizes: Whole, total: int, spreads: NDArray[np.float64] | None = None, least: int = 2) -> Whole:
    """Give how many to draw of each stratum: sums to ``total``, at least ``least`` (or all) of each.

    Proportional to size, or by Neyman to size × spread (``spreads``, the standard deviation of an answer).
    Where the total cannot give every stratum ``least``, one each; more strata than ``total`` raise
    ValueError. More than there are: all of them.
    """
    sizes = np.asarray(sizes, np.int64)
    if total >= int(sizes.sum()):
        return sizes.copy()
    low = np.minimum(sizes, least)
    if int(low.sum()) > total:
        low = np.minimum(sizes, 1)
    if int(low.sum()) > total:
        raise ValueError(int(low.sum()))
    weights = sizes.astype(np.float64) * (1.0 if spreads is None else spreads)
    if not weights.max() > _TINY:
        weights = sizes.astype(np.float64)
    return _rounded(_filled(weights, low, sizes, total), sizes, total)


def _filled(weights: NDArray[np.float64], low: Whole, high: Whole, total: int) -> NDArray[np.float64]:
    """Give weights scaled within the bounds so that they sum to the total, as nearly as floats go."""
    positive = np.maximum(weights, weights.max() * _TINY)
    below, above = 0.0, float((high / positive).max())
    for _ in range(_STEPS):
        scale = (below + above) / 2
        if np.clip(positive * scale, low, high).sum() > total:
            above = scale
        else:
            below = scale
    return np.asarray(np.clip(positive * below, low, high), np.float64)


def _rounded(exact: NDArray[np.float64], high: Whole, total: int) -> Whole:
    """Round by largest remainder, never above what there is; equal remainders in order of the strata."""
    found = np.floor(exact + 1e-9).astype(np.int64)
    order = np.argsort(-(exact - found), kind="stable")
    while (lacking := total - int(found.sum())) > 0:
        open_ones = order[found[order] < high[order]][:lacking]
        found[open_ones] += 1
    return found


def ranked(strata: Whole, numbers: Numbers, wanted: Whole) -> tuple[Whole, Whole]:
    """Give (rows, ranks) of the ``wanted`` first of each stratum, by stratum and number; ranks from 0."""
    order = np.lexsort((numbers, strata))
    inside = strata[order]
    starts = np.searchsorted(inside, np.arange(len(wanted)))
    ranks = np.arange(len(order)) - starts[inside] if len(order) else np.zeros(0, np.int64)
    chosen = ranks < wanted[inside]
    return order[chosen].astype(np.int64), ranks[chosen].astype(np.int64)
