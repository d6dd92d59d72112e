# SPDX-License-Identifier: Apache-2.0
"""OGC SensorThings API 1.1 over HTTP: /api/sensorthings/v1.1. Tokens as Bearer, or as the Basic password."""

import base64
import binascii
import re
from typing import Any, Final

import msgspec
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tongguan.doors.common import problems
from tongguan.doors.common.limits import AddressBucket, Bucket
from tongguan.doors.common.reply import encode
from tongguan.doors.common.strict import WrongBody, read_body
from tongguan.doors.partner.auth import wrong_tokens
from tongguan.doors.sensorthings import batch
from tongguan.doors.sensorthings.asking import Answer, Ask
from tongguan.doors.sensorthings.door import answer
from tongguan.kernel.errors import Refusal, TooMany, Unauthenticated
from tongguan.people import api as people
from tongguan.people.contracts import Actor

limit = Bucket("sensorthings", rate=1000, burst=2000)
strangers = AddressBucket("sensorthings_strangers", rate=5, burst=50)
ROOT: Final = "/api/sensorthings/v1.1"
_METHODS: Final = ("GET", "HEAD", "POST", "PATCH", "PUT", "DELETE")
_BODIES: Final = frozenset({"POST", "PATCH", "PUT"})
#: The standard speaks of 400 where the house says 422, 412 or 428.
_STATUS: Final = {422: 400, 412: 400, 428: 400}
_CREATED: Final = 201
_OVERRIDES: Final = re.compile(r"^/?(?:%24|\$)batch/?$")


class WrongMethod(Refusal):
    """The door is not asked that way."""

    status = 405


@csrf_exempt
def door(request: HttpRequest, path: str = "") -> HttpResponse:
    """Answer any question to the door."""
    try:
        return _answer(request, path)
    except Exception as error:  # noqa: BLE001 - problems.answer logs what nobody expected
        return _refused(request, error)


def _answer(request: HttpRequest, path: str) -> HttpResponse:
    method = request.method or ""
    if method not in _METHODS:
        raise WrongMethod("request.method", zh="不支持的方法", en="method not allowed")
    actor, scopes = _who(request)
    if not limit.take(actor.key):
        wait = max(1, round(limit.wait() or 1))
        raise TooMany(
            "rate.limit", zh=f"请求过多，请 {wait} 秒后再试", en=f"try again in {wait} s", retry_after=wait
        )
    ask = Ask(
        actor=actor,
        scopes=scopes,
        root=request.build_absolute_uri(ROOT),
        method="GET" if method == "HEAD" else method,
        path=path,
        told={name: request.GET[name] for name in request.GET},
        body=_body(request) if method in _BODIES else None,
        patching="json-patch" in request.headers.get("content-type", ""),
    )
    if _OVERRIDES.match(path) and method == "POST":
        return _given(Answer(batch.run(ask, ask.body, lambda error: _told(request, error))))
    return _given(answer(ask))


def _who(request: HttpRequest) -> tuple[Actor, frozenset[str]]:
    kind, _, rest = request.headers.get("authorization", "").partition(" ")
    raw = rest.strip()
    if kind.lower() == "basic":
        # A client that knows names and passwords only gives the token as the password.
        try:
            raw = base64.b64decode(raw, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            raw = ""
    try:
        return people.authenticate_token(raw)
    except Refusal:
        if not wrong_tokens.allow_request(request):
            raise TooMany(
                "auth.wrong_tokens", zh="错误令牌过多", en="too many wrong tokens", retry_after=10
            ) from None
        raise Unauthenticated("auth.required", zh="请出示令牌", en="present a token") from None


def _body(request: HttpRequest) -> Any:
    try:
        return msgspec.json.decode(read_body(request) or b"null")
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise WrongBody("body.json", zh="请求体不是 JSON", en="the body is not JSON", field="body") from error


def _given(found: Answer) -> HttpResponse:
    if found.plain and isinstance(found.body, str):
        response = HttpResponse(found.body, status=found.status, content_type="text/plain; charset=utf-8")
    elif found.body is None:
        response = HttpResponse(status=found.status)
    else:
        response = HttpResponse(encode(found.body), status=found.status, content_type="application/json")
    response["Cache-Control"] = "no-store"
    if found.location:
        response["Location"] = found.location
    return response


def _refused(request: HttpRequest, error: Exception) -> HttpResponse:
    told = problems.answer(request, error)
    status = _STATUS.get(told.status_code, told.status_code)
    if status != told.status_code:
        told.status_code = status
        told.content = msgspec.json.encode(msgspec.json.decode(told.content) | {"status": status})
    if isinstance(error, Unauthenticated):
        told["WWW-Authenticate"] = 'Bearer, Basic realm="sensorthings"'
    return told


def _told(request: HttpRequest, error: Exception) -> tuple[int, Any]:
    response = _refused(request, error)
    return response.status_code, msgspec.json.decode(response.content)
