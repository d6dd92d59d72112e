# SPDX-License-Identifier: Apache-2.0
"""Each stream's newest reading, in memory: arrays by place, 26 bytes a stream besides its look-up."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.series.schema import NEVER_NEWEST
from tongguan.series.slots import Slots, grown

_NONE = -1


class Newest:
    """The newest reading of each stream by its own time, and the highest time ever kept of it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self.slots = Slots()
        self._top: NDArray[Any] = np.empty(0, np.int64)
        self._at: NDArray[Any] = np.empty(0, np.int64)
        self._value: NDArray[Any] = np.empty(0, np.float64)
        self._quality: NDArray[Any] = np.empty(0, np.uint16)
        self._scratch: NDArray[Any] = np.empty(0, np.int64)

    def places(self, streams: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the places of streams; new ones get one."""
        slot = self.slots.of(streams)
        count = self.slots.count
        if count > len(self._top):
            self._top = grown(self._top, count, _NONE)
            self._at = grown(self._at, count, _NONE)
            self._value = grown(self._value, count, np.nan)
            self._quality = grown(self._quality, count, 0)
            self._scratch = grown(self._scratch, count, 0)
        return slot

    def suspects(self, slot: NDArray[np.int64], at: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which readings may be known already: not younger than everything kept of their stream."""
        return np.asarray(at <= self._top[slot])

    def single(self, slot: NDArray[np.int64]) -> bool:
        """Tell quickly whether no stream occurs twice."""
        places = np.arange(len(slot))
        self._scratch[slot] = places
        return bool((self._scratch[slot] == places).all())

    def note(self, slot: NDArray[np.int64], frame: Frame) -> None:
        """Take kept readings into account; the order does not matter."""
        np.maximum.at(self._top, slot, frame.at)
        fit = (frame.quality & np.uint16(NEVER_NEWEST)) == 0
        fit &= frame.at >= self._at[slot]
        if not fit.all():
            slot, frame = slot[fit], frame.taken(fit)
        if not self.single(slot):
            order = np.lexsort((frame.at, slot))
            last = np.append(slot[order][1:] != slot[order][:-1], [True])
            slot, frame = slot[order[last]], frame.taken(order[last])
        self._at[slot] = frame.at
        self._value[slot] = frame.value
        self._quality[slot] = frame.quality

    def restore(self, stored: dict[str, NDArray[Any]]) -> None:
        """Begin with what the tables hold (columns stream, top, ms, value, quality)."""
        slot = self.places(stored["stream"])
        self._top[slot] = stored["top"]
        self._at[slot] = stored["ms"]
        self._value[slot] = stored["value"]
        self._quality[slot] = stored["quality"]

    def frame(self, streams: NDArray[np.int64] | None) -> Frame:
        """Give the newest of these streams, or of all, by stream number; those without one are left out."""
        slot = np.arange(self.slots.count) if streams is None else self.slots.find(np.unique(streams))
        slot = slot[slot >= 0]
        slot = slot[self._at[slot] != _NONE]
        number = self.slots.streams[slot]
        if streams is None:
            order = np.argsort(number)
            slot, number = slot[order], number[order]
        return Frame(number, self._at[slot], self._value[slot], self._quality[slot])
