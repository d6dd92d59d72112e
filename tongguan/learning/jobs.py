# SPDX-License-Identifier: Apache-2.0
"""Training as long work, asked for by a person or due by time."""

from typing import Any

from tongguan.kernel.errors import Forbidden
from tongguan.learning import api, retraining
from tongguan.people import queries as people
from tongguan.runtime import spi
from tongguan.runtime.contracts import JobInfo


def train(job: JobInfo, progress: spi.Progress) -> dict[str, Any]:
    """Train a task's next version as who started it; a job that was interrupted trains anew."""
    kind, _, number = job.actor_key.partition(":")
    actor = people.actor_by_id(int(number)) if kind == "user" else None
    if actor is None:
        raise Forbidden("job.nobody", "发起人已不在册", "who started this is no longer known")
    made = api.train(actor, str(job.params["task"]))
    with progress.step(rows=1, position="done"):
        return {"version": made.name, "figures": dict(made.figures)}


def retrain(job: JobInfo, progress: spi.Progress) -> dict[str, Any]:
    """Train a task again and let the policy say what becomes of the version."""
    made = retraining.retrain(str(job.params["task"]), str(job.params["words"]))
    with progress.step(rows=1, position="done"):
        return {"version": made.name, "state": made.state.value, "words": made.words}


spi.job_kinds.register(api.TRAIN_KIND, train)
spi.job_kinds.register(retraining.KIND, retrain)


@spi.every(1800, "learning.retrain")
def start_due() -> int:
    """Start what is to be trained again by the policy."""
    return retraining.start_due()
