# SPDX-License-Identifier: Apache-2.0
"""Reads of call-backs and suspicions, always scoped."""

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from django.db.models import QuerySet

from tongguan.kernel import clock
from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import Actor
from tongguan.revisits import calls, frame, rating, reach, showing, suspects
from tongguan.revisits.contracts import (
    AnswerInfo,
    DrawInfo,
    PlanInfo,
    TaskInfo,
    TaskState,
    UnitEstimate,
)
from tongguan.revisits.declared import CALLING, LOOKING, Calling, calling
from tongguan.revisits.models import Draw, Plan, Task

_MOST: Final = 200
script_of, DIMENSIONS = showing.script_of, frame.DIMENSIONS
#: Suspicions of false closing: lists, one, those of cases, its photos, and how right each detector was.
suspicions, suspicion, suspicions_of = suspects.suspicions, suspects.suspicion, suspects.of_cases
suspicion_counts, suspicion_photo, book = suspects.counts, suspects.photo, suspects.book


def answers_of(case_ids: Iterable[UUID]) -> list[AnswerInfo]:
    """Give the call-backs answered about cases the caller may see, by time, in one statement."""
    rows = Task.objects.filter(case_id__among=list(case_ids), state=TaskState.ANSWERED)
    fields = tuple(AnswerInfo.__dataclass_fields__)
    named = rows.order_by("answered_at", "id").values(*(set(fields) - {"at"}), "answered_at")
    return [AnswerInfo(at=row.pop("answered_at"), **row) for row in named]


def checked_files(*, own: bool = True) -> list[tuple[str, bool]]:
    """Read the files a city may replace; give (name, whether it is the city's own). Raises ValueError."""
    return [(file.shipped.name, file.checked(own=own)[0]) for file in (CALLING, LOOKING)]


def declaration() -> Calling:
    """Give what callers say and record now."""
    return calling()


def plans_of(actor: Actor) -> list[PlanInfo]:
    """List the newest version of each plan of the actor's divisions by code. Raises Forbidden."""
    reach.must_hold(actor, *reach.READERS)
    newest: dict[str, Plan] = {}
    for row in Plan.objects.filter(reach.within(actor, *reach.READERS)).order_by("code", "version"):
        newest[row.code] = row
    return [showing.plan_info(row) for row in newest.values()]


def _draws(actor: Actor) -> QuerySet[Draw]:
    reach.must_hold(actor, *reach.READERS)
    return Draw.objects.filter(reach.within(actor, *reach.READERS)).select_related("plan")


def draws(actor: Actor, limit: int = 50) -> list[DrawInfo]:
    """List samples of the actor's divisions, the newest first; two statements. Raises Forbidden."""
    return showing.draw_infos(list(_draws(actor).order_by("-at", "-id")[: min(limit, _MOST)]))


def draw_row(actor: Actor, draw_id: UUID) -> Draw:
    """Give one sample's row. Raises Forbidden, NotFound."""
    row = _draws(actor).filter(pk=draw_id).first()
    if row is None:
        raise NotFound("draw.unknown", zh="没有这次抽样", en="no such sample")
    return row


def draw(actor: Actor, draw_id: UUID) -> DrawInfo:
    """Give one sample. Raises Forbidden, NotFound."""
    return showing.draw_infos([draw_row(actor, draw_id)])[0]


def tasks(
    actor: Actor, draw_id: UUID, *, state: str = "", after: tuple[int, int] | None = None, limit: int = 50
) -> list[tuple[TaskInfo, tuple[int, int]]]:
    """List a sample's tasks by stratum and rank, each with that as cursor. Raises Forbidden, NotFound."""
    rows = Task.objects.filter(draw=draw_row(actor, draw_id)).select_related("draw__plan")
    rows = rows.filter(state=state) if state else rows.exclude(state=TaskState.RESERVE)
    if after is not None:
        rows = rows.filter(stratum__gte=after[0]).exclude(stratum=after[0], rank__lte=after[1])
    found = list(rows.order_by("stratum", "rank")[: min(limit, _MOST)])
    places = {row.pk: (row.stratum, row.rank) for row in found}
    return [(info, places[info.id]) for info in showing.task_infos(found)]


def task(actor: Actor, task_id: UUID) -> TaskInfo:
    """Give a task that the actor may call or read. Raises NotFound."""
    allowed = reach.within(actor, *reach.CALLERS, *reach.READERS)
    row = Task.objects.filter(allowed, pk=task_id).select_related("draw__plan").first()
    found = showing.task_infos([row]) if row is not None else []
    if not found:
        raise NotFound("revisit.unknown", zh="没有这项回访任务", en="no such call-back")
    return found[0]


def waiting(actor: Actor) -> tuple[int, int]:
    """Count what a caller may call: due now and in nobody's hands, and later. Raises Forbidden."""
    reach.must_hold(actor, *reach.CALLERS)
    now = clock.now()
    rows = calls.mine(actor)
    return rows.filter(calls.free_q(now), next_at__lte=now).count(), rows.filter(next_at__gt=now).count()


def estimates(actor: Actor, draw_id: UUID) -> list[UnitEstimate]:
    """Give what a sample says of the whole and of each unit. Raises Forbidden, NotFound."""
    row = draw_row(actor, draw_id)
    return rating.estimates(row, row.plan.level)


def disagreements(actor: Actor, draw_id: UUID, limit: int = 100) -> list[tuple[TaskInfo, bool | None]]:
    """List cases closed as dealt with whose reporters say unsolved, with their own survey's word before."""
    found = rating.disagreements(draw_row(actor, draw_id), min(limit, _MOST))
    said = {row.pk: word for row, word in found}
    return [(info, said[info.id]) for info in showing.task_infos([row for row, _ in found])]
