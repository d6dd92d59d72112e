# SPDX-License-Identifier: Apache-2.0
"""Field work at the desk: answers that came too late for their task, and where collectors are (F35)."""

from typing import Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Moment, Told, example
from tongguan.doors.desk.auth import actor_of
from tongguan.patrol import api as patrol
from tongguan.patrol import queries
from tongguan.patrol.contracts import EntryInfo, Point, Seen

router = Router(tags=["采集 field"])


class DecideTold(Told):
    """What the late answer is worth."""

    model_config = example(decision="noted", reason="照片有用，供现任采集员参考")

    decision: Literal["noted", "dismissed"]
    reason: str = Field(min_length=1, max_length=500)


@router.get("/field/reviews", response=answers(list[EntryInfo]), operation_id="field_reviews")
def reviews(
    request: HttpRequest,
    before: int | None = Query(None, ge=1, le=2**62),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """List answers that came too late for their task, newest first."""
    return reply(queries.to_review(actor_of(request), before=before, limit=limit))


@router.post("/field/reviews/{int:entry_id}", response=answers(EntryInfo), operation_id="decide_field_entry")
def decide(request: HttpRequest, entry_id: int, told: DecideTold) -> HttpResponse:
    """Note it on the case, or dismiss it, with the reason."""
    actor = actor_of(request)
    return once(request, actor, lambda: patrol.decide(actor, entry_id, told.decision, told.reason), 200)


@router.get("/field/positions", response=answers(list[Seen]), operation_id="collector_positions")
def positions(request: HttpRequest, division: str = Query("", max_length=12)) -> HttpResponse:
    """Give where the collectors of the own divisions were last; audited."""
    return reply(patrol.positions(actor_of(request), division))


@router.get("/field/tracks/{int:user_id}", response=answers(list[Point]), operation_id="collector_track")
def track(request: HttpRequest, user_id: int, since: Moment, until: Moment) -> HttpResponse:
    """Give a collector's track within a day; audited."""
    return reply(patrol.track(actor_of(request), user_id, since, until))
