# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of readings coming in: what is declared, how they are judged, what became of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """What the register says of streams; columns of one length.

    ``low``, ``high``: in the stream's unit, NaN: no limit. ``every_ms``: between two readings, 0: not known.
    ``still_ms``: a value unchanged for so long is ``STUCK``, 0: never judged so.
    """

    stream: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    every_ms: NDArray[np.int64]
    still_ms: NDArray[np.int64]

    @classmethod
    def of(
        cls,
        rows: Sequence[tuple[int, float | None, float | None, float | None]],
        still: Sequence[float] = (),
    ) -> Self:
        """Make one of rows (number, low, high, seconds between readings), None: not declared."""
        count = len(rows)
        limits = np.array([[row[1], row[2]] for row in rows], np.float64).reshape(count, 2)
        every = np.array([row[3] or 0 for row in rows], np.float64)
        stills = np.asarray(still, np.float64) if len(still) else np.zeros(count)
        return cls(
            np.array([row[0] for row in rows], np.int64),
            limits[:, 0],
            limits[:, 1],
            np.round(every * 1000).astype(np.int64),
            np.round(stills * 1000).astype(np.int64),
        )


_ROW = np.dtype([("stream", np.int64), ("at", np.int64), ("value", np.float64)])


def frame_of_rows(rows: Sequence[tuple[int, int, float]]) -> Frame:
    """Make a frame of rows (stream, at in ms, value), as msgspec decodes them; the quickest way for gates.

    Raises TypeError, ValueError or OverflowError for what are no such rows.
    """
    table = np.fromiter(rows, _ROW, len(rows))
    stream, at, value = (np.ascontiguousarray(table[name]) for name in ("stream", "at", "value"))
    return Frame(stream, at, value, np.zeros(len(rows), np.uint16))


@dataclass(frozen=True, slots=True)
class Policy:
    """How readings are judged. All figures are our own defaults, none is an official one.

    ``ahead_ms``: how far a device's clock may be ahead of ours. ``late_ms``: how old a reading may be when it
    is heard; never less than two of the stream's own spans. ``flood_*``: of one stretch of
    ``flood_window_ms`` a stream may tell ``flood_factor`` times its declared rate, never fewer than
    ``flood_floor`` readings, or ``flood_undeclared`` where no rate is declared; and whatever times it tells
    of (a device catches up), within such a stretch ``flood_burst`` may be heard. Of what is more, one in
    ``flood_sample`` is kept (1: all). What somebody fills in later on purpose is no flood.
    ``group_rows``: readings committed together at most. ``waiting_rows``: readings that may wait for that.
    """

    ahead_ms: int = 300_000
    late_ms: int = 300_000
    flood_window_ms: int = 10_000
    flood_factor: int = 10
    flood_floor: int = 100
    flood_undeclared: int = 10_000
    flood_burst: int = 100_000
    flood_sample: int = 100
    group_rows: int = 60_000
    waiting_rows: int = 1_000_000


class Reason(StrEnum):
    """Why readings were kept aside."""

    UNKNOWN = "unknown_stream"
    TIME = "time_out_of_bounds"
    GONE = "older_than_kept"


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of the readings of one frame; all of it durable.

    ``kept``: new to the store, of these ``flagged`` carry a quality bit. ``again``: known to the last bit.
    ``aside``: kept aside with their reason. ``thinned``: excess of a flooding stream, counted only.
    """

    kept: int
    flagged: int
    again: int
    aside: int
    thinned: int


@dataclass(frozen=True, slots=True)
class AsideRow:
    """Readings of one stream kept aside for one reason; times in ms, ``at`` and ``value`` of the last one."""

    reason: str
    stream: int
    count: int
    first_heard: int
    last_heard: int
    at: int
    value: float


@dataclass(frozen=True, slots=True)
class FloodRow:
    """A stream that sent more than its rate allows: how many were too many, how many of them were kept."""

    stream: int
    excess: int
    kept: int
    last_heard: int


@dataclass(frozen=True, slots=True)
class Condition:
    """How the owner of readings is: for the operator's console and the doctor."""

    number: int
    streams: int
    waiting: int
    aside: int
    flooding: int
    behind: int
    trouble: str
