# SPDX-License-Identifier: Apache-2.0
"""The live stream over real HTTP: scoped, replayed, bounded; and who is let in."""

import asyncio
import json
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
from django.core import signing
from django.db import OperationalError, connections

from tongguan.kernel.errors import Forbidden
from tongguan.runtime import api, outbox, relay, spi, stream
from tongguan.runtime.hub import Hub, Listener, line
from tongguan.runtime.models import FactRecord
from tongguan.runtime.testing import StreamServer as Server
from tongguan.runtime.tests.ledger.jobs import view_of
from tongguan.runtime.tests.ledger.subscribers import BellRang
from tongguan.runtime.transactions import atomic

JIANGBEI, JIANGNAN = "990101001", "990102001"


def ring(*bells: int, division: str = JIANGBEI, to_user: int | None = None) -> None:
    told = [BellRang(bell=bell, division=division, to_user=to_user) for bell in bells]
    for patience in reversed(range(100)):
        try:
            with atomic():
                outbox.publish(*told)
                relay.number_facts()
        except OperationalError:
            # The tests' in-memory database refuses, instead of waiting, while the server reads.
            if not patience:
                raise
            time.sleep(0.05)
        else:
            return


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch, transactional_db: None) -> Iterator[Server]:
    """Serve to users 1 and 2, whose scope is the district 990101."""
    monkeypatch.setattr(spi.stream_scope, "_entries", {"ledger": view_of})
    served = Server()
    served.start()
    yield served
    served.end()
    connections.close_all()


class Client:
    """A browser's EventSource: remembers the last id."""

    def __init__(self, server: Server, who: str = "user:1") -> None:
        self.server = server
        self.who = who
        self.last_id: str | None = None
        self.bells: list[int] = []
        self.kinds: list[str] = []

    def listen(self, bells: int, *, then: Any = None) -> None:
        """Listen until so many more bells were heard; when greeted first, let ``then`` happen.

        Comes back when the connection breaks, as browsers do.
        """
        wanted = len(self.bells) + bells

        def greeted() -> None:
            # Once only, also when the connection broke right after it.
            nonlocal then
            happen, then = then, None
            if happen is not None:
                happen()
                self.server.poll()

        while len(self.bells) < wanted:
            headers = {"Last-Event-ID": self.last_id} if self.last_id else {}
            url = f"{self.server.url}/stream?ticket={api.stream_ticket(self.who)}"
            try:
                with httpx.stream("GET", url, headers=headers, timeout=240) as answer:
                    assert answer.status_code == 200
                    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
                    self._read(answer, wanted, greeted)
            except httpx.RemoteProtocolError:
                continue

    def _read(self, answer: httpx.Response, wanted: int, greeted: Any) -> None:
        for text in answer.iter_lines():
            word, _, rest = text.partition(": ")
            if word == "id":
                self.last_id = rest
            elif word == "event":
                self.kinds.append(rest)
                greeted()
            elif word == "data" and "payload" in rest:
                self.bells.append(json.loads(rest)["payload"]["bell"])
            if len(self.bells) == wanted and text == "":
                return


def test_a_listener_hears_what_comes_within_its_scope_and_nothing_else(server: Server) -> None:
    ring(1)
    server.poll()
    client = Client(server)

    def happen() -> None:
        ring(2)
        ring(3, division=JIANGNAN)
        ring(4, to_user=2)
        ring(5, to_user=1)
        ring(6, 7)

    client.listen(4, then=happen)
    assert client.bells == [2, 5, 6, 7]
    assert client.last_id == "7"
    assert client.kinds == ["hello"]


def test_a_listener_who_comes_back_gets_exactly_what_it_missed(server: Server) -> None:
    client = Client(server)
    client.listen(2, then=lambda: ring(1, 2))
    ring(3)
    ring(4, division=JIANGNAN)
    ring(*range(5, 1205))
    server.poll()
    client.listen(1202, then=lambda: ring(2000))
    assert client.bells == [1, 2, 3, *range(5, 1205), 2000]
    assert int(client.last_id or 0) == FactRecord.objects.get(payload__bell=2000).seq


def test_a_replay_and_live_facts_join_without_gap_or_double(server: Server) -> None:
    ring(*range(300))
    client = Client(server)
    client.last_id = "0"
    for first in (300, 400, 500):
        server.poll()
        client.listen(1)
        ring(*range(first, first + 100))
    server.poll()
    client.listen(600 - len(client.bells))
    assert client.bells == list(range(600))


def test_who_is_too_far_behind_is_told_to_read_anew(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    ring(*range(10))
    server.poll()
    client = Client(server)
    client.last_id = "1"
    monkeypatch.setattr(stream, "MOST_REPLAYED", 5)
    client.listen(1, then=lambda: ring(10))
    assert client.kinds == ["reset"]
    assert client.bells == [10]

    monkeypatch.undo()
    monkeypatch.setattr(spi.stream_scope, "_entries", {"ledger": view_of})
    FactRecord.objects.filter(seq__lte=5).delete()
    client.last_id = "1"
    client.listen(1, then=lambda: ring(11))
    assert client.kinds == ["reset", "reset"]
    assert client.bells == [10, 11]


def test_a_listener_ahead_of_this_engine_hears_nothing_twice(server: Server) -> None:
    client = Client(server)
    ring(1, 2, 3)
    client.last_id = "2"
    client.listen(1, then=lambda: None)
    assert client.bells == [3]

    client.last_id = "1000"
    client.listen(1, then=lambda: ring(4))
    assert client.kinds == ["hello", "reset"]
    assert client.bells == [3, 4]


def test_who_is_not_let_in(server: Server) -> None:
    table: list[tuple[str, dict[str, str], int]] = [
        ("", {}, 401),
        ("?ticket=forged", {}, 401),
        ("?ticket={ticket}", {"Last-Event-ID": "abc"}, 422),
        ("?ticket={ticket}&after=-1", {}, 422),
        ("?ticket={ticket}&after=99999999999999999999", {}, 422),
        ("?ticket={stranger}", {}, 403),
    ]
    for query, headers, status in table:
        path = query.format(ticket=api.stream_ticket("user:1"), stranger=api.stream_ticket("user:9"))
        answer = httpx.get(f"{server.url}/stream{path}", headers=headers, timeout=240)
        assert answer.status_code == status, query


def test_a_ticket_is_signed_and_short_lived(monkeypatch: pytest.MonkeyPatch) -> None:
    ticket = api.stream_ticket("client:12")
    assert api.read_ticket(ticket) == "client:12"
    with pytest.raises(Forbidden):
        api.read_ticket(signing.dumps({"who": "user:12"}, salt="other"))
    monkeypatch.setattr(api, "TICKET_SECONDS", -1)
    with pytest.raises(Forbidden):
        api.read_ticket(ticket)


def test_only_our_own_pages_may_listen(server: Server, settings: Any) -> None:
    settings.CSRF_TRUSTED_ORIGINS = ["https://desk.example"]
    allowed = {"http://127.0.0.1:8000": True, "https://desk.example": True, "https://evil.example": False}
    for origin, let_in in allowed.items():
        answer = httpx.get(f"{server.url}/health", headers={"Origin": origin}, timeout=240)
        assert answer.json()["ok"] is True
        assert answer.headers.get("access-control-allow-origin") == (origin if let_in else None)


def test_listeners_are_let_go_when_the_server_ends(server: Server) -> None:
    url = f"{server.url}/stream?ticket={api.stream_ticket('user:1')}"
    with httpx.stream("GET", url, timeout=240) as answer:
        texts = answer.iter_lines()
        assert next(texts).startswith("id:")
        server.http.should_exit = True
        assert server.stream._loop is not None
        server.stream._loop.call_soon_threadsafe(server.stream.hub.close)
        assert list(texts)[-1] == ""


def lines(*seqs: int) -> list[Any]:
    return [line(seq, "BellRang", JIANGBEI, {"bell": seq}, "") for seq in seqs]


def test_a_slow_listener_is_cut_and_the_others_hear_on() -> None:
    async def play() -> None:
        hub = Hub()
        slow, quick = Listener("user:1", lambda *_: True, queued=3), Listener("user:2", lambda *_: True)
        hub.join(slow)
        hub.join(quick)
        hub.feed(lines(1, 2, 3, 4, 5))
        assert await slow.next(1) is None
        assert [await quick.next(1) for _ in range(5)] == [item.text for item in lines(1, 2, 3, 4, 5)]

    asyncio.run(play())


def test_a_silent_stream_breathes_and_old_lines_are_not_fed_twice() -> None:
    async def play() -> None:
        hub = Hub()
        listener = Listener("user:1", lambda *_: True)
        hub.feed(lines(1, 2))
        assert hub.join(listener) == 2
        hub.feed(lines(1, 2))
        assert await listener.next(0.01) == b": still here\n\n"
        hub.close()
        assert await listener.next(0.01) is None

    asyncio.run(play())
