# SPDX-License-Identifier: Apache-2.0
"""Fact: a machine-readable "this happened", past tense, ids only."""

from typing import Any, ClassVar

import msgspec

_TYPES: dict[str, type["Fact"]] = {}


class Fact(msgspec.Struct, frozen=True, kw_only=True):
    """Base of all facts. ``division`` is the code by which streams and readers are scoped."""

    name: ClassVar[str] = "Fact"
    division: str = ""

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Register the type under its class name; two facts may not share one."""
        super().__init_subclass__(**kwargs)
        known = _TYPES.get(cls.__name__)
        if known is not None and known.__module__ != cls.__module__:
            message = f"two facts are called {cls.__name__}: {known.__module__}, {cls.__module__}"
            raise TypeError(message)
        cls.name = cls.__name__
        _TYPES[cls.__name__] = cls


def fact_type(name: str) -> type[Fact]:
    """Give the fact class of that name. Raises KeyError when no such fact is declared."""
    return _TYPES[name]


def to_payload(fact: Fact) -> dict[str, Any]:
    """Give the fact's fields as plain JSON values."""
    payload: dict[str, Any] = msgspec.to_builtins(fact)
    return payload


def from_payload(name: str, payload: dict[str, Any]) -> Fact:
    """Rebuild a fact from its name and stored fields. Raises KeyError or msgspec.ValidationError."""
    return msgspec.convert(payload, type=fact_type(name))
