# SPDX-License-Identifier: Apache-2.0
"""Reads of the cellar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from tongguan.kernel import clock
from tongguan.kernel.errors import NotFound
from tongguan.runtime import relay, spi
from tongguan.runtime.contracts import Acting, JobInfo, RowFailure
from tongguan.runtime.models import Cursor, DeadLetter, FactRecord, Job, JobState, Lease, Periodic


def job(job_id: UUID, actor: Acting) -> JobInfo:
    """Give a job to the one who started it. Raises NotFound for others' jobs too."""
    row = Job.objects.filter(id=job_id).first()
    if row is None or actor.key not in {row.actor_key, "system"}:
        raise NotFound("job.unknown", zh="没有这项任务", en="no such job")
    return with_failures(row)


def with_failures(row: Job, most: int | None = 200) -> JobInfo:
    """Give the row with what it could not do."""
    told = row.failures.order_by("id").values_list("row", "code", "zh", "en")
    return job_info(row, tuple(RowFailure(*one) for one in told[:most]))


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


@dataclass(frozen=True, slots=True)
class DeadLetterInfo:
    """A fact that one subscriber could not take, waiting for somebody to replay it."""

    id: int
    subscriber: str
    fact: str
    seq: int | None
    error: str
    attempts: int
    at: datetime


def dead_letters(after: int = 0, limit: int = 100) -> list[DeadLetterInfo]:
    """Give the letters nobody has replayed yet, the oldest first, by id after ``after``. For operators."""
    letters = DeadLetter.objects.filter(replayed_at=None, id__gt=after).select_related("fact").order_by("id")
    return [
        DeadLetterInfo(row.pk, row.subscriber, row.fact.name, row.fact.seq, row.error, row.attempts, row.at)
        for row in letters[: min(limit, 500)]
    ]


@dataclass(frozen=True, slots=True)
class StreamedFact:
    """A numbered fact as stored, for those who pass it on without knowing its type."""

    seq: int
    id: int
    name: str
    payload: dict[str, Any]
    division: str
    at: datetime


def facts_after(seq: int | None, limit: int = 500) -> list[StreamedFact]:
    """Give the facts that follow a place in the stream, in order, None: the newest; bounded to 5,000."""
    after = relay.last_seq() - limit if seq is None else seq
    rows = FactRecord.objects.filter(seq__gt=after).order_by("seq")[: min(limit, 5000)]
    return [StreamedFact(r.seq or 0, r.pk, r.name, r.payload, r.division, r.at) for r in rows]


@dataclass(frozen=True, slots=True)
class EngineState:
    """What operators look at first: whether everything moves."""

    last_seq: int
    unnumbered: int
    lag: dict[str, int]
    failing: dict[str, str]
    dead_letters: int
    open_jobs: int
    engines: int


def engine_state() -> EngineState:
    """Give the stream's end, every subscriber's lag in facts, what is failing and how much waits."""
    head = relay.last_seq()
    cursors = list(Cursor.objects.all())
    failing = {c.name: c.error for c in cursors if c.error}
    failing |= {p.name: p.error for p in Periodic.objects.filter(failing_since__isnull=False)}
    return EngineState(
        last_seq=head,
        unnumbered=FactRecord.objects.filter(seq=None).count(),
        lag={cursor.name: max(0, head - cursor.seq) for cursor in cursors},
        failing=failing,
        dead_letters=DeadLetter.objects.filter(replayed_at=None).count(),
        open_jobs=Job.objects.filter(state__in=[JobState.WAITING, JobState.RUNNING]).count(),
        engines=Lease.objects.filter(name__startswith="engine:", until__gt=clock.now()).count(),
    )
