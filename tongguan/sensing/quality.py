# SPDX-License-Identifier: Apache-2.0
"""Judging readings as they come, in whole columns (pure). A flagged reading is kept, never dropped.

In the order of arrival, for a reading of a stream with what was heard of it before:

``NOT_A_NUMBER``  the value is not finite.
``OUT_OF_RANGE``  finite, below the declared low or above the declared high.
``AHEAD``         its time is later than it was heard by more than ``ahead_ms``.
``LATE``          its time is earlier than it was heard by more than ``late_ms`` and two declared spans.
``OUT_OF_ORDER``  not ahead, and earlier than the newest one of the stream that was not ahead.
``STUCK``         in order, finite, and the value has been the same for ``still_ms``, where that is declared.
``FLOOD``         beyond the readings allowed of the stretch of time it tells of, or within the one it was
                  heard in; of these one in ``flood_sample`` stays, beginning with the first, the others
                  are counted only. A device that sends what it kept while it was cut off is no flood.
``WRONG_UNIT``, ``TAMPERED``, ``BACKFILLED`` are set by who knows (of the last nothing is a flood);
``REPEATED`` is set by the store.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame, Quality
from tongguan.sensing.contracts import Declared, FloodRow, Policy
from tongguan.series.api import Slots, grown


class Register:
    """What is declared, ready to be looked up by stream; ``None``: everything is known, nothing declared."""

    def __init__(self, declared: Declared | None) -> None:
        """Keep the columns by place."""
        self._slots = Slots()
        self.open = declared is None
        empty = np.empty(0, np.int64)
        given = declared or Declared(empty, empty.astype(np.float64), empty.astype(np.float64), empty, empty)
        place = self._slots.of(given.stream)
        # One place more at the end for streams that are not declared: no limits.
        self._low = np.full(self._slots.count + 1, np.nan)
        self._high = self._low.copy()
        self._every = np.zeros(self._slots.count + 1, np.int64)
        self._still = self._every.copy()
        self._low[place], self._high[place] = given.low, given.high
        self._every[place], self._still[place] = given.every_ms, given.still_ms

    def known(self, streams: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Tell which streams are declared."""
        return np.ones(len(streams), np.bool_) if self.open else self._slots.find(streams) >= 0

    def of(self, streams: NDArray[np.int64]) -> Declared:
        """Give what is declared, reading by reading."""
        place = self._slots.find(streams)
        return Declared(streams, self._low[place], self._high[place], self._every[place], self._still[place])


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """The readings with their bits, and which of them stay (the others are excess of a flood)."""

    frame: Frame
    stays: NDArray[np.bool_]


class Judge:
    """Judges frame after frame; remembers of each stream what the rules need, 50 bytes."""

    def __init__(self, policy: Policy) -> None:
        """Begin having heard nothing."""
        self._policy = policy
        self._slots = Slots()
        self._top: NDArray[Any] = np.empty(0, np.int64)
        self._value: NDArray[Any] = np.empty(0, np.float64)
        self._since: NDArray[Any] = np.empty(0, np.int64)
        self._told, self._heard = _Windows(), _Windows()
        self._scratch: NDArray[Any] = np.empty(0, np.int64)
        self._floods: dict[int, FloodRow] = {}

    def restore(self, newest: Frame) -> None:
        """Go on from each stream's newest reading, as after a restart."""
        slot = self._places(newest.stream)
        self._top[slot], self._value[slot], self._since[slot] = newest.at, newest.value, newest.at

    def floods(self) -> list[FloodRow]:
        """Give the streams that flooded since the start, the worst first."""
        return sorted(self._floods.values(), key=lambda row: -row.excess)

    def judge(self, frame: Frame, heard: NDArray[np.int64], declared: Declared) -> Judged:
        """Give the frame with its bits; ``heard``: ms, when each reading came in; ``declared``: of each."""
        policy, at = self._policy, frame.at
        finite = np.isfinite(frame.value)
        ahead = at > heard + policy.ahead_ms
        late = at < heard - np.maximum(policy.late_ms, 2 * declared.every_ms)
        with np.errstate(invalid="ignore"):
            out = finite & ((frame.value < declared.low) | (frame.value > declared.high))
        bits = _bits(~finite, Quality.NOT_A_NUMBER) | _bits(out, Quality.OUT_OF_RANGE)
        bits |= _bits(ahead, Quality.AHEAD) | _bits(late, Quality.LATE)
        slot = self._places(frame.stream)
        order, starts = self._segments(slot)
        newest = self._newest_before(slot, np.where(ahead, -1, at), order, starts)
        bits |= _bits(~ahead & (at < newest), Quality.OUT_OF_ORDER)
        judged_still = (declared.still_ms > 0) & finite & ~ahead & (at > newest)
        if judged_still.any():
            bits |= self._stuck(slot, frame, judged_still, declared.still_ms)
        live = (frame.quality & np.uint16(Quality.BACKFILLED)) == 0
        if live.all():
            excess = self._excess(slot, at, heard, declared.every_ms, order, starts)
        else:
            excess = np.zeros(len(slot), np.int64)
            told = (slot[live], at[live], heard[live], declared.every_ms[live])
            excess[live] = self._excess(*told, *self._segments(slot[live]))
        flooding = excess > 0
        bits |= _bits(flooding, Quality.FLOOD)
        stays = ~flooding | ((excess - 1) % policy.flood_sample == 0)
        if flooding.any():
            self._tell_floods(frame.stream[flooding], stays[flooding], heard[flooding])
        return Judged(Frame(frame.stream, at, frame.value, frame.quality | bits), stays)

    def _places(self, streams: NDArray[np.int64]) -> NDArray[np.int64]:
        slot = self._slots.of(streams)
        count = self._slots.count
        if count > len(self._top):
            self._top = grown(self._top, count, -1)
            self._value = grown(self._value, count, np.nan)
            self._since = grown(self._since, count, 0)
            self._told.grow(count)
            self._heard.grow(count)
            self._scratch = grown(self._scratch, count, 0)
        return slot

    def _segments(self, slot: NDArray[np.int64]) -> tuple[NDArray[np.int64] | None, NDArray[np.bool_]]:
        """Give the order by stream and arrival, and where streams begin in it; None: each occurs once."""
        places = np.arange(len(slot))
        self._scratch[slot] = places
        if (self._scratch[slot] == places).all():
            return None, np.ones(len(slot), np.bool_)
        order = np.argsort(slot, kind="stable")
        return order, np.append([True], slot[order][1:] != slot[order][:-1])

    def _newest_before(
        self,
        slot: NDArray[np.int64],
        at: NDArray[np.int64],
        order: NDArray[np.int64] | None,
        starts: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """Give the newest time heard before each reading; remember the newest of all."""
        if order is None:
            before = self._top[slot]
            self._top[slot] = np.maximum(before, at)
            return np.asarray(before)
        sorted_slot, sorted_at = slot[order], at[order]
        seeded = np.where(starts, self._top[sorted_slot], np.append([-1], sorted_at[:-1]))
        highest = running_max(seeded, starts)
        ends = np.append(starts[1:], [True])
        self._top[sorted_slot[ends]] = np.maximum(highest, sorted_at)[ends]
        before = np.empty_like(highest)
        before[order] = highest
        return before

    def _stuck(
        self, slot: NDArray[np.int64], frame: Frame, which: NDArray[np.bool_], still_ms: NDArray[np.int64]
    ) -> NDArray[np.uint16]:
        rows = np.flatnonzero(which)
        rows = rows[np.argsort(slot[rows], kind="stable")]
        place, value, at = slot[rows], frame.value[rows], frame.at[rows]
        starts = np.append([True], place[1:] != place[:-1])
        changed = np.where(starts, value != self._value[place], np.append([np.nan], value[:-1]) != value)
        # Where the value last changed; before that of this frame: what was remembered.
        index = np.arange(len(rows))
        last = running_max(np.where(changed, index, -1), starts)
        since = np.where(last >= 0, at[last], self._since[place])
        ends = np.append(starts[1:], [True])
        self._value[place[ends]], self._since[place[ends]] = value[ends], since[ends]
        bits = np.zeros(len(slot), np.uint16)
        bits[rows[at - since >= still_ms[rows]]] = Quality.STUCK
        return bits

    def _excess(
        self,
        slot: NDArray[np.int64],
        at: NDArray[np.int64],
        heard: NDArray[np.int64],
        every_ms: NDArray[np.int64],
        order: NDArray[np.int64] | None,
        starts: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """Give numbers to readings beyond what is allowed: 1, 2, 3 …; not positive: allowed."""
        policy = self._policy
        rate = policy.flood_factor * policy.flood_window_ms // np.maximum(every_ms, 1)
        allowed = np.where(every_ms > 0, np.maximum(rate, policy.flood_floor), policy.flood_undeclared)
        told = np.minimum(at, heard) // policy.flood_window_ms
        beyond = self._told.counted(slot, told, order, starts) - allowed
        burst = self._heard.counted(slot, heard // policy.flood_window_ms, order, starts)
        return np.maximum(beyond, burst - np.maximum(allowed, policy.flood_burst))

    def _tell_floods(
        self, streams: NDArray[np.int64], stays: NDArray[np.bool_], heard: NDArray[np.int64]
    ) -> None:
        numbers, index = np.unique(streams, return_inverse=True)
        excess, kept = np.bincount(index), np.bincount(index, weights=stays)
        for number, more, stayed in zip(numbers.tolist(), excess.tolist(), kept.tolist(), strict=True):
            old = self._floods.get(number, FloodRow(number, 0, 0, 0))
            self._floods[number] = FloodRow(number, old.excess + more, old.kept + int(stayed), int(heard[-1]))


class _Windows:
    """How many readings of each stream came in a row of the same stretch of time."""

    def __init__(self) -> None:
        self._window: NDArray[Any] = np.empty(0, np.int64)
        self._count: NDArray[Any] = np.empty(0, np.int64)

    def grow(self, count: int) -> None:
        self._window = grown(self._window, count, -1)
        self._count = grown(self._count, count, 0)

    def counted(
        self,
        slot: NDArray[np.int64],
        window: NDArray[np.int64],
        order: NDArray[np.int64] | None,
        starts: NDArray[np.bool_],
    ) -> NDArray[np.int64]:
        """Give each reading's number within its stretch, 1 for the first; ``order`` as of ``_segments``."""
        if order is None:
            count = np.where(window == self._window[slot], self._count[slot], 0) + 1
            self._window[slot], self._count[slot] = window, count
            return np.asarray(count)
        place, when = slot[order], window[order]
        runs = starts.copy()
        runs[1:] |= when[1:] != when[:-1]
        first = np.maximum.accumulate(np.where(runs, np.arange(len(order)), 0))
        carried = np.where(starts & (when == self._window[place]), self._count[place], 0)[first]
        counted = np.arange(len(order)) - first + 1 + carried
        ends = np.append(starts[1:], [True])
        self._window[place[ends]], self._count[place[ends]] = when[ends], counted[ends]
        count = np.empty_like(counted)
        count[order] = counted
        return count


def running_max(value: NDArray[np.int64], starts: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Give the highest value so far within each segment; values are -1 or more.

    Raises OverflowError where segments times values do not fit into 63 bits.
    """
    if not len(value):
        return value
    width = int(value.max()) + 2
    segment = np.cumsum(starts) - 1
    if (int(segment[-1]) + 1) * width >= 1 << 63:
        raise OverflowError("too many streams in one frame to judge their order")
    return np.asarray(np.maximum.accumulate(value + segment * width) - segment * width)


def _bits(which: NDArray[np.bool_], quality: Quality) -> NDArray[np.uint16]:
    return np.where(which, np.uint16(quality), np.uint16(0))
