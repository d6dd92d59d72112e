# SPDX-License-Identifier: Apache-2.0
"""Numbers as people write them in addresses: 12, １２, 十二, 一百零二, 二〇三. Pure."""

import re
from typing import Final

_DIGITS: Final = {ch: n for n, ch in enumerate("〇一二三四五六七八九")} | {"零": 0, "两": 2}
_UNITS: Final = {"十": 10, "百": 100, "千": 1000}
#: What a number is written with, for patterns.
NUMBER: Final = r"(?:[0-9]{1,9}|[〇零一二三四五六七八九两十百千]{1,9})"
_MOST_DIGITS: Final = 9
_LATIN: Final = re.compile(r"[0-9]+")


def number(text: str) -> int | None:
    """Give the number that ``text`` begins with, None when it begins with none or is absurdly long."""
    digits = _LATIN.match(text)
    if digits:
        return int(digits[0]) if len(digits[0]) <= _MOST_DIGITS else None
    told = text[: next((i for i, ch in enumerate(text) if ch not in _DIGITS and ch not in _UNITS), len(text))]
    if not told or len(told) > _MOST_DIGITS:
        return None
    if not any(ch in _UNITS for ch in told):
        return int("".join(str(_DIGITS[ch]) for ch in told))
    total, pending = 0, 0
    for ch in told:
        if ch in _DIGITS:
            pending = _DIGITS[ch]
        else:
            total += (pending or (1 if not total else 0)) * _UNITS[ch]
            pending = 0
    return total + pending
