# SPDX-License-Identifier: Apache-2.0
"""Work calendars in memory: shipped national days, imported later days, shifts of cities and units.

The shipped table needs no database; an imported national day overrides a shipped one, and a calendar's
own day overrides both. A unit uses its own calendar or that of its nearest superior that has one; else
the calendar with the code ``default``; else 8-12 and 14-18, Monday to Friday.
"""

import csv
from collections.abc import Callable
from datetime import date
from functools import cache, partial
from pathlib import Path
from typing import Final

from tongguan.kernel.worktime import Calendar, Shift, ordinary_week, shifts_from_text
from tongguan.people import registers, stamps
from tongguan.people.models import CalendarDay, WorkCalendar

SHIPPED: Final = Path(__file__).parent / "data" / "cn_days_2004_2026.csv"
DEFAULT_CODE: Final = "default"
#: A year counts as known from this many special days: a notice also names a few days of the year before.
_DAYS_OF_A_KNOWN_YEAR: Final = 7


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
        self.by_code = {"": self.default}
        for row in rows:
            week = tuple(shifts_from_text(shifts) for shifts in row.shifts)
            special = {**(national if row.national else {}), **own.get(row.pk, {})}
            # A calendar that follows no holidays is complete as it is: every year is known to it.
            years = self.years if row.national else frozenset(range(1992, 2100))
            self.by_id[row.pk] = self.by_code[row.code] = _build(week, special, years)
            if row.code == DEFAULT_CODE:
                self.default = self.by_id[row.pk]


def _load(*more: tuple[str, date, str]) -> Calendars:
    days = list(CalendarDay.objects.order_by("date").values_list("calendar_id", "date", "kind"))
    rows = list(WorkCalendar.objects.order_by("id"))
    ids = {row.code: row.pk for row in rows}
    return Calendars(rows, [*days, *((ids.get(code), day, kind) for code, day, kind in more)])


_calendars = stamps.copy_of(_load, stamps.CALENDARS)


def calendar_for(unit_id: int | None = None) -> Calendar:
    """Give the calendar by which a unit's working time counts; the city's for None or an unknown unit."""
    return _of(_calendars.get(), unit_id)


def calendar_named(code: str) -> Calendar | None:
    """Give a calendar by code; the national days over an ordinary week for none."""
    return _calendars.get().by_code.get(code)


def calendar_with(code: str, day: date, kind: str) -> Callable[[int | None], Calendar]:
    """Give ``calendar_for`` as it would answer with one more special day; nothing is stored."""
    return partial(_of, _load((code, day, kind)))


def _of(calendars: Calendars, unit_id: int | None) -> Calendar:
    calendar_id = None if unit_id is None else registers.units().calendar_id(unit_id)
    return calendars.default if calendar_id is None else calendars.by_id.get(calendar_id, calendars.default)
