# SPDX-License-Identifier: Apache-2.0
"""Verbs: write plans, draw samples, call, record; judge suspicions. They give Infos as queries do."""

from datetime import datetime
from uuid import UUID

from tongguan.people.contracts import Actor
from tongguan.revisits import calls, jobs, judging, plans, queries, showing
from tongguan.revisits.contracts import (
    ContactOpened,
    DrawInfo,
    Outcome,
    PlanIn,
    PlanInfo,
    SuspicionInfo,
    TaskInfo,
)

resume = judging.resume
reckon_paces = jobs.reckon_paces


def write_plan(actor: Actor, told: PlanIn) -> PlanInfo:
    """Write a plan or a new version of one. Raises Forbidden, Invalid naming the field, NotFound."""
    return showing.plan_info(plans.write(actor, told))


def draw(actor: Actor, code: str, since: datetime, until: datetime, seed: int | None = None) -> DrawInfo:
    """Draw a sample by the newest version of a plan. Raises Forbidden, NotFound, Invalid, Conflict."""
    return showing.draw_infos([plans.draw(actor, code, since, until, seed)])[0]


def take(actor: Actor) -> TaskInfo | None:
    """Give a caller the next task, or the one in hand; None when nothing is due. Raises Forbidden."""
    row = calls.take(actor)
    return None if row is None else queries.task(actor, row.pk)


def release(actor: Actor, task_id: UUID) -> TaskInfo:
    """Give a task back without a call. Raises Forbidden, NotFound, Conflict."""
    return queries.task(actor, calls.release(actor, task_id).pk)


def unseal(actor: Actor, task_id: UUID) -> ContactOpened:
    """Give whom to call, for this call only; audited. Raises Forbidden, NotFound, Conflict."""
    return calls.unseal(actor, task_id)


def record(actor: Actor, task_id: UUID, told: Outcome) -> TaskInfo:
    """Record how a call went. Raises Forbidden, NotFound, Conflict, Invalid naming the field."""
    return queries.task(actor, calls.record(actor, task_id, told).pk)


def confirm(
    actor: Actor, suspicion_id: UUID, action: str, note: str, days: int | None = None
) -> SuspicionInfo:
    """Find a suspicion right, and reopen or supervise the case. Raises as ``judging.confirm``."""
    return queries.suspicion(actor, judging.confirm(actor, suspicion_id, action, note, days).pk)


def reject(actor: Actor, suspicion_id: UUID, note: str) -> SuspicionInfo:
    """Find a suspicion wrong. Raises Forbidden, NotFound, Invalid, Conflict."""
    return queries.suspicion(actor, judging.reject(actor, suspicion_id, note).pk)
