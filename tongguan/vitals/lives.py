# SPDX-License-Identifier: Apache-2.0
"""What one case adds to the city's vital signs: a function of its row, its history and its clocks. Pure.

Counts are named as in the practice of GB/T 30428.4: 立案 filed, 处置 disposed, 结案 closed, 返工 reworked,
回退 returned, 作废 voided.
Everything is told by the moment it happened, so that the past can be drawn; what a later fact takes back
(a reopening, a rework, a refiling) is no longer told at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, NamedTuple
from uuid import UUID

from tongguan.cases.contracts import SOON
from tongguan.indicators.contracts import Step
from tongguan.kernel.worktime import Calendar, LimitUnit

HANDLE: Final = "handle"
_CHECKED: Final = frozenset({"check", "close"})
_CLOSED: Final = frozenset({"closed", "forced_close"})
_MINUTE: Final = timedelta(minutes=1)


class Line(NamedTuple):
    """One line of the history. ``counts``: counters that its move adds to; ``final``: it ends the case.

    ``stage`` is that of the state it leads to, ``""`` for a final one.
    """

    at: datetime
    move: str
    frm: str
    to: str
    stage: str
    final: bool
    counts: tuple[str, ...]


class Span(NamedTuple):
    """One of the city's own clocks of the case (not a unit's, not a supervision's)."""

    stage: str
    started_at: datetime
    stopped_at: datetime | None
    due_at: datetime | None
    late: bool


class Interval(NamedTuple):
    """From one moment to before another; None: it has not ended."""

    begin: datetime
    end: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Life:
    """What is read of one case. ``excused``: an approved appeal keeps its lateness out of scores."""

    id: UUID
    item: str
    place: str
    state: str
    stage: str
    urgency: str
    opened_at: datetime
    filed_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    lines: Sequence[Line]
    spans: Sequence[Span]
    excused: bool = False


def steps(life: Life, calendar: Calendar) -> Iterator[Step]:
    """Give everything the case adds; ``calendar`` counts working time."""
    for measure, at, amount in (*_flows(life, calendar), *_levels(life)):
        yield Step(life.id, measure, life.item, life.place, at, amount)


def _flows(life: Life, calendar: Calendar) -> Iterator[tuple[str, datetime, int]]:
    yield "case_new", life.opened_at, 1
    if life.filed_at is not None:
        yield "case_filed", life.filed_at, 1
    for line in life.lines:
        if "reworks" in line.counts:
            yield "case_reworked", line.at, 1
        if "returns" in line.counts:
            yield "case_returned", line.at, 1
        if line.move == "urge":
            yield "case_urged", line.at, 1
    disposed = disposed_at(life)
    if disposed is not None:
        yield "case_disposed", disposed, 1
        if life.excused or not any(span.late for span in life.spans if span.stage == HANDLE):
            yield "case_disposed_in_time", disposed, 1
        minutes = handling_minutes(life, calendar)
        if minutes:
            yield "case_handling_minutes", disposed, minutes
    if life.closed_at is not None and life.state == "voided":
        yield "case_voided", life.closed_at, 1
    if life.closed_at is not None and life.state in _CLOSED:
        yield "case_closed", life.closed_at, 1
        if life.excused or not any(span.late for span in life.spans):
            yield "case_closed_in_time", life.closed_at, 1


def _levels(life: Life) -> Iterator[tuple[str, datetime, int]]:
    opened = list(open_intervals(life))
    yield from _told("case_open", opened)
    if life.urgency != "normal":
        yield from _told("case_urgent", opened)
    yield from _told("case_suspended", _in_state(life, "suspended"))
    yield from _told("case_overdue", late_intervals(life, life.spans))
    handling = [span for span in life.spans if span.stage == HANDLE]
    yield from _told("case_late_to_dispose", late_intervals(life, handling, stage=HANDLE))
    if life.closed_at is None and life.due_at is not None:
        yield from _told("case_due_soon", [Interval(life.due_at - SOON, life.due_at)])


def _told(measure: str, intervals: Iterable[Interval]) -> Iterator[tuple[str, datetime, int]]:
    for one in intervals:
        yield measure, one.begin, 1
        if one.end is not None:
            yield measure, one.end, -1


def open_intervals(life: Life) -> Iterator[Interval]:
    """Give when the case was open: from its opening, again after every reopening."""
    begin: datetime | None = life.opened_at
    for line in life.lines:
        if line.final and begin is not None:
            yield Interval(begin, line.at)
            begin = None
        elif not line.final and begin is None:
            begin = line.at
    if begin is not None:
        yield Interval(begin, life.closed_at)


def _in_state(life: Life, state: str) -> Iterator[Interval]:
    begin: datetime | None = None
    for line in life.lines:
        if line.to == state and begin is None:
            begin = line.at
        elif line.to != state and begin is not None:
            yield Interval(begin, line.at)
            begin = None
    if begin is not None:
        yield Interval(begin, None)


def late_intervals(life: Life, spans: Iterable[Span], stage: str = "") -> list[Interval]:
    """Give when the case was overdue, at most once at a time.

    The past is told by its stopped clocks, the present by the due time that the case shows, as the desk's
    list does; ``stage``: only while the case is in it. The present one may lie ahead.
    """
    found = [
        Interval(span.due_at, span.stopped_at)
        for span in spans
        if span.late
        and span.due_at is not None
        and span.stopped_at is not None
        and span.due_at < span.stopped_at
    ]
    if life.closed_at is None and life.due_at is not None and stage in {"", life.stage}:
        found.append(Interval(life.due_at, None))
    return united(found)


def united(intervals: Iterable[Interval]) -> list[Interval]:
    """Join intervals that overlap or touch, in order."""
    found: list[Interval] = []
    for one in sorted(intervals, key=lambda one: one.begin):
        last = found[-1] if found else None
        if last is None or (last.end is not None and last.end < one.begin):
            found.append(one)
        elif last.end is not None and (one.end is None or one.end > last.end):
            found[-1] = Interval(last.begin, one.end)
    return found


def disposed_at(life: Life) -> datetime | None:
    """Give when the handling that stands was confirmed (处置截止于部门确认批转), None while there is none."""
    if life.stage not in _CHECKED and life.state not in _CLOSED:
        return None
    confirmed = None
    for line in life.lines:
        if line.stage == "check" and confirmed is None:
            confirmed = line.at
        elif line.stage not in _CHECKED and not line.final:
            confirmed = None  # reworked or reopened: that handling does not stand
    return confirmed or life.closed_at


def handling_minutes(life: Life, calendar: Calendar) -> int:
    """Give the working minutes of all rounds of handling, suspensions left out; whole minutes."""
    total = timedelta()
    held = list(_in_state(life, "suspended"))
    for span in life.spans:
        if span.stage != HANDLE or span.stopped_at is None:
            continue
        total += _worked(calendar, span.started_at, span.stopped_at)
        for one in held:
            begin, end = max(one.begin, span.started_at), min(one.end or span.stopped_at, span.stopped_at)
            if begin < end:
                total -= _worked(calendar, begin, end)
    return max(0, total // _MINUTE)


def _worked(calendar: Calendar, begin: datetime, end: datetime) -> timedelta:
    return calendar.elapsed(begin, end, LimitUnit.WORK_HOUR)
