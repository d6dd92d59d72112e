# SPDX-License-Identifier: Apache-2.0
"""Pure checks of an entry: every refusal names the field."""

import math
from datetime import UTC, datetime, timedelta
from typing import Final

from tongguan.kernel.errors import Invalid
from tongguan.patrol.contracts import Entry, Kind

#: The device's clock may run ahead of ours by this much.
FUTURE: Final = timedelta(minutes=10)
OLDEST: Final = datetime(2000, 1, 1, tzinfo=UTC)
MOST_POINTS: Final = 2_000
MOST_PHOTOS: Final = 20
_WORDS: Final = 2_000


def check(entry: Entry, now: datetime) -> None:
    """Refuse an entry that says too little or what cannot be. Raises Invalid with the field."""
    _time(entry.told_at, now, "told_at")
    if len(entry.photos) > MOST_PHOTOS:
        raise Invalid("field.photos", zh=f"最多 {MOST_PHOTOS} 张", en="too many photos", field="photos")
    if len(entry.words) > _WORDS or "\x00" in entry.words:
        raise Invalid("field.words", zh=f"最多 {_WORDS} 个字符", en="too long", field="words")
    if entry.kind == Kind.REPORT and entry.report is None:
        raise Invalid("field.report", zh="缺少上报内容", en="the report is missing", field="report")
    if entry.kind in (Kind.VERIFY, Kind.CHECK):
        if entry.case_id is None:
            raise Invalid("field.case", zh="缺少案件", en="which case?", field="case_id")
        if not entry.words.strip() and not (entry.kind == Kind.CHECK and entry.good):
            raise Invalid("field.words", zh="请写明核实或核查情况", en="say what was found", field="words")
        if entry.kind == Kind.CHECK and entry.good and not entry.photos:
            raise Invalid("field.photos", zh="核查通过须有现场照片", en="photos are needed", field="photos")
    if entry.kind == Kind.PHOTOS and (entry.of is None or not entry.photos):
        missing = "of" if entry.of is None else "photos"
        raise Invalid("field.photos", zh="须有照片和所属记录", en="photos of what?", field=missing)
    if entry.kind == Kind.TRACK:
        _points(entry, now)


def _points(entry: Entry, now: datetime) -> None:
    if not 1 <= len(entry.points) <= MOST_POINTS:
        raise Invalid(
            "field.points", zh=f"须有 1 至 {MOST_POINTS} 个点", en="no or too many points", field="points"
        )
    for n, point in enumerate(entry.points):
        _time(point.at, now, f"points.{n}.at")
        for name, value, most in (("lon", point.lon, 180), ("lat", point.lat, 90)):
            if not (math.isfinite(value) and -most <= value <= most):
                raise Invalid(
                    "place.range", zh=f"超出 ±{most} 度", en="out of range", field=f"points.{n}.{name}"
                )


def _time(at: datetime, now: datetime, field: str) -> None:
    if at.tzinfo is None:
        raise Invalid("time.naive", zh="时间必须带时区", en="the time needs a time zone", field=field)
    if at > now + FUTURE:
        raise Invalid(
            "time.future", zh="时间在未来，请校准设备时钟", en="the time lies in the future", field=field
        )
    if at < OLDEST:
        raise Invalid("time.old", zh="时间过早，请校准设备时钟", en="the time is too old", field=field)
