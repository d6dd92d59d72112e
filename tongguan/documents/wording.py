# SPDX-License-Identifier: Apache-2.0
"""Officials' wording of sentences: they write the words, the numbers stay locked. Pure.

For writing, a sentence is text with a mark for each figure (``⟦f3⟧``). A new wording has to keep every mark
once, and may bring no number of its own: neither digits nor Chinese numerals before a unit.
"""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

Pieces = list[str | dict[str, Any]]
LONGEST: Final = 1000
_MARK: Final = re.compile(r"⟦(f[0-9]{1,6})⟧")
_NUMERAL: Final = re.compile(
    r"\d+|[零〇一二两三四五六七八九十百千万亿]+(?=多?余?(?:万|亿)?(?:件|起|个|宗|例|次|人|户|处|天|日|周|月|年|小时|分钟|成|倍|元|%|％|百分点))"
    r"|百分之|[一二两三四五六七八九十]分之"
)


class Unlocked(ValueError):  # noqa: N818 - a refusal of a wording, told in both languages
    """A wording that touches the numbers: why not."""

    def __init__(self, zh: str, en: str) -> None:
        """Keep both texts."""
        super().__init__(en)
        self.zh, self.en = zh, en


def marked(pieces: Sequence[str | Mapping[str, Any]]) -> str:
    """Give a sentence with marks for its figures."""
    return "".join(one if isinstance(one, str) else f"⟦{one['figure']}⟧" for one in pieces)


def plain(pieces: Sequence[str | Mapping[str, Any]], figures: Mapping[str, Mapping[str, Any]]) -> str:
    """Give a sentence as it is read."""
    return "".join(one if isinstance(one, str) else str(figures[one["figure"]]["text"]) for one in pieces)


def numbers(text: str) -> Counter[str]:
    """Give the numbers that words themselves say: digits, and numerals that count something."""
    return Counter(_NUMERAL.findall(_MARK.sub(" ", text)))


def reworded(text: str, before: Sequence[str | Mapping[str, Any]]) -> Pieces:
    """Give the pieces of a new wording of a sentence. Raises Unlocked."""
    text = text.strip()
    if not text or len(text) > LONGEST:
        raise Unlocked(f"一句 1 到 {LONGEST} 字", f"1 to {LONGEST} characters")
    if any(not one.isprintable() for one in text):
        raise Unlocked("不能含有换行或不可见字符", "no characters that cannot be printed")
    found = _MARK.findall(text)
    wanted = [str(one["figure"]) for one in before if not isinstance(one, str)]
    if Counter(found) != Counter(wanted):
        raise Unlocked(
            "数字是锁定的：每个数字标记须保留一次，不得增删",
            "numbers are locked: keep every mark of a figure exactly once",
        )
    strange = numbers(text) - numbers(marked(before))
    if strange:
        told = "、".join(sorted(strange))
        raise Unlocked(f"文字里不能另写数字：{told}", f"words may bring no numbers of their own: {told}")
    if "⟦" in _MARK.sub("", text) or "⟧" in _MARK.sub("", text):
        raise Unlocked("数字标记不完整", "a mark of a figure is broken")
    return split(text)


def split(text: str) -> Pieces:
    """Give a marked text as pieces."""
    pieces: Pieces = []
    at = 0
    for match in _MARK.finditer(text):
        if match.start() > at:
            pieces.append(text[at : match.start()])
        pieces.append({"figure": match.group(1)})
        at = match.end()
    if at < len(text):
        pieces.append(text[at:])
    return pieces


def sentence_of(document: Mapping[str, Any], key: str) -> Mapping[str, Any] | None:
    """Give a document's sentence by its key."""
    for block in document["blocks"]:
        for one in block.get("sentences", ()):
            if one["key"] == key:
                found: Mapping[str, Any] = one
                return found
    return None
