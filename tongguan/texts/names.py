# SPDX-License-Identifier: Apache-2.0
"""Named things in a telling: estates, roads with numbers, schools, companies, lines. Pure.

No dictionary: a name is what stands before a word that names end with, cut off where a word begins that
no name holds. It misses some; what it finds can be shown to a person as a reason.
"""

import re
import zlib
from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from tongguan.texts.grams import Bag

_ENDS: Final = (
    "国际城|新城|之城|小区|花园|家园|广场|大厦|公园|公寓|新村|名苑|华府|中学|小学|幼儿园|学院|大学|医院|社区"
    "|市场|车站|地铁站|公司|大道|公路|街道|步行街|路|街|巷|弄|村|桥|苑|湾|府|厂|站"
)
_BREAKS: Final = re.compile(
    r"[^0-9a-zA-Z\u4e00-\u9fff]+|投诉|反映|发现|看[到见]|经过|路过|举报|关于|请问|咨询|建议|希望|附近|临街|修建|沿线|旁边|旁|位于|坐落|来自|我们|我|你|的|在|与|和|及"
    r"|到|从|至|对|于|是|有|被|把|将|因|由|让|等|了|前|后|里|内|上|下|这|那|该|某|每|各|多|没|不|一条|一个|[A-Z]\d*[市区县]"
)
_NAME: Final = re.compile(rf"([0-9a-zA-Z\u4e00-\u9fff]{{2,8}}?(?:{_ENDS}))(\d{{1,5}}(?:号|弄|栋))?")
_LINE: Final = re.compile(r"(?:地铁)?\d{1,3}(?:号线|路公交)")
#: Words that end like a name and are none.
_COMMON: Final = frozenset(
    {"居民小区", "住宅小区", "整个小区", "人行道路", "十字路", "机动车道路", "公交车站"}
)
MOST: Final = 8


def names_in(text: str) -> tuple[str, ...]:
    """Give at most eight names, in the order in which they stand, each once."""
    found: dict[str, None] = {}
    for part in _BREAKS.split(text):
        for match in _NAME.finditer(part):
            if match[1] not in _COMMON:
                found.setdefault(match[1])
                if match[2]:
                    found.setdefault(match[1] + match[2])
    for match in _LINE.finditer(text):
        found.setdefault(match[0].removeprefix("地铁"))
    return tuple(list(found)[:MOST])


def name_bag(many: Sequence[Iterable[str]]) -> Bag:
    """Give names as numbers, so that many pairs are compared at once."""
    rows = [sorted({zlib.crc32(name.encode()) for name in names}) for names in many]
    starts = np.concatenate(([0], np.cumsum([len(row) for row in rows]))).astype(np.int64)
    return Bag(starts, np.array([number for row in rows for number in row], np.uint32))
