# SPDX-License-Identifier: Apache-2.0
"""Proof of a polished sentence against its source: it may say the same more smoothly, nothing else. Pure.

A sentence that fails is not shown; the source stays, with the reason.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any, Final

from tongguan.documents.wording import Pieces, numbers

#: A number with what stands behind it: ``1,234件``, ``12.3%``, ``5月``.
_QUANTITY: Final = re.compile(
    r"[+-]?\d[\d,]*(?:\.\d+)?\s*(?:%|个百分点|[年月日时分秒]|[件个起次人户处天周]|小时|分钟|平方公里|公里|米|元|万|亿)?"
)
#: Words whose turning would turn the meaning: each side may not grow or shrink.
_TURNS: Final = (
    ("上升", "增加", "增长", "升至", "增至", "提高", "上涨", "高于", "多于", "升高"),
    ("下降", "减少", "降低", "降至", "减至", "回落", "下滑", "低于", "少于"),
    ("持平",),
    ("显著",),
    ("正常波动",),
    ("未", "没有", "无", "不", "非", "免", "勿"),
    ("超期",),
    ("暂无",),
)
_STRANGE: Final = re.compile(r"[<>`$\\{}\[\]⟦⟧|#*_~^]|https?:|www\.|&[a-z#0-9]+;", re.IGNORECASE)
_SHORTEST, _LONGEST = 0.5, 1.6
_SLACK: Final = 12


def refusal(source: str, told: str, names: Iterable[str]) -> str:
    """Give why a polished text may not stand for its source, in an official's words; "" when it may.

    ``names``: of places, units and matters that the city knows; those in the source stay, no others come.
    """
    if not told.strip():
        return "返回为空"
    if any(unicodedata.category(one)[0] == "C" for one in told):
        return "含有换行或不可见字符"
    strange = _STRANGE.search(told)
    if strange and strange.group(0) not in source:
        return f"含有标记或链接“{strange.group(0)}”"
    if not len(source) * _SHORTEST - _SLACK <= len(told) <= len(source) * _LONGEST + _SLACK:
        return "长短与原句相差过大"
    return _numbers(source, told) or _names(source, told, names) or _turns(source, told)


def _numbers(source: str, told: str) -> str:
    wanted, found = quantities(source), quantities(told)
    if wanted != found:
        strange, lost = sorted((found - wanted).elements()), sorted((wanted - found).elements())
        parts = [f"多出“{'、'.join(strange)}”"] if strange else []
        parts += [f"缺少“{'、'.join(lost)}”"] if lost else []
        return f"数字与原句不符：{'，'.join(parts)}"
    spelled = {one for one in numbers(told) - numbers(source) if not one[0].isdigit()}
    return f"另写了数字“{'、'.join(sorted(spelled))}”" if spelled else ""


def quantities(text: str) -> Counter[str]:
    """Give the numbers of a text with their units, in one way of writing."""
    plain = unicodedata.normalize("NFKC", text)
    return Counter(re.sub(r"[\s,]", "", one) for one in _QUANTITY.findall(plain))


def _names(source: str, told: str, names: Iterable[str]) -> str:
    for name in sorted({one for one in names if len(one) > 1}, key=lambda one: (-len(one), one)):
        if source.count(name) != told.count(name):
            return f"名称与原句不符：“{name}”"
    return ""


def _turns(source: str, told: str) -> str:
    for words in _TURNS:
        before, after = (sum(text.count(word) for word in words) for text in (source, told))
        if before != after:
            return f"改变了原意：“{words[0]}”一类的词与原句不符"
    return ""


def pieces(told: str, source: Sequence[str | dict[str, Any]], texts: dict[str, str]) -> Pieces | None:
    """Give a polished sentence as pieces with the source's figures; None when one is not found as written."""
    keys = [one["figure"] for one in source if not isinstance(one, str)]
    found: Pieces = []
    rest, at = list(keys), 0
    while rest:
        spots = [(told.find(texts[key], at), -len(texts[key]), n) for n, key in enumerate(rest)]
        spots = [one for one in spots if one[0] >= 0]
        if not spots:
            return None
        where, _, n = min(spots)
        key = rest.pop(n)
        if where > at:
            found.append(told[at:where])
        found.append({"figure": key})
        at = where + len(texts[key])
    if at < len(told):
        found.append(told[at:])
    return found
