# SPDX-License-Identifier: Apache-2.0
"""From a frame of readings to the batch of each rule: sorted once, looked up per rule. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from tongguan.detection.contracts import Batch, Floats, Places, Slots, Times, starts_of
from tongguan.detection.segments import order, risen
from tongguan.kernel.frames import Frame, Quality

#: A table by stream number may have so many entries per stream, and so many besides.
_SPARSE: Final = 8
_SMALL: Final = 1_000_000


@dataclass(frozen=True, slots=True, eq=False)
class Arranged:
    """A frame's usable readings sorted by stream; shared by all rules.

    ``arrival``: the place of each reading in the frame. ``starts``: where each stream's run begins.
    """

    stream: NDArray[np.int64]
    at: Times
    value: Floats
    quality: NDArray[np.uint16]
    arrival: Places
    starts: Places

    def __len__(self) -> int:
        """Give the number of readings."""
        return len(self.stream)


def arranged(frame: Frame) -> Arranged:
    """Sort a frame by stream, leaving out readings no detector may judge by and those that go back in time.

    A detector only goes forward: a reading of a stream that is not newer than all before it is history.
    """
    skip = np.uint16(Quality.OUT_OF_ORDER)
    good = frame.usable() & ((frame.quality & skip) == 0)
    places = np.arange(len(frame)) if good.all() else np.flatnonzero(good)
    stream = frame.stream if len(places) == len(frame) else frame.stream[places]
    if not len(places):
        none = np.empty(0, np.int64)
        return Arranged(none, none, np.empty(0), np.empty(0, np.uint16), none, none)
    low = int(stream.min())
    sorting = order(stream - low if low < 0 else stream)
    places = places[sorting]
    stream, at = frame.stream[places], frame.at[places]
    starts = starts_of(stream)  # type: ignore[arg-type]
    if len(starts) < len(places):
        same = stream[1:] == stream[:-1]
        if bool((same & (at[1:] <= at[:-1])).any()):
            top = risen(at, starts)
            newer = np.concatenate(([True], ~same | (at[1:] > top[:-1])))
            places, stream, at = places[newer], stream[newer], at[newer]
            starts = starts_of(stream)  # type: ignore[arg-type]
    return Arranged(stream, at, frame.value[places], frame.quality[places], places, starts)


@dataclass(frozen=True, slots=True, eq=False)
class Index:
    """Which streams a rule watches: ``stream`` rising, each with the slot of its subject and its part there.

    A stream may be in several subjects (a neighbour of many); it then stands here several times.
    ``single``: every subject is one stream and slots rise with streams. ``slots``: the number of subjects.
    """

    stream: NDArray[np.int64]
    slot: Slots
    part: Slots
    slots: int
    single: bool
    #: Slot by stream number, −1 where it is not watched, when numbers are dense enough for it to be worth it.
    table: Slots | None = None

    @classmethod
    def of_streams(cls, streams: Sequence[int] | NDArray[np.int64]) -> Self:
        """Make the index of subjects that are single streams: slot = place among the rising streams."""
        rising = np.unique(np.asarray(streams, np.int64))
        n = len(rising)
        slot = np.arange(n, dtype=np.int32)
        table = None
        if n and rising[0] >= 0 and rising[-1] < _SPARSE * n + _SMALL:
            table = np.full(int(rising[-1]) + 1, -1, np.int32)
            table[rising] = slot
        return cls(rising, slot, np.zeros(n, np.int32), n, single=True, table=table)

    @classmethod
    def of_groups(cls, groups: Sequence[Sequence[int]]) -> Self:
        """Make the index of a rule whose subjects are groups; a stream's part is its place in the group."""
        triples = sorted(
            (stream, slot, part) for slot, group in enumerate(groups) for part, stream in enumerate(group)
        )
        columns = np.array(triples, np.int64).reshape(-1, 3)
        return cls(
            columns[:, 0].copy(), columns[:, 1].astype(np.int32), columns[:, 2].astype(np.int32),
            len(groups), single=False,
        )  # fmt: skip


def batch_of(readings: Arranged, index: Index) -> Batch:
    """Give the readings a rule watches, by its slots: one look-up per stream, not per reading."""
    if not len(readings) or not len(index.stream):
        return Batch.of([], [], [])
    readings = _between(readings, int(index.stream[0]), int(index.stream[-1]))
    mine = readings.stream[readings.starts]
    if index.single:
        return _single(readings, _slots_of(index, mine))
    left = np.searchsorted(index.stream, mine)
    right = np.searchsorted(index.stream, mine, side="right")
    times = right - left
    lengths = np.diff(np.append(readings.starts, len(readings)))
    # Every membership of a stream gets a copy of the stream's readings.
    run = np.repeat(np.arange(len(mine)), times)
    entry = left[run] + _counted(times)
    length = lengths[run]
    places = np.repeat(readings.starts[run], length) + _counted(length)
    slot = np.repeat(index.slot[entry], length)
    part = np.repeat(index.part[entry], length)
    key = slot.astype(np.int64) * (int(readings.arrival.max(initial=0)) + 1) + readings.arrival[places]
    sorting = order(key)
    places, slot, part = places[sorting], slot[sorting], part[sorting]
    return Batch(
        slot, readings.at[places], readings.value[places], readings.quality[places], part, starts_of(slot)
    )


def _between(readings: Arranged, low: int, high: int) -> Arranged:
    """Give the readings of streams from ``low`` to ``high``: a view, so that a rule pays for its own only."""
    begin, end = np.searchsorted(readings.stream, [low, high + 1]).tolist()
    if begin == 0 and end == len(readings):
        return readings
    first, last = np.searchsorted(readings.starts, [begin, end]).tolist()
    mine = slice(begin, end)
    return Arranged(
        readings.stream[mine], readings.at[mine], readings.value[mine], readings.quality[mine],
        readings.arrival[mine], readings.starts[first:last] - begin,
    )  # fmt: skip


def _slots_of(index: Index, streams: NDArray[np.int64]) -> Slots:
    """Give the slot of each stream, −1 for those not watched."""
    if index.table is not None:
        within = (streams >= 0) & (streams < len(index.table))
        return np.where(within, index.table[np.where(within, streams, 0)], np.int32(-1))
    place = np.minimum(np.searchsorted(index.stream, streams), len(index.stream) - 1)
    return np.where(index.stream[place] == streams, index.slot[place], np.int32(-1))


def _single(readings: Arranged, slots: Slots) -> Batch:
    n = len(readings)
    found = slots >= 0
    lengths = None if len(slots) == n else np.diff(np.append(readings.starts, n))
    if found.all():
        slot = slots if lengths is None else np.repeat(slots, lengths)
        part = np.broadcast_to(np.int32(0), n)
        return Batch(slot, readings.at, readings.value, readings.quality, part, readings.starts)
    places = np.flatnonzero(found if lengths is None else np.repeat(found, lengths))
    slot = slots[found] if lengths is None else np.repeat(slots[found], lengths[found])
    part = np.broadcast_to(np.int32(0), len(places))
    return Batch(
        slot, readings.at[places], readings.value[places], readings.quality[places], part, starts_of(slot)
    )


def _counted(lengths: Places) -> Places:
    """Give 0, 1, … within each of the lengths, one behind the other."""
    total = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    return np.arange(total) - np.repeat(before, lengths)


def in_time(frame: Frame) -> Frame:
    """Give the same readings in order of their time, equal times in the order they stand."""
    at = frame.at
    if len(at) < 2 or bool((at[1:] >= at[:-1]).all()):  # noqa: PLR2004
        return frame
    return frame.taken(order(at - min(int(at.min()), 0)))
