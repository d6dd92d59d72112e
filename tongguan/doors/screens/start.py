# SPDX-License-Identifier: Apache-2.0
"""What a screen asks first, answered within its page: the interface's own answers, spared the journeys.

The page asks as the browser would: the same addresses, the same session, the same checks, limits and
scope. What is refused is left out; the screen then asks by itself and shows the refusal.
"""

import copy
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import resolve

_OK: Final = 200
_SESSION: Final = "/api/desk/session"
#: The queue as it opens, word for word as the screen asks for it. The ticket comes first: what happens after
#: it was given is told by the stream, so that nothing falls between the list and the stream.
_QUEUE: Final = (
    "/api/desk/stream-ticket",
    "/api/desk/cases?open=true&order=newest&limit=50",
    "/api/desk/cases/counts",
)
#: What a request remembers of how it was asked; a copy that asks something else must not.
_REMEMBERED: Final = ("headers", "COOKIES", "_body", "_post", "_files")


def asked_first(request: HttpRequest) -> tuple[str, ...]:
    """Give the addresses that the screen at this address asks at once; none for who is not signed in."""
    # What the phone keeps for later must not hold anybody's session.
    read_now = request.headers.get("Sec-Fetch-Dest", "document") == "document"
    if not read_now or not request.user.is_authenticated or request.path.startswith("/wall"):
        return ()
    if request.path == "/desk" and not request.META.get("QUERY_STRING"):
        return (_SESSION, *_QUEUE)
    return (_SESSION,)


def start_of(request: HttpRequest) -> str:
    """Give the answers as one JSON object by address, harmless within HTML; "" where there are none."""
    told = {address: _answer(request, address) for address in asked_first(request)}
    found = [f'"{address}":{body}' for address, body in told.items() if body]
    whole = "{" + ",".join(found) + "}" if found else ""
    return whole.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _answer(request: HttpRequest, address: str) -> str:
    """Ask one address as the browser would; "" for a refusal."""
    parts = urlsplit(address)
    asked = copy.copy(request)
    for name in _REMEMBERED:
        asked.__dict__.pop(name, None)
    asked.method = "GET"
    asked.path = asked.path_info = parts.path
    asked.GET = QueryDict(parts.query)
    asked.META = request.META | {
        "PATH_INFO": parts.path,
        "QUERY_STRING": parts.query,
        "HTTP_ACCEPT": "application/json",
    }
    match = resolve(parts.path)
    asked.resolver_match = match
    answer: HttpResponse = match.func(asked, *match.args, **match.kwargs)
    return answer.content.decode() if answer.status_code == _OK else ""
