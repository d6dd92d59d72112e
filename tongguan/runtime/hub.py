# SPDX-License-Identifier: Apache-2.0
"""Who listens to the stream, and which fact goes to whom. No database, no network."""

import asyncio
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tongguan.runtime.spi import StreamView

#: Facts waiting for one listener; a slower one is cut, reconnects and gets the rest from the table.
QUEUED = 500


@dataclass(frozen=True, slots=True)
class Line:
    """One fact of the stream, and its text as sent."""

    seq: int
    name: str
    division: str
    payload: Mapping[str, Any]
    text: bytes


def line(seq: int, name: str, division: str, payload: Mapping[str, Any], at: str) -> Line:
    """Write a fact as a server-sent event: ``id`` is its seq, ``data`` one JSON object."""
    body = {"seq": seq, "name": name, "division": division, "at": at, "payload": payload}
    text = json.dumps(body, ensure_ascii=False, separators=(",", ":"))
    return Line(seq, name, division, payload, f"id: {seq}\ndata: {text}\n\n".encode())


class Listener:
    """One open connection. ``next`` gives text to send, or None when it is over."""

    def __init__(self, who: str, view: StreamView, queued: int = QUEUED) -> None:
        """Begin with an empty queue."""
        self.who = who
        self.view = view
        #: What the client has already: another engine may be ahead of this one.
        self.after = 0
        self._queue: asyncio.Queue[bytes | None] = asyncio.Queue(queued)
        self._over = False

    def offer(self, item: Line) -> None:
        """Queue the line if the user may see it; cut the listener when the queue is full."""
        if self._over or item.seq <= self.after or not self.view(item.name, item.division, item.payload):
            return
        try:
            self._queue.put_nowait(item.text)
        except asyncio.QueueFull:
            self.cut()

    def cut(self) -> None:
        """End the connection: what is queued is dropped, the client asks for it again."""
        self._over = True
        while not self._queue.empty():
            self._queue.get_nowait()
        self._queue.put_nowait(None)

    async def next(self, patience: float) -> bytes | None:
        """Give the next text; a comment when nothing came for ``patience`` seconds; None at the end."""
        try:
            async with asyncio.timeout(patience):
                return await self._queue.get()
        except TimeoutError:
            return b": still here\n\n"


class Hub:
    """All listeners of this engine, fed by one reader. Lives in the event loop's thread."""

    def __init__(self) -> None:
        """Begin without listeners; ``position`` is the seq up to which lines were fed."""
        self.position = 0
        self.listeners: set[Listener] = set()
        self.closed = False

    def join(self, listener: Listener) -> int:
        """Add a listener and give the position from which on it will be fed."""
        if self.closed:
            listener.cut()
        self.listeners.add(listener)
        return self.position

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        self.listeners.discard(listener)

    def feed(self, lines: Iterable[Line]) -> None:
        """Offer lines, by growing seq, to everybody."""
        for item in lines:
            if item.seq > self.position:
                self.position = item.seq
                for listener in self.listeners:
                    listener.offer(item)

    def close(self) -> None:
        """Let every listener go."""
        self.closed = True
        for listener in self.listeners:
            listener.cut()
