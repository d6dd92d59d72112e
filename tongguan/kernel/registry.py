# SPDX-License-Identifier: Apache-2.0
"""Registry: how upper floors supply what a lower floor uses."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import MappingProxyType
from typing import Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Named suppliers of one kind. A key may be taken once."""

    def __init__(self, kind: str) -> None:
        """Name what is registered here, for error messages."""
        self.kind = kind
        self._entries: dict[str, T] = {}

    def register(self, key: str, entry: T) -> T:
        """Add an entry and give it back. Raises ValueError when the key is taken."""
        if key in self._entries:
            message = f"{self.kind} {key!r} is registered twice"
            raise ValueError(message)
        self._entries[key] = entry
        return entry

    def get(self, key: str) -> T:
        """Give the entry. Raises KeyError naming what is known."""
        try:
            return self._entries[key]
        except KeyError:
            known = ", ".join(sorted(self._entries)) or "none"
            message = f"no {self.kind} {key!r}; known: {known}"
            raise KeyError(message) from None

    def __contains__(self, key: object) -> bool:
        """Tell whether the key is taken."""
        return key in self._entries

    def items(self) -> Mapping[str, T]:
        """Give a read-only view of all entries."""
        return MappingProxyType(self._entries)

    @contextmanager
    def temporarily(self, key: str, entry: T) -> Iterator[T]:
        """Register within the block only; for tests."""
        before = self._entries.get(key)
        self._entries[key] = entry
        try:
            yield entry
        finally:
            if before is None:
                del self._entries[key]
            else:
                self._entries[key] = before
