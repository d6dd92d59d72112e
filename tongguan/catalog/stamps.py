# SPDX-License-Identifier: Apache-2.0
"""Shelves: in-memory copies of what the catalogue holds.

A verb that changes a shelf calls ``bump`` in its transaction. Every process compares a random token at
most once a second, so a change is seen at once here and within a second elsewhere. A transaction that
has changed a shelf reads a copy of its own until it ends, so nobody else ever sees what may yet be
rolled back.
"""

import secrets
import threading
from collections.abc import Callable
from functools import partial
from typing import Final, TypeVar

from django.db import connection, transaction

from tongguan.catalog.models import Stamp
from tongguan.kernel import copies

T = TypeVar("T")

ITEMS: Final = "catalog.items"
RULES: Final = "catalog.rules"
RESPONSIBILITIES: Final = "catalog.responsibilities"
STAGE_LIMITS: Final = "catalog.stage_limits"

_changing = threading.local()


class _Mark:
    """Waits in a transaction's on-commit list: while it is there, the change is neither kept nor undone."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names

    def __call__(self) -> None:
        """After commit: everybody in this process looks again."""
        copies.look_again(*self.names)


def _marks(name: str) -> tuple[_Mark, ...]:
    """Give this thread's uncommitted changes of a shelf."""
    if not getattr(_changing, "yes", False):
        return ()
    waiting = [entry[1] for entry in connection.run_on_commit if isinstance(entry[1], _Mark)]
    _changing.yes = bool(waiting)
    return tuple(mark for mark in waiting if name in mark.names)


def _token(name: str) -> str:
    return Stamp.objects.filter(name=name).values_list("token", flat=True).first() or ""


class Shelf(copies.Copy[T]):
    """A copy of some tables, made anew when their stamp changed."""

    def __init__(self, name: str, load: Callable[[], T]) -> None:
        """Name the stamp and the loader."""
        super().__init__(load, partial(_token, name), name)
        self.name = name
        self._own = threading.local()

    def get(self) -> T:
        """Give the copy: no statement while fresh, one when checking, more when the shelf changed."""
        marks = _marks(self.name)
        if not marks:
            return super().get()
        own: tuple[tuple[_Mark, ...], T] | None = getattr(self._own, "held", None)
        if own is None or own[0] != marks:
            own = self._own.held = (marks, self._load())
        return own[1]


def bump(*names: str) -> None:
    """Mark shelves as changed; one writer at a time holds a shelf's stamp until its transaction ends."""
    Stamp.objects.bulk_create(
        [Stamp(name=name, token=secrets.token_hex(16)) for name in sorted(names)],
        update_conflicts=True,
        unique_fields=["name"],
        update_fields=["token"],
    )
    _changing.yes = True
    transaction.on_commit(_Mark(names))
