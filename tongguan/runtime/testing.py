# SPDX-License-Identifier: Apache-2.0
"""For tests: the engine by hand in one call, and what lies in the audit and the outbox, oldest first."""

import asyncio
import threading
from dataclasses import dataclass
from typing import Any

import uvicorn

from tongguan.runtime import jobruns, relay, stream
from tongguan.runtime.delivery import Delivery
from tongguan.runtime.models import AuditEntry, FactRecord

_MOST_ROUNDS = 1000


@dataclass(frozen=True, slots=True)
class Person:
    """An actor with only what the cellar asks for."""

    key: str
    name: str


def settle(*, jobs: bool = True) -> None:
    """Number and deliver all facts, and run all jobs, until nothing moves any more.

    Raises AssertionError when it never ends: two subscribers feeding each other.
    """
    delivery = Delivery()
    for _ in range(_MOST_ROUNDS):
        moved = relay.number_facts() > 0
        moved |= delivery.step()
        moved |= jobs and jobruns.run_next("test/jobs")
        if not moved:
            return
    message = f"the engine still moves after {_MOST_ROUNDS} rounds"
    raise AssertionError(message)


@dataclass(frozen=True, slots=True)
class Act:
    """One audit entry."""

    verb: str
    subject: str
    actor_key: str
    detail: dict[str, Any]


def audited(verb: str | None = None) -> list[Act]:
    """Give the audit's entries, of one verb or all."""
    rows = AuditEntry.objects.order_by("id")
    if verb is not None:
        rows = rows.filter(verb=verb)
    return [Act(row.verb, row.subject, row.actor_key, row.detail) for row in rows]


def published(name: str | None = None) -> list[tuple[str, dict[str, Any]]]:
    """Give (name, fields) of the facts published, of one name or all."""
    rows = FactRecord.objects.order_by("id")
    if name is not None:
        rows = rows.filter(name=name)
    return list(rows.values_list("name", "payload"))


class StreamServer:
    """The stream served for real on a free port, polled by hand."""

    def __init__(self) -> None:
        self.stream = stream.Stream()
        config = uvicorn.Config(self.stream.app, port=0, log_level="critical", lifespan="off")
        self.http = uvicorn.Server(config)
        self.thread = threading.Thread(target=lambda: asyncio.run(self._run()))

    async def _run(self) -> None:
        self.loop = asyncio.get_running_loop()
        await self.stream.begin()
        await self.http.serve()
        await self.stream.end()

    def start(self) -> None:
        self.thread.start()
        while not self.http.started:
            assert self.thread.is_alive()
        self.poll()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.http.servers[0].sockets[0].getsockname()[1]}"

    def poll(self) -> None:
        relay.number_facts()
        while self.stream.poll():
            pass

    def end(self) -> None:
        self.loop.call_soon_threadsafe(self.stream.hub.close)
        self.http.should_exit = True
        self.thread.join(240)
        assert not self.thread.is_alive()
