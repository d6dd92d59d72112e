# SPDX-License-Identifier: Apache-2.0
"""What operators look after: is everything moving, what was given up, what may be sent again."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import cursor_id, reply, seal
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.desk.auth import actor_of, needs
from tongguan.messaging import api as messaging
from tongguan.messaging import queries as messages
from tongguan.people.contracts import Post
from tongguan.runtime import api as runtime
from tongguan.runtime import queries as engine

router = Router(tags=["运维 operation"])


class StateShown(Schema):
    """How the engine and the senders are doing."""

    engine: dict[str, Any]
    lanes: list[dict[str, Any]]


class FactLetter(Schema):
    """A fact that a subscriber could not take."""

    id: int
    subscriber: str
    fact: str
    seq: int | None
    error: str
    attempts: int
    at: datetime


class MessageLetter(Schema):
    """A message that was given up; addresses are shortened."""

    id: UUID
    channel: str
    lane: str
    recipient: str
    subject: str
    case_id: UUID | None
    division: str
    state: str
    attempts: int
    due_at: datetime | None
    error: str
    created_at: datetime
    sent_at: datetime | None


class MessagePage(Schema):
    """Messages given up, newest first."""

    rows: list[MessageLetter]
    next: str | None


class ResendTold(Told):
    """Which messages to send again."""

    model_config = example(ids=["0198a1c2-7b00-7000-8000-0000000000a1"])

    ids: Annotated[list[UUID], Field(min_length=1, max_length=1000)]


class Replayed(Schema):
    """How many are on their way again."""

    replayed: int


@router.get("/operation", response=answers(StateShown), operation_id="operation")
def state(request: HttpRequest) -> HttpResponse:
    """Say whether everything moves; for system administrators."""
    actor = actor_of(request)
    needs(actor, Post.SYSADMIN)
    return reply({"engine": asdict(engine.engine_state()), "lanes": messages.lanes(actor)})


@router.get("/dead-letters/facts", response=answers(list[FactLetter]), operation_id="dead_facts")
def dead_facts(
    request: HttpRequest, after: int = Query(0, ge=0, le=2**62), limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """List the facts that subscribers could not take, the oldest first; for system administrators."""
    needs(actor_of(request), Post.SYSADMIN)
    return reply(engine.dead_letters(after, limit))


@router.post(
    "/dead-letters/facts/{int:letter_id}/replay", response=answers(Replayed), operation_id="replay_fact"
)
def replay_fact(request: HttpRequest, letter_id: int) -> HttpResponse:
    """Give a fact to its subscriber again, audited; for system administrators."""
    actor = actor_of(request)
    needs(actor, Post.SYSADMIN)

    def do() -> dict[str, int]:
        runtime.replay_dead_letter(actor, min(letter_id, 2**62))
        return {"replayed": 1}

    return once(request, actor, do, 200)


@router.get("/dead-letters/messages", response=answers(MessagePage), operation_id="dead_messages")
def dead_messages(
    request: HttpRequest, after: str = Query("", max_length=600), limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """List the messages that were given up in the own divisions, newest first."""
    actor = actor_of(request)
    needs(actor, Post.SYSADMIN)
    rows = messages.dead_letters(actor, cursor_id(after), limit)
    return reply({"rows": rows, "next": seal(str(rows[-1].id)) if len(rows) == limit else None})


@router.post("/dead-letters/messages/replay", response=answers(Replayed), operation_id="replay_messages")
def replay_messages(request: HttpRequest, told: ResendTold) -> HttpResponse:
    """Send messages again, audited; for system administrators of their divisions."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"replayed": messaging.replay(actor, told.ids)}, 200)
