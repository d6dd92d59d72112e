# SPDX-License-Identifier: Apache-2.0
"""Partner systems post to a channel in the channel's own format; the bytes are read by its decoder."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema

from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.telling import answer_shown
from tongguan.doors.partner.auth import Bearer
from tongguan.doors.partner.reports import AnswerShown
from tongguan.intake import api as intake
from tongguan.intake.contracts import Parcel
from tongguan.intake.spi import channels
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import Actor

router = Router(tags=["渠道 channels"])
_UNREADABLE = 422
_ANY_BODY: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {"*/*": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class ChannelShown(Schema):
    """A channel that takes parcels."""

    name: str
    title: str


class PartShown(AnswerShown):
    """The answer to one part; ``kept`` is its number in the quarantine when it could not be read.

    ``held``: where it waits for a person's judgement (channel ``video``), ``repeated`` when it did before.
    """

    kept: UUID | None = None
    held: UUID | None = None
    repeated: bool = False


class ParcelShown(Schema):
    """The answers to the parts of a parcel, in their order."""

    accepted: int
    refused: int
    answers: list[PartShown]


@router.get("/channels", response=answers(list[ChannelShown]), operation_id="channels")
def list_channels(request: HttpRequest) -> HttpResponse:
    """List the channels by name."""
    return reply([{"name": name, "title": c.title} for name, c in sorted(channels.items().items())])


@router.post(
    "/channels/{name}",
    auth=Bearer("reports:write"),
    response={**answers(ParcelShown), _UNREADABLE: ParcelShown},
    operation_id="post_parcel",
    openapi_extra=_ANY_BODY,
)
def post_parcel(request: HttpRequest, name: str) -> HttpResponse:
    """Post a parcel in the channel's format: its bytes, with the headers that belong to it.

    Durable when answered. Each part is answered on its own; what cannot be read is kept for the officials
    and named. 422 when no part could be read.
    """
    actor: Actor = request.auth  # type: ignore[attr-defined]
    if not request.body:
        raise Invalid("body.empty", zh="消息体为空", en="the body is empty", field="body")
    headers = {key.casefold(): value for key, value in request.headers.items()}
    parcel = Parcel(request.body, request.headers.get("content-type", ""), headers)
    shown = [
        answer_shown(request, answer) | {"kept": answer.kept} for answer in intake.accept(actor, name, parcel)
    ]
    accepted = sum(1 for answer in shown if answer["ok"])
    body = {"accepted": accepted, "refused": len(shown) - accepted, "answers": shown}
    return reply(body, 200 if accepted or not shown else _UNREADABLE)
