# SPDX-License-Identifier: Apache-2.0
"""Deadlines: from a start, a limit, a calendar and what happened since, when a matter is due.

Pure. Counted time is the limit's own time: working time for 工作时 and 工作日, every second for the
others. Only two things move a deadline: a suspension (挂账) takes its duration out, an extension (延期)
adds the original limit once more. A return, a missing signature, a change of unit: nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction

from tongguan.kernel.worktime import Calendar, Limit, LimitUnit

_MICROSECOND = timedelta(microseconds=1)
_WHOLE = Fraction(1)


@dataclass(frozen=True, slots=True)
class Pause:
    """A suspension: from ``at`` to ``until``, or still lasting when that is None."""

    at: datetime
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class History:
    """What happened to one clock. Pauses lie in time order and do not overlap."""

    started: datetime
    pauses: tuple[Pause, ...] = ()
    extensions: int = 0
    stopped: datetime | None = None

    def __post_init__(self) -> None:
        """Refuse an impossible history. Raises ValueError."""
        edge = self.started
        for no, pause in enumerate(self.pauses):
            if pause.at < edge or (pause.until is None and no + 1 < len(self.pauses)):
                raise ValueError(f"pause {no} begins before {edge} or never ends")
            edge = pause.until or pause.at
            if edge < pause.at:
                raise ValueError(f"pause {no} ends before it begins")
        if self.stopped is not None and self.stopped < edge:
            raise ValueError("the clock stopped before its last pause")
        if self.extensions < 0:
            raise ValueError("extensions cannot be negative")

    @property
    def paused(self) -> bool:
        """Tell whether a suspension is lasting."""
        return bool(self.pauses) and self.pauses[-1].until is None


@dataclass(frozen=True, slots=True)
class Measure:
    """A clock read at a moment.

    ``due_at`` None: no limit, or suspended. ``remaining`` is counted time, zero at the deadline and
    negative after it; None without a limit. ``overdue``: the end, or now, is later than the deadline
    (workflow.yaml timer_rules.overtime), which over a weekend may cost no working time at all.
    """

    due_at: datetime | None
    elapsed: timedelta
    remaining: timedelta | None
    overdue: bool


def spans(history: History, at: datetime) -> Iterator[tuple[datetime, datetime]]:
    """Give the stretches in which the clock ran until ``at`` or its stop, in order."""
    end = min(at, history.stopped) if history.stopped is not None else at
    begin = history.started
    for pause in history.pauses:
        if pause.at >= end:
            break
        yield begin, pause.at
        if pause.until is None:
            return
        begin = pause.until
    if begin < end:
        yield begin, end


def spent(history: History, unit: LimitUnit, calendar: Calendar, at: datetime) -> timedelta:
    """Give the counted time that has run until ``at``, suspensions left out."""
    return sum((calendar.elapsed(a, b, unit) for a, b in spans(history, at)), timedelta())


def allowance(history: History, limit: Limit, calendar: Calendar) -> timedelta:
    """Give all counted time allowed: the limit once, and once more for each extension."""
    return calendar.amount(limit) * (1 + history.extensions)


def due_at(history: History, limit: Limit, calendar: Calendar) -> datetime | None:
    """Give the deadline as the history stands; None while suspended (it is not known yet)."""
    return moment(history, limit, calendar, _WHOLE)


def moment(history: History, limit: Limit, calendar: Calendar, share: Fraction) -> datetime | None:
    """Give when ``share`` of the allowed time has run; None when a lasting suspension comes first.

    Exact to the microsecond: shares are fractions, time is whole microseconds.
    """
    total = allowance(history, limit, calendar) // _MICROSECOND
    left = timedelta(microseconds=total * share.numerator // share.denominator)
    begin = history.started
    for pause in history.pauses:
        reached = calendar.add(begin, left, limit.unit)
        if reached <= pause.at:
            return reached
        if pause.until is None:
            return None
        left -= calendar.elapsed(begin, pause.at, limit.unit)
        begin = pause.until
    return calendar.add(begin, left, limit.unit)


def remaining(history: History, limit: Limit, calendar: Calendar, at: datetime) -> timedelta:
    """Give the counted time left at ``at``; a suspension leaves it as it is, negative when overdrawn."""
    return allowance(history, limit, calendar) - spent(history, limit.unit, calendar, at)


def measure(history: History, limit: Limit | None, calendar: Calendar, at: datetime) -> Measure:
    """Read the clock at ``at`` (or at its stop, if that was earlier). Without a limit only elapsed time."""
    end = min(at, history.stopped) if history.stopped is not None else at
    if limit is None:
        return Measure(None, spent(history, LimitUnit.NATURAL_HOUR, calendar, at), None, overdue=False)
    due = due_at(history, limit, calendar)
    return Measure(
        due_at=due,
        elapsed=spent(history, limit.unit, calendar, at),
        remaining=remaining(history, limit, calendar, at),
        overdue=due is not None and end > due,
    )


def moments(
    history: History, limit: Limit, calendar: Calendar, shares: tuple[Fraction, ...]
) -> tuple[datetime, ...]:
    """Give the moments of the shares, in their order, up to the first that a suspension hides."""
    given: list[datetime] = []
    for share in shares:
        at = moment(history, limit, calendar, share)
        if at is None:
            break
        given.append(at)
    return tuple(given)
