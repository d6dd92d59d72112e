# SPDX-License-Identifier: Apache-2.0
"""What intake does by time, and as long work: triage what waits, read again what could not be read."""

from typing import Any
from uuid import UUID

from tongguan.intake import api, learned, parcels, queries
from tongguan.kernel.errors import Forbidden, Refusal
from tongguan.people import queries as people
from tongguan.runtime import spi, transactions
from tongguan.runtime.contracts import JobInfo

#: What a batch costs however small it is weighs little then; it takes about a second.
BATCH = 1_000
#: At most so many batches in one round, so that other duties get their turn.
_ROUNDS = 10
_STEP = 50


@spi.every(1.0, "intake.triage.beside")
@spi.every(1.0, "intake.triage")
def triage_waiting() -> int:
    """Triage what waits, in batches; give how many. Two engines may do it at once, at different places."""
    done = 0
    for _ in range(_ROUNDS):
        count = api.triage_batch(BATCH)
        done += count
        if not count:
            break
    return done


@spi.every(3600.0, "intake.learn")
def learn() -> int:
    """Begin with a model of the catalogue's words where there is none; give how many were trained."""
    return learned.begin()


def replay(job: JobInfo, progress: spi.Progress) -> dict[str, Any]:
    """Read kept parts again, oldest first, in small transactions; what is still wrong is recorded."""
    channel, code = str(job.params["channel"]), str(job.params["code"])
    kind, _, number = job.actor_key.partition(":")
    actor = people.actor_by_id(int(number)) if kind == "user" else None
    if actor is None:
        raise Forbidden("job.nobody", "发起人已不在册", "who started this is no longer known")
    after = UUID(progress.position) if progress.position else None
    left = 0
    while ids := queries.unread_after(actor, after, channel, code, _STEP):
        after = ids[-1]
        with progress.step(rows=len(ids), position=str(after)) as step:
            for unread_id in ids:
                try:
                    with transactions.atomic():
                        answers = parcels.replay(actor, unread_id)
                except Refusal as refusal:  # somebody else has just dealt with it
                    step.fail(str(unread_id), refusal)
                    continue
                fault = next((answer.refusal for answer in answers if answer.refusal is not None), None)
                if fault is not None:
                    left += 1
                    step.fail(str(unread_id), fault)
    return {"left": left}


spi.job_kinds.register(parcels.REPLAY_KIND, replay)
