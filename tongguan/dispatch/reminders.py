# SPDX-License-Identifier: Apache-2.0
"""What is due by the clock: claim the rows whose next moment has come, tell, and set the next moment.

Claimed rows are locked (SKIP LOCKED, or SQLite's single writer) and moved on in the transaction that
stores the notices and facts: several workers never tell the same rung twice, and none is lost.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.db import connection
from django.utils import timezone

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.dispatch import clocks
from tongguan.dispatch.facts import ClockOverdue, ClockWarned
from tongguan.dispatch.models import Clock, Receipt, WorkOrder
from tongguan.dispatch.receivers import Receivers
from tongguan.kernel import clock
from tongguan.limits import escalation
from tongguan.limits.escalation import Rung
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic

BATCH: Final = 1000
STAGES_ZH: Final = {
    "accept": "受理",
    "register": "立案",
    "verify": "核实",
    "dispatch": "派遣",
    "handle": "处置",
    "check": "核查",
    "close": "结案",
    "supervise": "督办",
    "arrive": "到场",
}
_MOMENT: Final = timedelta(microseconds=1)
_NOTICES_AT_ONCE: Final = 2000
_READ: Final = (
    "case_id",
    "order_id",
    "supervision_id",
    "stage",
    "division",
    "unit_id",
    "due_at",
    "overdue_at",
    "limit_value",
    "limit_unit",
    "rungs",
    "series",
    "notice_step",
)
_ADVANCE: Final = (
    "UPDATE dispatch_clock SET notice_step = %s, next_notice_at = %s, overdue_at = %s WHERE id = %s"
)


@dataclass(slots=True)
class _Told:
    """What a batch says: rows' new places, facts, notices."""

    places: list[tuple[int, datetime | None, datetime | None, int]] = field(default_factory=list)
    facts: list[ClockWarned | ClockOverdue] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Context:
    """What the notices of a batch need to know, read in a few queries."""

    cases: dict[UUID, CaseInfo]
    orders: dict[UUID, tuple[int, int | None]]
    asked: dict[UUID, tuple[int, ...]]
    receivers: Receivers


def drain(batches: int = 50, size: int = BATCH) -> int:
    """Tell until nothing is due, or so many batches are done; give the number of clocks moved on."""
    total = 0
    receivers = Receivers()
    for _ in range(batches):
        done = tell_due(size, receivers=receivers)
        total += done
        if done < size:
            break
    return total


def tell_due(size: int = BATCH, *, receivers: Receivers | None = None) -> int:
    """Claim and tell one batch; give how many clocks it held."""
    now = clock.now()
    with atomic():
        rows = list(
            Clock.objects.select_for_update(skip_locked=True, of=("self",))
            .filter(next_notice_at__lte=now)
            .only(*_READ)
            .order_by("next_notice_at")[:size]
        )
        if not rows:
            return 0
        context = _context(rows, receivers or Receivers())
        told = _Told()
        for row in rows:
            _tell(row, context, now, told)
        _store(told)
    return len(rows)


def _context(rows: Sequence[Clock], receivers: Receivers) -> _Context:
    order_ids = {row.order_id for row in rows if row.order_id is not None}
    orders = WorkOrder.objects.filter(id__in=order_ids).values_list("id", "unit_id", "handler_id")
    asked: dict[UUID, tuple[int, ...]] = {}
    supervised = {row.supervision_id for row in rows if row.supervision_id is not None}
    if supervised:
        waiting = Receipt.objects.filter(supervision_id__in=supervised, answered_at__isnull=True)
        for supervision_id, unit_id in waiting.order_by("id").values_list("supervision_id", "unit_id"):
            asked[supervision_id] = (*asked.get(supervision_id, ()), unit_id)
    return _Context(
        cases=cases.cases_by_id(PLATFORM, {row.case_id for row in rows}),
        orders={key: (unit_id, handler_id) for key, unit_id, handler_id in orders} if order_ids else {},
        asked=asked,
        receivers=receivers,
    )


def _tell(row: Clock, context: _Context, now: datetime, told: _Told) -> None:
    rungs = escalation.thaw(row.rungs)
    turn = escalation.turn(rungs, row.notice_step, now)
    overdue_at = row.overdue_at
    next_at = turn.next_at
    if overdue_at is None and row.due_at is not None and now >= row.due_at:
        if now > row.due_at:
            overdue_at = row.due_at
            told.facts.append(clocks.told_overdue(row))
        else:  # the deadline itself is still in time: look again right after it
            next_at = row.due_at + _MOMENT
    told.places.append((turn.next_step, next_at, overdue_at, row.pk))
    for step in turn.fire:
        _tell_rung(row, step, rungs[step], context, now, told)


def _tell_rung(row: Clock, step: int, rung: Rung, context: _Context, now: datetime, told: _Told) -> None:
    case = context.cases[row.case_id]
    units, handler_id = _responsible(row, case, context)
    users = context.receivers.resolve(rung.step.to, case, row.stage, units=units, handler_id=handler_id)
    if rung.step.to == "nobody":
        return
    told.facts.append(
        ClockWarned(
            case_id=row.case_id,
            clock_id=row.pk,
            stage=row.stage,
            step=step,
            due_at=row.due_at,
            division=row.division,
        )
    )
    template, params = _words(row, rung, case, units, now)
    told.notices += [
        Notice(
            key=f"clock:{row.pk}:{row.series}:{step}",
            to_user=user,
            template=template,
            params=params,
            case_id=row.case_id,
            division=row.division,
            link=f"/desk/cases/{row.case_id}",
        )
        for user in users
    ]


def _responsible(row: Clock, case: CaseInfo, context: _Context) -> tuple[tuple[int, ...], int | None]:
    """Give the units and the handler a clock is about, as they are now."""
    if row.supervision_id is not None:
        return context.asked.get(row.supervision_id, ()), None
    if row.order_id is not None:
        unit_id, handler_id = context.orders[row.order_id]
        return (unit_id,), handler_id
    return () if case.lead_unit_id is None else (case.lead_unit_id,), case.handler_id


def _words(
    row: Clock, rung: Rung, case: CaseInfo, units: Iterable[int], now: datetime
) -> tuple[str, dict[str, str]]:
    due = row.due_at or rung.at
    params = {
        "number": case.number,
        "title": case.title,
        "stage": STAGES_ZH.get(row.stage, row.stage),
        "due": f"{timezone.localtime(due):%Y-%m-%d %H:%M}",
    }
    if rung.step.tone == "escalate":
        names = "、".join(info.name for info in people.units(units).values())
        return "clock.escalated", {**params, "step": rung.step.zh(), "unit": names or "—"}
    limit = clocks.limit_of(row)
    if now >= due or limit is None:
        return "clock.overdue", params
    left = people.calendar_for(row.unit_id).elapsed(now, due, limit.unit)
    return "clock.due_soon", {**params, "left": span_zh(left)}


def span_zh(span: timedelta) -> str:
    """Say a duration in hours and minutes: 3小时20分."""
    minutes = max(0, round(span / timedelta(minutes=1)))
    hours, rest = divmod(minutes, 60)
    return f"{hours}小时{rest}分" if hours and rest else f"{hours}小时" if hours else f"{rest}分钟"


def _store(told: _Told) -> None:
    adapt = connection.ops.adapt_datetimefield_value
    places = [
        (step, None if at is None else adapt(at), None if late is None else adapt(late), pk)
        for step, at, late, pk in told.places
    ]
    with connection.cursor() as cursor:
        cursor.executemany(_ADVANCE, places)
    if told.facts:
        outbox.publish(*told.facts)
    for begin in range(0, len(told.notices), _NOTICES_AT_ONCE):
        messaging.notify(told.notices[begin : begin + _NOTICES_AT_ONCE])
