# SPDX-License-Identifier: Apache-2.0
"""Copies of small registers in memory, compared with the register's stamp at most once a second.

A change is seen where it is made at once (``look_again``) and elsewhere within a second.
"""

import time
from collections.abc import Callable, Hashable
from typing import Any, Final, Generic, TypeVar

T = TypeVar("T")
_FRESH_SECONDS: Final = 1.0

_copies: "list[Copy[Any]]" = []


class Copy(Generic[T]):
    """A register held in memory, loaded anew when its stamp changed."""

    def __init__(self, load: Callable[[], T], stamp: Callable[[], Hashable], *names: str) -> None:
        """Name the loader, the reader of the current stamp, and the registers it depends on."""
        self._load = load
        self._stamp = stamp
        self._names = frozenset(names)
        self._held: tuple[Hashable, T] | None = None
        self._checked = float("-inf")
        _copies.append(self)

    def get(self) -> T:
        """Give the current copy: nothing is read while it is fresh."""
        held = self._held
        if held is not None and time.monotonic() - self._checked < _FRESH_SECONDS:
            return held[1]
        # The stamp is read before the rows: a change in between only causes one more load.
        stamp = self._stamp()
        if held is None or held[0] != stamp:
            held = (stamp, self._load())
            self._held = held
        self._checked = time.monotonic()
        return held[1]

    def check_next(self) -> None:
        """Compare the stamp at the next read."""
        self._checked = float("-inf")

    def drop(self) -> None:
        """Forget the copy."""
        self._held = None

    def depends_on(self, names: frozenset[str]) -> bool:
        """Tell whether the copy depends on one of the registers."""
        return not self._names.isdisjoint(names)


def look_again(*names: str) -> None:
    """Let every copy that depends on one of the registers compare its stamp at the next read."""
    for copy in _copies:
        if copy.depends_on(frozenset(names)):
            copy.check_next()


def forget() -> None:
    """Drop every copy; for tests, whose transactions are rolled back."""
    for copy in _copies:
        copy.drop()
