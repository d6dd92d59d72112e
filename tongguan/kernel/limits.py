# SPDX-License-Identifier: Apache-2.0
"""Reading limits (处置时限) as cities write them: 2紧急工作时, 4小时, 1天, 15 个工作日. Pure.

In the municipal tables behind GB/T 30428 a bare 小时 is a working hour and a bare 天 a working day
(two copies of the same city's table agree on about 250 lines); a city that means natural time says so
in the text (自然日) or by the arguments.
"""

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from tongguan.kernel.errors import Invalid
from tongguan.kernel.worktime import Limit, LimitUnit

_UNITS: Final[dict[str, LimitUnit]] = {
    "紧急工作小时": LimitUnit.URGENT_WORK_HOUR,
    "紧急工作时": LimitUnit.URGENT_WORK_HOUR,
    "紧急工作日": LimitUnit.URGENT_WORK_DAY,
    "紧急工作天": LimitUnit.URGENT_WORK_DAY,
    "工作小时": LimitUnit.WORK_HOUR,
    "工作时": LimitUnit.WORK_HOUR,
    "工作日": LimitUnit.WORK_DAY,
    "工作天": LimitUnit.WORK_DAY,
    "自然小时": LimitUnit.NATURAL_HOUR,
    "自然时": LimitUnit.NATURAL_HOUR,
    "自然日": LimitUnit.NATURAL_DAY,
    "自然天": LimitUnit.NATURAL_DAY,
    "日历日": LimitUnit.NATURAL_DAY,
}
_BARE_HOUR: Final = ("小时", "时")
_BARE_DAY: Final = ("天", "日")
_PATTERN: Final = re.compile(
    r"(?P<value>\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百]+|半)个?(?P<unit>"
    + "|".join([*_UNITS, *_BARE_HOUR, *_BARE_DAY])
    + r")(?:以内|之内|内)?(?P<note>.*)"
)
_DIGITS: Final = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_MOST: Final = Decimal(9999)
_TEXT_MOST: Final = 60


@dataclass(frozen=True, slots=True)
class ParsedLimit:
    """A limit and the words that followed it (``1紧急工作时制止``: one urgent hour, 制止)."""

    limit: Limit
    note: str


def parse_limit(
    text: str, *, hour: LimitUnit = LimitUnit.WORK_HOUR, day: LimitUnit = LimitUnit.WORK_DAY
) -> ParsedLimit | None:
    """Read one limit; None for an empty text (no limit, no clock).

    ``hour`` and ``day`` are what a bare 小时 and 天 mean in this city. Full-width digits, blanks,
    Chinese numerals up to 999 and 半 are read. Raises Invalid ``limit.unreadable`` for anything else, also
    for zero and for ranges (``1-3天``): a guess would move a deadline.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))
    if not plain:
        return None
    found = _PATTERN.fullmatch(plain) if len(plain) <= _TEXT_MOST else None
    value = _number(found["value"]) if found else None
    if found is None or value is None or not 0 < value <= _MOST or re.search(r"\d", found["note"]):
        raise Invalid(
            "limit.unreadable",
            zh=f"时限“{text[:_TEXT_MOST]}”无法识别，应为数字加单位，如 2紧急工作时、4小时、1天、15个工作日",
            en=f"limit {text[:_TEXT_MOST]!r} is not a number with a unit",
            field="limit",
        )
    word = found["unit"]
    unit = _UNITS.get(word) or (hour if word in _BARE_HOUR else day)
    return ParsedLimit(Limit(value, unit), found["note"].strip("，,。；;（）()"))


def limit_of(value: Decimal | None, unit: str) -> Limit | None:
    """Give the limit of a stored value and unit; None when there is none."""
    return (
        None
        if value is None
        else Limit(value.normalize() if value % 1 else Decimal(int(value)), LimitUnit(unit))
    )


def _number(text: str) -> Decimal | None:
    """Give the number of ASCII digits, 半, or Chinese numerals below a thousand; None when malformed."""
    if text == "半":
        return Decimal("0.5")
    if text[0].isascii():
        number = Decimal(text)
        return number if number == round(number, 2) else None
    match = re.fullmatch(
        r"(?:(?P<h>[一二两三四五六七八九])百零?)?(?:(?P<t>[一二三四五六七八九])?(?P<ten>十))?(?P<o>[零〇一二两三四五六七八九])?",
        text,
    )
    if match is None:
        return None
    hundreds = _DIGITS[match["h"]] if match["h"] else 0
    tens = (_DIGITS[match["t"]] if match["t"] else 1) if match["ten"] else 0
    return Decimal(hundreds * 100 + tens * 10 + (_DIGITS[match["o"]] if match["o"] else 0))
