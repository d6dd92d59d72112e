# SPDX-License-Identifier: Apache-2.0
"""Work calendars in memory: shipped national days, imported later days, shifts of cities and units.

The shipped table needs no database; an imported national day overrides a shipped one, and a calendar's
own day overrides both. A unit uses its own calendar or that of its nearest superior that has one; else
the calendar with the code ``default``; else 8-12 and 14-18, Monday to Friday.
"""

import csv
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from django.utils import timezone

from tongguan.kernel.worktime import Calendar, Shift, ordinary_week, shifts_from_text
from tongguan.people import registers, stamps
from tongguan.people.contracts import CalendarWarning
from tongguan.people.models import CalendarDay, WorkCalendar

SHIPPED: Final = Path(__file__).parent / "data" / "cn_days_2004_2026.csv"
DEFAULT_CODE: Final = "default"
#: A year counts as known from this many special days: a notice also names a few days of the year before.
_DAYS_OF_A_KNOWN_YEAR: Final = 7
_HORIZON: Final = timedelta(days=60)


@cache
def shipped_days() -> dict[date, str]:
    """Give the shipped national days: date -> ``holiday`` or ``makeup_workday``."""
    with SHIPPED.open(encoding="utf-8", newline="") as file:
        return {date.fromisoformat(row["date"]): row["kind"] for row in csv.DictReader(file)}


def _known_years(days: dict[date, str]) -> frozenset[int]:
    counts: dict[int, int] = {}
    for day in days:
        counts[day.year] = counts.get(day.year, 0) + 1
    return frozenset(year for year, count in counts.items() if count >= _DAYS_OF_A_KNOWN_YEAR)


def _build(week: tuple[tuple[Shift, ...], ...], days: dict[date, str], years: frozenset[int]) -> Calendar:
    return Calendar(
        week=week,
        holidays=[day for day, kind in days.items() if kind == "holiday"],
        makeup=[day for day, kind in days.items() if kind == "makeup_workday"],
        years=years,
    )


class Calendars:
    """All calendars at one version of the register."""

    def __init__(self, rows: list[WorkCalendar], days: list[tuple[int | None, date, str]]) -> None:
        """Take the calendar rows and special days as (calendar id or None, date, kind)."""
        national = dict(shipped_days())
        own: dict[int, dict[date, str]] = {}
        for calendar_id, day, kind in days:
            if calendar_id is None:
                national[day] = kind
            else:
                own.setdefault(calendar_id, {})[day] = kind
        self.years = _known_years(national)
        self.by_id: dict[int, Calendar] = {}
        self.default = _build(ordinary_week(), national, self.years)
        for row in rows:
            week = tuple(shifts_from_text(shifts) for shifts in row.shifts)
            special = {**(national if row.national else {}), **own.get(row.pk, {})}
            # A calendar that follows no holidays is complete as it is: every year is known to it.
            years = self.years if row.national else frozenset(range(1992, 2100))
            self.by_id[row.pk] = _build(week, special, years)
            if row.code == DEFAULT_CODE:
                self.default = self.by_id[row.pk]


def _load() -> Calendars:
    days = CalendarDay.objects.order_by("date").values_list("calendar_id", "date", "kind")
    return Calendars(list(WorkCalendar.objects.order_by("id")), list(days))


_calendars = stamps.copy_of(_load, stamps.CALENDARS)


def calendar_for(unit_id: int | None = None) -> Calendar:
    """Give the calendar by which a unit's working time counts; the city's for None or an unknown unit."""
    calendars = _calendars.get()
    if unit_id is not None:
        calendar_id = registers.units().calendar_id(unit_id)
        if calendar_id is not None and calendar_id in calendars.by_id:
            return calendars.by_id[calendar_id]
    return calendars.default


def calendar_warnings(at: datetime) -> list[CalendarWarning]:
    """Give a warning for each year within the next 60 days whose holidays are not known."""
    first, last = timezone.localdate(at).year, timezone.localdate(at + _HORIZON).year
    known = _calendars.get().years
    return [
        CalendarWarning(
            year,
            zh=f"{year} 年的节假日与调休安排尚未导入，工作时限暂按周一至周五计算；请运行 import_calendar",
            en=f"holidays of {year} are unknown; limits count Monday to Friday until import_calendar is run",
        )
        for year in range(first, last + 1)
        if year not in known
    ]
