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
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Shift = tuple[time, time]

FIRST_DAY: Final = date(1992, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
DEFAULT_SHIFTS: Final[tuple[Shift, ...]] = ((time(8), time(12)), (time(14), time(18)))
WORKING_DAYS: Final = 5  # Monday to Friday

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_MINUTE: Final = 60_000_000
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_UTC8: Final = 8 * _HOUR
_WEEK: Final = 7
_DAY_MINUTES: Final = 1440


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


@dataclass(frozen=True, slots=True)
class Definition:
    """What a calendar is made of; two calendars with equal definitions count alike.

    ``week``: the shifts of Monday … Sunday. ``holidays``: days on which no shift begins. ``makeup``: days
    worked like an ordinary working day. ``years``: years whose special days are known.
    """

    week: tuple[tuple[Shift, ...], ...]
    holidays: frozenset[date] = frozenset()
    makeup: frozenset[date] = frozenset()
    years: frozenset[int] = frozenset()

    def makeup_shifts(self) -> tuple[Shift, ...]:
        """Give the shifts of a make-up day that its own weekday has none for."""
        return next((shifts for shifts in self.week if shifts), ())

    def shifts_on(self, day: date) -> tuple[Shift, ...]:
        """Give the shifts that begin on this day."""
        if day in self.makeup:
            return self.week[day.weekday()] or self.makeup_shifts()
        return () if day in self.holidays else self.week[day.weekday()]


def ordinary_week(shifts: Sequence[Shift] = DEFAULT_SHIFTS) -> tuple[tuple[Shift, ...], ...]:
    """Give Monday to Friday with these shifts, Saturday and Sunday without."""
    return (tuple(shifts),) * WORKING_DAYS + ((),) * (_WEEK - WORKING_DAYS)


def _minutes(shift: Shift) -> tuple[int, int]:
    start, end = (t.hour * 60 + t.minute for t in shift)
    return start, end if end > start else end + _DAY_MINUTES


def _to_micros(moment: datetime) -> int:
    """Give microseconds since 1970 UTC. Raises ValueError for a naive datetime."""
    if moment.tzinfo is None:
        message = "the calendar needs aware datetimes"
        raise ValueError(message)
    gap = moment - _EPOCH
    return (gap.days * 86_400 + gap.seconds) * 1_000_000 + gap.microseconds


def _to_datetime(micros: int) -> datetime:
    return _EPOCH + timedelta(microseconds=micros)


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
        _check(definition)
        begins, ends = _stretches(definition)
        lengths = ends - begins
        after = np.cumsum(lengths)
        columns = {"_begins": begins, "_ends": ends, "_before": after - lengths, "_after": after}
        for name, column in columns.items():
            object.__setattr__(self, name, array("q", column.tobytes()))
        object.__setattr__(self, "definition", definition)
        object.__setattr__(self, "day", timedelta(minutes=_working_day(definition)))

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

        Raises ValueError outside 1992–2099.
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
        begins, ends, before, after = (
            np.frombuffer(column, dtype=np.int64)
            for column in (self._begins, self._ends, self._before, self._after)
        )
        if begin.size and begin.min() < _FIRST_MICROS:
            raise ValueError(_outside(_to_datetime(int(begin.min()))))
        index = np.searchsorted(begins, begin, side="right") - 1
        held = np.maximum(index, 0)
        worked = np.where(index < 0, 0, before[held] + np.minimum(begin, ends[held]) - begins[held])
        target = worked + amounts
        found = np.searchsorted(after, target, side="left")
        if found.size and int(found.max()) >= len(after):
            raise ValueError(_outside(_to_datetime(int(begin[found.argmax()]))))
        result: NDArray[np.int64] = begins[found] + target - before[found]
        return result

    def _unit_micros(self, unit: LimitUnit) -> int:
        if unit is LimitUnit.WORK_DAY:
            return _micros(self.day)
        return _DAY if unit in _DAYS else _HOUR

    def _limit_micros(self, limit: Limit) -> int:
        return round(Decimal(str(limit.value)) * self._unit_micros(limit.unit))

    def _index(self, micros: int) -> int:
        if not _FIRST_MICROS <= micros < _LAST_MICROS:
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


def _day_micros(day: date) -> int:
    """Give the first instant of a local day."""
    return (day - date(1970, 1, 1)).days * _DAY - _UTC8


_FIRST_MICROS: Final = _day_micros(FIRST_DAY)
_LAST_MICROS: Final = _day_micros(LAST_DAY) + _DAY


def _outside(moment: datetime) -> str:
    return f"{moment.isoformat()} or its due time lies outside of {FIRST_DAY.year}-{LAST_DAY.year}"


def _working_day(definition: Definition) -> int:
    """Give the commonest length of a working day in minutes; of equally common ones the longest."""
    sums = Counter(
        sum(end - start for start, end in map(_minutes, shifts)) for shifts in definition.week if shifts
    )
    return max(sums, key=lambda length: (sums[length], length))


def _check(definition: Definition) -> None:
    if len(definition.week) != _WEEK:
        message = f"a week has seven days, not {len(definition.week)}"
        raise ValueError(message)
    if not any(definition.week):
        message = "the week has no working time"
        raise ValueError(message)
    both = definition.holidays & definition.makeup
    if both:
        message = f"both holiday and make-up day: {', '.join(str(day) for day in sorted(both))}"
        raise ValueError(message)
    for shifts in definition.week:
        if any(t.second or t.microsecond or t.tzinfo for shift in shifts for t in shift):
            message = "shifts begin and end at whole minutes of local time"
            raise ValueError(message)
        spans = sorted(map(_minutes, shifts))
        if any(later[0] < earlier[1] for earlier, later in pairwise(spans)):
            message = f"shifts overlap: {shifts}"
            raise ValueError(message)


def _stretches(definition: Definition) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give begins and ends of all working time, merged where shifts touch or a night meets a morning."""
    first = FIRST_DAY.toordinal()
    count = LAST_DAY.toordinal() - first + 1
    midnights = np.arange(count, dtype=np.int64) * _DAY + _FIRST_MICROS
    kind = (np.arange(count) + FIRST_DAY.weekday()) % _WEEK
    makeup_kind = next(i for i, shifts in enumerate(definition.week) if shifts)
    for day in definition.holidays:
        if FIRST_DAY <= day <= LAST_DAY:
            kind[day.toordinal() - first] = _WEEK  # a kind of day without shifts
    for day in definition.makeup:
        if FIRST_DAY <= day <= LAST_DAY and not definition.week[day.weekday()]:
            kind[day.toordinal() - first] = makeup_kind
    begins, ends = [], []
    for weekday, shifts in enumerate(definition.week):
        days = midnights[kind == weekday]
        for start, end in map(_minutes, shifts):
            begins.append(days + start * _MINUTE)
            ends.append(days + end * _MINUTE)
    begin, end_ = np.concatenate(begins), np.concatenate(ends)
    order = np.argsort(begin, kind="stable")
    begin, end_ = begin[order], np.maximum.accumulate(end_[order])
    opens = np.concatenate(([True], begin[1:] > end_[:-1]))
    closes = np.concatenate((opens[1:], [True]))
    return begin[opens], end_[closes]


def shifts_from_text(texts: Iterable[Iterable[str]]) -> tuple[Shift, ...]:
    """Read shifts from ``[["08:00", "12:00"], …]``. Raises ValueError for anything else; 24:00 is 00:00."""
    shifts = []
    for pair in texts:
        times = tuple(time.fromisoformat("00:00" if text == "24:00" else text) for text in pair)
        if len(times) != len(("begin", "end")):
            message = f"a shift has a begin and an end, not {len(times)} times"
            raise ValueError(message)
        shifts.append((times[0], times[1]))
    return tuple(shifts)


def to_instants(moments: Iterable[datetime]) -> NDArray[np.datetime64]:
    """Give aware datetimes as a column of ``datetime64[us]`` in UTC."""
    return np.fromiter((_to_micros(m) for m in moments), dtype=np.int64).astype("datetime64[us]")


def to_datetimes(instants: NDArray[np.datetime64]) -> list[datetime]:
    """Give a column of ``datetime64[us]`` as aware datetimes in UTC."""
    return [_to_datetime(int(m)) for m in instants.astype("datetime64[us]").astype(np.int64)]
