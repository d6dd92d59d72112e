# SPDX-License-Identifier: Apache-2.0
"""The desk looks after what no decoder could read: lists it, opens it, reads it again, sets it aside."""

import base64
import binascii
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import cursor_id, reply, seal
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.common.telling import answer_shown
from tongguan.doors.desk.auth import actor_of
from tongguan.doors.desk.bulk import Started
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import UnreadInfo
from tongguan.kernel.errors import Invalid

router = Router(tags=["来件 unread"])
_MOST_TEXT = 2_000_000


class UnreadPage(Schema):
    """Kept parts, newest first."""

    rows: list[UnreadInfo]
    next: str | None


class BodyShown(Schema):
    """A kept part opened: as text when it is text, else base 64."""

    content_type: str
    name: str
    text: str
    base64: str


class ReplayTold(Told):
    """Reads a part again; a corrected body (text, or base 64 for other bytes) needs a reason."""

    model_config = example(text='{"text": "路灯不亮"}', reason="更正编码")

    text: str | None = Field(None, max_length=_MOST_TEXT)
    base64: str | None = Field(None, max_length=_MOST_TEXT)
    reason: str = Field("", max_length=500)


class ReplayManyTold(Told):
    """Which parts are read again as they came: all, of a channel, with a fault."""

    model_config = example(channel="email")

    channel: str = Field("", max_length=60)
    code: str = Field("", max_length=60)


class ReplayShown(Schema):
    """What became of each part: done with, or the newest fault."""

    done: int
    left: int


class DismissTold(Told):
    """Why a part is set aside."""

    model_config = example(reason="广告邮件")

    reason: str = Field(min_length=1, max_length=500)


@router.get("/unread", response=answers(UnreadPage), operation_id="unread")
def list_unread(
    request: HttpRequest,
    channel: str = Query("", max_length=60),
    after: str = Query("", max_length=600),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """List what could not be read, newest first."""
    rows = reports.unread(actor_of(request), channel=channel, before=cursor_id(after), limit=limit)
    return reply({"rows": rows, "next": seal(str(rows[-1].id)) if len(rows) == limit else None})


@router.post("/unread/{uuid:unread_id}/open", response=answers(BodyShown), operation_id="open_unread")
def open_unread(request: HttpRequest, unread_id: UUID) -> HttpResponse:
    """Open a part; it may hold personal data, so who opened it is audited."""
    parcel = intake.open_unread(actor_of(request), unread_id)
    try:
        text, encoded = parcel.body.decode(), ""
    except UnicodeDecodeError:
        text, encoded = "", base64.b64encode(parcel.body).decode()
    return reply({"content_type": parcel.content_type, "name": parcel.name, "text": text, "base64": encoded})


@router.post("/unread/{uuid:unread_id}/replay", response=answers(ReplayShown), operation_id="replay_unread")
def replay(request: HttpRequest, unread_id: UUID, told: ReplayTold) -> HttpResponse:
    """Read a part again, as it came or corrected; what is still wrong with it is its new fault."""
    actor = actor_of(request)

    def do() -> dict[str, object]:
        found = intake.replay(actor, unread_id, _body(told), told.reason)
        left = [answer_shown(request, answer) for answer in found if answer.refusal is not None]
        return {"done": len(found) - len(left), "left": len(left)}

    return once(request, actor, do, 200)


@router.post("/unread/replay", response=answers(Started, 202), operation_id="replay_unread_many")
def replay_many(request: HttpRequest, told: ReplayManyTold) -> HttpResponse:
    """Read many parts again as they came, after a decoder was mended; one or thousands, as a job."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"job_id": intake.replay_many(actor, told.channel, told.code)}, 202)


@router.post("/unread/{uuid:unread_id}/dismiss", response=answers(None, 204), operation_id="dismiss_unread")
def dismiss(request: HttpRequest, unread_id: UUID, told: DismissTold) -> HttpResponse:
    """Set a part aside for good."""
    intake.dismiss(actor_of(request), unread_id, told.reason)
    return HttpResponse(status=204)


def _body(told: ReplayTold) -> bytes | None:
    if told.text is not None:
        return told.text.encode("utf-8", "replace")
    if told.base64 is None:
        return None
    try:
        return base64.b64decode(told.base64, validate=True)
    except (binascii.Error, ValueError) as error:
        raise Invalid("body.base64", zh="不是 base64", en="not base 64", field="base64") from error
