# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes in and out of the column store, and what it says when it declines."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
#: Times the store takes: from 1970 up to the year 5138. Whoever hands readings in keeps others aside.
FIRST_MS: Final = 0
LAST_MS: Final = 100_000_000_000_000


class StoreError(Exception):
    """The store declined or found damage; nothing was taken in."""


class NoRoom(StoreError):  # noqa: N818 - an answer, like a Refusal
    """The disk is full, or nearly so. Nothing of the frame was kept; goes on when there is room."""


class Behind(StoreError):  # noqa: N818 - the same
    """More is waiting to be applied than may wait; come again a little later."""


class Damaged(StoreError):  # noqa: N818 - the same
    """A file is not what was written; the message names it. Restore from a backup."""


@dataclass(frozen=True, slots=True)
class Plan:
    """How a store keeps what it is given. All figures are our own defaults, none is an official one.

    ``zone_ms``: what is added to UTC before days are cut (China: eight hours, no summer time).
    ``parts``: into how many files a sealed day is divided by stream. ``seal_after``: days that stay hot.
    ``raw_days``, ``minute_days``, ``hour_days``: days kept of each; ``None``: for ever. Daily values stay.
    ``apply_rows``, ``apply_seconds``: what waits in the journal before it goes into the columns.
    ``most_waiting``: rows that may wait before appending is declined. ``reserve``: bytes kept free on disk.
    """

    zone_ms: int = 8 * HOUR_MS
    parts: int = 8
    seal_after: int = 2
    raw_days: int | None = 1095
    minute_days: int | None = 400
    hour_days: int | None = 3650
    apply_rows: int = 200_000
    apply_seconds: float = 2.0
    roll_rows: int = 4_000_000
    roll_seconds: float = 30.0
    most_waiting: int = 4_000_000
    reserve: int = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Mark:
    """How far a source has been read; becomes durable together with the frame that reached it."""

    source: str
    offset: int


@dataclass(frozen=True, slots=True, eq=False)
class Appended:
    """What became of a frame. ``number`` grows with every append that kept something.

    ``frame``: the readings kept, in the order given; ``which``: these among the given ones, the others were
    known to the last bit.
    """

    number: int
    frame: Frame
    which: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Rolled:
    """Readings summed up by stream and span of time; columns of one length, by stream and begin.

    ``begin``: ms, where the span begins. ``count``, ``low``, ``high``, ``mean``, ``last``: of usable readings
    only, NaN where there is none. ``last_at``: when the last one was, -1: none. ``quality``: all bits met.
    """

    stream: NDArray[np.int64]
    begin: NDArray[np.int64]
    count: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    last: NDArray[np.float64]
    last_at: NDArray[np.int64]
    quality: NDArray[np.uint16]

    def __len__(self) -> int:
        """Give the number of rows."""
        return len(self.stream)


@dataclass(frozen=True, slots=True, eq=False)
class Chart:
    """A stream's course in at most ``pixels`` columns that lose neither a peak nor a trough.

    ``step``: ms of the roll-up it was drawn from, 0: single readings. ``at``: ms where a column begins;
    of a column with one single reading: when that was.
    """

    step: int
    at: NDArray[np.int64]
    count: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    mean: NDArray[np.float64]
    last: NDArray[np.float64]
    quality: NDArray[np.uint16]


@dataclass(frozen=True, slots=True)
class Segment:
    """A sealed file: one day's readings of one part of the streams, by stream and time."""

    name: str
    day: int
    part: int
    rows: int
    first_ms: int
    last_ms: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Share:
    """What an owner answers for a window: what is not sealed, and the sealed files that hold the rest."""

    hot: Frame
    sealed: tuple[str, ...] = field(default=())
