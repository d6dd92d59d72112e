# SPDX-License-Identifier: Apache-2.0
"""A department's own system tells how far its work orders are, in signed CloudEvents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Router, Schema

from tongguan.doors.common import files
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import AddressBucket
from tongguan.doors.common.problems import english
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told
from tongguan.doors.common.strict import read_body
from tongguan.exchange import api as exchange
from tongguan.exchange.contracts import Taken
from tongguan.intake.contracts import Parcel
from tongguan.kernel.errors import NotFound, TooMany, Unauthenticated

router = Router(tags=["部门对接 departments"])
#: Wrong signatures from one address: guessing is hopeless, but it should not cost us either.
wrong_signatures = AddressBucket("wrong_signature", rate=1, burst=20)
_OK = 200
_REFUSED = 422
_EVENTS: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "application/cloudevents+json": {"schema": {"type": "object"}},
            "application/cloudevents-batch+json": {"schema": {"type": "array", "items": {"type": "object"}}},
        },
    }
}
_REPLAY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class TakenShown(Schema):
    """The answer to one event: ``done``, ``repeated`` (done before) or ``refused``, and then why."""

    index: int
    event_id: str
    state: str
    order_id: UUID | None
    case_number: str
    case_state: str
    order_state: str
    code: str
    field: str
    detail: str
    kept: UUID | None


class EventsTaken(Told):
    """The answers to the events, in their order."""

    done: int
    refused: int
    answers: list[TakenShown]


class PhotoShown(Schema):
    """A photo of an order's case: its link opens until ``until``."""

    id: UUID
    name: str
    kind: str
    width: int | None
    height: int | None
    url: str
    until: datetime


class ReplayedShown(Schema):
    """Of how many cases events are sent again."""

    cases: int


@router.post(
    "/departments/{code}/events",
    auth=None,
    response={**answers(EventsTaken), _REFUSED: EventsTaken},
    operation_id="department_events",
    openapi_extra=_EVENTS,
)
def take(request: HttpRequest, code: str) -> HttpResponse:
    """Take events: accepted, progress, done, returned, of orders also extension. Durable when answered.

    From a unit's system they tell of orders, from that of 110, 119 or 120 of hand-overs.

    Signed as Standard Webhooks (``webhook-id``, ``webhook-timestamp``, ``webhook-signature``) with the
    link's secret. The same source and id is done once. A single refused event is answered with the status
    of its refusal (409: its stage does not allow it, or it is out of date); it is kept for the officials and
    need not be sent again.
    """
    content = read_body(request)
    parcel = Parcel(content, request.headers.get("content-type", ""))
    try:
        found = exchange.take(code, _headers(request), parcel)
    except Unauthenticated:
        _slow_down(request)
        raise
    shown = [_shown(request, one) for one in found]
    refused = [one.refusal for one in found if one.refusal is not None]
    status = _OK if len(refused) < len(found) else refused[0].status if len(found) == 1 else _REFUSED
    body = {"done": len(found) - len(refused), "refused": len(refused), "answers": shown}
    return reply(body, status)


@router.post(
    "/departments/{code}/replay",
    auth=None,
    response=answers(ReplayedShown),
    operation_id="department_replay",
    openapi_extra=_REPLAY,
)
def replay(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for everything from a number on again: the signed body is ``{"from": 12}``."""
    content = read_body(request)
    try:
        return reply({"cases": exchange.replay_for_department(code, _headers(request), content)})
    except Unauthenticated:
        _slow_down(request)
        raise


@router.post(
    "/departments/{code}/photos",
    auth=None,
    response=answers(list[PhotoShown]),
    operation_id="department_photos",
    openapi_extra=_REPLAY,
)
def photos(request: HttpRequest, code: str) -> HttpResponse:
    """Ask for fresh links to photos of an order of yours: the signed body is ``{"order_id": "…"}``."""
    content = read_body(request)
    try:
        return reply(exchange.photos_for_department(code, _headers(request), content))
    except Unauthenticated:
        _slow_down(request)
        raise


@router.get("/departments/photos/{token}", auth=None, response=answers(None), operation_id="department_photo")
def photo(request: HttpRequest, token: str) -> HttpResponse | FileResponse:
    """Give the photo of a link that an event or ``photos`` told of, while it opens. Each one is audited."""
    try:
        info, stream = exchange.photo(token)
        return files.send(request, info, stream, f"photo.{info.kind.partition('/')[2]}")
    except NotFound:
        _slow_down(request)
        raise


def _headers(request: HttpRequest) -> dict[str, str]:
    return {key.casefold(): value for key, value in request.headers.items()}


def _slow_down(request: HttpRequest) -> None:
    if not wrong_signatures.allow_request(request):
        raise TooMany(
            "auth.wrong_signatures", zh="错误签名过多", en="too many wrong signatures", retry_after=10
        )


def _shown(request: HttpRequest, taken: Taken) -> dict[str, Any]:
    refusal = taken.refusal
    return {
        "index": taken.index,
        "event_id": taken.event_id,
        "state": taken.state,
        "order_id": taken.order_id,
        "case_number": taken.case_number,
        "case_state": taken.case_state,
        "order_state": taken.order_state,
        "code": refusal.code if refusal else "",
        "field": (refusal.field or "") if refusal else "",
        "detail": "" if refusal is None else refusal.en if english(request) else refusal.zh,
        "kept": taken.kept,
    }
