# SPDX-License-Identifier: Apache-2.0
"""Shapes to WGS-84, and what is told of them as plain values. Values in, values out."""

import json
import math
import re
from datetime import date
from typing import Any, Final

import numpy as np
import shapely

from tongguan.kernel.coordinates import from_projected, to_wgs84
from tongguan.kernel.errors import Invalid

_KINDS: Final = ("Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon")
_TITLES: Final = ("name", "名称", "title", "标题", "mc", "nm")
_LONGEST: Final = 500
_MOST: Final = 60
_TITLE: Final = 120
_LINES: Final = re.compile(r"[\t\r\n]")
_UNKEPT: Final = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff\ufffd]")
"""What no text holds that was read as its writer meant it; NUL and half characters no database keeps."""


def shape_of(geometry: Any, system: str, zone: int | None) -> shapely.Geometry:
    """Give the shape of a GeoJSON geometry in WGS-84, valid and flat.

    ``zone``: coordinates are CGCS2000 Gauss-Krüger metres of that zone. Raises Invalid with the field
    ``geometry`` (no shape, of another kind, empty, without extent) or ``lon``, ``lat``, ``x``, ``y``.
    """
    if not isinstance(geometry, dict):
        raise _bad("没有几何", "there is no geometry")
    if geometry.get("type") not in _KINDS:
        raise _bad(
            f"几何类型 {str(geometry.get('type'))[:40]!r} 不支持", "this kind of geometry is not drawn"
        )
    try:
        shape = shapely.force_2d(shapely.from_geojson(json.dumps(geometry)))
    except (shapely.errors.GEOSException, ValueError, TypeError, RecursionError) as error:
        raise _bad(f"几何无法解析：{str(error)[:120]}", "the geometry cannot be read") from error
    if shape is None or shape.is_empty:
        raise _bad("几何为空", "the geometry is empty")
    moved = shapely.transform(shape, lambda xy: _moved(xy, system, zone))
    if not moved.is_valid:
        parts = [p for p in shapely.get_parts(shapely.make_valid(moved)) if p.geom_type in _KINDS]
        moved = shapely.union_all(
            [p for p in parts if shapely.get_dimensions(p) == shapely.get_dimensions(shape)]
        )
    if moved.is_empty or (shapely.get_dimensions(shape) == 2 and moved.area == 0):  # noqa: PLR2004 - a plane
        raise _bad("几何没有面积", "the geometry has no area")
    return moved


def _moved(xy: Any, system: str, zone: int | None) -> Any:
    x, y = np.ascontiguousarray(xy[:, 0]), np.ascontiguousarray(xy[:, 1])
    return np.column_stack(from_projected(x, y, zone) if zone else to_wgs84(x, y, system))


def _bad(zh: str, en: str) -> Invalid:
    return Invalid("feature.geometry", zh=zh, en=en, field="geometry")


def told_of(found: dict[str, Any]) -> dict[str, str | int | float | bool]:
    """Give what a file tells of a feature as plain values. Raises Invalid naming the field that is none."""
    if len(found) > _MOST:
        raise Invalid("feature.fields", zh=f"字段多于 {_MOST} 个", en="too many fields", field="properties")
    return {_named(name): _plain(name, value) for name, value in found.items() if value not in (None, "")}


def _named(name: str) -> str:
    kept = _UNKEPT.sub("", name)
    if kept != name or len(name) > _TITLE:
        raise Invalid(
            "feature.field_name", zh="字段名不合规", en="bad field name", field=kept[:20] or "properties"
        )
    return name


def _plain(name: str, value: Any) -> str | int | float | bool:
    if isinstance(value, bool | int):
        return value
    if isinstance(value, float):
        if not math.isfinite(value):
            raise Invalid("feature.value", zh=f"{name} 不是有限的数字", en="not a finite number", field=name)
        return value
    text = value.isoformat() if isinstance(value, date) else str(value).strip()
    if len(text) > _LONGEST:
        raise Invalid("feature.value", zh=f"{name} 超过 {_LONGEST} 字", en="too long", field=name)
    if _UNKEPT.search(_LINES.sub("", text)):
        raise Invalid("feature.value", zh=f"{name} 含控制字符或乱码", en="control characters", field=name)
    return text


def title_of(told: dict[str, Any]) -> str:
    """Give the feature's name by the usual field names, ``""`` without one."""
    folded = {name.casefold(): value for name, value in told.items()}
    return next((str(folded[t])[:_TITLE] for t in _TITLES if t in folded), "")
