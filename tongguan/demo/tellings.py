# SPDX-License-Identifier: Apache-2.0
"""What people in the demo city tell, by item: generated sentences, nobody's real words."""

from dataclasses import dataclass
from typing import Final

import numpy as np

SOURCES: Final = (("hotline", 45), ("grid", 30), ("snap", 15), ("department", 6), ("leader_mail", 4))

_PLACES: Final = ("路口", "小区门口", "公交站旁", "学校南侧", "菜市场门前", "桥下", "人行道上", "河边步道")
_SINCE: Final = ("今天早上", "昨晚", "这几天", "上周开始", "刚才", "下雨以后")
_ASKS: Final = (
    "请尽快处理。",
    "存在安全隐患，请派人看看。",
    "希望有关部门管一管。",
    "之前反映过一次，还没解决。",
)


@dataclass(frozen=True, slots=True)
class Telling:
    """One telling: item, title, words, where, by which channel, and the item's name."""

    item_code: str
    title: str
    text: str
    lon: float
    lat: float
    address: str
    source: str
    matter: str


def tell(rng: np.random.Generator, item: tuple[str, str], spot: tuple[float, float], road: str) -> Telling:
    """Make up what somebody says about an item (code, name) at a spot (lon, lat) on a road."""
    code, name = item
    place, since, ask = (str(rng.choice(words)) for words in (_PLACES, _SINCE, _ASKS))
    weights = np.array([weight for _, weight in SOURCES], np.float64)
    source = SOURCES[int(rng.choice(len(SOURCES), p=weights / weights.sum()))][0]
    number = int(rng.integers(1, 400))
    return Telling(
        item_code=code,
        title=f"{road}{place}{name}",
        text=f"{since}发现{road}{number}号附近{place}{name}，{ask}",
        lon=spot[0],
        lat=spot[1],
        address=f"{road}{number}号附近{place}",
        source=source,
        matter=name,
    )
