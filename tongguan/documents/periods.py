# SPDX-License-Identifier: Apache-2.0
"""Which stretch of time a document is about, and the ones it is compared with. Pure: local datetimes in."""

from datetime import date, datetime, time, timedelta, tzinfo
from typing import Final

from tongguan.documents.contracts import Cadence, Period
from tongguan.documents.wordsof import day as day_zh
from tongguan.documents.wordsof import stretch

_DAY: Final = timedelta(days=1)
_BEFORE: Final = {
    Cadence.DAY: "前一日",
    Cadence.WEEK: "上周",
    Cadence.MONTH: "上月",
    Cadence.RANGE: "前一同等时段",
}
#: The longest a document may reach.
LONGEST: Final = timedelta(days=731)


def containing(cadence: Cadence, day: date, zone: tzinfo) -> Period:
    """Give the day, the week (from Monday) or the month that a day lies in."""
    if cadence is Cadence.DAY:
        first, last = day, day + _DAY
        before = day - _DAY
        year = (_year_before(day), _year_before(day) + _DAY)
        zh = day_zh(_start(day, zone))
    elif cadence is Cadence.WEEK:
        first = day - timedelta(days=day.weekday())
        last, before = first + 7 * _DAY, first - 7 * _DAY
        year = (first - 364 * _DAY, last - 364 * _DAY)
        zh = stretch(_start(first, zone), _start(last, zone))
    else:
        first = day.replace(day=1)
        last = _next_month(first)
        before = (first - _DAY).replace(day=1)
        year = (first.replace(year=first.year - 1), last.replace(year=last.year - 1))
        zh = f"{first.year}年{first.month}月"
    return Period(
        cadence, _start(first, zone), _start(last, zone),
        (_start(before, zone), _start(first, zone)),
        (_start(year[0], zone), _start(year[1], zone)),
        zh, _BEFORE[cadence],
    )  # fmt: skip


def between(since: datetime, until: datetime, zone: tzinfo) -> Period:
    """Give a stretch as told, compared with the one of equal length before it and with the year before's."""
    since, until = since.astimezone(zone), until.astimezone(zone)
    back = timedelta(days=364)
    return Period(
        Cadence.RANGE, since, until, (since - (until - since), since), (since - back, until - back),
        stretch(since, until), _BEFORE[Cadence.RANGE],
    )  # fmt: skip


def finished(cadence: Cadence, today: date) -> date:
    """Give a day of the last period that is over on ``today``."""
    if cadence is Cadence.DAY:
        return today - _DAY
    if cadence is Cadence.WEEK:
        return today - timedelta(days=today.weekday() + 1)
    return today.replace(day=1) - _DAY


def _start(day: date, zone: tzinfo) -> datetime:
    return datetime.combine(day, time(), zone)


def _next_month(first: date) -> date:
    return (first + timedelta(days=32)).replace(day=1)


def _year_before(day: date) -> date:
    return day - timedelta(days=364)
