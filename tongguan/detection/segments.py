# SPDX-License-Identifier: Apache-2.0
"""Steps over runs of one slot at once: fill forward, running maximum, one round per bucket of time. Pure."""

from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tongguan.detection.contracts import Batch, Flags, Places, Slots, Times, starts_of

_ROOM = 1 << 62


def filled(marks: Flags) -> Places:
    """Give for each place the last marked place up to it; the first place counts as marked."""
    return np.maximum.accumulate(np.where(marks, np.arange(len(marks)), 0))


def firsts(starts: Places, n: int) -> Flags:
    """Give a mask of ``n`` places, true where a run begins."""
    mask = np.zeros(n, np.bool_)
    mask[starts] = True
    return mask


def run_of(starts: Places, n: int) -> Places:
    """Give the number of the run of each place."""
    counts = np.diff(np.append(starts, n))
    return np.repeat(np.arange(len(starts)), counts)


def risen(at: Times, starts: Places) -> Times:
    """Give the running maximum of ``at`` within each run."""
    if not len(at):
        return at
    low = int(at.min())
    span = int(at.max()) - low + 1
    if span * len(starts) >= _ROOM:
        known, place = np.unique(at, return_inverse=True)
        return known[risen(place.astype(np.int64), starts)]
    lift = run_of(starts, len(at)) * span
    return np.maximum.accumulate(at - low + lift) - lift + low


def order(key: Times) -> Places:
    """Give the places in rising order of the key, equal keys in the order they stand. Keys are ≥ 0.

    Key and place are packed into one number where both fit, which sorts several times faster.
    """
    n = len(key)
    if n < 2 or bool((key[1:] >= key[:-1]).all()):  # noqa: PLR2004
        return np.arange(n)
    bits = int(n - 1).bit_length()
    if int(key.max()) >= 1 << (62 - bits):
        return np.argsort(key, kind="stable")
    packed = (key << bits) | np.arange(n)
    packed.sort()
    return packed & ((1 << bits) - 1)


def rounds(batch: Batch, bucket: NDArray[np.int64]) -> Iterator[tuple[Batch, Times]]:
    """Cut a batch so that no slot meets two buckets in one round; gives each round with its bucket per run.

    ``bucket`` must not go down within a run. There are as many rounds as the busiest slot has buckets.
    """
    if not len(batch):
        return
    new = np.concatenate(([False], bucket[1:] != bucket[:-1]))
    new[batch.starts] = False
    if not new.any():
        yield batch, bucket[batch.starts]
        return
    count = np.cumsum(new)
    turn = count - count[batch.starts][run_of(batch.starts, len(batch))]
    by_turn = order(turn)
    edges = [0, *(np.flatnonzero(np.diff(turn[by_turn])) + 1).tolist(), len(by_turn)]
    slot, at, value = batch.slot[by_turn], batch.at[by_turn], batch.value[by_turn]
    quality, part = batch.quality[by_turn], batch.part[by_turn]
    bucket = bucket[by_turn]
    for begin, end in pairwise(edges):
        mine: Slots = slot[begin:end]
        starts = starts_of(mine)
        piece = Batch(mine, at[begin:end], value[begin:end], quality[begin:end], part[begin:end], starts)
        yield piece, bucket[begin:end][starts]
