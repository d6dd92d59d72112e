# SPDX-License-Identifier: Apache-2.0
"""Rows of time, applications and supervision as others see them; ``queries`` gives them by scope."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tongguan.dispatch import clocks
from tongguan.dispatch.contracts import ApplicationInfo, ClockInfo, ReceiptInfo, SupervisionInfo
from tongguan.dispatch.models import Application, Clock, Receipt, Supervision, WorkOrder
from tongguan.kernel.worktime import WORKING_UNITS, Calendar
from tongguan.limits import deadlines, escalation
from tongguan.people import queries as people

#: Columns of an order and of a clock as the analysis keeps them.
ORDER_MARK: Final = (
    *(
        "id",
        "case_id",
        "no",
        "unit_id",
        "unit_path",
        "role",
        "division",
        "state",
        "dispatched_at",
        "signed_at",
    ),
    *(
        "assigned_at",
        "submitted_at",
        "confirmed_at",
        "ended_at",
        "due_at",
        "limit_value",
        "limit_unit",
        "reworks",
    ),
)
CLOCK_MARK: Final = (
    *(
        "id",
        "case_id",
        "order_id",
        "stage",
        "round",
        "division",
        "unit_id",
        "started_at",
        "stopped_at",
        "due_at",
    ),
    *("overdue_at", "limit_value", "limit_unit", "extensions", "excluded_from_score"),
)
_MINUTE: Final = timedelta(minutes=1)
_MICROS: Final = 60_000_000
Counts = Callable[[int | None], Calendar]
PENDING: Final = "pending"
DECISIONS_ZH: Final = {
    "approved": "已批准",
    "rejected": "未批准",
    "withdrawn": "已撤回",
    "lapsed": "已失效",
    "pending": "审批中",
}


def clock(row: Clock, at: datetime) -> ClockInfo:
    """Read a clock at a moment."""
    limit = clocks.limit_of(row)
    read = deadlines.measure(clocks.history_of(row), limit, people.calendar_for(row.unit_id), at)
    rungs = escalation.thaw(row.rungs)
    return ClockInfo(
        id=row.pk,
        case_id=row.case_id,
        order_id=row.order_id,
        supervision_id=row.supervision_id,
        stage=row.stage,
        round=row.round,
        started_at=row.started_at,
        stopped_at=row.stopped_at,
        paused_at=row.paused_at,
        due_at=row.due_at,
        limit_zh="" if limit is None else limit.zh(),
        extensions=row.extensions,
        elapsed=read.elapsed,
        remaining=read.remaining,
        overdue=clocks.is_overdue(row, at),
        warning=row.warning,
        next_notice_at=row.next_notice_at,
        next_notice_zh="" if row.next_notice_at is None else escalation.explain(rungs, row.notice_step),
    )


def clocks_of(case_ids: Collection[UUID], at: datetime) -> dict[UUID, list[ClockInfo]]:
    """Give the clocks of cases the caller may see, in the order they started; one query."""
    found: dict[UUID, list[ClockInfo]] = {case_id: [] for case_id in case_ids}
    for row in Clock.objects.filter(case_id__in=case_ids).order_by("started_at", "id"):
        found[row.case_id].append(clock(row, at))
    return found


def order_marks(case_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """Give the orders of cases the caller may see by case and number: columns ``ORDER_MARK``; one query."""
    rows = WorkOrder.objects.filter(case__pk__among=list(case_ids)).order_by("case_id", "no")
    return list(rows.values(*ORDER_MARK))


def clock_marks(case_ids: Collection[UUID]) -> list[dict[str, Any]]:
    """Give the clocks of cases the caller may see, but supervisions', with minutes spent; one query.

    ``worked_minutes`` counts in the limit's own time, and only of a clock that has stopped; so does
    ``paused_minutes``, in plain time.
    """
    rows = Clock.objects.filter(case__pk__among=list(case_ids), supervision=None).order_by("case_id", "id")
    found = []
    for row in rows.values(*CLOCK_MARK, "counted", "pauses"):
        spent, pauses = row.pop("counted"), row.pop("pauses")
        stopped = row["stopped_at"] is not None
        paused = sum(end - begin for begin, end in pauses if end is not None)
        row["worked_minutes"] = spent / _MINUTE if stopped and spent is not None else None
        row["paused_minutes"] = paused / _MICROS if stopped else None
        found.append(row)
    return found


def otherwise(counts: Counts, since: datetime) -> list[tuple[UUID, datetime, datetime]]:
    """Give (case, due, due by other calendars) of the city's clocks due after ``since`` that differ."""
    rows = Clock.objects.filter(stopped_at__isnull=True, due_at__gt=since, order_id=None, supervision=None)
    found = []
    for row in rows.filter(limit_unit__in=WORKING_UNITS).order_by("due_at", "id").iterator(2_000):
        if not (limit := clocks.limit_of(row)) or not row.due_at:
            continue
        due = deadlines.due_at(clocks.history_of(row), limit, counts(row.unit_id))
        if due and due != row.due_at:
            found.append((row.case_id, row.due_at, due))
    return found


def application(row: Application) -> ApplicationInfo:
    """Give an application with its decisions."""
    steps = row.steps.order_by("no").values("no", "post", "decision", "note", "by_name", "at")
    waiting = row.state == PENDING and row.level < len(row.levels)
    return ApplicationInfo(
        id=row.pk,
        case_id=row.case_id,
        kind=row.kind,
        state=row.state,
        version=row.version,
        level=row.level,
        waits_for=row.levels[row.level]["by"] if waiting else "",
        applicant_name=row.applicant_name,
        reason=row.reason,
        text=row.text,
        until=row.until,
        created_at=row.created_at,
        decided_at=row.decided_at,
        steps=tuple(dict(step) for step in steps),
        attachments=tuple(row.attachments),
    )


def applications_of(case_id: UUID) -> list[ApplicationInfo]:
    """Give the applications of a case the caller may see, oldest first."""
    return [application(row) for row in Application.objects.filter(case_id=case_id).order_by("id")]


def excluded(case_ids: Collection[UUID]) -> set[UUID]:
    """Give the cases whose timeout an approved appeal keeps out of scores; the fact itself stays."""
    rows = Clock.objects.filter(case_id__in=case_ids, excluded_from_score=True)
    return set(rows.values_list("case_id", flat=True))


def supervision(row: Supervision, receipts: Iterable[Receipt]) -> SupervisionInfo:
    """Give a supervision with its receipts."""
    rows = list(receipts)
    names = people.units(r.unit_id for r in rows)
    return SupervisionInfo(
        id=row.pk,
        case_id=row.case_id,
        kind=row.kind,
        level=row.level,
        state=row.state,
        version=row.version,
        text=row.text,
        by_name=row.by_name,
        at=row.at,
        due_at=row.due_at,
        needs_answer=row.needs_answer,
        receipts=tuple(
            ReceiptInfo(
                unit_id=r.unit_id,
                unit_name=names[r.unit_id].name if r.unit_id in names else "",
                signed_at=r.signed_at,
                signed_by_name=r.signed_by_name,
                answer=r.answer,
                answered_at=r.answered_at,
                late=r.late,
            )
            for r in rows
        ),
    )


def supervisions_of(case_id: UUID) -> list[SupervisionInfo]:
    """Give what was asked about a case the caller may see, oldest first; two queries."""
    rows = list(Supervision.objects.filter(case_id=case_id).order_by("id"))
    receipts: dict[UUID, list[Receipt]] = {row.pk: [] for row in rows}
    for receipt in Receipt.objects.filter(supervision__case_id=case_id).order_by("id"):
        receipts[receipt.supervision_id].append(receipt)
    return [supervision(row, receipts[row.pk]) for row in rows]
