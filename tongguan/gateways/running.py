# SPDX-License-Identifier: Apache-2.0
"""One seat at work: connect, read, close a frame, make it durable, acknowledge; again after any trouble.

Everything of a connection happens in one thread, in order: a message is acknowledged only when what it says,
or the message itself, is durable. While the store cannot take, nothing is read and nothing acknowledged: the
broker waits, bounded by the connection's window.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, Protocol, TypeVar

from django.db import close_old_connections

from tongguan.gateways.connection import Connection, Refused, Where
from tongguan.gateways.contracts import Message
from tongguan.gateways.taking import Gate, Taken
from tongguan.gateways.wire import V3, Malformed
from tongguan.kernel.circuit import doubling
from tongguan.kernel.frames import Frame

log = logging.getLogger(__name__)
T = TypeVar("T")
#: At the longest the runner waits so long for messages, before it looks whether it shall stop.
_IDLE: Final = 0.5
_MOST_WAIT: Final = 30.0
#: An old broker (3.1.1) sends few messages ahead: silence for so long means that it waits for answers.
_HUSH: Final = 0.005
_TELL_EVERY: Final = 2.0
#: A frame is closed at so many bytes, however few messages they are.
_MOST_BYTES: Final = 4 * 1024 * 1024


class Ledger(Protocol):
    """Where a seat writes what happened to it."""

    def keep(self, taken: Taken) -> None:
        """Keep messages that were not understood, and notes of devices; durable when it returns."""

    def tell(self, taken: Taken, seconds: float, lag_ms: int) -> None:
        """Add to the seat's figures."""

    def connected(self) -> None:
        """Say that the connection stands."""

    def failing(self, error: Exception) -> None:
        """Say that it does not."""


class Runner(threading.Thread):
    """One seat's thread."""

    def __init__(
        self, name: str, where: Callable[[], Where], gate: Gate, store: Callable[[Frame], None],
        ledger: Ledger, size: int, linger_ms: int,
    ) -> None:  # fmt: skip
        """Prepare; ``start`` runs it, ``stop`` ends it. ``where`` may raise what a secret does."""
        super().__init__(name=f"gateway {name}", daemon=True)
        self._where, self._gate, self._store, self._ledger = where, gate, store, ledger
        self._size, self._linger = size, linger_ms / 1000
        self._ending = threading.Event()
        self._sum = Taken()
        self._told_at = time.monotonic()
        self._lag_ms = 0
        self._failures = 0

    def stop(self) -> None:
        """Ask the thread to end; what is not acknowledged comes again to whoever sits here next."""
        self._ending.set()

    def run(self) -> None:
        """Work until stopped. Trouble is logged once, and once more when it is over."""
        while not self._ending.is_set():
            try:
                self._session()
            except (OSError, Malformed, Refused) as error:
                if not self._failures:
                    log.error("%s: %s", self.name, error)  # noqa: TRY400 - a broker away is no fault of ours
                self._failed(error)
            except Exception as error:
                if not self._failures:
                    log.exception("%s fails", self.name)
                self._failed(error)
        self._guarded(self._tell)

    def _failed(self, error: Exception) -> None:
        """Wait before the next try, longer after each that brought nothing: work makes it short again."""
        self._failures += 1
        self._guarded(self._ledger.failing, error)
        self._ending.wait(doubling(self._failures, first=0.5, most=_MOST_WAIT).total_seconds())

    def _session(self) -> None:
        """Work over one connection until stopped. Raises whatever ends it otherwise."""
        close_old_connections()
        where = self._where()
        connection = Connection(where)
        try:
            if self._failures:
                log.warning("%s is connected again after %d failures", self.name, self._failures)
            self._guarded(self._ledger.connected)
            self._work(connection, where.version)
        except BaseException:
            connection.close(politely=False)
            raise
        connection.close()

    def _work(self, connection: Connection, version: int) -> None:
        messages: list[Message] = []
        numbers: list[int] = []
        begun, held = 0.0, 0
        while not self._ending.is_set():
            patience = _IDLE
            if messages:
                patience = self._linger - (time.monotonic() - begun)
                patience = min(patience, _HUSH) if version == V3 else patience
            arrived = connection.receive(patience)
            if arrived.topic:
                at = round(time.time() * 1000)
                begun = begun if messages else time.monotonic()
                messages += [Message(t, b, at) for t, b in zip(arrived.topic, arrived.body, strict=True)]
                numbers += arrived.number
                held += sum(map(len, arrived.body))
            waited = time.monotonic() - begun
            hushed = version == V3 and not arrived.topic
            full = len(messages) >= self._size or held >= _MOST_BYTES
            if messages and (full or waited >= self._linger or hushed):
                self._frame(connection, messages, begun)
                connection.acknowledge(numbers)
                messages, numbers, held, self._failures = [], [], 0, 0
            elif not messages and time.monotonic() - self._told_at > _TELL_EVERY:
                self._guarded(self._tell)
                self._failures = 0

    def _frame(self, connection: Connection, messages: Sequence[Message], begun: float) -> None:
        """Make a frame durable, trying until it is. Raises OSError when the connection is lost meanwhile."""
        taken, frame = self._tried(connection, lambda: self._gate.read(messages))
        if len(frame):
            self._tried(connection, lambda: self._store(frame))
        if taken.kept or taken.notes:
            self._tried(connection, lambda: self._ledger.keep(taken))
        for ask in taken.asks:
            connection.publish(ask.topic, ask.body)
        self._lag_ms = round((time.monotonic() - begun) * 1000)
        for name in ("messages", "readings", "refused", "unknown", "flooded"):
            setattr(self._sum, name, getattr(self._sum, name) + getattr(taken, name))
        if time.monotonic() - self._told_at > _TELL_EVERY:
            self._guarded(self._tell)

    def _tried(self, connection: Connection, step: Callable[[], T]) -> T:
        """Try until it works; the connection is kept alive meanwhile. Raises OSError when it is lost."""
        failures = 0
        while True:
            try:
                found = step()
            except Exception as error:
                if self._ending.is_set():
                    raise ConnectionAbortedError("ends while the store cannot take") from error
                failures += 1
                if failures == 1:
                    log.exception("%s: cannot be stored now, nothing is acknowledged", self.name)
                    self._guarded(self._ledger.failing, error)
                close_old_connections()
                self._ending.wait(doubling(failures, first=0.1, most=5.0).total_seconds())
                connection.keep_alive()
            else:
                if failures:
                    log.warning("%s: stored again after %d failures", self.name, failures)
                    self._guarded(self._ledger.connected)
                return found

    def _tell(self) -> None:
        now = time.monotonic()
        told, self._sum = self._sum, Taken()
        seconds, self._told_at = now - self._told_at, now
        self._ledger.tell(told, seconds, self._lag_ms)

    def _guarded(self, tell: Callable[..., None], *args: Exception) -> None:
        """Figures are no reason to lose a connection."""
        try:
            tell(*args)
        except Exception:
            log.exception("%s: its figures could not be written", self.name)
