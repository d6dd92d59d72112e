# SPDX-License-Identifier: Apache-2.0
"""One move on many cases: looked at first, run as a job, followed, undone."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.bulk import api as bulk
from tongguan.bulk.contracts import BulkPreview
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.desk.auth import actor_of
from tongguan.runtime import api as runtime
from tongguan.runtime import queries as engine
from tongguan.runtime.contracts import JobInfo, RowFailure

router = Router(tags=["批量 bulk"])


class ManyTold(Told):
    """The cases and the move."""

    model_config = example(case_ids=["0198a1c2-7b00-7000-8000-0000000000a1"], move="accept")

    case_ids: Annotated[list[UUID], Field(min_length=1, max_length=10_000)]
    move: str = Field(min_length=1, max_length=40)


class BulkTold(ManyTold):
    """The cases, the move and its inputs."""

    model_config = example(
        case_ids=["0198a1c2-7b00-7000-8000-0000000000a1"], move="void", inputs={"reason": "重复登记"}
    )

    inputs: dict[Annotated[str, Field(max_length=40)], Any] = Field(default={}, max_length=40)


class Started(Schema):
    """The job that was started."""

    job_id: UUID


class JobShown(Schema):
    """A job: how far it is, what failed, whether it can be undone."""

    id: UUID
    kind: str
    state: str
    total: int
    done: int
    failed: int
    result: dict[str, Any] | None
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    can_undo: bool
    undo_of: UUID | None
    failures: list[RowFailure]


@router.post("/bulk/preview", response=answers(BulkPreview), operation_id="bulk_preview")
def preview(request: HttpRequest, told: ManyTold) -> HttpResponse:
    """Tell how many of the cases can make the move, before anything is done."""
    return reply(bulk.preview_bulk(actor_of(request), told.case_ids, told.move))


@router.post("/bulk", response=answers(Started, 202), operation_id="bulk_start")
def start(request: HttpRequest, told: BulkTold) -> HttpResponse:
    """Start the move on all of them as one audited job."""
    actor = actor_of(request)
    return once(
        request,
        actor,
        lambda: {"job_id": bulk.start_bulk(actor, told.case_ids, told.move, told.inputs)},
        202,
    )


@router.get("/jobs", response=answers(list[JobShown]), operation_id="jobs")
def jobs(request: HttpRequest, limit: int = Query(50, ge=1, le=200)) -> HttpResponse:
    """List the own jobs, newest first."""
    return reply([_job(one) for one in engine.jobs(actor_of(request), limit)])


@router.get("/jobs/{uuid:job_id}", response=answers(JobShown), operation_id="job")
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Give an own job with its failures."""
    return reply(_job(engine.job(job_id, actor_of(request))))


@router.post("/jobs/{uuid:job_id}/cancel", response=answers(JobShown), operation_id="cancel_job")
def cancel(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Ask an own job to stop; what is done stays done."""
    actor = actor_of(request)
    runtime.cancel_job(actor, job_id)
    return reply(_job(engine.job(job_id, actor)))


@router.post("/jobs/{uuid:job_id}/undo", response=answers(Started, 202), operation_id="undo_job")
def undo(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """Take an own job back, where its move allows it."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"job_id": runtime.undo_job(actor, job_id)}, 202)


def _job(info: JobInfo) -> dict[str, Any]:
    shown = asdict(info)
    return {name: shown[name] for name in JobShown.model_fields}
