# SPDX-License-Identifier: Apache-2.0
"""Telling listeners and followers of what was kept: in order, one frame at a time, none harmed by another."""

import logging
import threading
from collections import deque
from typing import Final

from django.db import close_old_connections, connections

from tongguan.kernel.frames import Frame
from tongguan.sensing import spi
from tongguan.series.spi import Store

_log = logging.getLogger(__name__)
_CAUGHT_UP_ROWS: Final = 200_000


class Hearing:
    """Calls listeners with every frame kept; followers first get what they missed."""

    def __init__(self, store: Store, *, threads: bool) -> None:
        """Let followers catch up; with ``threads`` calls come from a thread of its own."""
        self._store = store
        self._queue: deque[tuple[int, Frame]] = deque()
        self._changed = threading.Condition()
        self._closing = False
        self._busy = False
        self._failing: set[str] = set()
        self.behind = 0
        self._position: dict[str, int] = {}
        self._thread: threading.Thread | None = None
        self._until = store.number()
        self._own = {name: make(store.folder) for name, make in spi.following.items().items()}
        if threads:
            self._thread = threading.Thread(target=self._work, name="readings-heard", daemon=True)
            self._thread.start()
        else:
            self._catch_up()

    def add(self, number: int, frame: Frame) -> None:
        """Line up a frame that is durable."""
        with self._changed:
            self._queue.append((number, frame))
            self.behind += len(frame)

    def pass_on(self) -> None:
        """Have what is lined up told: by the thread, or, without one, before this returns."""
        if self._thread is None:
            while self._queue:
                self._tell(*self._queue.popleft())
            return
        with self._changed:
            self._changed.notify_all()

    def quiet(self) -> None:
        """Wait until everything lined up has been told."""
        with self._changed:
            while self._queue or self._busy:
                self._changed.wait()

    def close(self) -> None:
        """Tell what is lined up and end."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread is not None:
            self._thread.join()
        for name, follower in self._own.items():
            try:
                follower.close()
            except Exception:  # noqa: BLE001 - told; the owner must end all the same
                _log.exception("follower of readings %s cannot finish", name)

    def _followers(self) -> list[tuple[str, spi.Follower]]:
        return [*spi.followers.items().items(), *self._own.items()]

    def _work(self) -> None:
        self._catch_up()
        while True:
            with self._changed:
                self._busy = False
                self._changed.notify_all()
                while not self._queue and not self._closing:
                    self._changed.wait()
                if not self._queue:
                    break
                number, frame = self._queue.popleft()
                self._busy = True
            close_old_connections()
            self._tell(number, frame)
        connections.close_all()

    def _catch_up(self) -> None:
        """Give each follower what was kept since its position, up to where this owner began."""
        for name, follower in self._followers():
            try:
                number = follower.position()
                while number < self._until:
                    frames = list(self._store.after(number, _CAUGHT_UP_ROWS))
                    for number, frame in frames:
                        if number <= self._until:
                            follower.follow(number, frame)
                    if not frames:
                        break
            except Exception:  # noqa: BLE001 - told; the owner and the others go on
                _log.exception("follower of readings %s cannot catch up", name)

    def _tell(self, number: int, frame: Frame) -> None:
        for name, listener in spi.listeners.items().items():
            try:
                listener(frame)
            except Exception:  # noqa: BLE001 - told once; the others must hear the frame
                self._tell_failing(name)
            else:
                self._tell_working(name)
        for name, follower in self._followers():
            try:
                follower.follow(number, frame)
            except Exception:  # noqa: BLE001 - the same
                self._tell_failing(name)
            else:
                self._tell_working(name)
        with self._changed:
            self.behind -= len(frame)

    def _tell_failing(self, name: str) -> None:
        if name not in self._failing:
            self._failing.add(name)
            _log.exception("listener of readings %s fails", name)

    def _tell_working(self, name: str) -> None:
        if name in self._failing:
            self._failing.discard(name)
            _log.warning("listener of readings %s works again", name)
