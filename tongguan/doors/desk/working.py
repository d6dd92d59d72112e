# SPDX-License-Identifier: Apache-2.0
"""The desk works on a case: moves, orders, clocks, reasons, the picture of the process, own tasks."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from tongguan.cases import queries as cases
from tongguan.dispatch import queries as work
from tongguan.dispatch.contracts import Explanation
from tongguan.doors.common import casework, working
from tongguan.doors.common.casework import CaseRow
from tongguan.doors.common.document import VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.working import MovesShown, MoveTold, OrderShown, OutcomeShown
from tongguan.doors.desk.auth import actor_of
from tongguan.kernel import clock

router = Router(tags=["办理 work"])


class ClockShown(Schema):
    """One clock; times counted are in seconds."""

    id: int
    stage: str
    stage_name: str
    order_id: UUID | None
    supervision_id: UUID | None
    round: int
    started_at: datetime
    stopped_at: datetime | None
    paused_at: datetime | None
    due_at: datetime | None
    limit_zh: str
    extensions: int
    elapsed_s: float
    remaining_s: float | None
    overdue: bool
    warning: str
    next_notice_at: datetime | None
    next_notice_zh: str


class TaskShown(Schema):
    """One thing that waits for the person."""

    kind: str
    due_at: datetime | None
    case: CaseRow
    order: OrderShown | None


@router.get("/cases/{uuid:case_id}/moves", response=answers(MovesShown), operation_id="case_moves")
def moves(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the moves one may make now, each with its inputs."""
    return working.allowed(actor_of(request), case_id)


@router.post(
    "/cases/{uuid:case_id}/moves/{move}",
    response=answers(OutcomeShown),
    operation_id="case_move",
    openapi_extra=VERSIONED,
)
def move(request: HttpRequest, case_id: UUID, move: str, told: MoveTold) -> HttpResponse:
    """Make a move on the version given in ``If-Match``."""
    return working.perform(request, actor_of(request), case_id, move, told)


@router.get("/cases/{uuid:case_id}/orders", response=answers(list[OrderShown]), operation_id="case_orders")
def orders(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the work orders of a case."""
    return reply([working.order(one) for one in work.work_orders(actor_of(request), case_id)])


@router.get("/cases/{uuid:case_id}/clocks", response=answers(list[ClockShown]), operation_id="case_clocks")
def clocks(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the clocks of a case, in the order they started."""
    actor = actor_of(request)
    found = work.clocks(actor, case_id)
    stages = cases.process_of(cases.case(actor, case_id)).stages
    return reply([_clock(one, stages.get(one.stage, one.stage)) for one in found])


@router.get("/cases/{uuid:case_id}/explain", response=answers(Explanation), operation_id="case_explain")
def explain(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Say why the case was filed, dispatched and joined as it was."""
    return reply(work.explain(actor_of(request), case_id))


@router.get(
    "/cases/{uuid:case_id}/process.svg",
    response=answers(None),
    operation_id="case_picture",
    openapi_extra={
        "responses": {
            200: {"description": "SVG", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}
        }
    },
)
def process_picture(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Draw the case's process with the present state marked."""
    svg = cases.picture_of(actor_of(request), case_id)
    response = HttpResponse(svg, content_type="image/svg+xml; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response


@router.get("/tasks", response=answers(list[TaskShown]), operation_id="my_tasks")
def tasks(request: HttpRequest, limit: int = Query(50, ge=1, le=200)) -> HttpResponse:
    """Give what waits for the person, soonest due first."""
    now = clock.now()
    return reply(
        [
            {
                "kind": task.kind,
                "due_at": task.due_at,
                "case": casework.row(task.case, now),
                "order": working.order(task.order) if task.order else None,
            }
            for task in work.my_tasks(actor_of(request), limit)
        ]
    )


def _clock(info: Any, stage: str) -> dict[str, Any]:
    shown = {name: getattr(info, name) for name in ClockShown.model_fields if hasattr(info, name)}
    shown["stage_name"] = stage
    shown["elapsed_s"] = info.elapsed.total_seconds()
    shown["remaining_s"] = None if info.remaining is None else info.remaining.total_seconds()
    return shown
