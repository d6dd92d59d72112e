# SPDX-License-Identifier: Apache-2.0
"""What the engine runs: the book's writer and its housekeeper, in one engine at a time."""

import logging
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Final

import duckdb
from django.db import DatabaseError, close_old_connections, connections

from tongguan.casebook import keeping, queries
from tongguan.casebook.contracts import Damaged
from tongguan.runtime import spi

_log = logging.getLogger(__name__)
_TAKEN_EVERY: Final = 1.0
_KEPT_EVERY: Final = 60.0


class Writer:
    """Takes changes in every second; beside it, once a minute, tidies a month that has grown loose."""

    def __init__(self) -> None:
        """Begin both."""
        self._ending = threading.Event()
        folder = queries.folder()
        self._threads = [
            threading.Thread(target=self._go_on, args=(name, every, work, folder), name=name, daemon=True)
            for name, every, work in (
                ("casebook-writer", _TAKEN_EVERY, keeping.take_in),
                ("casebook-house", _KEPT_EVERY, keeping.keep_house),
            )
        ]
        for thread in self._threads:
            thread.start()

    def close(self) -> None:
        """Finish what is being written and stop."""
        self._ending.set()
        for thread in self._threads:
            thread.join()

    def _go_on(self, name: str, every: float, work: Callable[[Path], int], folder: Path) -> None:
        failing = False
        try:
            while not self._ending.is_set():
                try:
                    close_old_connections()
                    worked = work(folder)
                    failing = False
                except (DatabaseError, duckdb.Error, Damaged, OSError):
                    worked = 0
                    if not failing:
                        _log.exception("%s fails; tried again", name)
                    failing = True
                self._ending.wait(0.05 if worked and not failing else every)
        finally:
            connections.close_all()


spi.residents.register("casebook", Writer)
