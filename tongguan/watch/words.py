# SPDX-License-Identifier: Apache-2.0
"""Why a grade changed, in a sentence an official reads. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from tongguan.detection.contracts import GRADE_WORDS, Reason
from tongguan.watch.contracts import Confidence
from tongguan.watch.labels import CONFIDENCES

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400
_LONGEST: Final = 500


@dataclass(frozen=True, slots=True)
class Change:
    """One change of grade with everything its words are made of. Times ms UTC."""

    place: str
    quantity: str
    unit: str
    reason: int
    grade: int
    before: int
    measured: float
    limit: float
    since: int
    at: int
    source: str = ""
    confidence: str = ""
    explained: str = ""


def lasting(seconds: float) -> str:
    """Give a duration as people say it: 45 秒, 2 分钟, 1.5 小时, 3 天."""
    if seconds < _MINUTE:
        return f"{seconds:.0f} 秒"
    for unit, name in ((_DAY, "天"), (_HOUR, "小时"), (_MINUTE, "分钟")):
        if seconds >= unit:
            return f"{round(seconds / unit, 1):g} {name}"
    return ""


def number(value: float) -> str:
    """Give a number with four figures, without an exponent where people would write none."""
    if value == 0:
        return "0"
    shown = f"{value:.4g}"
    return f"{value:.0f}" if "e+" in shown and abs(value) < 1e12 else shown  # noqa: PLR2004


def unit_words(ucum: str) -> str:
    """Give a UCUM unit as people write it: ``%{LEL}`` as %LEL, ``Cel`` as °C."""
    return _SIGNS.get(ucum) or ucum.translate(_BRACKETS)


_SIGNS: Final = {"Cel": "°C", "um/m": "µε", "m3/h": "m³/h", "m3/s": "m³/s", "m/s2": "m/s²"}
_BRACKETS: Final = {ord(letter): None for letter in "{}[]"}


def sentence(change: Change) -> str:
    """Say what was measured, how long, against which limit of which source, and what follows."""
    if change.reason == 0:
        return f"{change.place}{change.quantity}：规则停用或测点移出范围，预警解除"
    measured = _MEASURED.get(change.reason, _value)(change)
    rises = change.grade > change.before
    colour = GRADE_WORDS[change.grade if rises else change.before]
    limit = "" if change.reason == Reason.COMPOUND else _limit(change)
    if rises:
        lasted = (change.at - change.since) / 1000
        held = (
            f"连续 {lasting(lasted)}"
            if change.since >= 0 and lasted >= 1 and change.reason not in _TIMED
            else ""
        )
        against = (
            f"{held}满足{colour}条件"
            if change.reason == Reason.COMPOUND
            else f"{held}{_beyond(change)}{colour}限值{limit}"
        )
        said = f"{measured}，{against}{_source(change)}"
    else:
        follows = "恢复正常" if change.grade == 0 else f"降为{GRADE_WORDS[change.grade]}"
        what = "条件" if change.reason == Reason.COMPOUND else f"限值{limit}"
        said = f"{measured}，已退出{colour}{what}，{follows}"
    return said if len(said) <= _LONGEST else said[: _LONGEST - 1] + "…"


_TIMED: Final = frozenset({Reason.FLAT, Reason.SILENT})


def _beyond(change: Change) -> str:
    return "达到或低于" if change.reason == Reason.LOW else "达到或高于"


def _limit(change: Change) -> str:
    if change.limit != change.limit:
        return ""
    if change.reason in _TIMED:
        return f" {lasting(change.limit)}"
    return f" {number(change.limit)}{_unit(change)}"


def _source(change: Change) -> str:
    if not change.source:
        return ""
    sure = CONFIDENCES.get(Confidence(change.confidence), "") if change.confidence else ""
    return f"（来源：{change.source}{'，' + sure if sure else ''}）"


def _unit(change: Change) -> str:
    own = {
        Reason.RATE: f"{change.unit}/分钟",
        Reason.NEIGHBOURS: "倍偏差",
        Reason.SEASON: "倍偏差",
        Reason.CUSUM: "倍标准差",
        Reason.ANOMALY: "",
    }
    unit = own.get(Reason(change.reason), change.unit)
    return f" {unit}" if unit else ""


def _value(change: Change) -> str:
    return f"{change.place}{change.quantity} {number(change.measured)}{_unit(change)}"


def _measured(text: str) -> Callable[[Change], str]:
    def said(change: Change) -> str:
        told = lasting(change.measured) if change.reason in _TIMED else number(change.measured)
        return f"{change.place}{change.quantity}" + text.format(told, _unit(change).strip())

    return said


_MEASURED: Final[Mapping[int, Callable[[Change], str]]] = {
    Reason.RATE: lambda change: (
        f"{change.place}{change.quantity}每分钟变化 {number(change.measured)} {change.unit}".rstrip()
    ),
    Reason.FLAT: _measured("已 {0}没有变化"),
    Reason.SILENT: _measured("已 {0}没有可用数据"),
    Reason.BALANCE: _measured("流入流出相差 {0} {1}"),
    Reason.NEIGHBOURS: _measured("偏离相邻测点的推算值 {0} {1}"),
    Reason.SEASON: _measured("偏离自身同时段的规律 {0} {1}"),
    Reason.CUSUM: _measured("均值发生变化，累积偏移 {0} {1}"),
    Reason.PAGE_HINKLEY: _measured("均值发生变化，累积偏移 {0} {1}"),
    Reason.ANOMALY: _measured("不合自身规律，异常分 {0}"),
    Reason.COMPOUND: lambda change: f"{change.place}：{change.explained}",
}
