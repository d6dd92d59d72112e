# SPDX-License-Identifier: Apache-2.0
"""The engine process: relay, deliveries, jobs, periodic duties and the live stream.

Any number of engines may run on one database: every piece of work is claimed by a row.
"""

import asyncio
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable
from functools import partial

import uvicorn
from django.conf import settings
from django.db import close_old_connections, connection, connections

from tongguan.runtime import backoff, duties, jobruns, leases, processes, relay, spi
from tongguan.runtime.delivery import Delivery
from tongguan.runtime.residents import Residents
from tongguan.runtime.stream import Stream

_log = logging.getLogger(__name__)


class Loop(threading.Thread):
    """Repeats one step: at once while there is work, else after ``idle`` seconds or when woken."""

    def __init__(self, name: str, step: Callable[[], bool], idle: float, stop: threading.Event) -> None:
        """Prepare; ``start`` runs it."""
        super().__init__(name=name, daemon=True)
        self._step = step
        self._idle = idle
        self._stop_asked = stop
        self._woken = threading.Event()

    def wake(self) -> None:
        """Look again now."""
        self._woken.set()

    def run(self) -> None:
        """Repeat until stopped. A failing step is logged once, and once more when it works again."""
        failures = 0
        while not self._stop_asked.is_set():
            self._woken.clear()
            try:
                close_old_connections()
                worked = self._step()
            except Exception:  # noqa: BLE001 - a loop outlives whatever its step meets
                failures += 1
                if failures == 1:
                    _log.exception("engine: %s fails", self.name)
                self._woken.wait(backoff.wait(failures, first=0.5, most=10).total_seconds())
                continue
            if failures:
                _log.warning("engine: %s works again after %d failures", self.name, failures)
                failures = 0
            if not worked:
                self._woken.wait(self._idle)
        connections.close_all()


class Engine:
    """One engine: its threads and its stream."""

    def __init__(self) -> None:
        """Name the engine and prepare its threads."""
        self.name = f"{socket.gethostname()[:30]}-{os.getpid()}-{secrets.token_hex(4)}"
        self.stop = threading.Event()
        self.stream = Stream()
        self._residents = Residents(self.name)
        self._readers: list[Loop] = []
        self._loops = self._prepared()
        self._beside = [
            threading.Thread(target=run, args=(self.stop,), name=name, daemon=True)
            for name, run in spi.companions.items().items()
        ]

    def _prepared(self) -> list[Loop]:
        several = connection.vendor != "sqlite"
        self._readers = [self._loop("stream", self.stream.poll, 0.5)]
        self._readers += [
            self._loop(f"delivery-{n}", Delivery().step, 0.5) for n in range(2 if several else 1)
        ]
        loops = [self._loop("relay", self._relay, 0.1), *self._readers]
        for n in range(2):
            run = partial(jobruns.run_next, f"{self.name}/jobs-{n}", self.stop.is_set)
            loops.append(self._loop(f"jobs-{n}", run, 1.0))
        loops += [
            self._loop(f"duties-{n}", partial(duties.run_due, f"{self.name}/duties-{n}"), 0.5)
            for n in range(3 if several else 1)
        ]
        loops.append(self._loop("residents", self._residents.step, 1.0))
        loops.append(self._loop("pulse", self._pulse, settings.LEASE_SECONDS / 3))
        return loops

    def _loop(self, name: str, step: Callable[[], bool], idle: float) -> Loop:
        return Loop(name, step, idle, self.stop)

    def _relay(self) -> bool:
        numbered = relay.number_facts()
        if numbered:
            for reader in self._readers:
                reader.wake()
        return numbered > 0

    def _pulse(self) -> bool:
        leases.renew_all(self.name)
        leases.acquire(f"engine:{self.name}", f"{self.name}/pulse")
        return False

    def start(self) -> None:
        """Start the threads."""
        for thread in [*self._loops, *self._beside]:
            thread.start()

    def end(self, patience: float = 5.0) -> None:
        """Stop the threads; each finishes the step it is in, if it can within ``patience`` seconds in all."""
        self.stop.set()
        for loop in self._loops:
            loop.wake()
        for loop in self._loops:
            loop.join(patience / len(self._loops))
        for thread in self._beside:
            thread.join(patience)
        self._residents.end()
        leases.release(f"engine:{self.name}", f"{self.name}/pulse")

    def run(self, host: str, port: int) -> None:
        """Work until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stop.set())
        self.start()
        asyncio.run(self._serve(host, port))
        self.end()
        left = sorted(thread.name for thread in threading.enumerate() if thread.daemon)
        if left:  # what they hold is taken up as after a crash
            _log.info("engine: ends with work in hand: %s", ", ".join(left))
            processes.leave()

    async def _serve(self, host: str, port: int) -> None:
        config = uvicorn.Config(
            self.stream.app,
            host=host,
            port=port,
            log_level="critical",
            access_log=False,
            lifespan="off",
            timeout_graceful_shutdown=2,
            server_header=False,
        )
        server = uvicorn.Server(config)
        await self.stream.begin()
        ending = asyncio.create_task(self._end_with(server))
        await server.serve()
        self.stop.set()
        await ending

    async def _end_with(self, server: uvicorn.Server) -> None:
        """Let listeners go as soon as the server is told to stop; it waits for them."""
        # Polled, because the server sets a plain flag in its signal handler.
        while not (server.should_exit or self.stop.is_set()):  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        server.should_exit = True
        await self.stream.end()
