# SPDX-License-Identifier: Apache-2.0
"""Working time at the desk: the shifts of each calendar, the duty rota with its gaps (F29, F90)."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Moment, Told, example
from tongguan.people import api as people
from tongguan.people import queries
from tongguan.people.contracts import Gap, NewShift, Post

router = Router(tags=["工作时间 working time"])


class CalendarShown(Schema):
    """A work calendar: seven lists of shifts, Monday first."""

    code: str
    name: str
    national: bool
    shifts: list[list[list[str]]]


class ShiftShown(Schema):
    """A turn of duty."""

    id: int
    user_id: int
    user_name: str
    post: str
    starts_at: datetime
    ends_at: datetime


class RotaShown(Schema):
    """A unit's turns of duty within a span, and when nobody holds the post's duty."""

    shifts: list[ShiftShown]
    gaps: list[Gap]


class Span(Schema):
    """Whose rota, of which post, from when to when."""

    unit_id: int = Field(ge=1, le=2**31 - 1)
    post: Post
    since: Moment
    until: Moment


class ShiftTold(Told):
    """A turn of duty to plan."""

    model_config = example(
        user_id=3,
        unit_id=4,
        post="dispatcher",
        starts_at="2026-05-01T08:00:00+08:00",
        ends_at="2026-05-01T20:00:00+08:00",
    )

    user_id: int = Field(ge=1, le=2**31 - 1)
    unit_id: int = Field(ge=1, le=2**31 - 1)
    post: Post
    starts_at: Moment
    ends_at: Moment


class Planned(Schema):
    """The turn's number."""

    id: int


@router.get("/calendars", response=answers(list[CalendarShown]), operation_id="calendars")
def calendars(request: HttpRequest) -> HttpResponse:
    """Give the calendars of the city and its units."""
    return reply(queries.calendars())


@router.get("/rota", response=answers(RotaShown), operation_id="rota")
def rota(request: HttpRequest, span: Query[Span]) -> HttpResponse:
    """Give a unit's turns of duty of a post, and the gaps between them."""
    actor = actor_of(request)
    shifts = queries.rota(actor, span.unit_id, span.since, span.until, span.post)
    gaps = queries.duty_gaps(actor, span.unit_id, span.post, span.since, span.until)
    return reply(
        {
            "shifts": [_shift(one) for one in shifts],
            "gaps": [{"starts_at": gap.starts_at, "ends_at": gap.ends_at} for gap in gaps],
        }
    )


@router.post("/rota", response=answers(Planned, 201), operation_id="plan_duty")
def plan(request: HttpRequest, told: ShiftTold) -> HttpResponse:
    """Plan a turn of duty; for duty chiefs, departments and system administrators."""
    (shift_id,) = people.roster(actor_of(request), [NewShift(**told.model_dump())])
    return reply({"id": shift_id}, 201)


@router.post("/rota/{int:shift_id}/cancel", response=answers(None, 204), operation_id="cancel_duty")
def cancel(request: HttpRequest, shift_id: int) -> HttpResponse:
    """Take a turn off the rota; it stays in the records."""
    people.cancel_shift(actor_of(request), min(shift_id, 2**62))
    return HttpResponse(status=204)


def _shift(one: Any) -> dict[str, Any]:
    shown = {name: getattr(one, name) for name in ("id", "post", "starts_at", "ends_at")}
    return {**shown, "user_id": one.user.id, "user_name": one.user.name}
