# SPDX-License-Identifier: Apache-2.0
"""A broker within the engine, so that a first device needs nothing but this platform.

amqtt in a thread of its own, on this machine's own address alone, without sign-in. It is for trying things
and small sites (about a thousand messages a second); it runs while no other broker is declared.
"""

import asyncio
import logging
import threading
from typing import Any

from amqtt.broker import Broker as AmqttBroker

from tongguan.runtime.processes import port_is_free

log = logging.getLogger(__name__)
HOST = "127.0.0.1"


class Embedded:
    """The broker's thread."""

    def __init__(self, port: int, host: str = HOST) -> None:
        """Name the port; nothing listens before ``start``."""
        self.port, self._host = port, host
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._ending: asyncio.Event | None = None
        self._ready = threading.Event()

    def start(self, patience: float = 10.0) -> bool:
        """Listen; False when something else already does, or it does not come up."""
        if self._thread is not None:
            return self._thread.is_alive()
        if not port_is_free(self._host, self.port):
            return False
        self._thread = threading.Thread(target=self._run, name="embedded broker", daemon=True)
        self._thread.start()
        return self._ready.wait(patience)

    def stop(self) -> None:
        """Listen no longer."""
        if self._thread is not None and self._loop is not None and self._ending is not None:
            self._loop.call_soon_threadsafe(self._ending.set)
            self._thread.join(10.0)
        self._thread = None
        self._ready.clear()

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception:
            log.exception("the embedded broker ended")

    async def _serve(self) -> None:
        self._loop, self._ending = asyncio.get_running_loop(), asyncio.Event()
        broker = AmqttBroker(_config(self._host, self.port), self._loop)
        await broker.start()
        self._ready.set()
        try:
            await self._ending.wait()
        finally:
            await broker.shutdown()


def _config(host: str, port: int) -> dict[str, Any]:
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{host}:{port}", "max_connections": 1_000}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }
