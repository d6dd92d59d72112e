# SPDX-License-Identifier: Apache-2.0
"""For tests: waiting for what must come, a free port, and the slow reference for due times.

The reference walks minute by minute and shares nothing with the engine: it knows only a calendar's
definition. Tests and replays compare the engine with it.
"""

import random
import socket
import time as stopwatch
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from typing import Final

from tongguan.kernel.shifts import Definition, Shift
from tongguan.kernel.worktime import Limit, LimitUnit

BEIJING: Final = timezone(timedelta(hours=8))
_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)
#: Not the seeded one: tests that begin alike must not ask for the same ports.
_random: Final = random.SystemRandom()


def until(condition: Callable[[], object], patience: float = 240) -> None:
    """Wait for a condition; fails when it does not come. A busy machine may take long, so patience is."""
    end = stopwatch.monotonic() + patience
    while not condition():
        assert stopwatch.monotonic() < end, "it did not come"
        stopwatch.sleep(0.02)


def free_port() -> int:
    """Give a port of the loopback address that nobody listens on, and no other test is given meanwhile.

    It lies below the ports that systems hand out by themselves, so no connection takes it before the server
    does. While this process lives, other tests keep off it: it holds the same number for UDP.
    """
    while True:
        port = _random.randrange(20_000, 32_768)
        claim = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            claim.bind(("127.0.0.1", port))
            with socket.create_server(("127.0.0.1", port)):
                claim.detach()
                return port
        except OSError:
            claim.close()


class MinuteByMinute:
    """A reader of the calendar that looks at every minute on its own."""

    def __init__(self, definition: Definition) -> None:
        """Keep the definition and remember the days already read."""
        self._definition = definition
        self._days: dict[date, tuple[frozenset[int], frozenset[int]]] = {}

    def _shifts(self, day: date) -> tuple[Shift, ...]:
        week = self._definition.week
        own = week[day.weekday()]
        if day in self._definition.makeup:
            return own or [shifts for shifts in week if shifts][0]  # noqa: RUF015 - plain on purpose
        if day in self._definition.holidays:
            return ()
        return own

    def _minutes(self, day: date) -> tuple[frozenset[int], frozenset[int]]:
        """Give the working minutes of the shifts begun on this day: on the day, and on the morning after."""
        if day not in self._days:
            today: set[int] = set()
            tomorrow: set[int] = set()
            for start, end in self._shifts(day):
                minute = start.hour * 60 + start.minute
                while True:
                    (today if minute < 1440 else tomorrow).add(minute % 1440)
                    minute += 1
                    if time(minute // 60 % 24, minute % 60) == end:
                        break
            self._days[day] = (frozenset(today), frozenset(tomorrow))
        return self._days[day]

    def works_at(self, moment: datetime) -> bool:
        """Tell whether the minute that holds this instant is working time."""
        local = moment.astimezone(BEIJING)
        minute = local.hour * 60 + local.minute
        return minute in self._minutes(local.date())[0] or minute in self._minutes(local.date() - _DAY)[1]

    def _steps(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Give the rest of the first minute, then whole minutes, as (begin, end)."""
        begin = start
        while True:
            end = begin.replace(second=0, microsecond=0) + _MINUTE
            yield begin, end
            begin = end

    def working_day(self) -> timedelta:
        """Give the commonest sum of a weekday's shifts, the longest of equally common ones."""
        lengths = []
        for shifts in self._definition.week:
            total = timedelta(0)
            for start, end in shifts:
                span = datetime.combine(date(2000, 1, 1), end) - datetime.combine(date(2000, 1, 1), start)
                total += span if span > timedelta(0) else span + _DAY
            if shifts:
                lengths.append(total)
        return max(lengths, key=lambda length: (lengths.count(length), length))

    def amount(self, limit: Limit) -> timedelta:
        """Give what a limit counts, rounded to the microsecond."""
        one = {
            LimitUnit.WORK_HOUR: _HOUR,
            LimitUnit.WORK_DAY: self.working_day(),
            LimitUnit.URGENT_WORK_HOUR: _HOUR,
            LimitUnit.URGENT_WORK_DAY: _DAY,
            LimitUnit.NATURAL_HOUR: _HOUR,
            LimitUnit.NATURAL_DAY: _DAY,
        }[limit.unit]
        micros = Fraction(Decimal(str(limit.value))) * (one // timedelta(microseconds=1))
        return timedelta(microseconds=round(micros))

    def due_at(self, start: datetime, limit: Limit) -> datetime:
        """Give the due instant in UTC."""
        left = self.amount(limit)
        start = start.astimezone(UTC)
        if left == timedelta(0):
            return start
        if limit.unit not in {LimitUnit.WORK_HOUR, LimitUnit.WORK_DAY}:
            return start + left
        for begin, end in self._steps(start):
            if self.works_at(begin):
                if left <= end - begin:
                    return begin + left
                left -= end - begin
        raise AssertionError  # the steps never end

    def worked(self, start: datetime, end: datetime) -> timedelta:
        """Give the working time from ``start`` to a later ``end``."""
        total = timedelta(0)
        for begin, stop in self._steps(start.astimezone(UTC)):
            if begin >= end:
                return total
            if self.works_at(begin):
                total += min(stop, end) - begin
        raise AssertionError  # the steps never end
