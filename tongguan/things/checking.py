# SPDX-License-Identifier: Apache-2.0
"""One batch of an import of components: from texts to table rows, positions worked out all at once."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

import numpy as np

from tongguan.kernel.coordinates import Floats, System, from_projected, to_wgs84
from tongguan.kernel.errors import Refusal
from tongguan.kernel.geometry import cells_of
from tongguan.people.queries import unit_by_code
from tongguan.places.queries import locate
from tongguan.things.codes import ComponentCode, parse_component
from tongguan.things.labels import ComponentState, SurveySource

#: Our columns and the headings they may carry: those of GB/T 47678.5, Chinese and English ones.
COLUMNS: Final[dict[str, tuple[str, ...]]] = {
    "code": ("GLBJBSM", "code", "标识码", "部件标识码", "BJBSM", "id"),
    "class_code": ("class_code", "类码"),
    "name": ("GLBJMC", "name", "名称", "部件名称", "BJMC"),
    "lon": ("lon", "lng", "longitude", "x", "经度"),
    "lat": ("lat", "latitude", "y", "纬度"),
    "grid": ("SZDYWGBSM", "grid", "单元网格"),
    "division": ("SZSQDM", "division", "社区代码", "区划代码", "SZJDDM"),
    "state": ("GLBJZT", "state", "状态"),
    "supervising_code": ("ZGBMDM", "supervising_code", "主管部门代码"),
    "supervising_name": ("ZGBMMC", "supervising_name", "主管部门", "主管部门名称"),
    "owner_code": ("QSDWDM", "owner_code", "权属单位代码"),
    "owner_name": ("QSDWMC", "owner_name", "权属单位", "权属单位名称"),
    "maintainer_code": ("YHDWDM", "maintainer_code", "养护单位代码"),
    "maintainer_name": ("YHDWMC", "maintainer_name", "养护单位", "养护单位名称"),
    "first_on": ("CSRQ", "first_on", "初始日期"),
    "changed_on": ("BGRQ", "changed_on", "变更日期"),
    "source": ("SJLY", "source", "数据来源"),
    "note": ("BZ", "note", "备注"),
}
ORDER: Final = tuple(COLUMNS)
NEEDED: Final = ("code", "name", "lon", "lat")
_AT: Final = {name: i for i, name in enumerate(ORDER)}
_TEXTS: Final = {
    "name": 30,
    "supervising_code": 18,
    "supervising_name": 100,
    "owner_code": 18,
    "owner_name": 100,
    "maintainer_code": 18,
    "maintainer_name": 100,
    "note": 1000,
}
_LIMITS: Final = tuple((name, _AT[name], longest) for name, longest in _TEXTS.items())
_DIVISION: Final = re.compile(r"\d{6}(?:\d{3}(?:\d{3})?)?")
_GRID: Final = re.compile(r"\d{15}")
_CONTROL: Final = re.compile("[\x00-\x1f\x7f\ufffd]")
_STATES: Final = frozenset(ComponentState.values)
_SOURCES: Final = frozenset(["", *SurveySource.values])
_HALF_WORLD: Final = 180.0
#: Gauss-Krüger metres: the zone number in front of the easting, the central meridian's easting, how far
#: a zone reaches from it at most (with room for overlaps), and a northing beyond the country.
_ZONE_PREFIX, _CENTRAL_EASTING, _ZONE_REACH, _NORTHERNMOST = 1e6, 5e5, 3.5e5, 6.6e6

Record = tuple[int, list[str]]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a record was refused: its line, the column, a stable code, words, the record as read."""

    line: int
    field: str
    code: str
    zh: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """How to read a file: its coordinate system (or Gauss-Krüger zone), old classes, who may be written."""

    system: System = System.WGS84
    zone: int | None = None
    classes_2013: Mapping[str, str] = field(default_factory=dict)
    covers: Callable[[str], bool] = lambda _division: True


@dataclass(slots=True)
class Batch:
    """Checked rows (columns of ``Component`` without the run) with their lines, and the faults."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)


def checked_batch(records: Sequence[Record], reading: Reading) -> Batch:
    """Check and convert records (values in the order of ``ORDER``, ``""`` where a column is missing)."""
    batch = Batch()
    kept: list[tuple[Record, dict[str, Any]]] = []
    seen: dict[str, int] = {}
    for record in records:
        try:
            row = _texts(record[1], reading)
        except Refusal as refusal:
            batch.faults.append(_fault(record, refusal.field or "", refusal.code, refusal.zh))
            continue
        first = seen.setdefault(row["code"], record[0])
        if first != record[0]:
            batch.faults.append(
                _fault(record, "code", "code.double", f"标识码 {row['code']} 与第 {first} 行重复")
            )
            continue
        kept.append((record, row))
    _place(kept, reading, batch)
    return batch


def _fault(record: Record, name: str, code: str, zh: str) -> Fault:
    return Fault(record[0], name, code, zh[:200], ",".join(record[1])[:2000].replace("\x00", "\\0"))


def _refuse(name: str, code: str, zh: str) -> Refusal:
    return Refusal(code, zh, code, field=name)


def _texts(values: list[str], reading: Reading) -> dict[str, Any]:
    """Give the columns that need no position. Raises Refusal for the first one that does not hold."""
    for name in NEEDED:
        if not values[_AT[name]]:
            raise _refuse(name, "value.missing", f"缺少 {COLUMNS[name][0]}")
    if _CONTROL.search("".join(values)):
        bad = next(n for n in ORDER if _CONTROL.search(values[_AT[n]]))
        raise _refuse(bad, "text.control", f"{COLUMNS[bad][0]} 含控制字符或乱码")
    for name, at, longest in _LIMITS:
        if len(values[at]) > longest:
            raise _refuse(name, "text.too_long", f"{COLUMNS[name][0]} 超过 {longest} 字")
    code = parse_component(values[_AT["code"]], reading.classes_2013)
    given = values[_AT["class_code"]]
    if given and given not in (code.class_code, code.former[6:10]):
        raise _refuse("class_code", "code.class_differs", f"类码 {given} 与标识码中的 {code.class_code} 不符")
    state = values[_AT["state"]] or ComponentState.INTACT.value
    if state not in _STATES:
        raise _refuse(
            "state", "component.unknown_state", f"未知状态 {state!r}，可用 {'、'.join(sorted(_STATES))}"
        )
    source = values[_AT["source"]]
    if source not in _SOURCES:
        raise _refuse("source", "component.unknown_source", f"未知数据来源 {source!r}")
    row = {name: values[at] for name, at, _ in _LIMITS}
    return row | {
        "code": str(code),
        "former_code": code.former,
        "class_code": code.class_code,
        "state": state,
        "source": source,
        "first_on": _day(values, "first_on"),
        "changed_on": _day(values, "changed_on"),
        "crs": reading.system.value,
        **_where(values, code),
        **_units(row),
    }


def _where(values: list[str], code: ComponentCode) -> dict[str, str]:
    grid, division = values[_AT["grid"]], values[_AT["division"]]
    if grid and not _GRID.fullmatch(grid):
        raise _refuse("grid", "code.length", f"单元网格标识码 {grid!r} 应为 15 位数字")
    if division and not _DIVISION.fullmatch(division):
        raise _refuse("division", "code.length", f"区划代码 {division!r} 应为 6、9 或 12 位数字")
    return {"grid": grid, "division": grid[:12] or division or code.district}


def _units(row: Mapping[str, str]) -> dict[str, int | None]:
    found = {}
    for column, name in (
        ("supervising_unit_id", "supervising_code"),
        ("owner_unit_id", "owner_code"),
        ("maintaining_unit_id", "maintainer_code"),
    ):
        unit = unit_by_code(row[name]) if row[name] else None
        found[column] = unit.id if unit else None
    return found


def _day(values: list[str], name: str) -> date | None:
    text = values[_AT[name]]
    if not text:
        return None
    try:
        return date.fromisoformat(text.replace("/", "-"))
    except ValueError:
        raise _refuse(name, "value.not_a_date", f"{COLUMNS[name][0]} {text!r} 不是日期") from None


def _place(kept: list[tuple[Record, dict[str, Any]]], reading: Reading, batch: Batch) -> None:
    """Convert and locate all positions of the batch at once; where polygons are known, they decide."""
    if not kept:
        return
    x, y = (_numbers([record[1][_AT[name]] for record, _ in kept]) for name in ("lon", "lat"))
    lons, lats, good = _degrees(x, y, reading)
    located = locate(lons, lats)
    cells = cells_of(lons, lats).tolist()
    parts = zip(
        kept, good.tolist(), lons.tolist(), lats.tolist(), cells, located.community, located.grid, strict=True
    )
    for (record, row), sound, lon, lat, cell, community, grid in parts:
        if not sound:
            batch.faults.append(_bad_position(record, reading))
            continue
        row |= {"lon": lon, "lat": lat, "cell": cell}
        if community:
            row |= {"division": community, "grid": grid or row["grid"]}
        if reading.covers(row["division"]):
            batch.rows.append(row)
            batch.lines.append(record[0])
        else:
            text = f"区划 {row['division']} 不在本人管理范围"
            batch.faults.append(_fault(record, "division", "division.out_of_scope", text))


def _numbers(texts: list[str]) -> Floats:
    try:
        return np.array(texts, dtype=np.float64)
    except ValueError:
        return np.array([_number(text) for text in texts])


def _number(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return float("nan")


def _degrees(
    x: Floats, y: Floats, reading: Reading
) -> tuple[Floats, Floats, np.ndarray[Any, np.dtype[np.bool_]]]:
    """Give WGS-84 degrees and which of them hold; those that do not are set to 0, 0."""
    if reading.zone is None:
        good = (np.abs(x) <= _HALF_WORLD) & (np.abs(y) <= _HALF_WORLD / 2)
        lons, lats = to_wgs84(np.where(good, x, 0.0), np.where(good, y, 0.0), reading.system)
        return lons, lats, good
    base = reading.zone * _ZONE_PREFIX
    east = np.where(x < _ZONE_PREFIX, x, x - base)
    good = (np.abs(east - _CENTRAL_EASTING) <= _ZONE_REACH) & (y > 0) & (y < _NORTHERNMOST)
    lons, lats = from_projected(np.where(good, east, _CENTRAL_EASTING), np.where(good, y, 3e6), reading.zone)
    return lons, lats, good


def _bad_position(record: Record, reading: Reading) -> Fault:
    texts = {name: record[1][_AT[name]] for name in ("lon", "lat")}
    for name, text in texts.items():
        if not np.isfinite(_number(text)):
            return _fault(record, name, "coordinates.not_a_number", f"{text!r} 不是有限的数字")
    if reading.zone is not None:
        return _fault(record, "lon", "coordinates.out_of_zone", f"平面坐标不在第 {reading.zone} 带内")
    name = "lon" if abs(_number(texts["lon"])) > _HALF_WORLD else "lat"
    hint = "，是否经纬度颠倒或为平面坐标（--zone）"
    return _fault(record, name, "coordinates.out_of_range", f"{texts[name]} 超出范围{hint}")
