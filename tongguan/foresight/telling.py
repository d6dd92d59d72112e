# SPDX-License-Identifier: Apache-2.0
"""Pure: forecasts of readings in words, and how right earlier ones were."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

import numpy as np

from tongguan.forecasts.api import Floats
from tongguan.foresight.contracts import ForeseenHour, ForeseenStream, HourRecord
from tongguan.foresight.learning import WANTED

LOCAL: Final = ZoneInfo("Asia/Shanghai")
#: Fewer hours than this are no record to speak of.
FEW: Final = 24
#: How a limit that the forecast itself reaches begins; one that only the interval reaches begins otherwise.
SURE: Final = "预计"


def number(value: float) -> str:
    """Give a value as people read it: three digits, whole ones from a hundred on."""
    if abs(value) >= 100:  # noqa: PLR2004 - digits
        return f"{value:,.0f}"
    return f"{value:.3g}"


def spoken(
    about: ForeseenStream, unit: str, version: str, made_at: datetime, ahead: Sequence[ForeseenHour]
) -> str:
    """Say what the next hours bring, how sure that is and from what it was learned."""
    top = max(ahead, key=lambda one: one.value)
    low = min(ahead, key=lambda one: one.value)
    return (
        f"{about.name}：今后 {len(ahead)} 小时预计 "
        f"{number(low.value)}–{number(top.value)} {unit}（小时均值），"
        f"最高在 {when(top.at)} 前后，约 {number(top.value)} {unit}，"
        f"{WANTED:.0%} 区间为 {number(top.low)}–{number(top.high)}；"
        f"依据截至 {made_at.astimezone(LOCAL):%m-%d %H:%M} 的小时均值，"
        f"与同一观测属性的其他预测读数一起学习（{version}）"
    )


def when(at: datetime) -> str:
    """Give a moment as people here read it."""
    return f"{at.astimezone(LOCAL):%m-%d %H:%M}"


def beyond(ahead: Sequence[ForeseenHour], limit: float, name: str, unit: str, *, above: bool) -> str:
    """Say when hourly means are expected to reach a limit, or may within the interval; "" when neither."""
    word = "达到或超过" if above else "低至"
    for one in ahead:
        if (one.value >= limit) if above else (one.value <= limit):
            return (
                f"{SURE} {when(one.at)} 前后{word}{name} {number(limit)} {unit}："
                f"小时均值约 {number(one.value)}，{WANTED:.0%} 区间 {number(one.low)}–{number(one.high)}"
            )
    for one in ahead:
        edge = one.high if above else one.low
        if (edge >= limit) if above else (edge <= limit):
            return (
                f"{when(one.at)} 前后有可能{word}{name} {number(limit)} {unit}："
                f"预计 {number(one.value)}，{WANTED:.0%} 区间 {number(one.low)}–{number(one.high)}"
            )
    return ""


def record(told: Mapping[str, Floats], still: Floats) -> list[HourRecord]:
    """Give per horizon how right settled forecasts were.

    ``told``: ``value``, ``came``, ``low``, ``high``, ``usual``, each (rows × horizons); ``still``: (rows).
    """
    said, came, low, high, usual = (told[name] for name in ("value", "came", "low", "high", "usual"))
    found = []
    for n in range(said.shape[1]):
        seen = ~np.isnan(came[:, n])
        if not seen.any():
            continue
        truth = came[seen, n]
        week = np.abs(truth - usual[seen, n])
        found.append(
            HourRecord(
                horizon=n + 1,
                hours=int(seen.sum()),
                mae=float(np.abs(truth - said[seen, n]).mean()),
                usual_mae=float(np.nanmean(week)) if np.isfinite(week).any() else None,
                still_mae=float(np.abs(truth - still[seen]).mean()),
                held=float(((truth >= low[seen, n]) & (truth <= high[seen, n])).mean()),
                wanted=WANTED,
            )
        )
    return found


def record_spoken(kept: Sequence[HourRecord], unit: str, days: int, replayed: float) -> str:
    """Say how right forecasts were; ``replayed``: the share of them made afterwards."""
    hours = sum(one.hours for one in kept)
    if hours < FEW:
        return "还没有到期的预测，准确记录要等第一批预测到期以后"
    mae = sum(one.mae * one.hours for one in kept) / hours
    held = sum(one.held * one.hours for one in kept) / hours
    compared = [one for one in kept if one.usual_mae is not None]
    weeks = sum(one.hours for one in compared)
    text = f"近 {days} 天到期的 {hours:,} 个小时值：平均差 {number(mae)} {unit}"
    if weeks:
        usual = sum((one.usual_mae or 0.0) * one.hours for one in compared) / weeks
        text += f"（照搬上周同一小时为 {number(usual)}）"
    text += f"，{held:.0%} 落在区间内（承诺 {WANTED:.0%}）"
    if replayed:
        text += f"；其中 {replayed:.0%} 是开始预测时用当时已有的读数补作的"
    return text
