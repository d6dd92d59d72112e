# SPDX-License-Identifier: Apache-2.0
"""Asking the owner from another process: one connection per process, many questions under way."""

import contextlib
import os
import socket
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

from tongguan.kernel.errors import Refusal, Unavailable
from tongguan.sensing import wire


class Client:
    """A connection that is made when needed, and again after the owner has changed."""

    def __init__(self, path: Path) -> None:
        """Remember where the owner listens."""
        self._path = path
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None
        self._pid = 0
        self._number = 0
        self._waiting: dict[int, Future[Any]] = {}

    def send(self, verb: str, *given: Any) -> "Future[Any]":
        """Ask; the future gives the result or raises the owner's refusal. Raises Unavailable."""
        future: Future[Any] = Future()
        try:
            with self._lock:
                connection = self._connected()
                self._number += 1
                number = self._number
                self._waiting[number] = future
                wire.send(connection, wire.Ask(number, verb, list(given)))
        except OSError as error:
            self._drop()
            raise _nobody(error) from error
        return future

    def ask(self, verb: str, *given: Any, patience: float = 60.0) -> Any:
        """Ask and wait. Raises the owner's refusal, or Unavailable when it does not answer."""
        try:
            return self.send(verb, *given).result(patience)
        except TimeoutError as error:
            raise _nobody(error) from error

    def close(self) -> None:
        """Let go of the connection; who waits is told."""
        self._drop()

    def _connected(self) -> socket.socket:
        if self._socket is not None and self._pid == os.getpid():
            return self._socket
        # A forked process shares neither the connection nor who waits for answers.
        self._waiting = {}
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            connection.connect(str(self._path))
        except OSError:
            connection.close()
            raise
        self._socket, self._pid = connection, os.getpid()
        threading.Thread(
            target=self._read, args=(connection, self._waiting), name="readings-answers", daemon=True
        ).start()
        return connection

    def _read(self, connection: socket.socket, waiting: "dict[int, Future[Any]]") -> None:
        try:
            while (body := wire.receive(connection)) is not None:
                answer = wire.answer_of(body)
                future = waiting.pop(answer.number, None)
                if future is None:
                    continue
                if answer.refused is not None:
                    future.set_exception(wire.refusal(answer.refused))
                else:
                    future.set_result(answer.result)
        except (OSError, ValueError) as error:
            self._end(connection, waiting, _nobody(error))
        else:
            self._end(connection, waiting, _nobody(ConnectionResetError("the owner has gone")))

    def _end(self, connection: socket.socket, waiting: "dict[int, Future[Any]]", why: Refusal) -> None:
        with self._lock:
            if self._socket is connection:
                self._socket = None
            left = list(waiting.values())
            waiting.clear()
        connection.close()
        for future in left:
            if not future.done():
                future.set_exception(why)

    def _drop(self) -> None:
        with self._lock:
            connection = self._socket
            self._socket = None
        if connection is not None:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)


def _nobody(error: BaseException) -> Unavailable:
    return Unavailable(
        "readings.unavailable",
        "读数库暂时不可用，请稍后再发",
        f"no owner of readings answers: {error}",
        retry_after=5,
    )
