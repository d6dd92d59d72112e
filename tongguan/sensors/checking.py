# SPDX-License-Identifier: Apache-2.0
"""Rows of a declaration, from texts to values; positions are converted all at once. Pure."""

import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np

from tongguan.kernel.coordinates import to_wgs84
from tongguan.kernel.errors import Refusal
from tongguan.sensors.contracts import Declaration, Refusing
from tongguan.sensors.units import code_of

#: Our columns and the headings they may carry.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "thing": ("thing", "thing_code", "监测点编码", "监测点"),
    "thing_name": ("thing_name", "name", "监测点名称"),
    "kind": ("kind", "类别"),
    "lon": ("lon", "lng", "longitude", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "division": ("division", "区划代码"),
    "owner": ("owner", "owner_code", "权属单位代码"),
    "owner_name": ("owner_name", "权属单位"),
    "component": ("component", "部件标识码"),
    "element": ("element", "管网元素"),
    "sensor": ("sensor", "device", "设备标识"),
    "sensor_name": ("sensor_name", "设备名称"),
    "model": ("model", "型号"),
    "maker": ("maker", "厂商"),
    "installed_on": ("installed_on", "安装日期"),
    "observed": ("property", "observed", "观测属性"),
    "channel": ("channel", "通道"),
    "stream_name": ("stream_name", "数据流名称"),
    "external": ("external", "external_key", "外部键"),
    "unit": ("unit", "单位"),
    "low": ("low", "下限"),
    "high": ("high", "上限"),
    "every": ("every", "every_s", "间隔秒"),
    "rate": ("rate", "每秒最大变化"),
    "tolerance": ("tolerance", "允差"),
    "still": ("still", "still_s", "不变秒"),
    "active": ("active", "启用"),
}
_LONGEST: Final = {
    "thing": 64,
    "thing_name": 200,
    "kind": 40,
    "owner": 18,
    "owner_name": 100,
    "component": 17,
    "element": 64,
    "sensor": 64,
    "sensor_name": 200,
    "model": 100,
    "maker": 100,
    "observed": 64,
    "channel": 30,
    "stream_name": 200,
    "external": 160,
    "unit": 40,
}
_NUMBERS: Final = ("low", "high", "every", "rate", "tolerance", "still")
_POSITIVE: Final = ("every", "rate", "tolerance", "still")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f\ufffd]")
_CODE: Final = re.compile(r"[^\s/]+")
_DIVISION: Final = re.compile(r"\d{2}(?:\d{2}(?:\d{2}(?:\d{3}(?:\d{3})?)?)?)?")
_YES: Final = {"": True, "1": True, "true": True, "是": True, "0": False, "false": False, "否": False}
_RAW: Final = 2_000
_LIMIT: Final = {"lon": 180.0, "lat": 90.0}
#: Columns that say what a stream is; with any of them a row needs a property.
_OF_STREAM: Final = ("sensor", "channel", "stream_name", "external", "unit", *_NUMBERS)


@dataclass(slots=True)
class Row:
    """A checked row; numbers None where nothing is told, ``key`` empty for a thing without a stream."""

    place: int
    told: Mapping[str, str]
    values: dict[str, Any]
    key: str = ""
    lon: float | None = None
    lat: float | None = None


@dataclass(slots=True)
class Checked:
    """Rows that hold and refusals of those that do not."""

    rows: list[Row] = field(default_factory=list)
    refusals: list[Refusing] = field(default_factory=list)

    def refuse(self, row: Declaration | Row, name: str, code: str, zh: str) -> None:
        """Keep why a row is refused."""
        told = row.values if isinstance(row, Declaration) else row.told
        self.refusals.append(refusing(row.place, told, name, code, zh))


def refusing(place: int, told: Mapping[str, Any], name: str, code: str, zh: str) -> Refusing:
    """Give a refusal with the row as told, shortened to 2,000 characters."""
    raw = ", ".join(f"{key}={value}" for key, value in told.items() if value != "")
    return Refusing(place, name, code, zh[:200], raw[:_RAW].replace("\x00", "\\0"))


def stream_key(thing: str, observed: str, channel: str = "") -> str:
    """Give the key of a stream: ``thing/property``, with ``/channel`` where a thing has several."""
    return "/".join(part for part in (thing, observed, channel) if part)


def checked(rows: Sequence[Declaration], crs: str) -> Checked:
    """Check rows one by one, then convert all positions at once. ``crs`` names their coordinate system."""
    found = Checked()
    for told in rows:
        try:
            found.rows.append(_row(told))
        except Refusal as refusal:
            found.refuse(told, refusal.field or "", refusal.code, refusal.zh)
    _positions(found.rows, crs)
    return found


def _refuse(name: str, code: str, zh: str) -> Refusal:
    return Refusal(code, zh, code, field=name)


def _row(told: Declaration) -> Row:
    texts = {name: told.values.get(name, "").strip() for name in COLUMNS}
    if not texts["thing"]:
        raise _refuse("thing", "value.missing", "缺少监测点编码")
    for name, text in texts.items():
        if _CONTROL.search(text):
            raise _refuse(name, "text.control", f"{name} 含控制字符或乱码")
        if len(text) > _LONGEST.get(name, 40):
            raise _refuse(name, "text.too_long", f"{name} 超过 {_LONGEST.get(name, 40)} 字")
    for name in ("thing", "sensor", "observed", "channel"):
        if texts[name] and not _CODE.fullmatch(texts[name]):
            raise _refuse(name, "code.characters", f"{name} 不得含空格与斜线")
    if not texts["observed"] and any(texts[name] for name in _OF_STREAM):
        raise _refuse("observed", "value.missing", "有数据流而缺少观测属性")
    if texts["division"] and not _DIVISION.fullmatch(texts["division"]):
        raise _refuse(
            "division", "code.length", f"区划代码 {texts['division']!r} 应为 2、4、6、9 或 12 位数字"
        )
    values: dict[str, Any] = dict(texts)
    values |= {name: _number(name, texts[name]) for name in _NUMBERS}
    values["installed_on"] = _day(texts["installed_on"])
    values["unit"] = code_of(texts["unit"])
    values["active"] = _yes(texts["active"])
    check_range(values["low"], values["high"])
    key = stream_key(texts["thing"], texts["observed"], texts["channel"]) if texts["observed"] else ""
    row = Row(told.place, told.values, values, key)
    row.lon, row.lat = _degrees(texts)
    return row


def _yes(text: str) -> bool:
    if text.casefold() not in _YES:
        raise _refuse("active", "value.not_yes_or_no", f"active 应为 是 或 否，不是 {text!r}")
    return _YES[text.casefold()]


def _number(name: str, text: str) -> float | None:
    if not text:
        return None
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise _refuse(name, "value.not_a_number", f"{name} {text!r} 不是有限的数字")
    if name in _POSITIVE and value <= 0:
        raise _refuse(name, "value.not_positive", f"{name} 应大于 0")
    return value


def check_range(low: float | None, high: float | None) -> None:
    """Refuse a range that holds nothing. Raises Refusal naming ``high``."""
    if low is not None and high is not None and low >= high:
        raise _refuse("high", "range.empty", f"上限 {high:g} 应大于下限 {low:g}")


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise _refuse("installed_on", "value.not_a_date", f"安装日期 {text!r} 不是日期") from None


def _degrees(texts: Mapping[str, str]) -> tuple[float | None, float | None]:
    if not texts["lon"] and not texts["lat"]:
        return None, None
    found = []
    for name, limit in _LIMIT.items():
        value = _number(name, texts[name])
        if value is None:
            raise _refuse(name, "value.missing", f"经纬度缺一：{name}")
        if abs(value) > limit:
            raise _refuse(
                name, "coordinates.out_of_range", f"{name} {value:g} 超出 ±{limit:g}，是否经纬度颠倒"
            )
        found.append(value)
    return found[0], found[1]


def _positions(rows: Sequence[Row], crs: str) -> None:
    placed = [row for row in rows if row.lon is not None]
    if not placed:
        return
    lons, lats = to_wgs84(
        np.array([row.lon for row in placed], np.float64),
        np.array([row.lat for row in placed], np.float64),
        crs,
    )
    for row, lon, lat in zip(placed, lons.tolist(), lats.tolist(), strict=True):
        row.lon, row.lat = lon, lat


def split(found: Checked, wrong: Callable[[Row], tuple[str, str, str] | None]) -> None:
    """Move the rows with which something is wrong (field, code, words) to the refusals."""
    kept = []
    for row in found.rows:
        fault = wrong(row)
        if fault is None:
            kept.append(row)
        else:
            found.refuse(row, *fault)
    found.rows = kept
