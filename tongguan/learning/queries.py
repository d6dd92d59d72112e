# SPDX-License-Identifier: Apache-2.0
"""Reads: what the active model says, which versions there are, how they compare.

Models belong to the whole installation and hold nobody's data that a scope could bound; who may read a
version's figures is up to the door.
"""

from collections.abc import Sequence

import numpy as np

from tongguan.kernel.errors import Conflict, NotFound
from tongguan.learning import policyfile, store, training, wording
from tongguan.learning.contracts import Comparison, Example, State, Suggestion, VersionInfo
from tongguan.learning.models import Correction, ModelVersion
from tongguan.learning.spi import Task, tasks

checked_file = policyfile.FILE.checked
words_of = wording.words_of


def predict(task: str, texts: Sequence[str]) -> list[Suggestion]:
    """Give the active version's suggestion for each text, in order; one call for a batch.

    Raises NotFound for an unknown task, Conflict ``learning.none_active`` and what ``store.get`` raises.
    """
    return suggestions(_active(task), texts)


def explain(task: str, text: str, most: int = 5) -> tuple[str, ...]:
    """Give the words that spoke most for the active version's first class. Raises as ``predict``."""
    row = _active(task)
    return training.telling(store.get(task, row.artefact_sha256), text, most)


def versions(task: str = "") -> list[VersionInfo]:
    """Give all versions, of one task or all, newest first within a task."""
    rows = ModelVersion.objects.filter(task=task) if task else ModelVersion.objects.all()
    return [info(row) for row in rows]


def compare(task: str, number: int) -> Comparison:
    """Measure a version and the active one on the frozen texts as they are now.

    ``same`` is the share of texts of which both say the same. Raises NotFound.
    """
    _, kept = training.split(examples(task))
    other = version(task, number)
    figures = training.measured(store.get(task, other.artefact_sha256), kept, other.threshold)
    active = ModelVersion.objects.filter(task=task, state=State.ACTIVE).first()
    if active is None:
        return Comparison(None, figures, len(kept), None)
    model = store.get(task, active.artefact_sha256)
    same = None
    if kept:
        texts = [e.text for e in kept]
        said = zip(suggestions(active, texts), suggestions(other, texts), strict=True)
        same = float(np.mean([a.best == b.best for a, b in said]))
    return Comparison(training.measured(model, kept, active.threshold), figures, len(kept), same)


def examples(task: str) -> list[Example]:
    """Give a task's history with the latest correction of each subject in place of what stood there."""
    asked = task_named(task)
    found = {example.subject: example for example in asked.examples()}
    chosen = dict(Correction.objects.filter(task=task).order_by("at", "id").values_list("subject", "chosen"))
    missing = [subject for subject in chosen if subject not in found]
    texts = {s: e.text for s, e in found.items() if s in chosen} | dict(asked.texts(missing))
    found |= {s: Example(s, text, chosen[s]) for s, text in texts.items() if s in chosen}
    return list(found.values())


def task_named(task: str) -> Task:
    """Give the registered task. Raises NotFound."""
    if task not in tasks:
        raise NotFound("learning.no_task", zh=f"没有“{task}”这个学习任务", en="no such learning task")
    return tasks.get(task)


def version(task: str, number: int) -> ModelVersion:
    """Give a version's row. Raises NotFound."""
    row = ModelVersion.objects.filter(task=task, number=number).first()
    if row is None:
        raise NotFound("learning.no_version", zh=f"没有 {task} 的第 {number} 版", en="no such version")
    return row


def suggestions(row: ModelVersion, texts: Sequence[str]) -> list[Suggestion]:
    """Give what one version says of the texts."""
    if not texts:
        return []
    found = store.get(row.task, row.artefact_sha256).predict(texts)
    return [
        Suggestion(p.best, p.confidence, p.shares, str(row), p.confidence >= row.threshold, row.threshold)
        for p in found
    ]


def info(row: ModelVersion) -> VersionInfo:
    """Give the frozen shape of a version."""
    return VersionInfo(
        id=row.pk,
        task=row.task,
        number=row.number,
        name=str(row),
        state=State(row.state),
        recipe=row.recipe,
        rows=row.rows,
        inputs_sha256=row.inputs_sha256,
        artefact_sha256=row.artefact_sha256,
        size=row.size,
        threshold=row.threshold,
        figures=row.figures,
        asked=row.asked,
        agreed=row.agreed,
        made_at=row.made_at,
        made_by=row.made_by,
        words=row.words,
    )


def _active(task: str) -> ModelVersion:
    task_named(task)
    row = ModelVersion.objects.filter(task=task, state=State.ACTIVE).first()
    if row is None:
        raise Conflict(
            "learning.none_active", zh=f"{task} 还没有在用的模型", en="no version of this task is active"
        )
    return row
