# SPDX-License-Identifier: Apache-2.0
"""Reads of the working calendar: a year of it, its changes, what another day would move."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from tongguan.cases import queries as cases
from tongguan.dispatch import queries as dispatch
from tongguan.kernel.errors import NotFound
from tongguan.kernel.worktime import Calendar
from tongguan.people import queries as people
from tongguan.people.contracts import Actor
from tongguan.workdays.contracts import HOLIDAY, MAKEUP, Change, Day, Effect, Moved, NewDay, UnknownYear, Year
from tongguan.workdays.models import DayChange

FIRST, LAST = 2004, 2099
#: How many cases a preview names.
SHOWN: Final = 50
_CHANGES: Final = 100
_HORIZON: Final = timedelta(days=60)
_COLUMNS: Final = tuple(Change.__dataclass_fields__)


def year(calendar: str, of: int) -> Year:
    """Give every day of a year as the clocks count it. Raises NotFound for an unknown calendar."""
    counted = named(calendar)
    newest = {row.date: row for row in _changes(calendar).filter(date__year=of).order_by("no")}
    day, days = date(of, 1, 1), []
    while day.year == of:
        kind, row = kind_on(counted, day), newest.get(day)
        shown = row.name if row and row.kind == kind else ""
        days.append(Day(day, bool(counted.definition.shifts_on(day)), kind, shown, row.no if row else 0))
        day += timedelta(days=1)
    return Year(calendar, of, counted.knows(of), days)


def changes(calendar: str, of: int) -> list[Change]:
    """Give the changes of a year's days, the newest first. Raises NotFound for an unknown calendar."""
    named(calendar)
    rows = _changes(calendar).filter(date__year=of).order_by("-at", "-id")[:_CHANGES]
    return [Change(**row) for row in rows.values(*_COLUMNS)]


def effect(actor: Actor, new: NewDay) -> Effect:
    """Give what the day would move of clocks that run; cases are named within the actor's scope only."""
    moved = differing(new)
    seen = cases.cases_by_id(actor, _ids(moved)[:SHOWN])
    return Effect(
        sooner=sum(then < due for _, due, then in moved),
        later=sum(then > due for _, due, then in moved),
        cases=[
            Moved(case_id, seen[case_id].number, seen[case_id].title, due, then)
            for case_id, due, then in moved
            if case_id in seen
        ],
    )


def differing(new: NewDay) -> list[tuple[UUID, datetime, datetime]]:
    """Give (case, due, due then) of the clocks that the day would move, the soonest first."""
    begin = timezone.make_aware(datetime.combine(new.date, time.min))
    return dispatch.otherwise(people.calendar_with(new.calendar, new.date, new.kind), begin)


def _ids(moved: Iterable[tuple[UUID, datetime, datetime]]) -> list[UUID]:
    return list(dict.fromkeys(case_id for case_id, _, _ in moved))


def named(calendar: str) -> Calendar:
    """Give a calendar by code. Raises NotFound."""
    found = people.calendar_named(calendar)
    if found is None:
        raise NotFound("calendar.unknown", zh="没有这个工作日历", en="no such calendar", field="calendar")
    return found


def kind_on(calendar: Calendar, day: date) -> str:
    """Give what is special about a day, or nothing."""
    if day in calendar.definition.makeup:
        return MAKEUP
    return HOLIDAY if day in calendar.definition.holidays else ""


def unknown_years(at: datetime) -> list[UnknownYear]:
    """Give a warning for each year within the next 60 days whose holidays are not known."""
    first, last = timezone.localdate(at).year, timezone.localdate(at + _HORIZON).year
    national = named("")
    return [
        UnknownYear(
            of,
            zh=f"{of} 年的节假日与调休安排尚未导入，工作时限暂按周一至周五计算；请运行 import_calendar",
            en=f"holidays of {of} are unknown; limits count Monday to Friday until import_calendar is run",
        )
        for of in range(first, last + 1)
        if not national.knows(of)
    ]


def _changes(calendar: str) -> QuerySet[DayChange]:
    return DayChange.objects.filter(calendar=calendar)
