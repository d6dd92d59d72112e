# SPDX-License-Identifier: Apache-2.0
"""Pure: times and values as devices tell them."""

import math
from collections.abc import Mapping
from datetime import datetime, tzinfo
from typing import Any, Final

#: Numbers above are milliseconds since 1970, below seconds: 10^11 seconds are the year 5138.
_MILLISECONDS: Final = 1e11
#: What the store can hold as a time: the years 1970 to 9999, in milliseconds.
LATEST: Final = 253_402_300_799_999
_NUMBERS: Final = (int, float)


def moment(told: Any, zone: tzinfo, form: str = "") -> int | None:
    """Give milliseconds since 1970 (UTC); None when it is no time of the years 1970 to 9999.

    Read are ISO 8601, a strptime ``form``, numbers (also as text): seconds, or milliseconds by their size;
    ``form`` "s", "ms" or "us" says which. A time without a zone is in ``zone``.
    """
    if isinstance(told, str):
        text = told.strip()
        found = _parsed(text, "" if form in _SCALES else form)
        if found is not None:
            try:
                return _bounded((found if found.tzinfo else found.replace(tzinfo=zone)).timestamp() * 1000)
            except (OverflowError, ValueError, OSError):
                return None
        try:
            told = float(text)
        except ValueError:
            return None
    if isinstance(told, bool) or not isinstance(told, _NUMBERS):
        return None
    try:
        number = float(told)
    except OverflowError:
        return None
    if form in _SCALES:
        return _bounded(number * _SCALES[form])
    return _bounded(number if number > _MILLISECONDS else number * 1000)


_SCALES: Final = {"s": 1000.0, "ms": 1.0, "us": 0.001}


def quantity(told: Any, words: Mapping[str, float] | None = None) -> float | None:
    """Give a value: a number, one as text, yes or no as 1 or 0, a declared word; null and "NaN" are NaN.

    None when it is nothing of that, or infinite.
    """
    if isinstance(told, float):
        return told if not math.isinf(told) else None
    if isinstance(told, bool):
        return 1.0 if told else 0.0
    if told is None:
        return math.nan
    if isinstance(told, str) and words and told in words:
        return words[told]
    if isinstance(told, int | str):
        try:
            number = float(told)
        except (ValueError, OverflowError):
            return None
        return number if not math.isinf(number) else None
    return None


def _parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text, form) if form else datetime.fromisoformat(text)  # noqa: DTZ007 - the caller's
    except ValueError:
        return None


def _bounded(milliseconds: float) -> int | None:
    return round(milliseconds) if 0 <= milliseconds <= LATEST else None
