# SPDX-License-Identifier: Apache-2.0
"""Pure checks of a telling: every refusal names the field."""

import math
import re
import unicodedata
from datetime import UTC, datetime, timedelta
from typing import Final

from tongguan.kernel.errors import Invalid
from tongguan.tellings.contracts import ReporterIn, ReportIn

SYSTEMS: Final = ("WGS84", "CGCS2000", "GCJ02", "BD09")
MAX_ATTACHMENTS: Final = 20
#: Clocks of other systems may run ahead of ours by this much.
FUTURE_TOLERANCE: Final = timedelta(minutes=10)
OLDEST: Final = datetime(1990, 1, 1, tzinfo=UTC)
#: Longest accepted text per field, in characters.
LENGTHS: Final = {
    "external_id": 200,
    "title": 200,
    "text": 20_000,
    "item_code": 20,
    "address": 300,
    "division": 12,
    "grid": 20,
    "payload": 200_000,
}
_CONTACT_LENGTHS: Final = {"name": 60, "phone": 40, "email": 200}
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_.:-]{0,39}")
_DIVISION_LENGTHS = (0, 2, 4, 6, 9, 12)
_LINE_FIELDS = frozenset({"external_id", "title", "item_code", "address"})


def check_report(told: ReportIn, now: datetime) -> None:
    """Refuse a telling that cannot be stored or would not mean anything. Raises Invalid with the field."""
    if not _SOURCE.fullmatch(told.source):
        raise Invalid(
            "report.source",
            zh="来源应为小写字母、数字和 . _ : - 组成的 1 至 40 个字符",
            en="source must be 1 to 40 lower-case letters, digits or . _ : -",
            field="source",
        )
    for field, longest in LENGTHS.items():
        check_text(getattr(told, field), field, longest, line=field in _LINE_FIELDS)
    if not (told.text.strip() or told.title.strip()):
        raise Invalid("report.empty", zh="内容不能为空", en="the report has no text", field="text")
    _check_place(told)
    _check_time(told.told_at, now)
    if len(told.attachments) > MAX_ATTACHMENTS:
        raise Invalid(
            "report.attachments",
            zh=f"附件最多 {MAX_ATTACHMENTS} 个",
            en=f"at most {MAX_ATTACHMENTS} attachments",
            field="attachments",
        )
    if told.reporter is not None:
        check_reporter(told.reporter)


def check_reporter(reporter: ReporterIn) -> None:
    """Refuse contact fields that cannot be stored. Raises Invalid with the field."""
    for field, longest in _CONTACT_LENGTHS.items():
        check_text(getattr(reporter, field), f"reporter.{field}", longest, line=True)


def check_text(value: str, field: str, longest: int, *, line: bool = False) -> None:
    """Refuse text that is too long or holds characters no database or screen can keep.

    NUL and lone surrogates are refused everywhere, other control characters in one-line fields.
    """
    if len(value) > longest:
        raise Invalid(
            "text.too_long",
            zh=f"超过 {longest} 个字符",
            en=f"longer than {longest} characters",
            field=field,
        )
    if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value):
        raise Invalid(
            "text.characters",
            zh="含有不可存储的字符",
            en="holds characters that cannot be stored",
            field=field,
        )
    if line and any(unicodedata.category(c) == "Cc" for c in value):
        raise Invalid("text.control", zh="含有控制字符", en="holds control characters", field=field)


def check_coordinates(lon: float | None, lat: float | None, system: str) -> None:
    """Refuse coordinates that are no place on earth. Raises Invalid with the field."""
    if system not in SYSTEMS:
        raise Invalid(
            "place.system",
            zh=f"坐标系应为 {'、'.join(SYSTEMS)}",
            en=f"system must be one of {', '.join(SYSTEMS)}",
            field="system",
        )
    if (lon is None) != (lat is None):
        missing = "lon" if lon is None else "lat"
        raise Invalid(
            "place.half", zh="经纬度必须成对", en="longitude and latitude come in pairs", field=missing
        )
    for value, bound, field in ((lon, 180.0, "lon"), (lat, 90.0, "lat")):
        if value is not None and not (math.isfinite(value) and -bound <= value <= bound):
            raise Invalid(
                "place.range",
                zh=f"超出 ±{bound:g} 度",
                en=f"outside ±{bound:g} degrees",
                field=field,
            )


def check_codes(division: str, grid: str) -> None:
    """Refuse codes that cannot be division or grid codes. Raises Invalid with the field."""
    if len(division) not in _DIVISION_LENGTHS or (division and not _digits(division)):
        raise Invalid(
            "place.division",
            zh="区划代码应为 2、4、6、9 或 12 位数字",
            en="a division code has 2, 4, 6, 9 or 12 digits",
            field="division",
        )
    if grid and not _digits(grid):
        raise Invalid("place.grid", zh="网格代码应为数字", en="a grid code has digits only", field="grid")


def _check_place(told: ReportIn) -> None:
    check_coordinates(told.lon, told.lat, told.system)
    check_codes(told.division, told.grid)


def _check_time(told_at: datetime | None, now: datetime) -> None:
    if told_at is None:
        return
    if told_at.tzinfo is None:
        raise Invalid("time.naive", zh="时间必须带时区", en="the time needs a time zone", field="told_at")
    if told_at > now + FUTURE_TOLERANCE:
        raise Invalid("time.future", zh="时间在未来", en="the time lies in the future", field="told_at")
    if told_at < OLDEST:
        raise Invalid("time.old", zh="时间早于 1990 年", en="the time is before 1990", field="told_at")


def _digits(code: str) -> bool:
    return code.isascii() and code.isdigit()
