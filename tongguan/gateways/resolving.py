# SPDX-License-Identifier: Apache-2.0
"""Which datastream a key means: asked once per frame for all keys that are new, then remembered."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from tongguan.gateways.contracts import Key
from tongguan.kernel.frames import Frame, Quality

UNKNOWN: Final = -1
_NOT_ASKED: Final = -2
_LOOK_AGAIN: Final = 1.0
_UNKNOWN_KEPT: Final = 5.0
_MOST: Final = 4_000_000


@dataclass(frozen=True, slots=True)
class Known:
    """A datastream as a gateway needs it."""

    number: int
    unit: str


class Store(Protocol):
    """Where readings go, and who knows what keys mean."""

    def streams(self, keys: Collection[Key], division: str) -> Mapping[Key, Known]:
        """Give the datastreams in use of a division and below; keys that nobody registered are missing."""

    def conversion(self, told: str, unit: str) -> tuple[float, float] | None:
        """Give (factor, offset) from a told unit into a stream's; None when there is none."""

    def stamp(self) -> str:
        """Give a text that is another one after every change of the register."""

    def take(self, frame: Frame) -> None:
        """Keep readings; durable when it returns. Raises when it cannot now."""


class Resolver:
    """Remembers keys with the unit they came with; forgets all when the register changes."""

    def __init__(self, store: Store, division: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with nothing known."""
        self._store, self._division, self._clock = store, division, clock
        self._stamp = ""
        self._looked = self._forgot = clock() - _UNKNOWN_KEPT
        self._forget()

    def _forget(self) -> None:
        self._slots: dict[tuple[Key, str], int] = {}
        self._unknown: list[tuple[Key, str]] = []
        self._columns: list[tuple[int, float, float, int]] = []
        self._table = np.empty((0, 4))
        self._numbers = np.empty(0, np.int64)

    def look(self) -> None:
        """Look at most once a second whether the register changed; unknown keys are asked again after 5 s."""
        now = self._clock()
        if now - self._looked >= _LOOK_AGAIN:
            self._looked, stamp = now, self._store.stamp()
            if stamp != self._stamp or len(self._slots) > _MOST:
                self._stamp = stamp
                self._forget()
        if now - self._forgot >= _UNKNOWN_KEPT:
            self._forgot = now
            for pair in self._unknown:
                self._slots.pop(pair, None)
            self._unknown.clear()

    def frame(
        self, key: Sequence[Key], unit: Sequence[str], at: Sequence[int], value: Sequence[float]
    ) -> tuple[Frame, NDArray[np.bool_]]:
        """Give the readings whose key is known, in their streams' units, and which of all they are."""
        count = len(key)
        slots = np.fromiter(
            map(self._slots.get, zip(key, unit, strict=True), repeat(_NOT_ASKED)), np.int64, count
        )
        if (slots == _NOT_ASKED).any():
            self._ask({(key[n], unit[n]) for n in np.flatnonzero(slots == _NOT_ASKED).tolist()})
            slots = np.fromiter(map(self._slots.__getitem__, zip(key, unit, strict=True)), np.int64, count)
        known = slots >= 0
        whole = bool(known.all())
        chosen = slots if whole else slots[known]
        times, values = np.asarray(at, np.int64), np.asarray(value, np.float64)
        if not whole:
            times, values = times[known], values[known]
        values = values * self._table[chosen, 0] + self._table[chosen, 1]
        flags = self._table[chosen, 2].astype(np.uint16)
        return Frame(self._numbers[chosen], times, values, flags), known

    def _ask(self, pairs: set[tuple[Key, str]]) -> None:
        found = self._store.streams({key for key, _ in pairs}, self._division)
        for pair in pairs:
            stream = found.get(pair[0])
            if stream is None:
                self._slots[pair] = UNKNOWN
                self._unknown.append(pair)
                continue
            turn: tuple[float, float] | None = (1.0, 0.0)
            if pair[1] and pair[1] != stream.unit:
                turn = self._store.conversion(pair[1], stream.unit)
            factor, offset = turn or (1.0, 0.0)
            self._slots[pair] = len(self._columns)
            flag = Quality.NONE if turn else Quality.WRONG_UNIT
            self._columns.append((stream.number, factor, offset, int(flag)))
        begin = len(self._table)
        new = self._columns[begin:]
        if new:
            self._table = np.concatenate([self._table, np.array([(*row[1:], 0) for row in new], np.float64)])
            numbers = np.array([row[0] for row in new], np.int64)
            self._numbers = np.concatenate([self._numbers, numbers])
