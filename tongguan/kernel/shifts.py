# SPDX-License-Identifier: Apache-2.0
"""What a work calendar is made of: shifts of the weekdays and special days, laid out as stretches of time."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, time
from itertools import pairwise
from typing import Final

import numpy as np
from numpy.typing import NDArray

Shift = tuple[time, time]

FIRST_DAY: Final = date(1992, 1, 1)
LAST_DAY: Final = date(2099, 12, 31)
DEFAULT_SHIFTS: Final[tuple[Shift, ...]] = ((time(8), time(12)), (time(14), time(18)))
WORKING_DAYS: Final = 5  # Monday to Friday

MINUTE: Final = 60_000_000
HOUR: Final = 60 * MINUTE
DAY: Final = 24 * HOUR
_UTC8: Final = 8 * HOUR
_WEEK: Final = 7
_DAY_MINUTES: Final = 1440


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


def _day_micros(day: date) -> int:
    """Give the first instant of a local day."""
    return (day - date(1970, 1, 1)).days * DAY - _UTC8


FIRST_MICROS: Final = _day_micros(FIRST_DAY)
LAST_MICROS: Final = _day_micros(LAST_DAY) + DAY


def working_day_minutes(definition: Definition) -> int:
    """Give the commonest length of a working day in minutes; of equally common ones the longest."""
    sums = Counter(
        sum(end - start for start, end in map(_minutes, shifts)) for shifts in definition.week if shifts
    )
    return max(sums, key=lambda length: (sums[length], length))


def check(definition: Definition) -> None:
    """Raise ValueError, in words, for a definition that is not one."""
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


def stretches(definition: Definition) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Give begins and ends of all working time, merged where shifts touch or a night meets a morning."""
    first = FIRST_DAY.toordinal()
    count = LAST_DAY.toordinal() - first + 1
    midnights = np.arange(count, dtype=np.int64) * DAY + FIRST_MICROS
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
            begins.append(days + start * MINUTE)
            ends.append(days + end * MINUTE)
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
