# SPDX-License-Identifier: Apache-2.0
"""Copying facts to NATS JetStream, each once: ``Nats-Msg-Id`` is the fact's id.

The place reached is a row; the bus may be away for as long as facts are kept. Talking to it happens in
a thread without database, so that a bus that hangs delays nothing.
"""

import asyncio
import contextlib
import logging
from collections.abc import Sequence
from concurrent.futures import Future, wait
from datetime import timedelta
from functools import partial
from typing import Any, Final

import msgspec
from django.conf import settings
from nats.aio.client import Client
from nats.errors import Error as NatsError
from nats.js.api import StreamConfig
from nats.js.errors import NotFoundError

from tongguan.kernel import circuit, clock
from tongguan.kernel.aside import aside
from tongguan.messaging.models import FanOut
from tongguan.runtime.queries import StreamedFact, facts_after

_log = logging.getLogger(__name__)
NAME: Final = "nats"
STREAM: Final = "TONGGUAN_FACTS"
SUBJECTS: Final = "tongguan.facts"
BATCH: Final = 500
SECONDS: Final = 5.0
_SAME_FOR: Final = timedelta(hours=2)


def subject(fact: StreamedFact) -> str:
    """Give ``tongguan.facts.<division or ->.<fact>``, so that a reader may ask for a district."""
    return f"{SUBJECTS}.{fact.division or '-'}.{fact.name}"


class BusCopier:
    """One engine's copying; a periodic duty calls ``round`` in one engine at a time."""

    def __init__(self, *, seconds: float = SECONDS, stream: str = STREAM) -> None:
        """Bound one batch in seconds; nothing is connected yet."""
        self.seconds = seconds
        self.stream = stream
        self._running: tuple[FanOut, int, Future[None]] | None = None

    def round(self, patience: float = 0.3) -> int:
        """Record a finished batch, start the next; give how many facts were copied. Never waits longer."""
        if not settings.NATS_URL:
            return 0
        copied = 0
        if self._running is None:
            self._start()
        if self._running is not None:
            wait([self._running[2]], patience)
            copied = self._collect()
        return copied

    def close(self) -> None:
        """Wait for the batch on its way (bounded) and record it."""
        if self._running is not None:
            wait([self._running[2]])
            self._collect()

    def _start(self) -> None:
        row, _ = FanOut.objects.get_or_create(name=NAME)
        if row.retry_at is not None and row.retry_at > clock.now():
            return
        facts = facts_after(row.seq, BATCH)
        if not facts:
            return
        future = aside("bus", partial(_publish, settings.NATS_URL, self.stream, facts, self.seconds))
        self._running = (row, facts[-1].seq, future)

    def _collect(self) -> int:
        if self._running is None or not self._running[2].done():
            return 0
        row, reached, future = self._running
        self._running = None
        mine = FanOut.objects.filter(name=NAME, seq=row.seq)
        error = future.exception()
        if error is None:
            mine.update(seq=reached, attempts=0, retry_at=None, failing_since=None, error="")
            if row.failing_since is not None:
                _log.warning("the message bus works again after %s", clock.now() - row.failing_since)
            return reached - row.seq
        text = f"{type(error).__name__}: {error}"[:2000].replace("\x00", "")
        if row.failing_since is None:
            _log.error("the message bus is down: %s", text)
        mine.update(
            attempts=row.attempts + 1,
            retry_at=clock.now() + circuit.doubling(row.attempts + 1, 2, 60),
            failing_since=row.failing_since or clock.now(),
            error=text,
        )
        return 0


def _publish(url: str, stream: str, facts: Sequence[StreamedFact], seconds: float) -> None:
    asyncio.run(_bounded(url, stream, facts, seconds))


async def _bounded(url: str, stream: str, facts: Sequence[StreamedFact], seconds: float) -> None:
    bus = Client()
    try:
        async with asyncio.timeout(seconds):
            await bus.connect(
                url,
                allow_reconnect=False,
                connect_timeout=max(1, int(seconds / 2)),
                error_cb=_ignore,
                name="tongguan",
            )
            js = bus.jetstream(timeout=seconds)
            await _have_stream(js, stream)
            await asyncio.gather(*(_one(js, fact) for fact in facts))
    finally:
        with contextlib.suppress(NatsError, OSError, TimeoutError):
            await asyncio.wait_for(bus.close(), 1)
        # A client that never got as far as "connected" leaves its socket open.
        if bus._transport is not None:  # noqa: SLF001
            bus._transport.close()  # noqa: SLF001


async def _one(js: Any, fact: StreamedFact) -> None:
    body = {
        "seq": fact.seq,
        "fact": fact.name,
        "division": fact.division,
        "at": fact.at,
        "data": fact.payload,
    }
    await js.publish(subject(fact), msgspec.json.encode(body), headers={"Nats-Msg-Id": f"tongguan-{fact.id}"})


async def _have_stream(js: Any, stream: str) -> None:
    try:
        await js.stream_info(stream)
    except NotFoundError:
        await js.add_stream(
            StreamConfig(name=stream, subjects=[f"{SUBJECTS}.>"], duplicate_window=_SAME_FOR.total_seconds())
        )


async def _ignore(_error: NatsError | Exception) -> None:
    """Drop the library's own log line: the copier records the failure once."""
