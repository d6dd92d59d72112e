# SPDX-License-Identifier: Apache-2.0
"""Values as the book writes them. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

_MINUTE: Final = timedelta(minutes=1)


def plain(row: Mapping[str, Any], columns: Iterable[str]) -> dict[str, Any]:
    """Give a row's columns: times in UTC without a zone, decimals as numbers, what is not there as None."""
    return {name: _plain(row.get(name)) for name in columns}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).replace(tzinfo=None) if value.tzinfo else value
    return float(value) if isinstance(value, Decimal) else value


def minutes(span: timedelta | None) -> float | None:
    """Give a span in minutes."""
    return None if span is None else span / _MINUTE
