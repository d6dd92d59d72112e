# SPDX-License-Identifier: Apache-2.0
"""The one clock.

Pure rules take the time as an argument; verbs ask here, so that tests and replays can set it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta

_source: ContextVar["ManualClock | None"] = ContextVar("tongguan_clock", default=None)


class ManualClock:
    """A clock that stands still until it is moved."""

    def __init__(self, start: datetime) -> None:
        """Start at an aware datetime. Raises ValueError for a naive one."""
        if start.tzinfo is None:
            message = "the clock needs an aware datetime"
            raise ValueError(message)
        self._now = start.astimezone(UTC)

    def now(self) -> datetime:
        """Give the set time in UTC."""
        return self._now

    def move_to(self, moment: datetime) -> None:
        """Set the time; it may also go back."""
        self._now = moment.astimezone(UTC)

    def advance(self, **delta: float) -> None:
        """Go forward by a timedelta given in words, e.g. ``advance(hours=2)``."""
        self._now += timedelta(**delta)


def now() -> datetime:
    """Give the current time, aware, in UTC."""
    manual = _source.get()
    return manual.now() if manual is not None else datetime.now(UTC)


@contextmanager
def using(manual: ManualClock) -> Iterator[ManualClock]:
    """Within the block ``now()`` reads the given clock (this thread or task only)."""
    token = _source.set(manual)
    try:
        yield manual
    finally:
        _source.reset(token)
