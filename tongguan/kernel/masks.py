# SPDX-License-Identifier: Apache-2.0
"""Personal data shortened to what helps to recognise it; and telephone numbers in one form. Pure.

依据 GB/T 35273 个人信息安全规范 7.2: what is shown on a screen is shown de-identified.
"""

import re
import unicodedata
from typing import Final

SECRET: Final = "••••••••"  # noqa: S105 - what is shown in place of a secret
_SHORT: Final = 7
_MOBILE: Final = re.compile(r"1\d{10}")
_EXTENSION: Final = re.compile(r"(?:转|分机|ext\.?|x|#).*", re.IGNORECASE | re.DOTALL)
_NOT_DIGIT: Final = re.compile(r"[^0-9]")
_FEWEST_DIGITS: Final = 7
#: Family names of two characters that are still common; all others are taken to have one.
_DOUBLE_NAME: Final = re.compile(
    "欧阳|上官|皇甫|令狐|诸葛|司徒|司马|申屠|夏侯|尉迟|公孙|轩辕|慕容|宇文|长孙|独孤|南宫|东方|端木|澹台"
)
_TITLES: Final = ("先生", "女士", "小姐", "同志", "老师", "师傅")


def number(text: str) -> str:
    """Give a telephone number as digits alone, "" when there are too few to be one.

    Full-width digits, separators, an extension (``转 801``) and the country's own prefix do not count:
    ``+86 138-0000-0000`` and ``１３８００００００００`` are the same caller.
    """
    plain = _EXTENSION.sub("", unicodedata.normalize("NFKC", text).strip())
    digits = _NOT_DIGIT.sub("", plain)
    for prefix in ("0086", "86"):
        if digits.startswith(prefix) and _MOBILE.fullmatch(digits[len(prefix) :]):
            return digits[len(prefix) :]
    return digits if len(digits) >= _FEWEST_DIGITS else ""


def phone(text: str) -> str:
    """Hide the middle: ``138****1234``; what is no full number is hidden but for its end."""
    digits = number(text)
    if len(digits) > _SHORT:
        return f"{digits[:3]}****{digits[-4:]}"
    return f"****{digits[-2:]}" if text.strip() else ""


def name(text: str) -> str:
    """Leave the family name: ``王**``, ``欧阳**``; ``钱女士`` says no more and stays."""
    plain = text.strip()
    if not plain:
        return ""
    if any(plain[n:] in _TITLES for n in (1, 2)):
        return plain
    return f"{plain[: 2 if _DOUBLE_NAME.match(plain) else 1]}**"


def email(text: str) -> str:
    """Leave the first letter and the host: ``w***@example.com``."""
    box, at, host = text.strip().partition("@")
    return f"{box[:1]}***@{host}" if at else "***" if box else ""


def address(text: str) -> str:
    """Shorten where a message goes: an e-mail address or a number; codes and short numbers stay."""
    if "@" in text:
        return email(text)
    return phone(text) if text.isdigit() and len(text) > _SHORT else text
