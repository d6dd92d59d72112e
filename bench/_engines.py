# SPDX-License-Identifier: Apache-2.0
"""Work done by several processes at once, and what it took on the wall and in CPU on both sides."""

import multiprocessing
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeVar

from bench import httpload as load


@dataclass(frozen=True, slots=True)
class Spent:
    """What a piece of work took: seconds on the wall, CPU seconds of the processes and of their backends."""

    seconds: float
    own: float
    backends: float

    @property
    def cpu(self) -> float:
        """Give the CPU seconds on both sides."""
        return self.own + self.backends


Part = TypeVar("Part")


class Engines:
    """Forked processes, each with a connection of its own."""

    def __init__(self, count: int) -> None:
        """Fork so many."""
        from django.db import connections

        connections.close_all()
        self._pool = multiprocessing.get_context("fork").Pool(count)
        self._count = count

    def __enter__(self) -> Self:
        """Give them."""
        return self

    def __exit__(self, *_: object) -> None:
        """End them."""
        self._pool.terminate()

    def run(self, work: Callable[[], Part]) -> tuple[list[Part], Spent]:
        """Let each do the work once, all at the same time; give what each gave, and what it took."""
        begun = time.perf_counter()
        told = self._pool.map(timed, [work] * self._count, chunksize=1)
        seconds = time.perf_counter() - begun
        return [part for part, _ in told], Spent(
            seconds, sum(s.own for _, s in told), sum(s.backends for _, s in told)
        )


def timed(work: Callable[[], Part]) -> tuple[Part, Spent]:
    """Do the work here; give what it took."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()" if connection.vendor == "postgresql" else "SELECT 0")
        names = {pid: Path(f"/proc/{pid}/comm") for (pid,) in cursor.fetchall()}
    backend = [pid for pid, name in names.items() if name.exists() and "postgres" in name.read_text()]
    begun, own, behind = time.perf_counter(), time.process_time(), load.cpu_seconds(backend)
    done = work()
    seconds = time.perf_counter() - begun
    return done, Spent(seconds, time.process_time() - own, load.cpu_seconds(backend) - behind)
