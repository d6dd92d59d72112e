# SPDX-License-Identifier: Apache-2.0
"""The doorkeeper: what no address or cookie may hold, and the rules a browser gets with each page."""

from collections.abc import Callable
from typing import Final

from django.http import HttpRequest, HttpResponse

from tongguan.doors.common.problems import not_found, problem

Answer = Callable[[HttpRequest], HttpResponse]

_POLICY: Final = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "connect-src 'self' {stream}; object-src 'none'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'self'"
)
_MAX_ADDRESS: Final = 8_000
_NOT_FOUND, _NOT_ALLOWED = 404, 405


def doorkeeper(get_response: Answer) -> Answer:
    """Refuse NUL and over-long addresses before anything reads them; set the browser's rules after."""

    def stand(request: HttpRequest) -> HttpResponse:
        wrong = _wrong(request)
        if wrong:
            return problem(
                request, 400, "request.characters", "地址或 Cookie 有误", "bad address or cookie", field=wrong
            )
        response = get_response(request)
        if response.status_code in {_NOT_FOUND, _NOT_ALLOWED} and request.path.startswith("/api/"):
            response = _plain_problem(request, response)
        response.headers.setdefault("Referrer-Policy", "same-origin")
        return response

    return stand


def content_policy(stream_origin: str) -> str:
    """Give the Content-Security-Policy of our pages; the live stream may come from another origin."""
    return _POLICY.format(stream=stream_origin).replace(" ;", ";")


def _wrong(request: HttpRequest) -> str:
    if "\x00" in request.path or len(request.path) > _MAX_ADDRESS:
        return "path"
    query = str(request.META.get("QUERY_STRING", ""))
    if len(query) > _MAX_ADDRESS:
        return "query"
    if "%00" in query or "\x00" in query:
        return next(
            (name for name, values in request.GET.lists() if "\x00" in name + "".join(values)), "query"
        )
    if any("\x00" in value for value in request.COOKIES.values()):
        return "Cookie"
    return ""


def _plain_problem(request: HttpRequest, response: HttpResponse) -> HttpResponse:
    """Give Django's own 404 and 405 pages as problems where machines read."""
    if "json" in response.headers.get("Content-Type", ""):
        return response
    if response.status_code == _NOT_ALLOWED:
        told = problem(request, 405, "request.method", "不支持的方法", "method not allowed")
        told["Allow"] = response.headers.get("Allow", "")
        return told
    return not_found(request)
