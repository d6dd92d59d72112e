# SPDX-License-Identifier: Apache-2.0
"""The one way a record is written as bytes, so that its hash is the same for ever. Pure."""

import math
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

import msgspec

_ENCODER: Final = msgspec.json.Encoder(order="sorted")
#: What the encoder writes as a number by itself.
_LARGEST: Final = 2**63
#: Most values; they need no further look.
_AS_IS: Final = frozenset({str, bool, type(None)})


def canonical(record: Mapping[str, Any]) -> bytes:
    """Give the record as JSON bytes that are the same before and after any database.

    Keys sorted, no spaces, times in UTC, whole floats as integers (jsonb does not tell them apart).
    Raises TypeError for values that JSON cannot hold and ValueError for NaN and infinities.
    """
    return _ENCODER.encode(_plain(record))


def _plain(value: Any) -> Any:
    kind = type(value)
    if kind in _AS_IS:
        return value
    if kind is int and -_LARGEST <= value < _LARGEST:
        return value
    if kind is dict:
        return {str(k): v if type(v) in _AS_IS else _plain(v) for k, v in value.items()}
    if kind is list:
        return [v if type(v) in _AS_IS else _plain(v) for v in value]
    return _other(value)


def _other(value: Any) -> Any:
    match value:
        case Enum():
            return _plain(value.value)
        case str():
            return str.__str__(value)
        case int():
            return msgspec.Raw(str(int(value)).encode())
        case Decimal() | float():
            return _number(float(value))
        case datetime():
            return value.astimezone(UTC).isoformat(timespec="microseconds")
        case date() | UUID():
            return str(value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case list() | tuple():
            return [_plain(item) for item in value]
    message = f"cannot be chained: {type(value).__name__}"
    raise TypeError(message)


def _number(value: float) -> Any:
    if not math.isfinite(value):
        message = f"cannot be chained: {value}"
        raise ValueError(message)
    # Python's own shortest form: what was chained by it must be found the same for ever.
    return _plain(int(value)) if value.is_integer() else msgspec.Raw(repr(value).encode())
