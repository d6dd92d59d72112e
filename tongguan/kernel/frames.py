# SPDX-License-Identifier: Apache-2.0
"""Readings column by column: the one shape in which they travel from a gate to the store and to detectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntFlag
from typing import Self

import numpy as np
from numpy.typing import NDArray


class Quality(IntFlag):
    """What is to be said of a reading; none set: nothing. A flagged reading is kept, never dropped."""

    NONE = 0
    LATE = 1
    AHEAD = 2
    REPEATED = 4
    OUT_OF_ORDER = 8
    OUT_OF_RANGE = 16
    NOT_A_NUMBER = 32
    WRONG_UNIT = 64
    STUCK = 128
    FLOOD = 256
    TAMPERED = 512
    BACKFILLED = 1024


#: Readings that no detector may judge by.
UNUSABLE = Quality.NOT_A_NUMBER | Quality.WRONG_UNIT | Quality.OUT_OF_RANGE | Quality.REPEATED | Quality.AHEAD


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """Readings of any streams; four columns of one length ``n``.

    ``stream``: int64, the datastream's number. ``at``: int64, when it was so, milliseconds since 1970 (UTC).
    ``value``: float64, in the datastream's own unit. ``quality``: uint16, bits of :class:`Quality`.
    """

    stream: NDArray[np.int64]
    at: NDArray[np.int64]
    value: NDArray[np.float64]
    quality: NDArray[np.uint16]

    def __post_init__(self) -> None:
        """Raise ValueError when the columns differ in length."""
        lengths = {len(self.stream), len(self.at), len(self.value), len(self.quality)}
        if len(lengths) != 1:
            msg = f"the columns of a frame differ in length: {sorted(lengths)}"
            raise ValueError(msg)

    def __len__(self) -> int:
        """Give the number of readings."""
        return len(self.stream)

    @classmethod
    def of(
        cls, stream: Sequence[int], at: Sequence[int], value: Sequence[float], quality: Sequence[int] = ()
    ) -> Self:
        """Make a frame of plain sequences; ``quality`` may be left out."""
        return cls(
            np.asarray(stream, np.int64),
            np.asarray(at, np.int64),
            np.asarray(value, np.float64),
            np.asarray(quality, np.uint16) if len(quality) else np.zeros(len(stream), np.uint16),
        )

    @classmethod
    def joined(cls, frames: Sequence["Frame"]) -> Self:
        """Put frames one behind the other; none gives an empty frame."""
        if not frames:
            return cls.of([], [], [])
        return cls(
            np.concatenate([frame.stream for frame in frames]),
            np.concatenate([frame.at for frame in frames]),
            np.concatenate([frame.value for frame in frames]),
            np.concatenate([frame.quality for frame in frames]),
        )

    def taken(self, which: NDArray[np.bool_] | NDArray[np.int64]) -> "Frame":
        """Give the readings a mask or an array of places chooses, in that order."""
        return Frame(self.stream[which], self.at[which], self.value[which], self.quality[which])

    def flagged(self, which: NDArray[np.bool_], quality: Quality) -> "Frame":
        """Give the same readings, those chosen with these bits set besides their own."""
        added = np.where(which, np.uint16(quality), np.uint16(0))
        return Frame(self.stream, self.at, self.value, self.quality | added)

    def usable(self) -> NDArray[np.bool_]:
        """Tell which readings a detector may judge by."""
        good: NDArray[np.bool_] = (self.quality & np.uint16(UNUSABLE)) == 0
        return good
