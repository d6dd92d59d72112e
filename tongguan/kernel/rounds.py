# SPDX-License-Identifier: Apache-2.0
"""Rounds of sending: the calling thread alone records what became of things, other threads only send.

A round moves on as long as something ends; what takes longer is recorded by a later round.
"""

import time
from abc import ABC, abstractmethod
from concurrent.futures import Future, wait
from typing import Any, Generic, Protocol, TypeVar

Key = TypeVar("Key")


class OnItsWay(Protocol):
    """Something a thread is at."""

    @property
    def future(self) -> "Future[Any]":
        """What becomes of it."""


Run = TypeVar("Run", bound=OnItsWay)


class Rounds(ABC, Generic[Key, Run]):
    """What is on its way by a key of its own, started and recorded in rounds by one thread."""

    def __init__(self) -> None:
        """Begin with no threads and nothing on its way."""
        self._running: dict[Key, Run] = {}

    def round(self, patience: float = 0.4, longest: float = 2.0) -> int:
        """Record what is finished and start what is due, as long as things move; give how many ended.

        Stands still at most ``patience`` seconds and takes at most ``longest`` (or ``patience``, if more).
        """
        ends = time.monotonic() + max(patience, longest)
        finished = self._collect()
        while True:
            self._start_due()
            if not self._running:
                return finished
            wait([run.future for run in self._running.values()], patience, "FIRST_COMPLETED")
            ended = self._collect()
            finished += ended
            if not ended or time.monotonic() >= ends:
                return finished

    def close(self) -> None:
        """Wait for what is on its way (bounded by the senders' own deadlines) and record it."""
        wait([run.future for run in self._running.values()])
        self._collect()

    @abstractmethod
    def _start_due(self) -> None:
        """Start what is due and put it among what is running."""

    @abstractmethod
    def _collect(self) -> int:
        """Record what is finished, take it from what is running; give how many ended."""
