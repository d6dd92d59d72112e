# SPDX-License-Identifier: Apache-2.0
"""Training again by time: what is due is started as a job, and the new version is judged by the policy."""

from datetime import datetime, timedelta
from typing import Final

from django.db.models import F, Max
from django.utils import timezone

from tongguan.kernel import clock
from tongguan.learning import api, policy, policyfile, queries
from tongguan.learning.contracts import State, VersionInfo
from tongguan.learning.models import Correction, ModelVersion
from tongguan.learning.spi import tasks
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import api as runtime
from tongguan.runtime import queries as engine
from tongguan.runtime.transactions import atomic

KIND: Final = "learning.retrain"
#: A try that gave no version (too little to learn from, a lost file) is not repeated before.
_AGAIN: Final = timedelta(hours=20)
_JOBS: Final = 200


def start_due() -> int:
    """Start a job for every task that is to be trained again by the policy; give how many."""
    now = clock.now()
    policies = policyfile.FILE.counting()
    newest = dict(ModelVersion.objects.order_by().values_list("task").annotate(last=Max("made_at")))
    tried = {
        job.params.get("task")
        for job in engine.jobs(PLATFORM, _JOBS)
        if job.kind == KIND and now - job.created_at < _AGAIN
    }
    started = 0
    for task in tasks.items():
        if task in tried or task not in newest:
            continue
        words = policy.due(
            policies.get(task, policies["default"]),
            timezone.localtime(now),
            newest[task],
            corrections_since(task, newest[task]),
        )
        if words:
            with atomic():
                runtime.start_job(PLATFORM, KIND, {"task": task, "words": words}, 1)
            started += 1
    return started


def corrections_since(task: str, moment: datetime) -> int:
    """Count the subjects of which people chose otherwise than the model after a moment."""
    rows = Correction.objects.filter(task=task, at__gt=moment).exclude(chosen=F("said"))
    return rows.order_by().values("subject").distinct().count()


def retrain(task: str, why: str) -> VersionInfo:
    """Train a task's next version and let the policy say what becomes of it; both stand in its record.

    Raises what ``api.train`` and ``api.promote`` raise; then the version stays a candidate.
    """
    made = api.train(PLATFORM, task, words=why)
    policies = policyfile.FILE.counting()
    found = policy.verdict(policies.get(task, policies["default"]), queries.compare(task, made.number))
    ModelVersion.objects.filter(pk=made.id).update(words=f"{why}。{found.words}。")
    if found.state is State.ACTIVE:
        return api.promote(PLATFORM, task, made.number)
    if found.state is State.SHADOW:
        return api.shadow(PLATFORM, task, made.number)
    return queries.info(queries.version(task, made.number))
