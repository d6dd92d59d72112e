# SPDX-License-Identifier: Apache-2.0
"""Codes of divisions and unit grids: parse, check, map from older standards. Pure.

依据 GB/T 2260、GB/T 10114（行政区划代码）与 GB/T 47678.3
（单元网格标识码 15 位 = 县 6 + 街 3 + 社区 3 + 顺序 3）。
The 2013 standard (GB/T 30428.1) has the same 15 digits; that of 2005 (CJ/T 213) had a number of 2.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final

from tongguan.kernel.codes import DIVISION_LENGTHS
from tongguan.kernel.errors import Invalid

GRID_LENGTH: Final = 15
GRID_LENGTH_2005: Final = 14
COMMUNITY_LENGTH: Final = 12
_STREET_LENGTH: Final = 9
_DISTRICT_LENGTH: Final = 6
_LENGTHS: Final = sorted(DIVISION_LENGTHS)
#: Kinds of township-level units by their 3 digits (GB/T 10114).
_STREET_KINDS: Final = ((1, 99, "街道"), (100, 199, "镇"), (200, 399, "乡"), (400, 599, "政企合一单位"))


class GridStandard(StrEnum):
    """The standard a unit grid code was given under."""

    Y2005 = "2005"
    Y2013 = "2013"
    Y2026 = "2026"


@dataclass(frozen=True, slots=True)
class GridCode:
    """A unit grid code taken apart."""

    community: str
    number: int

    def __str__(self) -> str:
        """Give the 15 digits."""
        return f"{self.community}{self.number:03d}"


def _digits(text: str, field: str) -> str:
    code = text.strip()
    if not (code.isascii() and code.isdigit()):
        raise Invalid(
            "code.not_digits", zh=f"代码 {text!r} 不全是数字", en=f"{text!r} is not all digits", field=field
        )
    return code


def division_code(text: str, *, field: str = "code") -> str:
    """Give a division code in its shortest form (2, 4, 6, 9 or 12 digits).

    Levels of zeros at the end only fill up a form (GB/T 2260, statistics) and are dropped:
    ``310000`` → ``31``, ``310101000000`` → ``310101``. Zeros within stay: cities without districts
    (东莞 4419) number their streets 441900003. Raises Invalid (``code.not_digits``, ``code.length``,
    ``code.zero``).
    """
    code = _digits(text, field)
    if len(code) not in _LENGTHS:
        raise Invalid(
            "code.length",
            zh=f"区划代码 {code} 有 {len(code)} 位，应为 2、4、6、9 或 12 位",
            en=f"a division code has 2, 4, 6, 9 or 12 digits, not {len(code)}",
            field=field,
        )
    for length in reversed(_LENGTHS):
        if length < len(code) and set(code[length:]) == {"0"}:
            code = code[:length]
    if code[:2] == "00":
        raise Invalid("code.zero", zh=f"区划代码 {text} 的省级为 00", en="the province is 00", field=field)
    return code


def level_of(code: str) -> str:
    """Give the level word of a division code (``province`` … ``community``). Raises Invalid."""
    try:
        return DIVISION_LENGTHS[len(code)]
    except KeyError:
        raise Invalid(
            "code.length", zh=f"{code!r} 不是区划代码", en=f"{code!r} is no division code", field="code"
        ) from None


def parent_of(code: str) -> str:
    """Give the code of the next level up that exists, ``""`` for a province.

    Levels of zeros do not exist: the parent of 441900003 is 4419 (东莞市).
    """
    for start, end in reversed(list(pairwise([0, *_LENGTHS]))):
        if end < len(code) and set(code[start:end]) != {"0"}:
            return code[:end]
    return ""


def street_kind(code: str) -> str:
    """Give what a township-level code stands for (街道, 镇, 乡, 政企合一单位), ``""`` when it is neither."""
    if len(code) < _STREET_LENGTH:
        return ""
    number = int(code[_DISTRICT_LENGTH:_STREET_LENGTH])
    return next((kind for low, high, kind in _STREET_KINDS if low <= number <= high), "")


def parse_grid(text: str, *, field: str = "code") -> GridCode:
    """Take a 15-digit unit grid code apart.

    Raises Invalid (``code.not_digits``, ``code.length``, ``code.zero``).
    """
    code = _digits(text, field)
    if len(code) != GRID_LENGTH:
        raise Invalid(
            "code.length",
            zh=f"单元网格标识码 {code} 有 {len(code)} 位，应为 15 位",
            en=f"a unit grid code has 15 digits, not {len(code)}",
            field=field,
        )
    community = division_code(code[:COMMUNITY_LENGTH], field=field)
    number = int(code[COMMUNITY_LENGTH:])
    if len(community) != COMMUNITY_LENGTH or number == 0:
        raise Invalid(
            "code.zero",
            zh=f"单元网格标识码 {code} 的社区或顺序号全为 0",
            en="community or number is all zeros",
            field=field,
        )
    return GridCode(community, number)


def map_grid(text: str, standard: GridStandard, recoded: Mapping[str, str] | None = None) -> str:
    """Give the 2026 unit grid code of a code given under an older standard.

    ``recoded`` maps old prefixes to new ones (districts and streets that were merged or renumbered);
    the longest that fits wins. Raises Invalid when the result is no unit grid code.
    """
    code = _digits(text, "code")
    if standard is GridStandard.Y2005 and len(code) == GRID_LENGTH_2005:
        code = f"{code[:COMMUNITY_LENGTH]}0{code[COMMUNITY_LENGTH:]}"
    prefixes = recoded or {}
    fits = [n for n in range(len(code), 0, -1) if code[:n] in prefixes]
    if fits:
        code = prefixes[code[: fits[0]]] + code[fits[0] :]
    return str(parse_grid(code))
