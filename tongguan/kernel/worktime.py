# SPDX-License-Identifier: Apache-2.0
"""The calendar engine: 工作时, 紧急工作时, 工作日, 紧急工作日, 自然日, 自然小时.

Choices, where the sources leave one (依据 城市案卷流程规格 的计时单位；城市可改日历):

- Wall time is UTC+8 all year (no DST since 1992). Days reach from 1992 to 2099.
- 工作时 counts only within shifts. 工作日: n working days are n times the calendar's working day (the
  sum of the commonest day's shifts), so the due moment is the same working moment n days later.
- 紧急工作时 and 自然小时 run without pause, holidays included; 紧急工作日 and 自然日 are 24 hours each.
- A start outside the shifts counts from the next shift's beginning.
- What is used up exactly at the end of a shift is due at that instant, not at the next beginning.
- A zero limit is due at its start, whenever that is.
- A shift that ends at or before its beginning ends on the next day and belongs to the day it begins on:
  a holiday removes the shifts that begin on it, not the rest of the night before.
- A make-up day (调休上班) has the shifts of the first weekday that has any, unless it is one itself.
"""

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from tongguan.kernel.shifts import (
    DAY,
    DEFAULT_SHIFTS,
    FIRST_DAY,
    FIRST_MICROS,
    HOUR,
    LAST_DAY,
    LAST_MICROS,
    Definition,
    Shift,
    check,
    ordinary_week,
    shifts_from_text,
    stretches,
    working_day_minutes,
)

__all__ = [
    "DEFAULT_SHIFTS",
    "WORKING_UNITS",
    "Calendar",
    "Definition",
    "Limit",
    "LimitUnit",
    "Shift",
    "ordinary_week",
    "shifts_from_text",
    "to_datetimes",
    "to_instants",
]

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


class LimitUnit(StrEnum):
    """Units of a time limit, as in the column ``limit_unit`` of filing rules."""

    WORK_HOUR = "work_hour"
    WORK_DAY = "work_day"
    URGENT_WORK_HOUR = "urgent_work_hour"
    URGENT_WORK_DAY = "urgent_work_day"
    NATURAL_HOUR = "natural_hour"
    NATURAL_DAY = "natural_day"


_ZH: Final = {
    LimitUnit.WORK_HOUR: "工作时",
    LimitUnit.WORK_DAY: "工作日",
    LimitUnit.URGENT_WORK_HOUR: "紧急工作时",
    LimitUnit.URGENT_WORK_DAY: "紧急工作日",
    LimitUnit.NATURAL_HOUR: "自然小时",
    LimitUnit.NATURAL_DAY: "自然日",
}
#: Units that count only within shifts; the others run without pause.
WORKING_UNITS: Final = frozenset({LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY})
_DAYS: Final = frozenset({LimitUnit.URGENT_WORK_DAY, LimitUnit.NATURAL_DAY})


@dataclass(frozen=True, slots=True)
class Limit:
    """A time limit: a value of at least zero and its unit. Raises ValueError otherwise."""

    value: Decimal | float
    unit: LimitUnit

    def __post_init__(self) -> None:
        """Refuse what is no number, negative or without end."""
        try:
            value = Decimal(str(self.value))
        except InvalidOperation:
            value = Decimal("NaN")
        if not value.is_finite() or value < 0:
            message = f"a limit needs a finite value of at least zero, not {self.value!r}"
            raise ValueError(message)

    def zh(self) -> str:
        """Give the limit as officials write it: ``2紧急工作时``."""
        return f"{Decimal(str(self.value)).normalize():f}{_ZH[self.unit]}"


def _to_micros(moment: datetime) -> int:
    """Give microseconds since 1970 UTC. Raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        message = "the calendar needs aware datetimes"
        raise ValueError(message)
    gap = moment - _EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _to_datetime(micros: int) -> datetime:
    try:
        return _EPOCH + timedelta(microseconds=micros)
    except OverflowError:
        message = "the due time lies beyond the year 9999"
        raise ValueError(message) from None


def _micros(delta: timedelta) -> int:
    return delta // _MICROSECOND


@dataclass(frozen=True, slots=True, init=False)
class Calendar:
    """Working time of a city or unit, immutable; every question costs a binary search.

    Inside: three columns of the merged stretches of working time (begin, end, working time before it),
    in microseconds since 1970 UTC.
    """

    definition: Definition
    day: timedelta = field(compare=False)
    _begins: "array[int]" = field(compare=False, repr=False)
    _ends: "array[int]" = field(compare=False, repr=False)
    _before: "array[int]" = field(compare=False, repr=False)
    _after: "array[int]" = field(compare=False, repr=False)

    def __init__(
        self,
        shifts: Sequence[Shift] | None = None,
        *,
        week: Sequence[Sequence[Shift]] | None = None,
        holidays: Iterable[date] = (),
        makeup: Iterable[date] = (),
        years: Iterable[int] | None = None,
    ) -> None:
        """Build from shifts for Monday to Friday, or from the shifts of each weekday (``week``).

        Without ``years`` those are known in which a special day lies. Raises ValueError for shifts that
        overlap, seconds in shifts, a day that is both holiday and make-up day, or no working time at all.
        """
        days = tuple(tuple(s) for s in week) if week is not None else ordinary_week(shifts or DEFAULT_SHIFTS)
        off, on = frozenset(holidays), frozenset(makeup)
        known = frozenset(years) if years is not None else frozenset(day.year for day in off | on)
        definition = Definition(days, off, on, known)
        check(definition)
        begins, ends = stretches(definition)
        lengths = ends - begins
        after = np.cumsum(lengths)
        columns = {"_begins": begins, "_ends": ends, "_before": after - lengths, "_after": after}
        for name, column in columns.items():
            object.__setattr__(self, name, array("q", column.tobytes()))
        object.__setattr__(self, "definition", definition)
        object.__setattr__(self, "day", timedelta(minutes=working_day_minutes(definition)))

    def __hash__(self) -> int:
        """Hash by definition."""
        return hash(self.definition)

    def knows(self, year: int) -> bool:
        """Tell whether the special days of a year are known; without them the weekday rule counts alone."""
        return year in self.definition.years

    def amount(self, limit: Limit) -> timedelta:
        """Give the counted time of a limit: working time for 工作时/工作日, plain time for the others."""
        return timedelta(microseconds=self._limit_micros(limit))

    def due_at(self, start: datetime, limit: Limit) -> datetime:
        """Give the instant (UTC) at which the limit, counted from ``start``, is used up.

        Raises ValueError when working time would be counted outside of 1992–2099.
        """
        return self._add(start, self._limit_micros(limit), limit.unit)

    def add(self, start: datetime, counted: timedelta, unit: LimitUnit) -> datetime:
        """Give the instant at which this much counted time of the unit's kind has passed since ``start``."""
        amount = _micros(counted)
        if amount < 0:
            message = "counted time is never negative"
            raise ValueError(message)
        return self._add(start, amount, unit)

    def add_working(self, start: datetime, working: timedelta) -> datetime:
        """Give the instant at which this much working time has passed since ``start``."""
        return self.add(start, working, LimitUnit.WORK_HOUR)

    def elapsed(self, start: datetime, end: datetime, unit: LimitUnit) -> timedelta:
        """Give the counted time from ``start`` to ``end``; negative when ``end`` is earlier."""
        if unit not in WORKING_UNITS:
            return end - start
        return timedelta(microseconds=self._worked(_to_micros(end)) - self._worked(_to_micros(start)))

    def elapsed_many(
        self, starts: NDArray[np.datetime64], end: datetime, unit: LimitUnit
    ) -> NDArray[np.timedelta64]:
        """Give the counted time from many starts (``datetime64[us]``, UTC, shape n) to one end, shape n.

        Raises ValueError where ``elapsed`` does.
        """
        begin = starts.astype("datetime64[us]").astype(np.int64)
        last = _to_micros(end)
        if unit not in WORKING_UNITS:
            return (last - begin).astype("timedelta64[us]")
        if begin.size and not FIRST_MICROS <= int(begin.min()) <= int(begin.max()) < LAST_MICROS:
            raise ValueError(_outside(_to_datetime(int(begin.min()))))
        return (self._worked(last) - self._worked_many(begin)).astype("timedelta64[us]")

    def remaining(self, at: datetime, due: datetime, unit: LimitUnit) -> timedelta:
        """Give the counted time left until ``due``: zero when it has come. On resume, ``add`` it again."""
        return max(timedelta(0), self.elapsed(at, due, unit))

    def in_units(self, counted: timedelta, unit: LimitUnit) -> float:
        """Give counted time as a number of the unit: 12 working hours are 1.5 工作日 of 8 hours."""
        return counted / timedelta(microseconds=self._unit_micros(unit))

    def is_working(self, moment: datetime) -> bool:
        """Tell whether a shift is on at this instant (its first instant is, its last is not)."""
        micros = _to_micros(moment)
        index = self._index(micros)
        return index >= 0 and micros < self._ends[index]

    def due_at_many(
        self, starts: NDArray[np.datetime64], limits: Limit | Sequence[Limit]
    ) -> NDArray[np.datetime64]:
        """Give the due instants of many starts (``datetime64[us]``, UTC, shape n) at once, shape n.

        One limit for all, or one per start. Raises ValueError like ``due_at``.
        """
        begin = starts.astype("datetime64[us]").astype(np.int64)
        if isinstance(limits, Limit):
            amounts = np.full(begin.shape, self._limit_micros(limits), dtype=np.int64)
            working = np.full(begin.shape, limits.unit in WORKING_UNITS)
        else:
            amounts = np.fromiter((self._limit_micros(x) for x in limits), dtype=np.int64, count=len(limits))
            working = np.fromiter(
                (x.unit in WORKING_UNITS for x in limits), dtype=np.bool_, count=len(limits)
            )
            if amounts.shape != begin.shape:
                message = f"{len(begin)} starts but {len(amounts)} limits"
                raise ValueError(message)
        due = begin + amounts
        counts = working & (amounts > 0)
        due[counts] = self._add_many(begin[counts], amounts[counts])
        return due.astype("datetime64[us]")

    def _add_many(self, begin: NDArray[np.int64], amounts: NDArray[np.int64]) -> NDArray[np.int64]:
        begins, before, after = (
            np.frombuffer(column, dtype=np.int64) for column in (self._begins, self._before, self._after)
        )
        if begin.size and begin.min() < FIRST_MICROS:
            raise ValueError(_outside(_to_datetime(int(begin.min()))))
        target = self._worked_many(begin) + amounts
        found = np.searchsorted(after, target, side="left")
        if found.size and int(found.max()) >= len(after):
            raise ValueError(_outside(_to_datetime(int(begin[found.argmax()]))))
        result: NDArray[np.int64] = begins[found] + target - before[found]
        return result

    def _worked_many(self, begin: NDArray[np.int64]) -> NDArray[np.int64]:
        """Give the working time from the first day up to each of many instants."""
        begins, ends, before = (
            np.frombuffer(column, dtype=np.int64) for column in (self._begins, self._ends, self._before)
        )
        index = np.searchsorted(begins, begin, side="right") - 1
        held = np.maximum(index, 0)
        return np.where(index < 0, 0, before[held] + np.minimum(begin, ends[held]) - begins[held])

    def _unit_micros(self, unit: LimitUnit) -> int:
        if unit is LimitUnit.WORK_DAY:
            return _micros(self.day)
        return DAY if unit in _DAYS else HOUR

    def _limit_micros(self, limit: Limit) -> int:
        return round(Decimal(str(limit.value)) * self._unit_micros(limit.unit))

    def _index(self, micros: int) -> int:
        if not FIRST_MICROS <= micros < LAST_MICROS:
            raise ValueError(_outside(_to_datetime(micros)))
        return bisect_right(self._begins, micros) - 1

    def _worked(self, micros: int) -> int:
        """Give the working time from the first day up to an instant."""
        index = self._index(micros)
        if index < 0:
            return 0
        begin = self._begins[index]
        return self._before[index] + min(micros, self._ends[index]) - begin

    def _add(self, start: datetime, amount: int, unit: LimitUnit) -> datetime:
        micros = _to_micros(start)
        if amount == 0 or unit not in WORKING_UNITS:
            return _to_datetime(micros + amount)
        target = self._worked(micros) + amount
        index = bisect_left(self._after, target)
        if index == len(self._after):
            raise ValueError(_outside(start))
        return _to_datetime(self._begins[index] + target - self._before[index])


def _outside(moment: datetime) -> str:
    return f"{moment.isoformat()} or its due time lies outside of {FIRST_DAY.year}-{LAST_DAY.year}"


def to_instants(moments: Iterable[datetime]) -> NDArray[np.datetime64]:
    """Give aware datetimes as a column of ``datetime64[us]`` in UTC."""
    return np.fromiter((_to_micros(m) for m in moments), dtype=np.int64).astype("datetime64[us]")


def to_datetimes(instants: NDArray[np.datetime64]) -> list[datetime]:
    """Give a column of ``datetime64[us]`` as aware datetimes in UTC."""
    return [_to_datetime(int(m)) for m in instants.astype("datetime64[us]").astype(np.int64)]
