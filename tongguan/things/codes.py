# SPDX-License-Identifier: Apache-2.0
"""Component codes: take apart, check, map from the 16 digits of 2013. Pure.

依据 GB/T 47678.5（17 位 = 区划 6 + 大类 2 + 小类 3 + 顺序 6）与 GB/T 30428.2-2013（16 位 = 6 + 2 + 2 + 6）。
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from tongguan.kernel.errors import Invalid

LENGTH: Final = 17
LENGTH_2013: Final = 16
_DISTRICT: Final = 6
_CLASS_END: Final = 11
_CLASS_END_2013: Final = 10


@dataclass(frozen=True, slots=True)
class ComponentCode:
    """A component code taken apart, and the 16-digit code it came from (``""`` when it did not)."""

    district: str
    class_code: str
    number: str
    former: str = ""

    def __str__(self) -> str:
        """Give the 17 digits."""
        return f"{self.district}{self.class_code}{self.number}"


def parse_component(text: str, classes_2013: Mapping[str, str]) -> ComponentCode:
    """Take a code of 17 digits apart, or map one of 16 by ``classes_2013`` (4 digits → 5 digits).

    Raises Invalid with the field ``code`` (``code.not_digits``, ``code.length``, ``code.unmapped_class``).
    """
    code = text.strip()
    if not (code.isascii() and code.isdigit()):
        raise Invalid("code.not_digits", zh=f"标识码 {text!r} 不全是数字", en="not all digits", field="code")
    if len(code) == LENGTH:
        return ComponentCode(code[:_DISTRICT], code[_DISTRICT:_CLASS_END], code[_CLASS_END:])
    if len(code) != LENGTH_2013:
        raise Invalid(
            "code.length",
            zh=f"标识码 {code} 有 {len(code)} 位，应为 17 位（2013 版 16 位）",
            en=f"a component code has 17 digits (16 under the 2013 standard), not {len(code)}",
            field="code",
        )
    old = code[_DISTRICT:_CLASS_END_2013]
    if old not in classes_2013:
        raise Invalid(
            "code.unmapped_class",
            zh=f"2013 版类码 {old} 没有对应的新类码",
            en=f"the 2013 class {old} maps to no class of 2026",
            field="code",
        )
    return ComponentCode(code[:_DISTRICT], classes_2013[old], code[_CLASS_END_2013:], code)
