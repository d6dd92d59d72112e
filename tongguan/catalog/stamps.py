# SPDX-License-Identifier: Apache-2.0
"""In-memory copies of shelves that change rarely and are read for every case.

A verb that changes a shelf calls ``bump`` in its transaction. Every process compares a random token at
most once a second, so a change is seen at once here and within a second elsewhere. A transaction that
has changed a shelf reads a copy of its own until it ends, so nobody else ever sees what may yet be
rolled back.
"""

import secrets
import threading
import time
from collections.abc import Callable
from typing import Final, Generic, TypeVar

from django.db import connection, transaction

from tongguan.catalog.models import Stamp

T = TypeVar("T")

ITEMS: Final = "items"
RULES: Final = "rules"
RESPONSIBILITIES: Final = "responsibilities"
STAGE_LIMITS: Final = "stage_limits"
_FRESH_SECONDS: Final = 1.0

_shelves: list["Shelf[object]"] = []
_changing = threading.local()


class _Mark:
    """Waits in a transaction's on-commit list: while it is there, the change is neither kept nor undone."""

    def __init__(self, names: frozenset[str]) -> None:
        """Remember which shelves were changed."""
        self.names = names

    def __call__(self) -> None:
        """After commit: everybody in this process looks again."""
        for shelf in _shelves:
            if shelf.name in self.names:
                shelf.look_again()


def _marks(name: str) -> tuple[_Mark, ...]:
    """Give this thread's uncommitted changes of a shelf."""
    if not getattr(_changing, "yes", False):
        return ()
    waiting = [entry[1] for entry in connection.run_on_commit if isinstance(entry[1], _Mark)]
    if not waiting:
        _changing.yes = False
    return tuple(mark for mark in waiting if name in mark.names)


class Shelf(Generic[T]):
    """A compiled copy of some tables, made anew when their stamp changed."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        """Name the stamp and the loader."""
        self.name = name
        self._load = load
        self._lock = threading.Lock()
        self._held: tuple[str, T] | None = None
        self._checked = float("-inf")
        self._own = threading.local()
        _shelves.append(self)  # type: ignore[arg-type]  # a list of any Shelf

    def get(self) -> T:
        """Give the copy: no statement while fresh, one when checking, more when the shelf changed."""
        marks = _marks(self.name)
        if marks:
            return self._uncommitted(marks)
        held = self._held
        if held is not None and time.monotonic() - self._checked < _FRESH_SECONDS:
            return held[1]
        with self._lock:
            # The token is read before the rows: a change in between only causes one more load.
            token = Stamp.objects.filter(name=self.name).values_list("token", flat=True).first() or ""
            held = self._held
            if held is None or held[0] != token:
                held = self._held = (token, self._load())
            self._checked = time.monotonic()
        return held[1]

    def _uncommitted(self, marks: tuple[_Mark, ...]) -> T:
        own: tuple[tuple[_Mark, ...], T] | None = getattr(self._own, "held", None)
        if own is None or own[0] != marks:
            own = self._own.held = (marks, self._load())
        return own[1]

    def look_again(self) -> None:
        """Compare the stamp at the next read."""
        self._checked = float("-inf")

    def drop(self) -> None:
        """Forget the copy."""
        self._held = None
        self._own = threading.local()
        self.look_again()


def bump(*names: str) -> None:
    """Mark shelves as changed; one writer at a time holds a shelf's stamp until its transaction ends.

    Raises RuntimeError outside a transaction.
    """
    if not connection.in_atomic_block:
        message = "bump() needs an open transaction"
        raise RuntimeError(message)
    Stamp.objects.bulk_create(
        [Stamp(name=name, token=secrets.token_hex(16)) for name in sorted(names)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["token"],
    )
    _changing.yes = True
    transaction.on_commit(_Mark(frozenset(names)))


def forget() -> None:
    """Drop every copy; for tests that empty tables without saying so."""
    for shelf in _shelves:
        shelf.drop()
