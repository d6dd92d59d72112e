# SPDX-License-Identifier: Apache-2.0
"""How numbers, changes and days are written in an official's Chinese. Pure."""

from datetime import datetime, timedelta
from typing import Final

from tongguan.documents.contracts import Measure

_DIGITS: Final = "零一二三四五六七八九"
_PER_CENT: Final = 100.0
_TENTH: Final = 0.05
_TEN: Final = 10
WEEKDAYS: Final = ("周一", "周二", "周三", "周四", "周五", "周六", "周日")


def ordinal(number: int) -> str:
    """Give 一, 二 … 九十九 for headings."""
    tens, ones = divmod(number, _TEN)
    if not tens:
        return _DIGITS[ones]
    return (_DIGITS[tens] if tens > 1 else "") + "十" + (_DIGITS[ones] if ones else "")


def written(value: float | None, measure: Measure) -> str:
    """Give a value with its unit: ``1,234件``, ``97.5%``; a value that cannot be said is 暂无数据."""
    if value is None:
        return "暂无数据"
    if measure.sort == "rate":
        return f"{value * _PER_CENT:.{measure.decimals}f}%"
    return f"{value:,.{measure.decimals}f}{measure.unit}"


def shown(value: float | None, measure: Measure) -> float | None:
    """Give the number that ``written`` shows, rounded alike."""
    if value is None:
        return None
    return round(value * _PER_CENT if measure.sort == "rate" else value, measure.decimals)


def percent(share: float | None) -> str:
    """Give ``12.3%``."""
    return "暂无数据" if share is None else f"{share * _PER_CENT:.1f}%"


def changed(now: float | None, before: float | None, measure: Measure) -> str:
    """Give how a value moved: 上升12.3%, 下降2.1个百分点, 持平; from nothing: 由0增至5件."""
    if now is None or before is None:
        return "暂无可比数据"
    if measure.sort == "rate":
        points = (now - before) * _PER_CENT
        if abs(points) < _TENTH:
            return "持平"
        return f"{'上升' if points > 0 else '下降'}{abs(points):.1f}个百分点"
    if now == before:
        return "持平"
    if before == 0:
        return f"由0增至{written(now, measure)}"
    ratio = now / before - 1
    if abs(ratio) * _PER_CENT < _TENTH:
        return "基本持平"
    return f"{'上升' if ratio > 0 else '下降'}{abs(ratio) * _PER_CENT:.1f}%"


def moved(now: float | None, before: float | None, measure: Measure) -> str:
    """Give the amount a value moved: 增加5件, 减少2.1个百分点, 没有增减."""
    if now is None or before is None:
        return "暂无可比数据"
    gap = now - before
    rate = measure.sort == "rate"
    size = round(abs(gap) * (_PER_CENT if rate else 1), 1 if rate else measure.decimals)
    if size == 0:
        return "没有增减"
    told = f"{size:.1f}个百分点" if rate else f"{size:,.{measure.decimals}f}{measure.unit}"
    return f"{'增加' if gap > 0 else '减少'}{told}"


def day(at: datetime) -> str:
    """Give 2026年5月1日."""
    return f"{at.year}年{at.month}月{at.day}日"


def stretch(since: datetime, until: datetime) -> str:
    """Give a half-open stretch in words, whole days as days: 5月1日至7日."""
    last = until - timedelta(microseconds=1)
    if since.time() == until.time() == since.min.time():
        if since.date() == last.date():
            return day(since)
        if (since.year, since.month) == (last.year, last.month):
            return f"{day(since)}至{last.day}日"
        if since.year == last.year:
            return f"{day(since)}至{last.month}月{last.day}日"
        return f"{day(since)}至{day(last)}"
    return f"{day(since)}{since:%H:%M}至{day(until)}{until:%H:%M}"
