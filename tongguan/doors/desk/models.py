# SPDX-License-Identifier: Apache-2.0
"""The algorithm warehouse at the desk: versions of models, measured, tried in the shadow, promoted (F92)."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply
from tongguan.doors.desk.auth import actor_of
from tongguan.doors.desk.bulk import Started
from tongguan.learning import api as learning
from tongguan.learning import queries as models
from tongguan.learning.contracts import Comparison

router = Router(tags=["模型 models"])


class VersionShown(Schema):
    """One version of a task's model."""

    id: UUID
    task: str
    number: int
    name: str
    state: str
    recipe: str
    rows: int
    inputs_sha256: str
    artefact_sha256: str
    size: int
    threshold: float
    figures: dict[str, Any]
    asked: int
    agreed: int
    made_at: datetime
    made_by: str
    words: str


@router.get("/models", response=answers(list[VersionShown]), operation_id="models")
def versions(request: HttpRequest, task: str = Query("", max_length=40)) -> HttpResponse:
    """List the versions, the newest of each task first."""
    learning.may_manage(actor_of(request))
    return reply(models.versions(task))


@router.post("/models/{task}/train", response=answers(Started, 202), operation_id="train_model")
def train(request: HttpRequest, task: str) -> HttpResponse:
    """Train the next version from history, corrections and the registers' words, as a job; it only waits."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"job_id": learning.start_training(actor, task)}, 202)


@router.get("/models/{task}/{int:number}/compare", response=answers(Comparison), operation_id="compare_model")
def compare(request: HttpRequest, task: str, number: int) -> HttpResponse:
    """Measure a version beside the active one."""
    learning.may_manage(actor_of(request))
    return reply(models.compare(task, number))


@router.post(
    "/models/{task}/{int:number}/shadow", response=answers(VersionShown), operation_id="shadow_model"
)
def shadow(request: HttpRequest, task: str, number: int) -> HttpResponse:
    """Let a version say what it would, beside the active one."""
    return reply(learning.shadow(actor_of(request), task, number))


@router.post(
    "/models/{task}/{int:number}/promote", response=answers(VersionShown), operation_id="promote_model"
)
def promote(request: HttpRequest, task: str, number: int) -> HttpResponse:
    """Make a version the active one."""
    return reply(learning.promote(actor_of(request), task, number))


@router.post("/models/{task}/rollback", response=answers(VersionShown), operation_id="rollback_model")
def rollback(request: HttpRequest, task: str) -> HttpResponse:
    """Make active what was active before."""
    return reply(learning.rollback(actor_of(request), task))
