# SPDX-License-Identifier: Apache-2.0
"""Work aside: a daemon thread per call, so that a neighbour that hangs never keeps an engine alive."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

T = TypeVar("T")


def aside(name: str, work: Callable[[], T]) -> "Future[T]":
    """Run ``work`` in a thread of its own and give its future. The caller bounds how many there are."""
    future: Future[T] = Future()

    def run() -> None:
        try:
            future.set_result(work())
        except BaseException as error:  # noqa: BLE001 - the future carries it to whoever asks
            future.set_exception(error)

    threading.Thread(target=run, name=name, daemon=True).start()
    return future
