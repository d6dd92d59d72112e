# SPDX-License-Identifier: Apache-2.0
"""Verbs of the cellar."""

from typing import Any
from uuid import UUID

from django.core import signing

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, NotFound, Refusal
from tongguan.runtime import audit, delivery, spi
from tongguan.runtime.contracts import Acting
from tongguan.runtime.models import DeadLetter, Job, JobState
from tongguan.runtime.transactions import atomic

#: How long a stream ticket opens the door, in seconds.
TICKET_SECONDS = 300
TICKET_SALT = "tongguan.stream"


def start_job(actor: Acting, kind: str, params: dict[str, Any], total: int) -> UUID:
    """Queue long work of a registered kind, audited; the engine runs it. Raises KeyError."""
    spi.job_kinds.get(kind)
    with atomic():
        job = Job.objects.create(
            kind=kind,
            actor_key=actor.key,
            actor_name=actor.name,
            params=params,
            total=total,
            created_at=clock.now(),
        )
        audit.record(actor, "job.start", f"job:{job.id}", {"kind": kind, "total": total})
    return job.id


def cancel_job(actor: Acting, job_id: UUID) -> None:
    """Ask a job to stop after the step it is in. What is done stays done. Raises NotFound, Conflict."""
    with atomic():
        job = _own_job(actor, job_id)
        if job.state not in {JobState.WAITING, JobState.RUNNING}:
            raise Conflict("job.ended", zh="任务已结束", en="the job has ended")
        job.cancel_asked = True
        job.save(update_fields=["cancel_asked"])
        audit.record(actor, "job.cancel", f"job:{job.id}")


def undo_job(actor: Acting, job_id: UUID) -> UUID:
    """Queue the taking back of an ended job, once. Raises NotFound, Conflict."""
    with atomic():
        job = _own_job(actor, job_id)
        if job.kind not in spi.job_undos:
            raise Conflict("job.no_undo", zh="此类任务不能撤销", en="jobs of this kind cannot be undone")
        if job.state in {JobState.WAITING, JobState.RUNNING}:
            raise Conflict("job.running", zh="任务尚未结束", en="the job has not ended")
        if job.undo_of_id is not None or Job.objects.filter(undo_of=job).exists():
            raise Conflict("job.undone", zh="任务已撤销过", en="the job was undone already")
        undo = Job.objects.create(
            kind=job.kind,
            actor_key=actor.key,
            actor_name=actor.name,
            params=job.params,
            total=job.done,
            undo_of=job,
            created_at=clock.now(),
        )
        audit.record(actor, "job.undo", f"job:{job.id}", {"undo": str(undo.id)})
    return undo.id


def _own_job(actor: Acting, job_id: UUID) -> Job:
    job = Job.objects.select_for_update().filter(id=job_id).first()
    if job is None or actor.key not in {job.actor_key, "system"}:
        raise NotFound("job.unknown", zh="没有这项任务", en="no such job")
    return job


def stream_ticket(key: str) -> str:
    """Give a signed ticket with which ``user:12`` or ``client:3`` may open the live stream for 5 minutes."""
    return signing.dumps({"who": key}, salt=TICKET_SALT)


def read_ticket(ticket: str) -> str:
    """Give the key of the actor a ticket was made for. Raises Forbidden when it is forged or too old."""
    try:
        return str(signing.loads(ticket, salt=TICKET_SALT, max_age=TICKET_SECONDS)["who"])
    except signing.BadSignature as error:
        raise Forbidden(
            "stream.ticket", zh="凭证无效或已过期", en="the ticket is invalid or too old"
        ) from error


def replay_dead_letter(actor: Acting, letter_id: int) -> None:
    """Give a dead letter to its subscriber again, audited. Raises NotFound, Conflict (it fails again)."""
    try:
        with atomic():
            letter = _open_letter(letter_id)
            delivery.redeliver(letter)
            letter.replayed_at, letter.replayed_by = clock.now(), actor.key
            letter.save(update_fields=["replayed_at", "replayed_by"])
            audit.record(actor, "dead_letter.replay", f"dead_letter:{letter_id}")
    except Refusal:
        raise
    except Exception as error:
        raise Conflict(
            "dead_letter.fails_again",
            zh=f"重放仍然失败：{error}",
            en=f"it fails again: {error}",
        ) from error


def _open_letter(letter_id: int) -> DeadLetter:
    letter = DeadLetter.objects.select_for_update().filter(id=letter_id, replayed_at=None).first()
    if letter is None:
        raise NotFound("dead_letter.unknown", zh="没有这条死信", en="no such dead letter")
    return letter
