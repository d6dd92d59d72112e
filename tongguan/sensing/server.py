# SPDX-License-Identifier: Apache-2.0
"""The owner's door for other processes of this machine: a local socket that only its own user may open."""

import contextlib
import logging
import socket
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from django.db import close_old_connections

from tongguan.kernel.errors import Invalid, Refusal
from tongguan.sensing import wire
from tongguan.sensing.owner import Owner, unavailable
from tongguan.sensing.verbs import VERBS
from tongguan.series.contracts import StoreError

_log = logging.getLogger(__name__)
#: Questions answered at a time; frames do not wait behind them.
_READERS = 4


class Server:
    """Listens until closed; one thread per connection reads, answers go out as they are ready."""

    def __init__(self, owner: Owner, path: Path) -> None:
        """Listen at the path. Raises OSError."""
        self._owner = owner
        self._path = path
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.unlink(missing_ok=True)
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        self._socket.bind(str(path))
        path.chmod(0o600)
        self._socket.listen(128)
        self._open: set[socket.socket] = set()
        self._lock = threading.Lock()
        self._pool = ThreadPoolExecutor(_READERS, thread_name_prefix="readings-asked")
        self._thread = threading.Thread(target=self._accept, name="readings-door", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop listening and let connections go; who waits sees the connection closed."""
        with contextlib.suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._path.unlink(missing_ok=True)
        self._thread.join()
        with self._lock:
            for connection in self._open:
                with contextlib.suppress(OSError):
                    connection.shutdown(socket.SHUT_RDWR)
        self._pool.shutdown()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            with self._lock:
                self._open.add(connection)
            threading.Thread(
                target=self._serve, args=(connection,), name="readings-peer", daemon=True
            ).start()

    def _serve(self, connection: socket.socket) -> None:
        lock = threading.Lock()
        try:
            while (body := wire.receive(connection)) is not None:
                ask = wire.ask_of(body)
                if ask.verb == "take":
                    self._take(connection, lock, ask)
                else:
                    self._pool.submit(self._answer, connection, lock, ask)
        except (OSError, ValueError, RuntimeError) as error:
            _log.debug("a connection for readings ended: %s", error)
        finally:
            with self._lock:
                self._open.discard(connection)
            connection.close()

    def _take(self, connection: socket.socket, lock: threading.Lock, ask: wire.Ask) -> None:
        def reply(done: "Future[Any]") -> None:
            error = done.exception()
            if error is None:
                _reply(connection, lock, wire.Answer(ask.number, done.result()))
            else:
                _reply(connection, lock, _refused(ask, error))

        try:
            VERBS["take"](self._owner, *ask.given).add_done_callback(reply)
        except (Refusal, ValueError, TypeError, KeyError) as error:
            _reply(connection, lock, _refused(ask, error))

    def _answer(self, connection: socket.socket, lock: threading.Lock, ask: wire.Ask) -> None:
        close_old_connections()
        try:
            answer = wire.Answer(ask.number, VERBS[ask.verb](self._owner, *ask.given))
        except Exception as error:  # noqa: BLE001 - the one who asked is told
            answer = _refused(ask, error)
        _reply(connection, lock, answer)


def _refused(ask: wire.Ask, error: BaseException) -> wire.Answer:
    if isinstance(error, ValueError | TypeError | KeyError):
        error = Invalid("readings.invalid", "请求无法理解", f"{ask.verb}: {error}", field=ask.verb)
    elif not isinstance(error, Refusal):
        if not isinstance(error, StoreError | duckdb.Error):
            _log.error("readings: %s failed", ask.verb, exc_info=error)
        error = unavailable(repr(error))
    return wire.Answer(ask.number, refused=wire.refused(error))


def _reply(connection: socket.socket, lock: threading.Lock, answer: wire.Answer) -> None:
    try:
        with lock:
            wire.send(connection, answer)
    except (OSError, msgspec.MsgspecError) as error:
        _log.debug("an answer about readings found nobody: %s", error)
