# SPDX-License-Identifier: Apache-2.0
"""Verbs of the algorithm warehouse: train, run in the shadow, promote, roll back, correct."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import F, Max

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.learning import artefact, queries, store, training
from tongguan.learning.contracts import State, Suggestion, VersionInfo
from tongguan.learning.models import Correction, ModelVersion
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime import api as jobs
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

TRAIN_KIND: Final = "learning.train"


def train(actor: Actor, task: str, *, words: str = "") -> VersionInfo:
    """Train a task's next version from history, corrections and the registers' words, as a candidate.

    ``words`` say why, in the version's record.

    Takes seconds to minutes and holds no lock meanwhile. Raises Forbidden, NotFound, and Invalid
    ``learning.too_little`` when there are not two classes to tell apart.
    """
    may_manage(actor)
    asked = queries.task_named(task)
    try:
        made = training.train(queries.examples(task), asked.words(), asked.recipe, asked.precision)
    except ValueError as error:
        raise Invalid(
            "learning.too_little", zh=f"不足以训练：{error}", en=f"too little to learn from: {error}"
        ) from error
    content = artefact.dump(made.model)
    sha256 = store.put(task, content)
    try:
        with atomic():
            latest = ModelVersion.objects.filter(task=task).aggregate(Max("number"))["number__max"] or 0
            row = ModelVersion.objects.create(
                task=task,
                number=latest + 1,
                recipe=made.model.recipe.version,
                rows=made.rows,
                inputs_sha256=made.inputs_sha256,
                artefact_sha256=sha256,
                size=len(content),
                threshold=made.threshold,
                figures=made.figures,
                made_at=clock.now(),
                made_by=actor.name,
                words=words,
            )
            _record(actor, "model.train", row, inputs=row.inputs_sha256, artefact=sha256)
    except IntegrityError as error:
        raise Conflict(
            "learning.at_once", zh="同时有人训练了新版本，请重试", en="trained at the same moment"
        ) from error
    return queries.info(row)


def start_training(actor: Actor, task: str) -> UUID:
    """Train as a job, since history takes minutes; give the job's id. Raises Forbidden, NotFound."""
    may_manage(actor)
    queries.task_named(task)
    with atomic():
        return jobs.start_job(actor, TRAIN_KIND, {"task": task}, 1)


def shadow(actor: Actor, task: str, number: int) -> VersionInfo:
    """Let a version say what it would, beside the active one; replaces another in the shadow."""
    return _moved(actor, task, number, State.SHADOW)


def promote(actor: Actor, task: str, number: int) -> VersionInfo:
    """Make a version the active one; the one before retires. Its file is read first.

    Raises Forbidden, NotFound, Conflict (its file is lost or changed, or somebody else just promoted).
    """
    return _moved(actor, task, number, State.ACTIVE)


def rollback(actor: Actor, task: str) -> VersionInfo:
    """Make active what was active before. Raises Forbidden, Conflict ``learning.nothing_before``."""
    may_manage(actor)
    now = ModelVersion.objects.filter(task=task, state=State.ACTIVE).first()
    retired = ModelVersion.objects.filter(task=task, state=State.RETIRED, promoted_at__isnull=False)
    if now is not None:
        retired = retired.filter(promoted_at__lt=now.promoted_at)
    before = retired.order_by("-promoted_at").first()
    if before is None:
        raise Conflict("learning.nothing_before", zh="没有可退回的版本", en="no version was active before")
    return _moved(actor, task, before.number, State.ACTIVE, verb="model.rollback")


def observe(task: str, texts: Sequence[str], said: Sequence[Suggestion]) -> int:
    """Ask the version in the shadow the same texts, count how often it agrees, and give that number.

    Nothing when there is none. Never decides; called after the decision.
    """
    row = ModelVersion.objects.filter(task=task, state=State.SHADOW).first()
    if row is None or not texts:
        return 0
    other = queries.suggestions(row, texts)
    agreed = sum(a.best == b.best for a, b in zip(said, other, strict=True))
    ModelVersion.objects.filter(pk=row.pk).update(asked=F("asked") + len(texts), agreed=F("agreed") + agreed)
    return agreed


def correct(actor: Actor, task: str, subject: str, said: Suggestion, chosen: str) -> None:
    """Keep what a person chose where the model had said something (the same is worth keeping, too).

    Whoever calls has checked that the actor may decide the subject. Raises NotFound, Invalid.
    """
    queries.task_named(task)
    if not chosen or not subject:
        raise Invalid("learning.nothing_chosen", zh="未选择", en="nothing was chosen", field="chosen")
    Correction.objects.create(
        task=task,
        subject=subject,
        said=said.best,
        confidence=said.confidence,
        version=said.version,
        chosen=chosen,
        actor_key=actor.key,
        actor_name=actor.name,
        at=clock.now(),
    )


def _moved(actor: Actor, task: str, number: int, state: State, verb: str = "") -> VersionInfo:
    may_manage(actor)
    row = queries.version(task, number)
    if row.state == state or (state is State.SHADOW and row.state == State.ACTIVE):
        raise Conflict("learning.stands_already", zh="该版本已在用或已在影子运行", en="it is so already")
    store.get(task, row.artefact_sha256)
    taken = ModelVersion.objects.filter(task=task, state=state)
    try:
        with atomic():
            # The one in place is taken first, so that two promoters queue here instead of colliding.
            list(taken.select_for_update())
            taken.update(state=State.RETIRED if state is State.ACTIVE else State.CANDIDATE)
            changes = {"promoted_at": clock.now()} if state is State.ACTIVE else {"asked": 0, "agreed": 0}
            ModelVersion.objects.filter(pk=row.pk).update(state=state, **changes)
            _record(actor, verb or ("model.promote" if state is State.ACTIVE else "model.shadow"), row)
    except IntegrityError as error:
        raise Conflict(
            "learning.at_once", zh="其他人刚刚启用了另一版本", en="somebody else was faster"
        ) from error
    row.refresh_from_db()
    return queries.info(row)


def _record(actor: Actor, verb: str, row: ModelVersion, **more: str) -> None:
    audit.record(actor, verb, f"model:{row.task}", {"number": row.number, "figures": row.figures, **more})


def may_manage(actor: Actor) -> None:
    """Check that the actor looks after models. Raises Forbidden."""
    if actor is PLATFORM or Post.SYSADMIN in actor.scope.posts():
        return
    raise Forbidden(
        "learning.forbidden",
        zh="只有系统管理员可以训练和启用模型",
        en="only a system administrator trains and promotes models",
    )
