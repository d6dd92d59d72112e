# SPDX-License-Identifier: Apache-2.0
"""CAP 1.2 for connected systems: a feed of what is issued, single messages, and warnings taken in."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.strict import read_body
from tongguan.doors.partner.auth import Bearer
from tongguan.people.contracts import Actor
from tongguan.warnings import api as warnings
from tongguan.warnings import queries

router = Router(tags=["预警 alarms"])
_READ, _WRITE = Bearer("alarms:read"), Bearer("alarms:write")
_CAP = "application/cap+xml; charset=utf-8"
_XML: dict[str, Any] = {
    "requestBody": {"required": True, "content": {"application/cap+xml": {"schema": {"type": "string"}}}}
}


class WarningTaken(Schema):
    """Under which number a warning is kept; sent again it is the same."""

    id: UUID


@router.get("/cap", auth=_READ, response=answers(None), operation_id="cap_feed")
def feed(request: HttpRequest) -> HttpResponse:
    """Give the newest messages about confirmed alarms as an Atom feed."""
    body = queries.feed(_system(request), request.build_absolute_uri(request.path))
    return HttpResponse(body, content_type="application/atom+xml; charset=utf-8")


@router.get("/cap/{identifier}", auth=_READ, response=answers(None), operation_id="cap_message")
def message(request: HttpRequest, identifier: str) -> HttpResponse:
    """Give one CAP 1.2 message as it was issued."""
    return HttpResponse(queries.message(_system(request), identifier).body, content_type=_CAP)


@router.post(
    "/cap", auth=_WRITE, response=answers(WarningTaken, 201), operation_id="take_cap", openapi_extra=_XML
)
def take(request: HttpRequest) -> HttpResponse:
    """Take a CAP 1.2 message (alert, update, cancel), or an EDXL-DE 1.0 envelope of such.

    What cannot be read is kept and named.
    """
    return reply({"id": warnings.take_cap(_system(request), read_body(request))}, 201)


def _system(request: HttpRequest) -> Actor:
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor
