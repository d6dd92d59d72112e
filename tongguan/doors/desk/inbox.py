# SPDX-License-Identifier: Apache-2.0
"""The own inbox."""

from typing import Annotated
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import cursor_id, reply, seal
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.desk.auth import actor_of
from tongguan.messaging import api as messaging
from tongguan.messaging import queries as messages
from tongguan.messaging.contracts import InboxLine

router = Router(tags=["收件箱 inbox"])


class InboxPage(Schema):
    """Messages, newest first."""

    rows: list[InboxLine]
    next: str | None


class Unread(Schema):
    """How many are unread."""

    unread: int


class ReadTold(Told):
    """Which messages were read; none named: all."""

    model_config = example(ids=["0198a1c2-7b00-7000-8000-0000000000a1"])

    ids: Annotated[list[UUID], Field(max_length=200)] | None = None


class Changed(Schema):
    """How many changed."""

    changed: int


@router.get("/inbox", response=answers(InboxPage), operation_id="inbox")
def inbox(
    request: HttpRequest, after: str = Query("", max_length=600), limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """List the own messages, newest first."""
    rows = messages.inbox(actor_of(request), cursor_id(after), limit)
    return reply({"rows": rows, "next": seal(str(rows[-1].id)) if len(rows) == limit else None})


@router.get("/inbox/unread", response=answers(Unread), operation_id="inbox_unread")
def unread(request: HttpRequest) -> HttpResponse:
    """Count the own unread messages."""
    return reply({"unread": messages.unread(actor_of(request))})


@router.post("/inbox/read", response=answers(Changed), operation_id="inbox_read")
def read(request: HttpRequest, told: ReadTold) -> HttpResponse:
    """Mark own messages as read."""
    return reply({"changed": messaging.mark_read(actor_of(request), told.ids)})
