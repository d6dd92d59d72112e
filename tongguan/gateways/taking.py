# SPDX-License-Identifier: Apache-2.0
"""One frame of messages: read, resolved, bounded, kept. Only when ``take`` returns may it be acknowledged."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tongguan.gateways.contracts import Fault, Key, Message, Readings
from tongguan.gateways.flood import Buckets
from tongguan.gateways.resolving import Resolver, Store
from tongguan.gateways.spi import Reader
from tongguan.kernel.frames import Frame, Quality

log = logging.getLogger(__name__)
#: Messages of one topic, and of all, that are kept within a minute; more of them only count.
_KEPT_OF_TOPIC, _KEPT_OF_ALL, _SPAN = 20, 1_000, 60.0


@dataclass(slots=True)
class Noted:
    """What was seen of a device in one frame."""

    kind: str
    key: Key
    unit: str
    value: float | None
    count: int


@dataclass(slots=True)
class Taken:
    """What a frame came to.

    ``wrong``: places of messages that were not understood whole; ``kept``: those of them that are kept, each
    with its first fault.
    """

    messages: int = 0
    readings: int = 0
    refused: int = 0
    unknown: int = 0
    flooded: int = 0
    wrong: set[int] = field(default_factory=set)
    kept: list[tuple[Message, Fault]] = field(default_factory=list)
    notes: list[Noted] = field(default_factory=list)
    asks: list[Message] = field(default_factory=list)


class Gate:
    """Takes the frames of one connection, one after the other."""

    def __init__(
        self, reader: Reader, store: Store, resolver: Resolver, buckets: Buckets,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:  # fmt: skip
        """Take the parts; the clock only counts seconds."""
        self._reader, self._store, self._resolver, self._buckets = reader, store, resolver, buckets
        self._clock = clock
        self._kept: dict[str, int] = {}
        self._kept_since = clock()

    def read(self, messages: Sequence[Message]) -> tuple[Taken, Frame]:
        """Read a frame; gives what it came to and the readings that are still to be stored.

        Raises only what the register raises when it cannot be asked now.
        """
        self._resolver.look()
        told = self._read(messages)
        taken = Taken(messages=len(messages), asks=told.asks)
        taken.refused = len({fault.message for fault in told.faults})
        self._keep(taken, messages, told.faults)
        taken.notes += [Noted("silent", name, "", None, 1) for name in told.silent]
        frame, known = self._resolver.frame(told.key, told.unit, told.at, told.value)
        if len(frame) < len(told):
            self._unknown(taken, messages, told, np.flatnonzero(~known).tolist())
        return taken, self._bounded(taken, told, known, frame)

    def take(self, messages: Sequence[Message]) -> Taken:
        """Read a frame and store its readings: durable when this returns. Raises when it cannot now."""
        taken, frame = self.read(messages)
        if len(frame):
            self._store.take(frame)
        return taken

    def _read(self, messages: Sequence[Message]) -> Readings:
        try:
            return self._reader.read(messages)
        except Exception:
            if len(messages) > 1:
                # One of them breaks the reader: the others must not suffer.
                whole = Readings()
                for place, message in enumerate(messages):
                    _append(whole, self._read([message]), place)
                return whole
            log.exception("a decoder broke")
            broken = Readings()
            broken.fault(0, "body", "decoder.broken", "解码程序出错，消息已保留", "the decoder broke")
            return broken

    def _bounded(self, taken: Taken, told: Readings, known: NDArray[np.bool_], frame: Frame) -> Frame:
        within = self._buckets.taken(frame.stream, self._clock())
        if bool(within.all()):
            taken.readings = len(frame)
            return frame
        flooding, counts = np.unique(frame.stream[~within], return_counts=True)
        taken.flooded = int(counts.sum())
        streams = frame.stream.tolist()
        places = np.flatnonzero(known)
        last = {stream: n for n, stream in enumerate(streams)}
        for stream, count in zip(flooding.tolist(), counts.tolist(), strict=True):
            place = int(places[last[stream]])
            note = Noted("flood", told.key[place], told.unit[place], told.value[place], count)
            taken.notes.append(note)
        frame = frame.flagged(np.isin(frame.stream, flooding), Quality.FLOOD).taken(within)
        taken.readings = len(frame)
        return frame

    def _unknown(self, taken: Taken, messages: Sequence[Message], told: Readings, places: list[int]) -> None:
        taken.unknown = len(places)
        seen: dict[Key, Noted] = {}
        faults = []
        for place in places:
            key = told.key[place]
            note = seen.get(key)
            if note is None:
                note = seen[key] = Noted("unknown", key, told.unit[place], None, 0)
            note.count += 1
            note.value = told.value[place]
            words = f"未登记的设备或要素 {_shown(key)}"
            faults.append(Fault(told.message[place], "key", "key.unknown", words, "an unregistered key"))
        taken.notes += seen.values()
        self._keep(taken, messages, faults)

    def _keep(self, taken: Taken, messages: Sequence[Message], faults: Sequence[Fault]) -> None:
        now = self._clock()
        if now - self._kept_since > _SPAN:
            self._kept.clear()
            self._kept_since = now
        for fault in faults:
            if fault.message in taken.wrong:
                continue
            taken.wrong.add(fault.message)
            message = messages[fault.message]
            count = self._kept.get(message.topic, 0)
            total = self._kept.get("", 0)
            if count < _KEPT_OF_TOPIC and total < _KEPT_OF_ALL:
                self._kept[message.topic], self._kept[""] = count + 1, total + 1
                taken.kept.append((message, fault))


def _append(whole: Readings, part: Readings, place: int) -> None:
    whole.message += [place] * len(part)
    whole.key += part.key
    whole.at += part.at
    whole.value += part.value
    whole.unit += part.unit
    whole.faults += [Fault(place, f.field, f.code, f.zh, f.en) for f in part.faults]
    whole.asks += part.asks
    whole.silent += part.silent


def _shown(key: Key) -> str:
    return "/".join(key) if isinstance(key, tuple) else str(key)
