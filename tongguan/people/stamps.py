# SPDX-License-Identifier: Apache-2.0
"""Versioned in-memory copies of small registers.

A verb that changes a register calls ``bump`` in its transaction; every process compares the stamp at
most once a second, so a change is seen here at once and elsewhere within a second. Stamps are random,
not counted: after a rolled-back transaction the old stamp is back and can never be mistaken for a new one.
"""

import secrets
import time
from collections.abc import Callable
from functools import partial
from typing import Final, Generic, TypeVar

from django.db import transaction

from tongguan.people.models import RegisterStamp

T = TypeVar("T")
UNITS: Final = "units"
APPOINTMENTS: Final = "appointments"
CALENDARS: Final = "calendars"
TOKENS: Final = "tokens"
_FRESH_SECONDS: Final = 1.0

_copies: list["Copy[object]"] = []


class Copy(Generic[T]):
    """A register held in memory, loaded anew when its stamp changed."""

    def __init__(self, load: Callable[[], T], *names: str) -> None:
        """Name the loader and the registers whose stamps it depends on."""
        self._load = load
        self._names = names
        self._held: tuple[tuple[tuple[str, str], ...], T] | None = None
        self._checked = float("-inf")
        _copies.append(self)  # type: ignore[arg-type]  # a list of any Copy

    def get(self) -> T:
        """Give the current copy: no statement while fresh, one when checking, plus the load when changed."""
        held = self._held
        if held is not None and time.monotonic() - self._checked < _FRESH_SECONDS:
            return held[1]
        # The stamp is read before the rows: a change in between only causes one more load.
        stamps = tuple(
            RegisterStamp.objects.filter(name__in=self._names).order_by("name").values_list("name", "stamp")
        )
        if held is None or held[0] != stamps:
            held = (stamps, self._load())
            self._held = held
        self._checked = time.monotonic()
        return held[1]

    def look_again(self, names: tuple[str, ...]) -> None:
        """Compare the stamp at the next read if this copy depends on one of the registers."""
        if not set(names).isdisjoint(self._names):
            self._checked = float("-inf")

    def drop(self) -> None:
        """Forget the copy."""
        self._held = None
        self._checked = float("-inf")


def _look_again(names: tuple[str, ...]) -> None:
    for copy in _copies:
        copy.look_again(names)


def bump(*names: str) -> None:
    """Mark registers as changed and hold their writers' lock until the transaction ends.

    Called first in a verb, the row lock lets one writer at a time into the register.
    """
    RegisterStamp.objects.bulk_create(
        [RegisterStamp(name=name, stamp=secrets.token_hex(16)) for name in sorted(names)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["stamp"],
    )
    _look_again(names)
    transaction.on_commit(partial(_look_again, names))


def forget() -> None:
    """Drop every copy; for tests, whose transactions are rolled back."""
    for copy in _copies:
        copy.drop()
