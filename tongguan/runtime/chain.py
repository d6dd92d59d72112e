# SPDX-License-Identifier: Apache-2.0
"""Hash chains and their daily roots. Pure."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from typing import Any, Final
from uuid import UUID

_ENCODER: Final = json.JSONEncoder(sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
#: Most values; they need no further look.
_AS_IS: Final = frozenset({str, int, bool, type(None)})


def link(previous: str, record: Mapping[str, Any]) -> str:
    """Give the SHA-256 (64 hex digits) that binds the record to the hash before it (``""`` at the start)."""
    return hashlib.sha256(previous.encode("ascii") + b"\n" + canonical(record)).hexdigest()


def canonical(record: Mapping[str, Any]) -> bytes:
    """Give the record as JSON bytes that are the same before and after any database.

    Keys sorted, no spaces, times in UTC, whole floats as integers (jsonb does not tell them apart).
    Raises TypeError for values that JSON cannot hold and ValueError for NaN and infinities.
    """
    return _ENCODER.encode(_plain(record)).encode("utf-8")


def _plain(value: Any) -> Any:
    if type(value) in _AS_IS:
        return value
    match value:
        case Enum():
            return _plain(value.value)
        case int() | str():
            return value
        case Decimal() | float():
            number = float(value)
            return int(number) if number.is_integer() else number
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


def root(hashes: Iterable[str]) -> tuple[str, int]:
    """Give the Merkle root (64 hex digits) over row hashes in order, and how many there were.

    Leaves and nodes are hashed with different first bytes (RFC 6962), so neither passes for the other.
    Memory grows with the logarithm of the number of rows.
    """
    peaks: list[tuple[int, bytes]] = []
    count = 0
    for leaf in hashes:
        count += 1
        height, node = 0, hashlib.sha256(b"\x00" + leaf.encode("ascii")).digest()
        while peaks and peaks[-1][0] == height:
            _, left = peaks.pop()
            height, node = height + 1, _join(left, node)
        peaks.append((height, node))
    if not peaks:
        return hashlib.sha256(b"").hexdigest(), 0
    _, top = peaks.pop()
    while peaks:
        top = _join(peaks.pop()[1], top)
    return top.hex(), count


def _join(left: bytes, right: bytes) -> bytes:
    return hashlib.sha256(b"\x01" + left + right).digest()
