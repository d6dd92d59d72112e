# SPDX-License-Identifier: Apache-2.0
"""Telling readings that are new from those that are known, in whole columns (pure).

Same stream and instant is one reading. Known to the last bit: not kept again. Another value for a known
instant: kept as ``REPEATED``; the first to arrive stays the reading.
"""

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame, Quality


def doubled(slot: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell which readings share stream and instant with another one of the same frame."""
    order = np.lexsort((at, slot))
    same = (slot[order][1:] == slot[order][:-1]) & (at[order][1:] == at[order][:-1])
    found = np.zeros(len(slot), np.bool_)
    found[order[1:][same]] = True
    found[order[:-1][same]] = True
    return found


def judged(frame: Frame, known: Frame) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Compare readings with what is known of the same streams and instants.

    Gives two masks over ``frame``: which to keep, and which of these are ``REPEATED``.
    """
    both = Frame.joined([known, frame])
    arrived = np.arange(len(both)) - len(known)
    arrived[: len(known)] = -1
    # Every NaN is the same NaN here, and -0 is 0.
    bits = (np.where(np.isnan(both.value), np.nan, both.value) + 0.0).view(np.int64)
    order = np.lexsort((arrived, bits, both.at, both.stream))
    keep = np.ones(len(both), np.bool_)
    keep[order[1:][_same(order, both.stream, both.at, bits)]] = False
    left = np.flatnonzero(keep)
    order = left[np.lexsort((arrived[left], both.at[left], both.stream[left]))]
    repeated = np.zeros(len(both), np.bool_)
    repeated[order[1:][_same(order, both.stream, both.at)]] = True
    return keep[len(known) :], repeated[len(known) :] & keep[len(known) :]


def _same(order: NDArray[np.int64], *columns: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Tell where a row of the order equals the one before it."""
    equal = np.ones(max(len(order) - 1, 0), np.bool_)
    for column in columns:
        equal &= column[order][1:] == column[order][:-1]
    return equal


def marked(frame: Frame, repeated: NDArray[np.bool_]) -> Frame:
    """Give the frame with ``REPEATED`` set where it holds."""
    return frame.flagged(repeated, Quality.REPEATED) if repeated.any() else frame
