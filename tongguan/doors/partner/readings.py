# SPDX-License-Identifier: Apache-2.0
"""Readings by the thousand: ``POST /api/partner/v1/readings``, a plain view that reads columns."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt

from tongguan.doors.common import problems
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.reply import reply
from tongguan.doors.common.strict import WrongBody, check_type, read_body
from tongguan.doors.partner.auth import Bearer
from tongguan.doors.partner.told import columns, decode
from tongguan.kernel.errors import Refusal, TooMany, Unauthenticated
from tongguan.people.contracts import Actor
from tongguan.sensing import api as sensing
from tongguan.sensors import api as sensors
from tongguan.sensors.contracts import Origin, Refusing

limit = Bucket("readings", rate=500, burst=1000)
_bearer = Bearer("readings:write")
_UNREADABLE = 422


class WrongMethod(Refusal):
    """This address is not asked that way."""

    status = 405


@csrf_exempt
def tell(request: HttpRequest) -> HttpResponse:
    """Take readings; durable when answered.

    Each row is judged on its own: those that cannot be taken are answered by their index and kept. The same
    reading may be sent again: it is kept once. 429 and 503 carry ``Retry-After``, nothing was taken then.
    """
    try:
        return _taken(request, _who(request))
    except Exception as error:  # noqa: BLE001 - problems.answer logs what nobody expected
        return problems.answer(request, error)


def _who(request: HttpRequest) -> Actor:
    if request.method != "POST":
        raise WrongMethod("request.method", zh="不支持的方法", en="method not allowed")
    kind, _, token = request.headers.get("authorization", "").partition(" ")
    actor = _bearer.authenticate(request, token.strip()) if kind.lower() == "bearer" else None
    if actor is None:
        raise Unauthenticated("auth.required", zh="请出示令牌", en="present a token")
    if not limit.take(actor.key):
        wait = max(1, round(limit.wait() or 1))
        raise TooMany(
            "rate.limit", zh=f"请求过多，请 {wait} 秒后再试", en=f"try again in {wait} s", retry_after=wait
        )
    found: Actor = actor
    return found


def _taken(request: HttpRequest, actor: Actor) -> HttpResponse:
    check_type(request)
    body = read_body(request)
    if not body:
        raise WrongBody("body.empty", zh="请求体为空", en="the body is empty", field="body")
    rows, refusals = decode(body)
    taken = columns(actor, rows, refusals)
    told: dict[str, Any] = {"kept": 0, "flagged": 0, "again": 0, "aside": 0, "thinned": 0}
    if len(taken.frame):
        receipt = sensing.take(taken.frame)
        told = {name: getattr(receipt, name) for name in told}
    sensors.keep(actor, Origin.READINGS, request.path, taken.refusals)
    shown = {
        "accepted": len(taken.frame),
        "refused": len(taken.refusals),
        **told,
        "answers": [_answer(one) for one in taken.refusals],
    }
    return reply(shown, 200 if len(taken.frame) or not rows else _UNREADABLE)


def _answer(one: Refusing) -> dict[str, Any]:
    return {"index": one.place, "ok": False, "code": one.code, "field": one.field, "detail": one.zh}
