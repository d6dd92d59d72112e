# SPDX-License-Identifier: Apache-2.0
"""Periods of evaluation: a month, a quarter, a year, or days from … to …, in the city's own time. Pure."""

import re
from datetime import date, datetime, timedelta, tzinfo
from typing import Final

from tongguan.evaluation.contracts import Period
from tongguan.kernel.errors import Invalid

_LONGEST_DAYS: Final = 366 * 3
_QUARTERS: Final = re.compile(r"(\d{4})-Q([1-4])")
_MONTHS: Final = re.compile(r"(\d{4})-(\d{2})")
_DAYS: Final = re.compile(r"(\d{4}-\d{2}-\d{2})\.\.(\d{4}-\d{2}-\d{2})")
_FIRST, _LAST = 2000, 2100


def parse(code: str, zone: tzinfo) -> Period:
    """Give the period that a code names: ``2026-05``, ``2026-Q2``, ``2026``, ``2026-05-01..2026-05-20``.

    Raises Invalid naming the field ``period``.
    """
    try:
        begin, end = _bounds(code)
    except ValueError as error:
        raise Invalid(
            "evaluation.period", "时段形如 2026-05、2026-Q2、2026 或 2026-05-01..2026-05-20",
            "a period is like 2026-05, 2026-Q2, 2026 or 2026-05-01..2026-05-20", field="period",
        ) from error  # fmt: skip
    return Period(code, _midnight(begin, zone), _midnight(end, zone))


def _bounds(code: str) -> tuple[date, date]:
    if found := _DAYS.fullmatch(code):
        begin, end = date.fromisoformat(found[1]), date.fromisoformat(found[2]) + timedelta(days=1)
        if not 0 < (end - begin).days <= _LONGEST_DAYS or not _FIRST <= begin.year < _LAST:
            raise ValueError(code)
        return begin, end
    if found := _QUARTERS.fullmatch(code):
        year, month, months = int(found[1]), int(found[2]) * 3 - 2, 3
    elif found := _MONTHS.fullmatch(code):
        year, month, months = int(found[1]), int(found[2]), 1
    elif code.isascii() and code.isdigit():
        year, month, months = int(code), 1, 12
    else:
        raise ValueError(code)
    if not _FIRST <= year < _LAST:
        raise ValueError(code)
    return date(year, month, 1), _later(year, month, months)


def _later(year: int, month: int, months: int) -> date:
    place = year * 12 + month - 1 + months
    return date(place // 12, place % 12 + 1, 1)


def _midnight(day: date, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=zone)


def before(period: Period, zone: tzinfo) -> Period:
    """Give the period of the same kind right before."""
    code = period.code
    first = period.since.astimezone(zone).date()
    if _DAYS.fullmatch(code):
        days = (period.until.astimezone(zone).date() - first).days
        return parse(f"{first - timedelta(days=days)}..{first - timedelta(days=1)}", zone)
    last = first - timedelta(days=1)
    if _QUARTERS.fullmatch(code):
        return parse(f"{last.year:04d}-Q{(last.month + 2) // 3}", zone)
    return parse(f"{last.year:04d}-{last.month:02d}" if _MONTHS.fullmatch(code) else f"{last.year:04d}", zone)
