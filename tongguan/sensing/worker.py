# SPDX-License-Identifier: Apache-2.0
"""One of several workers over the bus: owns some parts of the streams, each with a store of its own.

Which parts, workers settle among themselves over a JetStream bucket whose entries fade: who holds an entry
owns the part; a killed worker's entries fade, and the others take the parts over. A part is read from where
its store says it has come: the place is committed with the readings, so nothing is lost or taken twice.

Groups of streams that lie in several parts are nobody's by themselves. Where somebody follows such groups
there is one part more, behind the last: its owner reads all parts and keeps their streams once more.
"""

import asyncio
import contextlib
import logging
import math
import time
from collections.abc import Callable
from typing import Any, Final

import nats
import numpy as np
from django.db import close_old_connections
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import AckPolicy, ConsumerConfig, DeliverPolicy, KeyValueConfig
from nats.js.errors import APIError, KeyNotFoundError, KeyWrongLastSequenceError, NoKeysError, NotFoundError
from numpy.typing import NDArray

from tongguan.kernel.errors import Refusal
from tongguan.kernel.frames import Frame
from tongguan.sensing import bus, spi
from tongguan.sensing.owner import Owner
from tongguan.sensing.owning import Residence
from tongguan.series.contracts import Mark, StoreError

_log = logging.getLogger(__name__)
#: Messages taken at once and committed together; our own default.
_MESSAGES: Final = 200
_PATIENCE: Final = 0.5


class Worker:
    """Takes its share of the parts, follows others' coming and going, until it is told to stop."""

    def __init__(
        self,
        url: str,
        name: str,
        parts: int,
        opened: Callable[[int], Residence],
        *,
        stream: str = bus.STREAM,
        fading: float = 5.0,
    ) -> None:
        """Begin with no part.

        ``opened`` becomes the owner of a part; ``fading``: seconds until a killed worker's parts are free.
        """
        self._url, self._name, self._parts, self._open = url, name, parts, opened
        self._stream, self._fading = stream, fading
        self._held: dict[int, tuple[int, asyncio.Task[None]]] = {}
        self._stopping = False

    def stop(self) -> None:
        """Ask it to finish; from its own loop."""
        self._stopping = True

    async def run(self) -> None:
        """Work until stopped. Raises NatsError when the bus cannot be reached: start again."""
        connection = await nats.connect(self._url, connect_timeout=2, max_reconnect_attempts=-1)
        try:
            await bus.ready(connection, self._stream)
            kept = KeyValueConfig(bucket=f"{self._stream}_parts", ttl=self._fading)
            bucket = await connection.jetstream().create_key_value(kept)
            while not self._stopping:
                began = time.monotonic()
                await self._share(connection, bucket)
                await asyncio.sleep(max(self._fading / 4 - (time.monotonic() - began), 0.05))
            for part in list(self._held):
                await self._leave(bucket, part)
            await bucket.delete(f"worker.{self._name}")
        finally:
            for _, task in self._held.values():
                task.cancel()
            await asyncio.gather(*(task for _, task in self._held.values()), return_exceptions=True)
            await connection.close()

    async def _share(self, connection: Client, bucket: Any) -> None:
        """Say that we live, renew what we hold, give up what is too much, take what is free."""
        await bucket.put(f"worker.{self._name}", b"")
        try:
            keys = await bucket.keys()
        except NoKeysError:
            keys = []
        workers = max(sum(key.startswith("worker.") for key in keys), 1)
        parts = self._parts + bool(spi.together.items())
        fair = math.ceil(parts / workers)
        for part, (revision, task) in list(self._held.items()):
            if task.done() or len(self._held) > fair:
                await self._leave(bucket, part)
                continue
            try:
                again = await bucket.update(f"part.{part}", self._name.encode(), last=revision)
                self._held[part] = (again, task)
            except (KeyWrongLastSequenceError, APIError):
                _log.warning("part %d of the readings has gone to another worker", part)
                await self._leave(bucket, part, lost=True)
        taken = {key for key in keys if key.startswith("part.")}
        for part in reversed(range(parts)):
            if len(self._held) >= fair:
                return
            if f"part.{part}" in taken or part in self._held:
                continue
            try:
                revision = await bucket.create(f"part.{part}", self._name.encode())
            except (KeyWrongLastSequenceError, APIError):
                continue  # another one was faster
            self._held[part] = (revision, asyncio.create_task(self._work(connection, part)))

    async def _leave(self, bucket: Any, part: int, *, lost: bool = False) -> None:
        _, task = self._held.pop(part)
        task.cancel()
        done = await asyncio.gather(task, return_exceptions=True)
        if isinstance(done[0], Exception):
            _log.error("part %d of the readings stopped", part, exc_info=done[0])
        if not lost:
            with contextlib.suppress(KeyNotFoundError, NotFoundError, APIError):
                await bucket.delete(f"part.{part}")

    async def _work(self, connection: Client, part: int) -> None:
        """Own a part: read on from where its store is."""
        loop = asyncio.get_running_loop()
        residence = await self._opened(part)
        try:
            read = self._read_over if part == self._parts else self._read
            await read(connection, residence.owner, f"nats.{self._stream}.{part}", part)
        finally:
            await asyncio.shield(loop.run_in_executor(None, residence.close))

    async def _read(self, connection: Client, owner: Owner, source: str, part: int) -> None:
        subscription = await self._subscribed(connection, owner, source, part)
        while True:
            messages = await _fetched(subscription)
            if messages:
                await self._keep(owner, source, messages)

    async def _read_over(self, connection: Client, owner: Owner, source: str, _part: int) -> None:
        """Read all parts for the streams that are followed together; only the place, while there are none."""
        jetstream = connection.jetstream()
        while True:
            if not len(await _together()):
                reached = (await jetstream.stream_info(self._stream)).state.last_seq
                if reached > owner.store.marks().get(source, 0):
                    await _marked(owner, source, reached)
                await asyncio.sleep(self._fading / 2)
                continue
            subscription = await self._subscribed(connection, owner, source)
            while len(wanted := await _together()):
                messages = await _fetched(subscription)
                if messages:
                    await self._keep(owner, source, messages, wanted)
            await subscription.unsubscribe()

    async def _subscribed(
        self, connection: Client, owner: Owner, source: str, part: int | None = None
    ) -> Any:
        return await connection.jetstream().pull_subscribe(
            bus.subject(self._stream, part),
            stream=self._stream,
            config=ConsumerConfig(
                deliver_policy=DeliverPolicy.BY_START_SEQUENCE,
                opt_start_seq=owner.store.marks().get(source, 0) + 1,
                ack_policy=AckPolicy.NONE,
                inactive_threshold=30,
            ),
        )

    async def _opened(self, part: int) -> Residence:
        """Open the part's store; one who was slow to leave it may still hold it for a moment."""
        loop = asyncio.get_running_loop()
        while True:
            opening = loop.run_in_executor(None, self._open, part)
            try:
                return await asyncio.shield(opening)
            except asyncio.CancelledError:
                # It opens all the same: close it again, or nobody else could ever own the part.
                with contextlib.suppress(StoreError):
                    await loop.run_in_executor(None, (await opening).close)
                raise
            except StoreError as error:
                _log.warning("part %d of the readings is not free yet: %s", part, error)
                await asyncio.sleep(_PATIENCE)

    async def _keep(
        self, owner: Owner, source: str, messages: list[Any], wanted: NDArray[np.int64] | None = None
    ) -> None:
        """Hand the readings of some messages to the owner, of the streams wanted only."""
        frames, heard = [Frame.of([], [], [])], [np.empty(0, np.int64)]
        last = 0
        for message in messages:
            last = message.metadata.sequence.stream
            try:
                frame, times = bus.unpacked(message.data)
            except ValueError as error:
                _log.error("message %d of the readings is none: %s", last, error)
                continue
            if wanted is not None:
                mine = np.isin(frame.stream, wanted)
                frame, times = frame.taken(mine), times[mine]
            frames.append(frame)
            heard.append(times)
        await _marked(owner, source, last, Frame.joined(frames), np.concatenate(heard))


async def _fetched(subscription: Any) -> list[Any]:
    """Give the next messages, none when none come for a moment."""
    try:
        return list(await subscription.fetch(_MESSAGES, timeout=_PATIENCE))
    except TimeoutError:  # nothing came, by the library's own word or asyncio's
        return []


async def _together() -> NDArray[np.int64]:
    """Give the streams, rising, that somebody follows together though they lie in different parts."""

    def asked() -> NDArray[np.int64]:
        close_old_connections()
        return np.unique(np.concatenate([give() for give in spi.together.items().values()]))

    return await asyncio.get_running_loop().run_in_executor(None, asked)


async def _marked(
    owner: Owner,
    source: str,
    last: int,
    frame: Frame | None = None,
    heard: NDArray[np.int64] | None = None,
) -> None:
    """Have readings kept together with how far the bus has been read; patient with an owner that is busy."""
    while True:
        try:
            await asyncio.wrap_future(owner.send(frame or Frame.of([], [], []), Mark(source, last), heard))
        except Refusal as refusal:
            if refusal.code == "readings.ending":
                raise
            await asyncio.sleep(float(refusal.params.get("retry_after", 1)))
        else:
            return


def run(worker: Worker, stop: Callable[[Callable[[], None]], None]) -> None:
    """Run a worker in this thread; ``stop`` is given what ends it. Starts again when the bus was away."""

    async def main() -> None:
        loop = asyncio.get_running_loop()

        def end() -> None:
            loop.call_soon_threadsafe(worker.stop)

        stop(end)
        await worker.run()

    while True:
        try:
            asyncio.run(main())
        except (NatsError, OSError) as error:
            _log.warning("the bus of readings is away: %s", error)
            time.sleep(1)
        else:
            return
