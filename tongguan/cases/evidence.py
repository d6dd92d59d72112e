# SPDX-License-Identifier: Apache-2.0
"""Whether a photo was taken where and when it should have been. Pure.

A doubt never blocks a move; it is stored with the line and shown to whoever checks (F34, F41).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from tongguan.kernel.geometry import distance_m

GOOD: Final = "ok"
DOUBT: Final = "doubt"
UNKNOWN: Final = "unknown"
_ZONE: Final = ZoneInfo("Asia/Shanghai")


@dataclass(frozen=True, slots=True)
class Photo:
    """What is known of a photo: camera time and place (WGS-84), and whether it was sent in before.

    ``seen_at``: when the same photo was kept another time, to the bit or else ``bits`` of 64 apart.
    """

    id: str
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    seen_at: datetime | None = None
    bits: int = 0
    exact: bool = False


@dataclass(frozen=True, slots=True)
class Bounds:
    """How far (metres) and how old (hours before the move) a photo may be."""

    metres: float
    hours: float


def weigh(
    photos: Sequence[Photo], lon: float | None, lat: float | None, at: datetime, bounds: Bounds
) -> dict[str, Any]:
    """Give ``{"verdict": ok|doubt|unknown, "photos": [{id, verdict, words}]}`` for photos of one move."""
    lines = [_one(photo, lon, lat, at, bounds) for photo in photos]
    verdicts = {line["verdict"] for line in lines}
    overall = DOUBT if DOUBT in verdicts else UNKNOWN if UNKNOWN in verdicts or not lines else GOOD
    return {"verdict": overall, "photos": lines}


def _one(
    photo: Photo, lon: float | None, lat: float | None, at: datetime, bounds: Bounds
) -> Mapping[str, Any]:
    doubts, unknown = [], []
    if photo.seen_at is not None:
        doubts.append(_reuse(photo, photo.seen_at))
    if photo.lon is None or photo.lat is None or lon is None or lat is None:
        unknown.append("照片没有拍摄位置")
    else:
        metres = float(distance_m(lon, lat, photo.lon, photo.lat))
        if metres > bounds.metres:
            doubts.append(f"拍摄点距案发点 {metres:.0f} 米，超过 {bounds.metres:.0f} 米")
    if photo.taken_at is None:
        unknown.append("照片没有拍摄时间")
    elif photo.taken_at > at + timedelta(minutes=10):
        doubts.append("拍摄时间晚于提交时间")
    elif at - photo.taken_at > timedelta(hours=bounds.hours):
        hours = (at - photo.taken_at) / timedelta(hours=1)
        doubts.append(f"拍摄于 {hours:.0f} 小时之前，超过 {bounds.hours:.0f} 小时")
    verdict = DOUBT if doubts else UNKNOWN if unknown else GOOD
    return {"id": photo.id, "verdict": verdict, "words": "；".join(doubts + unknown) or "时间地点相符"}


def _reuse(photo: Photo, seen_at: datetime) -> str:
    day = f"{seen_at.astimezone(_ZONE):%Y-%m-%d}"
    if photo.exact:
        return f"与 {day} 上传的照片完全相同"
    return f"与 {day} 上传的照片是同一张，仅经缩放、压缩或调色（图像指纹 64 位相差 {photo.bits} 位）"
