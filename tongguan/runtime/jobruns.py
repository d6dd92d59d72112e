# SPDX-License-Identifier: Apache-2.0
"""Running jobs: one step, one transaction; a killed engine's job goes on at its last finished step."""

import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import InterfaceError, OperationalError
from django.db.models import F

from tongguan.kernel import clock
from tongguan.kernel.errors import Refusal
from tongguan.runtime import leases, outbox, queries, spi
from tongguan.runtime.facts import JobEnded
from tongguan.runtime.models import Job, JobFailure, JobState
from tongguan.runtime.transactions import atomic

_log = logging.getLogger(__name__)
_LOOKED_AT = 20
#: A job that was started so often without finishing a step kills its engine: it is given up.
_MOST_STARTS = 5
_MOST_FAILURES = 10_000
_LONGEST_ERROR = 4000
_OPEN = (JobState.WAITING, JobState.RUNNING)


class JobStopped(Exception):  # noqa: N818 - not an error: the job goes on elsewhere, later or not at all
    """The run ends here: cancelled, taken over by another engine, or this engine stops."""

    def __init__(self, *, cancelled: bool = False) -> None:
        """Tell whether the job itself is over."""
        super().__init__("cancelled" if cancelled else "yielded")
        self.cancelled = cancelled


class JobStep:
    """The refusals of one step."""

    def __init__(self) -> None:
        """Begin without refusals."""
        self.failures: list[tuple[str, Exception]] = []

    def fail(self, row: str, reason: Exception) -> None:
        """Record that this row was refused."""
        self.failures.append((row, reason))


class JobProgress:
    """Keeps one running job's row up to date, in the transactions of its steps."""

    def __init__(self, row: Job, holder: str, stopping: Callable[[], bool]) -> None:
        """Go on from where the row stands."""
        self._row = row
        self._holder = holder
        self._stopping = stopping
        self._cancelled = False

    @property
    def position(self) -> Any:
        """Where to go on."""
        return self._row.position

    @contextmanager
    def step(self, rows: int, position: Any) -> Iterator[JobStep]:
        """Do the next rows in one transaction."""
        if self._cancelled or self._stopping():
            raise JobStopped(cancelled=self._cancelled)
        step = JobStep()
        with atomic():
            yield step
            self._finish(step, rows, position)
        self._row.position = position

    def _finish(self, step: JobStep, rows: int, position: Any) -> None:
        if not leases.hold(_lease(self._row), self._holder):
            raise JobStopped
        jobs = Job.objects.filter(id=self._row.id)
        self._cancelled = jobs.values_list("cancel_asked", flat=True).get()
        failed = len(step.failures)
        jobs.update(done=F("done") + rows - failed, failed=F("failed") + failed, position=position, starts=0)
        room = _MOST_FAILURES - JobFailure.objects.filter(job=self._row).count() if failed else 0
        JobFailure.objects.bulk_create([_failure(self._row, *f) for f in step.failures[: max(room, 0)]])


def _failure(row: Job, name: str, reason: Exception) -> JobFailure:
    if isinstance(reason, Refusal):
        return JobFailure(job=row, row=name, code=reason.code, zh=reason.zh, en=reason.en)
    return JobFailure(job=row, row=name, code="job.row", zh="处理失败", en=repr(reason)[:500])


def _lease(row: Job) -> str:
    return f"job:{row.id}"


def run_next(holder: str, stopping: Callable[[], bool] = lambda: False) -> bool:
    """Run the oldest job that is nobody's; tell whether there was one."""
    for row in Job.objects.filter(state__in=_OPEN).order_by("created_at", "id")[:_LOOKED_AT]:
        if stopping():
            return False
        if leases.acquire(_lease(row), holder):
            try:
                return _run(row, holder, stopping)
            finally:
                leases.release(_lease(row), holder)
    return False


def _run(row: Job, holder: str, stopping: Callable[[], bool]) -> bool:
    row.refresh_from_db()
    if row.state not in _OPEN:
        return False
    if row.cancel_asked:
        return _end(row, holder, JobState.CANCELLED)
    if row.starts >= _MOST_STARTS:
        return _end(row, holder, JobState.FAILED, error=f"{row.starts} starts without a finished step")
    row.state, row.starts = JobState.RUNNING, row.starts + 1
    row.started_at = row.started_at or clock.now()
    row.save(update_fields=["state", "starts", "started_at"])
    try:
        whole = queries.with_failures(row.undo_of or row, None)
        result = _kind(row)(whole, JobProgress(row, holder, stopping))
    except JobStopped as stop:
        return _end(row, holder, JobState.CANCELLED) if stop.cancelled else False
    except (OperationalError, InterfaceError):
        # The database is away: the row stays as it is, the next round goes on from its position.
        _log.exception("job %s (%s) interrupted", row.id, row.kind)
        return False
    except Exception as error:  # noqa: BLE001 - whatever the kind raises ends this job alone
        _log.exception("job %s (%s) failed", row.id, row.kind)
        text = f"{error}\n{traceback.format_exc()}"[:_LONGEST_ERROR].replace("\x00", "")
        return _end(row, holder, JobState.FAILED, error=text)
    return _end(row, holder, JobState.DONE, result=result)


def _kind(row: Job) -> spi.RunJob:
    return spi.job_kinds.get(row.kind) if row.undo_of_id is None else spi.job_undos.get(row.kind)


def _end(row: Job, holder: str, state: JobState, *, error: str = "", result: Any = None) -> bool:
    with atomic():
        if not leases.hold(_lease(row), holder):
            return False
        row.refresh_from_db()
        row.state, row.error, row.result, row.finished_at = state, error, result, clock.now()
        row.save(update_fields=["state", "error", "result", "finished_at"])
        ended = JobEnded(
            job_id=row.id,
            kind=row.kind,
            actor_key=row.actor_key,
            state=str(state.value),
            done=row.done,
            failed=row.failed,
        )
        outbox.publish(ended)
    return True
