# SPDX-License-Identifier: Apache-2.0
"""Calling back: take the next task, unseal whom to call for this call only, record how it went.

Who is not reached after the plan's attempts, or does not want to be asked, stays in the books and the next
case of the same stratum takes the place.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import Actor, Grant, Post, Scope
from tongguan.revisits import reach
from tongguan.revisits.contracts import ContactOpened, Outcome, Result, TaskState
from tongguan.revisits.declared import calling
from tongguan.revisits.facts import RevisitAnswered
from tongguan.revisits.models import Attempt, Task, Unwilling
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

_LONGEST: Final = 500
_TRIES: Final = 20
_PROVINCE: Final = 2


def mine(actor: Actor) -> QuerySet[Task]:
    """Give the tasks a person may call: in the own divisions, about nothing the own units had a part in."""
    rows = Task.objects.filter(reach.within(actor, *reach.CALLERS), state=TaskState.WAITING)
    return rows.exclude(handled__unit_path__in=reach.own_paths(actor))


def free_q(now: datetime) -> Q:
    """Give the filter of tasks that nobody has in hand."""
    return Q(taken_at__isnull=True) | Q(taken_at__lt=now - timedelta(minutes=calling().hold_minutes))


def take(actor: Actor) -> Task | None:
    """Give the task a caller has in hand, or the next that is due; None without any. Raises Forbidden."""
    reach.must_hold(actor, *reach.CALLERS)
    now = clock.now()
    with atomic():
        held = Task.objects.filter(state=TaskState.WAITING, caller_id=actor.id).exclude(free_q(now)).first()
        if held is not None:
            return held
        due = mine(actor).filter(free_q(now), next_at__lte=now).order_by("next_at", "id")
        for pk in list(due.values_list("pk", flat=True)[:_TRIES]):
            taken = {"caller_id": actor.id, "caller_name": actor.name, "taken_at": now, "unsealed_at": None}
            if Task.objects.filter(free_q(now), pk=pk, state=TaskState.WAITING).update(**taken) == 1:
                return Task.objects.get(pk=pk)
    return None


def release(actor: Actor, task_id: UUID) -> Task:
    """Give a task back without a call. Raises Forbidden, NotFound, Conflict."""
    with atomic():
        row = _in_hand(actor, task_id)
        _let_go(row)
        row.save()
    return row


def unseal(actor: Actor, task_id: UUID) -> ContactOpened:
    """Give whom to call, audited in the caller's name. Raises Forbidden, NotFound, Conflict (not in hand)."""
    with atomic():
        row = _in_hand(actor, task_id)
        if row.report_id is None:
            raise NotFound("report.no_contact", zh="没有留下联系方式", en="no contact was left")
        # The task lends the caller a reviewer's eyes for this one report, wherever it was told to be.
        lent = replace(actor, scope=Scope((Grant(Post.ACCEPTOR, row.division[:_PROVINCE], 0, ""),)))
        contact = intake.open_contact(lent, row.report_id, f"独立回访任务 {row.pk}")
        row.unsealed_at = clock.now()
        row.save(update_fields=["unsealed_at"])
    return ContactOpened(name=contact.name, phone=contact.phone)


def record(actor: Actor, task_id: UUID, told: Outcome) -> Task:
    """Record how a call went. Raises Forbidden, NotFound, Conflict, Invalid naming the field."""
    known = calling()
    way = known.outcomes.get(told.outcome)
    if way is None:
        raise Invalid("revisit.outcome", zh="没有这种通话结果", en="no such outcome", field="outcome")
    _check_text(told.note, "note")
    with atomic():
        row = _in_hand(actor, task_id)
        if row.unsealed_at is None:
            raise Conflict("revisit.not_called", zh="尚未取号拨打", en="nobody was called yet")
        row.attempts += 1
        Attempt.objects.create(
            task=row, no=row.attempts, at=clock.now(), by_key=actor.key, by_name=actor.name,
            outcome=told.outcome, note=told.note.strip(),
        )  # fmt: skip
        if way.leads == "talk":
            _answered(row, told.result)
        elif way.leads == "again" and row.attempts < row.draw.plan.attempts:
            row.next_at = clock.now() + timedelta(hours=row.draw.plan.wait_hours)
            _let_go(row)
        else:
            refused = way.leads == "refuse"
            tried = f"呼叫 {row.attempts} 次，{way.zh}" if not refused else way.zh
            _ended(row, TaskState.DECLINED if refused else TaskState.UNREACHED, tried)
            if refused:
                _remember(row)
        row.save()
        audit.record(
            actor, "revisit.record", f"revisit:{row.pk}", {"outcome": told.outcome, "no": row.attempts}
        )
    return row


def _answered(row: Task, result: Result | None) -> None:
    if result is None:
        raise Invalid("revisit.result", zh="请登记三项回答", en="record the answers", field="result")
    level = calling().levels.get(result.satisfied)
    if level is None:
        raise Invalid("revisit.satisfied", zh="没有这个满意度档位", en="no such level", field="satisfied")
    _check_text(result.comment, "comment")
    row.state, row.answered_at, row.next_at = TaskState.ANSWERED, clock.now(), None
    row.responded, row.solved, row.satisfied = result.responded, result.solved, result.satisfied
    row.content, row.comment = level.content, result.comment.strip()
    outbox.publish(RevisitAnswered(division=row.division, case_id=row.case_id))


def _check_text(text: str, field: str) -> None:
    if len(text) > _LONGEST or "\x00" in text:
        raise Invalid(f"revisit.{field}", zh=f"最多 {_LONGEST} 字", en="at most 500 letters", field=field)


def _remember(row: Task) -> None:
    key = reports.caller_of(row.report_id) if row.report_id is not None else ""
    if key:
        Unwilling.objects.get_or_create(caller_key=key, defaults={"at": clock.now()})


def withdraw(case_ids: Sequence[UUID]) -> int:
    """Take tasks back whose case was taken up again; the next of each stratum stands in. Gives how many."""
    rows = Task.objects.select_for_update().filter(
        case_id__in=case_ids, state__in=(TaskState.WAITING, TaskState.RESERVE)
    )
    count = 0
    # Reserves come first ("reserve" before "waiting"), so that none of them is called in on the way.
    for row in rows.order_by("state", "draw_id", "stratum", "rank"):
        _ended(row, TaskState.WITHDRAWN, "案件已重开")
        row.save()
        count += 1
    return count


def _ended(row: Task, state: TaskState, words: str) -> None:
    """End it; where it waited, the first of its stratum's reserve that nobody was quicker to take follows."""
    waited = row.state == TaskState.WAITING
    row.state, row.next_at, row.ended_words = state, None, words
    if not waited:
        return
    reserve = Task.objects.filter(draw_id=row.draw_id, stratum=row.stratum, state=TaskState.RESERVE)
    for pk, rank in list(reserve.order_by("rank").values_list("pk", "rank")[:_TRIES]):
        fresh = {"state": TaskState.WAITING, "next_at": clock.now(), "stands_for": row.pk}
        if Task.objects.filter(pk=pk, state=TaskState.RESERVE).update(**fresh) == 1:
            row.ended_words = f"{words}；由本层第 {rank + 1} 位补入"
            return
    row.ended_words = f"{words}；本层没有可以补入的"


def _let_go(row: Task) -> None:
    row.caller_id, row.caller_name, row.taken_at, row.unsealed_at = None, "", None, None


def _in_hand(actor: Actor, task_id: UUID) -> Task:
    """Give a task the caller has in hand, locked. Raises Forbidden, NotFound, Conflict."""
    reach.must_hold(actor, *reach.CALLERS)
    row = (
        Task.objects.select_for_update(of=("self",))
        .select_related("draw__plan")
        .filter(reach.within(actor, *reach.CALLERS), pk=task_id)
        .first()
    )
    if row is None:
        raise NotFound("revisit.unknown", zh="没有这项回访任务", en="no such call-back")
    if row.handled.filter(unit_path__in=reach.own_paths(actor)).exists():
        raise Forbidden("revisit.own", zh="承办单位的人不能回访本单位的案件", en="your unit had a part in it")
    until = clock.now() - timedelta(minutes=calling().hold_minutes)
    if (
        row.state != TaskState.WAITING
        or row.caller_id != actor.id
        or row.taken_at is None
        or row.taken_at < until
    ):
        raise Conflict("revisit.not_in_hand", zh="任务不在您手上，请重新领取", en="take the task first")
    return row
