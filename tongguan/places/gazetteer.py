# SPDX-License-Identifier: Apache-2.0
"""Keys of the gazetteer: how a name is folded and cut into the suffixes it is found by. Pure."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from tongguan.places.labels import GazetteerKind

#: Longest key stored; a longer search text is cut to it and the rest compared with the name.
KEY_LENGTH: Final = 24
_SHORTEST: Final = 2
_ROAD_LENGTH: Final = 40
_MOST_NUMBER: Final = 1_000_000
#: A road and the number on it; divisions before the road are left out.
_NUMBERED: Final = re.compile(
    r"(?:.*(?:[省市区县镇乡村]|街道|社区))?([^省市区县镇乡村]+?(?:路|街|道|巷|胡同)(?:[东南西北中][路街段])?)([0-9]{1,7})(?:号|弄)"
)


def fold(text: str) -> str:
    """Give the form in which names are compared: NFKC, case folded, without spaces and punctuation."""
    plain = unicodedata.normalize("NFKC", text).casefold()
    return "".join(ch for ch in plain if ch.isalnum())


def keys(names: Iterable[str]) -> list[tuple[str, int]]:
    """Give (suffix, where it starts) for every suffix of two or more letters of every name."""
    found: dict[str, int] = {}
    for name in names:
        folded = fold(name)
        for start in range(max(1, len(folded) - _SHORTEST + 1)):
            suffix = folded[start : start + KEY_LENGTH]
            if suffix:
                found[suffix] = min(start, found.get(suffix, start))
    return list(found.items())


def road_and_number(name: str) -> tuple[str, int | None]:
    """Give road and number of a standard address (江州市长安路12号 → 长安路, 12), else ``""`` and None."""
    match = _NUMBERED.match(fold(name))
    if match is None or len(match[1]) > _ROAD_LENGTH or int(match[2]) > _MOST_NUMBER:
        return "", None
    return match[1], int(match[2])


def addressed(kind: str, name: str) -> dict[str, Any]:
    """Give the columns ``road`` and ``number`` of a named place; only standard addresses have them."""
    road, number = road_and_number(name) if kind == GazetteerKind.ADDRESS else ("", None)
    return {"road": road, "number": number}
