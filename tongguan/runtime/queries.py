# SPDX-License-Identifier: Apache-2.0
"""Reads of the cellar."""

from uuid import UUID

from tongguan.kernel.errors import NotFound
from tongguan.runtime import spi
from tongguan.runtime.contracts import Acting, JobInfo, RowFailure
from tongguan.runtime.models import Job, JobState

_SHOWN_FAILURES = 200


def job(job_id: UUID, actor: Acting) -> JobInfo:
    """Give a job to the one who started it. Raises NotFound for others' jobs too."""
    row = Job.objects.filter(id=job_id).first()
    if row is None or actor.key not in {row.actor_key, "system"}:
        raise NotFound("job.unknown", zh="没有这项任务", en="no such job")
    failures = row.failures.order_by("id")[:_SHOWN_FAILURES]
    return job_info(row, tuple(RowFailure(f.row, f.code, f.zh, f.en) for f in failures))


def jobs(actor: Acting, limit: int = 50) -> list[JobInfo]:
    """Give the actor's own jobs, the newest first, without their failures."""
    rows = Job.objects.filter(actor_key=actor.key).order_by("-created_at", "-id")[: min(limit, 200)]
    return [job_info(row) for row in rows]


def job_info(row: Job, failures: tuple[RowFailure, ...] = ()) -> JobInfo:
    """Give the row as a frozen value."""
    ended = row.state in {JobState.DONE, JobState.CANCELLED, JobState.FAILED}
    return JobInfo(
        id=row.id,
        kind=row.kind,
        actor_key=row.actor_key,
        actor_name=row.actor_name,
        params=row.params,
        state=row.state,
        total=row.total,
        done=row.done,
        failed=row.failed,
        result=row.result,
        error=row.error,
        created_at=row.created_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
        can_undo=ended and row.done > 0 and row.undo_of_id is None and row.kind in spi.job_undos,
        undo_of=row.undo_of_id,
        failures=failures,
    )
