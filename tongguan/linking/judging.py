# SPDX-License-Identifier: Apache-2.0
"""Which component a telling means: the one it names, else the nearest of its kind, unless two are as near.

Pure. A place is told with an error, taken as normally distributed. The confidence is the share of the nearest
among all of its kind near by and a component that is in no register, at the edge of the circle.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from tongguan.kernel.certainty import percent, short_of

_MOST_M: Final = 300
_SHOWN: Final = 5


class LinkState(StrEnum):
    """Linked by the strategy or a person, offered to a person, or none."""

    LINKED = "linked"
    SUGGESTED = "suggested"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Nearby:
    """A component of the wanted kind near the place."""

    code: str
    name: str
    metres: float


@dataclass(frozen=True, slots=True)
class Taught:
    """How often people looked at what was sure for a kind, and how often it was right."""

    judged: int
    right: int


@dataclass(frozen=True, slots=True)
class Choice:
    """What a telling's place and kind tell of its component. ``sure``: the confidence is enough to link.

    ``near``: the nearest, at most five; ``count``: all within the circle. ``code`` is that of the linked one.
    """

    state: LinkState
    class_code: str
    code: str
    near: tuple[Nearby, ...]
    count: int
    confidence: float
    sure: bool
    words: str
    strategy: str


@dataclass(frozen=True, slots=True)
class Strategy:
    """The declared file, checked. ``version`` names exactly its words; ``radius`` by prefix of the class."""

    version: str
    radius: Mapping[str, float]
    point_m: float
    address_m: float
    sure: float
    enough: int
    precision: float
    days: int

    def radius_of(self, class_code: str, spread: float) -> float:
        """Give how far is looked for a class: the longest prefix that is declared, and past the error."""
        known = max((p for p in self.radius if class_code.startswith(p)), key=len, default="")
        return max(self.radius[known], 2 * spread)

    def slipped(self, taught: Taught) -> bool:
        """Tell whether people found too often that what was sure for a kind was wrong."""
        return taught.judged >= self.enough and taught.right / taught.judged < self.precision

    def spread_of(self, how: str) -> float:
        """Give the error of a place in metres by how it was found."""
        return self.address_m if how == "address" else self.point_m


def named(strategy: Strategy, kind: str, class_code: str, one: Nearby) -> Choice:
    """Give the choice for a telling that gives a component's code itself."""
    away = f"，距反映地点 {one.metres:.0f} 米" if one.metres else ""
    words = f"部件：反映中写明{kind}“{one.name}”的编码 {one.code}{away}；已关联"
    return Choice(LinkState.LINKED, class_code, one.code, (one,), 1, 1.0, True, words, strategy.version)


def judged(
    strategy: Strategy,
    kind: str,
    class_code: str,
    found: Sequence[Nearby],
    *,
    how: str,
    place_confidence: float,
    taught: Taught,
) -> Choice:
    """Choose among the components of a kind within the circle, given the nearest first, and say why."""
    spread = strategy.spread_of(how)
    radius = strategy.radius_of(class_code, spread)
    around = f"部件：{radius:.0f} 米内"
    if not found:
        words = f"{around}没有登记的{kind}，未关联"
        return Choice(LinkState.NONE, class_code, "", (), 0, 0.0, False, words, strategy.version)
    first = found[0]
    confidence = place_confidence * _share([one.metres for one in found], radius, spread)
    sure = confidence >= strategy.sure
    others = f"，次近的“{found[1].name}”{found[1].code} 距 {found[1].metres:.0f} 米" if len(found) > 1 else ""
    told = (
        f"{around}有 {len(found)} 个{kind}，最近的“{first.name}”{first.code} 距 {first.metres:.0f} 米{others}"
    )
    if sure and not strategy.slipped(taught):
        state, why = LinkState.LINKED, f"把握 {percent(confidence)}，已关联"
    elif sure:
        right, least = short_of(taught.right / taught.judged, strategy.precision)
        state = LinkState.SUGGESTED
        why = (
            f"把握 {percent(confidence)}，但{kind}的自动关联经人核对 {taught.judged} 次，"
            f"准确率 {right}，未到 {least}，须人工选定"
        )
    else:
        share, least = short_of(confidence, strategy.sure)
        state, why = LinkState.SUGGESTED, f"把握 {share}，未到自动关联所需的 {least}，须人工选定"
    place = (
        f"地点由地址推定，误差按 {spread:.0f} 米计" if how == "address" else f"坐标误差按 {spread:.0f} 米计"
    )
    code = first.code if state is LinkState.LINKED else ""
    words = f"{told}；{place}，{why}"
    return Choice(
        state, class_code, code, tuple(found[:_SHOWN]), len(found), confidence, sure, words, strategy.version
    )


def _share(metres: Sequence[float], radius: float, spread: float) -> float:
    """Give the share of the first among all, and what is not registered."""
    # Measured against the nearest, so that no weight vanishes however far all are.
    least = metres[0] ** 2
    weights = [math.exp((least - one**2) / (2 * spread**2)) for one in (*metres, radius)]
    return 1.0 / sum(weights)


def parse(body: Mapping[str, Any], version: str) -> Strategy:
    """Check a file of component links and make it ready. Raises ValueError naming what is wrong."""
    try:
        radius = {str(prefix): float(metres) for prefix, metres in body["radius"].items()}
        radius[""] = radius.pop("default")
        learn = body["learn"]
        strategy = Strategy(
            version=version,
            radius=radius,
            point_m=float(body["spread"]["point"]),
            address_m=float(body["spread"]["address"]),
            sure=float(body["sure"]),
            enough=int(learn["enough"]),
            precision=float(learn["precision"]),
            days=int(learn["days"]),
        )
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        raise ValueError(f"components file: {error!r}") from error
    if not all(0 < metres <= _MOST_M for metres in radius.values()):
        raise ValueError(f"components file: a radius is above 0 and at most {_MOST_M} metres")
    if not all(0 < metres <= _MOST_M / 2 for metres in (strategy.point_m, strategy.address_m)):
        raise ValueError(f"components file: an error is above 0 and at most {_MOST_M // 2} metres")
    if not (0.5 < strategy.sure <= 1 and 0 < strategy.precision <= 1):  # noqa: PLR2004 - two alike are half
        raise ValueError("components file: sure above 0.5, precision above 0, both at most 1")
    if strategy.enough < 1 or strategy.days < 1:
        raise ValueError("components file: enough and days are at least 1")
    return strategy
