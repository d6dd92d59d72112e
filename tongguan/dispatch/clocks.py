# SPDX-License-Identifier: Apache-2.0
"""Clocks of stages and work orders: start, stop, pause, resume, extend.

Called inside the caller's transaction, whose version check on the case keeps two callers apart. The
city's clock of a stage is asked to start again after a return and simply runs on (F32); after it was
stopped, as by the unit's confirmation, a new round begins (rework: the whole limit once more).
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from tongguan.cases import api as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.catalog import queries as catalog
from tongguan.dispatch import citydata
from tongguan.dispatch.facts import ClockOverdue
from tongguan.dispatch.models import Clock, WorkOrder
from tongguan.kernel import clock
from tongguan.kernel.worktime import Calendar, Limit, LimitUnit
from tongguan.limits import deadlines, escalation
from tongguan.limits.deadlines import History, Pause
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

HANDLE: Final = "handle"
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_TIMES: Final = ("stopped_at", "paused_at", "resume_at", "pauses", "extensions", "due_at", "overdue_at",
                 "counted", "rungs", "series", "notice_step", "next_notice_at", "warning")  # fmt: skip
#: What ``schedule`` sets.
_SCHEDULED: Final = ("due_at", "rungs", "notice_step", "next_notice_at", "warning")


@dataclass(frozen=True, slots=True)
class Start:
    """A clock to start. Without a limit the stage's own counts; ``role`` is the order's: lead or co.

    ``unit_id`` is whose working hours count; None: the city's.
    """

    stage: str
    order_id: UUID | None = None
    role: str = ""
    unit_id: int | None = None
    limit: Limit | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """What one move does to the clocks of one case: stages and orders to stop, clocks to start."""

    case: CaseInfo
    stop: tuple[str, ...] = ()
    stop_orders: tuple[UUID, ...] = ()
    start: tuple[Start, ...] = ()


@dataclass(frozen=True, slots=True)
class Begun:
    """What clocks begun at one moment share: ladders, what ``schedule`` gave by limit, unit and ladder."""

    ladders: Mapping[str, escalation.Ladder] = field(default_factory=citydata.ladders)
    schedules: dict[tuple[Limit | None, int | None, str], dict[str, Any]] = field(default_factory=dict)


@dataclass(slots=True)
class _Batch:
    """Rows to write at the end of a verb, and the schedules of the clocks that began alike in it."""

    changed: list[Clock] = field(default_factory=list)
    created: list[Clock] = field(default_factory=list)
    overdue: list[ClockOverdue] = field(default_factory=list)
    begun: Begun = field(default_factory=Begun)


def turn(change: Change, *, at: datetime) -> list[Clock]:
    """Stop and start clocks of one case in one go; give the clocks that run afterwards."""
    return turn_many([change], at=at)[change.case.id]


def turn_many(changes: Sequence[Change], *, at: datetime) -> dict[UUID, list[Clock]]:
    """Stop and start clocks of many cases, set-based; give each case's running clocks.

    The case rows' due times follow; clocks that ended late are told as ``ClockOverdue``.
    """
    rows: dict[UUID, list[Clock]] = {change.case.id: [] for change in changes}
    # Locked, so that a reminder told in this moment is not written over.
    locked = Clock.objects.select_for_update(of=("self",))
    for row in locked.filter(case_id__in=list(rows), supervision__isnull=True).order_by("id"):
        rows[row.case_id].append(row)
    batch = _Batch()
    running: dict[UUID, list[Clock]] = {}
    for change in changes:
        all_of_case = rows[change.case.id]
        _stop_some(all_of_case, change, at, batch)
        _start_some(all_of_case, change, at, batch)
        running[change.case.id] = [row for row in all_of_case if row.stopped_at is None]
    _write(batch)
    _mirror([(change.case.id, change.case.due_at) for change in changes], running)
    return running


def begin(
    change: Change, orders: Iterable[WorkOrder], *, at: datetime, begun: Begun
) -> tuple[list[Clock], datetime | None]:
    """Give the first clocks of a case that is being opened, and when it is due; nothing is stored.

    The orders, not stored either, get their due times. ``begun`` is one for all cases opened at ``at``.
    """
    rows: list[Clock] = []
    _start_some(rows, change, at, _Batch(begun=begun))
    due = {row.order_id: row.due_at for row in rows}
    for order in orders:
        order.due_at = due.get(order.id)
    return rows, current_due(rows)


def _stop_some(rows: list[Clock], change: Change, at: datetime, batch: _Batch) -> None:
    for row in rows:
        if row.stopped_at is not None:
            continue
        asked = row.stage in change.stop if row.order_id is None else row.order_id in change.stop_orders
        if asked:
            halt(row, at, batch.overdue)
            batch.changed.append(row)


def _start_some(rows: list[Clock], change: Change, at: datetime, batch: _Batch) -> None:
    ladders, schedules = batch.begun.ladders, batch.begun.schedules
    for asked in change.start:
        same = [r for r in rows if r.stage == asked.stage and r.order_id == asked.order_id]
        if any(row.stopped_at is None for row in same):
            continue
        limit = asked.limit or stage_limit(change.case, asked.stage)
        row = tables.fresh(
            Clock,
            case_id=change.case.id,
            order_id=asked.order_id,
            stage=asked.stage,
            round=len(same) + 1,
            division=change.case.division,
            unit_id=asked.unit_id,
            started_at=at,
        )
        _allow(row, limit)
        ladder = ladders[_ladder_code(asked, ladders)]
        alike = (limit, asked.unit_id, ladder.code)
        if alike not in schedules:
            schedule(row, at, ladder)
            schedules[alike] = {name: getattr(row, name) for name in _SCHEDULED}
        row.__dict__.update(schedules[alike])
        rows.append(row)
        batch.created.append(row)


def _allow(row: Clock, limit: Limit | None) -> None:
    row.limit_value = None if limit is None else Decimal(str(limit.value))
    row.limit_unit = "" if limit is None else limit.unit.value


def _ladder_code(asked: Start, known: Collection[str]) -> str:
    if asked.order_id is not None:
        return f"order_{asked.role or 'co'}"
    return asked.stage if asked.stage in known else "stage"


def stage_limit(case: CaseInfo, stage: str) -> Limit | None:
    """Give the limit of a stage: handling's was frozen at filing, the others are the city's data."""
    if stage == HANDLE:
        frozen = case.filing.get("limit")
        return None if not frozen else Limit(Decimal(str(frozen["value"])), LimitUnit(frozen["unit"]))
    return catalog.stage_limit(stage, case.item_code, case.division, case.urgency)


def limit_of(row: Clock) -> Limit | None:
    """Give the limit a clock carries."""
    return None if row.limit_value is None else Limit(row.limit_value, LimitUnit(row.limit_unit))


def history_of(row: Clock) -> History:
    """Give what happened to a clock as the pure rules take it."""
    return History(
        started=row.started_at,
        pauses=tuple(Pause(_time(a), None if b is None else _time(b)) for a, b in row.pauses),
        extensions=row.extensions,
        stopped=row.stopped_at,
    )


def _time(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


def _micros(at: datetime) -> int:
    return (at - _EPOCH) // _MICROSECOND


def schedule(row: Clock, at: datetime, ladder: escalation.Ladder | None = None) -> None:
    """Compute due time and moments of a running clock from its history; rungs passed are not told again.

    ``ladder`` is that of a new clock; without it the steps frozen in the row stay.
    """
    limit = limit_of(row)
    if limit is None:
        row.due_at, row.next_notice_at, row.rungs, row.warning = None, None, [], ""
        return
    calendar = people.calendar_for(row.unit_id)
    history = history_of(row)
    steps = ladder.steps if ladder else tuple(r.step for r in escalation.thaw(row.rungs))
    row.due_at = deadlines.due_at(history, limit, calendar)
    if row.due_at is None:
        row.next_notice_at = None
        return
    shares = tuple(step.share for step in steps)
    times = deadlines.moments(history, limit, calendar, shares)
    rungs = [escalation.Rung(t, step) for t, step in zip(times, steps, strict=True)]
    row.rungs = [rung.frozen() for rung in rungs]
    following = escalation.first(rungs, at)
    row.notice_step, row.next_notice_at = following.next_step, following.next_at
    row.warning = _unknown_years(calendar, limit.unit, row.started_at, row.due_at)


def _unknown_years(calendar: Calendar, unit: LimitUnit, start: datetime, end: datetime) -> str:
    """Say which years' holidays are unknown, for limits that skip holidays."""
    unknown = [y for y in range(start.year, end.year + 1) if not calendar.knows(y)]
    if unit not in (LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY) or not unknown:
        return ""
    return f"{'、'.join(map(str, unknown))}年工作日历未知，按周一至周五计算，请导入当年节假日安排"


def halt(row: Clock, at: datetime, overdue: list[ClockOverdue]) -> None:
    """Stop a clock in memory; one that ended late and was not yet told of is added to ``overdue``."""
    limit = limit_of(row)
    if row.paused_at is not None:
        _end_pause(row, at)
        schedule(row, at)
    row.stopped_at = max(at, row.started_at)
    row.next_notice_at = row.resume_at = None
    unit = LimitUnit.NATURAL_HOUR if limit is None else limit.unit
    row.counted = deadlines.spent(history_of(row), unit, people.calendar_for(row.unit_id), row.stopped_at)
    if row.due_at is not None and row.overdue_at is None and row.stopped_at > row.due_at:
        row.overdue_at = row.due_at
        overdue.append(told_overdue(row))


def told_overdue(row: Clock) -> ClockOverdue:
    """Give the fact that a clock passed its due time. Raises ValueError for one that has none."""
    if row.due_at is None:
        raise ValueError(f"clock {row.pk} has no due time")
    return ClockOverdue(
        case_id=row.case_id, clock_id=row.id, stage=row.stage, due_at=row.due_at, division=row.division
    )


def is_overdue(row: Clock, at: datetime) -> bool:
    """Tell whether a clock ended, or is at ``at``, later than its due time."""
    if row.overdue_at is not None:
        return True
    return row.due_at is not None and (row.stopped_at or at) > row.due_at


def exclude(case_id: UUID) -> int:
    """Leave a case's overdue handling out of scores (超时申诉获批); due and overdue times stay. How many."""
    rows = Clock.objects.filter(case_id=case_id, stage=HANDLE, overdue_at__isnull=False)
    return rows.update(excluded_from_score=True)


def pause(case: CaseInfo, *, at: datetime, until: datetime | None) -> None:
    """Suspend handling (挂账): the city's clock and the orders' stand still, at most until ``until``."""

    def stand(row: Clock) -> bool:
        if row.paused_at is not None:
            return False
        row.paused_at = at
        row.resume_at = until if row.order_id is None else None
        row.pauses = [*row.pauses, [_micros(at), None]]
        return True

    _turn_handling(case, at, stand)


def resume(case: CaseInfo, *, at: datetime) -> datetime | None:
    """End the suspension: what was left runs on from ``at``. Give the city's new due time."""

    def go_on(row: Clock) -> bool:
        if row.paused_at is None:
            return False
        _end_pause(row, at)
        row.series += 1
        return True

    return _turn_handling(case, at, go_on)


def _end_pause(row: Clock, at: datetime) -> None:
    begun = row.pauses[-1][0]
    row.pauses = [*row.pauses[:-1], [begun, max(begun, _micros(at))]]
    row.paused_at = row.resume_at = None


def extend(case: CaseInfo, *, at: datetime) -> datetime | None:
    """Add the original limit once more (延期) to the city's clock and the lead's. Give the new due time."""
    lead = set(WorkOrder.objects.filter(case_id=case.id, role="lead").values_list("id", flat=True))

    def once_more(row: Clock) -> bool:
        if row.limit_value is None or not (row.order_id is None or row.order_id in lead):
            return False
        row.extensions += 1
        row.series += 1
        return True

    return _turn_handling(case, at, once_more)


def _turn_handling(case: CaseInfo, at: datetime, turned: Callable[[Clock], bool]) -> datetime | None:
    running = Clock.objects.filter(stage=HANDLE, stopped_at__isnull=True, supervision__isnull=True)
    rows = list(running.select_for_update(of=("self",)).filter(case_id=case.id).order_by("id"))
    batch = _Batch(changed=[row for row in rows if turned(row)])
    for row in batch.changed:
        schedule(row, at)
    _write(batch)
    return _mirror([(case.id, case.due_at)], {case.id: rows})[case.id]


def refresh_warned(limit: int = 500) -> int:
    """Compute anew the clocks that were set under an unknown calendar and now have one; give how many."""
    warned = Clock.objects.filter(~Q(warning=""), stopped_at__isnull=True)
    ids = warned.order_by("case_id").values_list("case_id", flat=True).distinct()[:limit]
    return sum([recount(case_id, warned=True) for case_id in list(ids)])


def recount(case_id: UUID, *, warned: bool = False, limits: bool = False) -> int:
    """Set a case's running clocks by the calendars of now, or only ``warned`` ones; give how many changed.

    ``limits``: its stages, but for handling, get the limits of now too, as when it has become urgent.
    """
    with atomic():
        case = cases.hold(PLATFORM, case_id).case
        batch = _Batch()
        every = Clock.objects.filter(case_id=case_id, stopped_at__isnull=True)
        rows = list(every.select_for_update(of=("self",)).order_by("id"))
        for row in rows:
            was, due = row.warning, row.due_at
            anew = limits and row.order_id is None and row.supervision_id is None and row.stage != HANDLE
            if anew:
                _allow(row, stage_limit(case, row.stage))
            code = _ladder_code(Start(row.stage), batch.begun.ladders)  # a clock without a limit has no steps
            schedule(row, clock.now(), batch.begun.ladders[code] if anew and not row.rungs else None)
            if (was and not row.warning) if warned else row.due_at != due:
                row.series += 1
                batch.changed.append(row)
        _write(batch, _TIMES if not limits else (*_TIMES, "limit_value", "limit_unit"))
        if batch.changed:
            _mirror([(case_id, case.due_at)], {case_id: rows})
            cases.tell_due_changed(case)
        return len(batch.changed)


def _write(batch: _Batch, columns: Sequence[str] = _TIMES) -> None:
    tables.update(batch.changed, columns)
    if batch.created:
        Clock.objects.bulk_create(batch.created, batch_size=500)
    orders = {
        row.order_id: row.due_at for row in (*batch.changed, *batch.created) if row.order_id is not None
    }
    tables.update([tables.fresh(WorkOrder, id=key, due_at=due) for key, due in orders.items()], ["due_at"])
    if batch.overdue:
        outbox.publish(*batch.overdue)


def _mirror(
    known: Iterable[tuple[UUID, datetime | None]], running: dict[UUID, list[Clock]]
) -> dict[UUID, datetime | None]:
    """Write the due time that counts into the case rows that show another one; give them all."""
    current = {case_id: current_due(running[case_id]) for case_id, _ in known}
    changed = {case_id: current[case_id] for case_id, shown in known if shown != current[case_id]}
    if changed:
        cases.set_due(changed)
    return current


def current_due(running: Iterable[Clock]) -> datetime | None:
    """Give the due time that counts for a case: handling's while it runs, else the newest stage's."""
    city = [row for row in running if row.order_id is None and row.supervision_id is None]
    handling = [row for row in city if row.stage == HANDLE]
    chosen = handling or sorted(city, key=lambda row: (row.started_at, row.id or 0))
    return chosen[-1].due_at if chosen else None
