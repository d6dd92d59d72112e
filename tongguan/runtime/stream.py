# SPDX-License-Identifier: Apache-2.0
"""The live stream: server-sent events per user, scoped, replayed by Last-Event-ID from the fact table.

One thread reads the table for all listeners of the engine; the event loop only sends.
"""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import connection
from django.db.models import Min
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from tongguan.kernel.errors import Refusal
from tongguan.runtime import api, relay, spi
from tongguan.runtime.hub import Hub, Line, Listener, line
from tongguan.runtime.models import FactRecord

_log = logging.getLogger(__name__)
#: Seconds of silence after which a comment keeps proxies from closing the connection.
PATIENCE = 15.0
#: A client that does not read for so many seconds is cut.
_STUCK = 30.0
#: Facts read at once, and the most that are replayed: who is further behind is told to read anew.
_PAGE = 500
MOST_REPLAYED = 20_000
_SCOPE_KEPT = 60.0
_STALE = 15.0


def read_lines(after: int, limit: int = _PAGE, upto: int | None = None) -> list[Line]:
    """Read numbered facts after a seq, by growing seq."""
    rows = FactRecord.objects.filter(seq__gt=after).order_by("seq")
    if upto is not None:
        rows = rows.filter(seq__lte=upto)
    values = rows.values_list("seq", "name", "division", "payload", "at")[:limit]
    return [line(seq, name, div, payload, at.isoformat()) for seq, name, div, payload, at in values if seq]


def oldest_seq() -> int:
    """Give the place of the oldest fact still kept, 0 when there is none."""
    return FactRecord.objects.aggregate(first=Min("seq"))["first"] or 0


def view_of(who: str) -> spi.StreamView | None:
    """Join what all suppliers let this actor see; None when none lets them listen."""
    views = [view for supply in spi.stream_scope.items().values() if (view := supply(who)) is not None]
    if not views:
        return None
    return lambda name, division, payload: any(view(name, division, payload) for view in views)


class Stream:
    """The stream's server side: the hub, a few threads that may ask the database, the HTTP app."""

    def __init__(self) -> None:
        """Prepare; nothing is read before ``begin``."""
        self.hub = Hub()
        self._threads = ThreadPoolExecutor(2, thread_name_prefix="stream")
        self._fed_at = time.monotonic()
        self._read_to: int | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self.app = Starlette(
            routes=[Route("/stream", _Endpoint(self)), Route("/health", self._health, methods=["GET"])]
        )

    async def begin(self) -> None:
        """Bind to the running loop and start renewing the listeners' scopes."""
        self._loop = asyncio.get_running_loop()
        self._renewal = asyncio.create_task(self._renew_views())

    async def end(self) -> None:
        """Let the listeners go and stop the threads."""
        self.hub.close()
        self._renewal.cancel()
        self._threads.shutdown(wait=False, cancel_futures=True)

    def poll(self) -> bool:
        """Read what is new and feed it (called by the reading thread); tell whether there was something."""
        if self._read_to is None:
            lines, self._read_to = [], relay.last_seq()
        else:
            lines = read_lines(self._read_to)
            self._read_to = lines[-1].seq if lines else self._read_to
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(self._feed, lines, self._read_to)
        return bool(lines)

    def _feed(self, lines: list[Line], position: int) -> None:
        self.hub.feed(lines)
        self.hub.position = max(self.hub.position, position)
        self._fed_at = time.monotonic()

    async def ask(self, question: Callable[..., Any], *args: Any) -> Any:
        """Run a database question in one of the few threads."""

        def answered() -> Any:
            try:
                return question(*args)
            finally:
                # These threads ask seldom: an idle connection each would only weigh on the server.
                connection.close()

        return await asyncio.get_running_loop().run_in_executor(self._threads, answered)

    async def _renew_views(self) -> None:
        while True:
            await asyncio.sleep(_SCOPE_KEPT)
            for listener in list(self.hub.listeners):
                try:
                    view = await self.ask(view_of, listener.who)
                except Exception:  # noqa: BLE001 - the old view is kept while the database is away
                    _log.warning("stream scope of %s could not be renewed", listener.who)
                    continue
                if view is None:
                    listener.cut()
                else:
                    listener.view = view

    async def _health(self, request: Request) -> Response:
        fresh = time.monotonic() - self._fed_at < _STALE
        body = {"ok": fresh, "position": self.hub.position, "listeners": len(self.hub.listeners)}
        status = 200 if fresh else 503
        return JSONResponse(body | {"installation": settings.INSTALLATION}, status, _cors(request))

    async def texts(self, listener: Listener, after: int | None) -> AsyncIterator[bytes]:
        """Give what to send: a greeting, what was missed after ``after``, then what comes."""
        start = self.hub.join(listener)
        try:
            if after is None:
                yield f'id: {start}\nevent: hello\ndata: {{"position":{start}}}\n\n'.encode()
            elif await self.ask(_cannot_replay, after, start):
                yield f"id: {start}\nevent: reset\ndata: {{}}\n\n".encode()
            else:
                listener.after = after
                yield b"event: hello\ndata: {}\n\n"
                while missed := await self.ask(read_lines, after, _PAGE, start):
                    after = missed[-1].seq
                    yield b"".join(m.text for m in missed if listener.view(m.name, m.division, m.payload))
            while (text := await listener.next(PATIENCE)) is not None:
                yield text
        finally:
            self.hub.leave(listener)


def _cannot_replay(after: int, start: int) -> bool:
    """Tell whether a listener must read anew: too far behind, facts purged, or ahead of the stream's end."""
    if after > start:
        return after > relay.last_seq()
    return start - after > MOST_REPLAYED or after + 1 < oldest_seq()


class _Endpoint:
    """GET /stream?ticket=…[&after=seq], also with the header Last-Event-ID."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        headers = _cors(request)
        try:
            after = _after(request)
            who = api.read_ticket(request.query_params.get("ticket", ""))
            view = await self._stream.ask(view_of, who)
        except (Refusal, ValueError) as error:
            await _refused(error, headers)(scope, receive, send)
            return
        if view is None:
            await JSONResponse({"code": "stream.closed"}, 403, headers=headers)(scope, receive, send)
            return
        listener = Listener(who, view)
        watch = asyncio.create_task(_until_gone(receive, listener))
        try:
            await self._send(send, listener, after, headers)
        except TimeoutError:
            _log.info("a stream client of %s was too slow", who)
        finally:
            watch.cancel()

    async def _send(self, send: Send, listener: Listener, after: int | None, headers: dict[str, str]) -> None:
        headers = headers | {"content-type": "text/event-stream; charset=utf-8", "x-accel-buffering": "no"}
        raw = [(key.encode(), value.encode()) for key, value in headers.items()]
        await send({"type": "http.response.start", "status": 200, "headers": raw})
        texts = self._stream.texts(listener, after)
        try:
            async for text in texts:
                if text:
                    async with asyncio.timeout(_STUCK):
                        await send({"type": "http.response.body", "body": text, "more_body": True})
        finally:
            await texts.aclose()  # type: ignore[attr-defined]
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _until_gone(receive: Receive, listener: Listener) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    listener.cut()


def _refused(error: Exception, headers: dict[str, str]) -> Response:
    if isinstance(error, Refusal):
        return JSONResponse({"code": error.code, "zh": error.zh, "en": error.en}, 401, headers=headers)
    return JSONResponse({"code": "stream.after", "en": str(error)}, 422, headers=headers)


def _after(request: Request) -> int | None:
    """Give the last seq the client has. Raises ValueError when it is not a whole number."""
    text = request.headers.get("last-event-id") or request.query_params.get("after")
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and len(text) < 19):  # noqa: PLR2004 - fits a bigint
        message = "Last-Event-ID must be a whole number"
        raise ValueError(message)
    return int(text)


def _cors(request: Request) -> dict[str, str]:
    """Let the web's pages in: the same host on any port, or an origin named in the settings.

    The ticket is the authority, no cookie is read, so this only spares others the temptation.
    """
    origin = request.headers.get("origin", "")
    headers = {"cache-control": "no-store", "vary": "Origin"}
    same = urlsplit(origin).hostname == request.url.hostname
    if origin and (same or origin in settings.CSRF_TRUSTED_ORIGINS):
        headers["access-control-allow-origin"] = origin
    return headers
