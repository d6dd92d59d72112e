# SPDX-License-Identifier: Apache-2.0
"""Readings on their way through NATS JetStream, for cities that outgrow one owner.

A stream of frames, one subject per part; a sensor's readings always take the same part, so they stay in
order. Frames that come while others are being sent go together with the next ones: messages grow with the
load. A frame is durable, and taken, when JetStream has acknowledged its messages.
"""

import asyncio
import contextlib
import threading
from collections import deque
from concurrent.futures import Future
from typing import Any, Final

import msgspec
import numpy as np
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import RetentionPolicy, StorageType, StreamConfig
from nats.js.errors import NotFoundError
from numpy.typing import NDArray

from tongguan.kernel.frames import Frame
from tongguan.sensing.contracts import Receipt
from tongguan.sensing.owner import now_ms, unavailable
from tongguan.series.api import part_of

STREAM: Final = "TONGGUAN_READINGS"
#: How long frames stay on the bus: a worker may be away for so long. Our own default.
KEPT_SECONDS: Final = 7 * 86_400
#: Readings in one message at most: 26 bytes each, well below NATS's megabyte.
MOST_ROWS: Final = 20_000
_SECONDS: Final = 10.0


def subject(stream: str, part: int | None = None) -> str:
    """Give the subject of a part, without one that of all parts."""
    return f"{stream.lower()}.{'*' if part is None else part}"


def packed(frame: Frame, heard: NDArray[np.int64]) -> bytes:
    """Give a message: the columns and when each reading came in."""
    columns = (frame.stream, frame.at, frame.value, frame.quality, heard)
    return msgspec.msgpack.encode([np.ascontiguousarray(column).tobytes() for column in columns])


def unpacked(body: bytes) -> tuple[Frame, NDArray[np.int64]]:
    """Read a message. Raises ValueError for what is none."""
    stream, at, value, quality, heard = msgspec.msgpack.decode(body, type=list[bytes])
    frame = Frame(
        np.frombuffer(stream, "<i8"),
        np.frombuffer(at, "<i8"),
        np.frombuffer(value, "<f8"),
        np.frombuffer(quality, "<u2"),
    )
    times = np.frombuffer(heard, "<i8")
    if len(times) != len(frame):
        raise ValueError("the columns of a message differ in length")
    return frame, times


async def ready(connection: Client, stream: str) -> Any:
    """Give JetStream with the stream there."""
    jetstream = connection.jetstream()
    try:
        await jetstream.stream_info(stream)
    except NotFoundError:
        await jetstream.add_stream(
            StreamConfig(
                name=stream,
                subjects=[subject(stream)],
                retention=RetentionPolicy.LIMITS,
                storage=StorageType.FILE,
                max_age=KEPT_SECONDS,
            )
        )
    return jetstream


class Spreader:
    """Sends frames to the bus from any thread of this process."""

    def __init__(self, url: str, parts: int, stream: str = STREAM, seconds: float = _SECONDS) -> None:
        """Begin; the connection is made with the first frame and again when it was lost.

        ``seconds``: patience with the bus, for connecting half of it.
        """
        self._seconds = seconds
        self._url, self._parts, self._stream = url, parts, stream
        self._queue: deque[tuple[Frame, NDArray[np.int64], Future[Receipt]]] = deque()
        self._loop = asyncio.new_event_loop()
        self._connection: Client | None = None
        self._sending = False
        self._thread = threading.Thread(target=self._run, name="readings-bus", daemon=True)
        self._thread.start()

    def send(self, frame: Frame) -> "Future[Receipt]":
        """Hand in a frame; the future is done when it is durable on the bus, or raises Unavailable."""
        done: Future[Receipt] = Future()
        self._queue.append((frame, np.full(len(frame), now_ms()), done))
        self._loop.call_soon_threadsafe(self._begin)
        return done

    def close(self) -> None:
        """Let go of the connection."""
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(_SECONDS)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def _run(self) -> None:
        self._loop.run_forever()
        # Once more, so that closed connections let go of their sockets.
        self._loop.run_until_complete(asyncio.sleep(0))
        self._loop.close()

    def _begin(self) -> None:
        if not self._sending and self._queue:
            self._sending = True
            self._task = self._loop.create_task(self._send())

    async def _send(self) -> None:
        try:
            while self._queue:
                batch = [self._queue.popleft() for _ in range(len(self._queue))]
                try:
                    frame = Frame.joined([one for one, _, _ in batch])
                    await self._spread(frame, np.concatenate([heard for _, heard, _ in batch]))
                except (NatsError, OSError, TimeoutError) as error:
                    for _, _, done in batch:
                        done.set_exception(unavailable(f"the bus of readings: {error!r}"))
                else:
                    for one, _, done in batch:
                        done.set_result(Receipt(len(one), 0, 0, 0, 0))
        finally:
            self._sending = False

    async def _spread(self, frame: Frame, heard: NDArray[np.int64]) -> None:
        if self._connection is None or not self._connection.is_connected:
            await self._end()
            self._connection = Client()
            async with asyncio.timeout(self._seconds / 2):
                await self._connection.connect(
                    self._url, connect_timeout=2, allow_reconnect=False, error_cb=_told_to_senders
                )
        jetstream = await ready(self._connection, self._stream)
        part = part_of(frame.stream, self._parts)
        order = np.argsort(part, kind="stable")
        frame, heard, part = frame.taken(order), heard[order], part[order]
        messages = []
        for number in np.unique(part).tolist():
            begin, end = np.searchsorted(part, [number, number + 1]).tolist()
            for first in range(begin, end, MOST_ROWS):
                rows = np.arange(first, min(first + MOST_ROWS, end))
                messages.append((subject(self._stream, number), packed(frame.taken(rows), heard[rows])))
        # Sent in this order over one connection, which keeps each sensor's readings in order.
        await asyncio.gather(*(jetstream.publish(to, body, timeout=self._seconds) for to, body in messages))

    async def _end(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(NatsError, OSError, TimeoutError):
                await asyncio.wait_for(self._connection.close(), 1)
            self._connection = None


async def _told_to_senders(_error: Exception) -> None:
    """Keep the library from logging each failure: every sender is told, and says so once."""
