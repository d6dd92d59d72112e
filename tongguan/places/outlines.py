# SPDX-License-Identifier: Apache-2.0
"""Polygons to columns: WKB, box, a point inside, its cell, the area. Values in, values out."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from tongguan.kernel.coordinates import Floats, to_wgs84
from tongguan.kernel.geometry import cells_of

#: The columns of ``models.Outlined`` that ``columns`` fills.
FIELDS: Final = ("boundary", "west", "south", "east", "north", "lon", "lat", "cell")
_METRES_PER_DEGREE: Final = 111_195.08


@dataclass(frozen=True, slots=True)
class Mended:
    """A polygon made valid, and what was wrong with it (``""`` when nothing was)."""

    shape: shapely.Geometry | None
    reason: str = ""


def columns(shapes: NDArray[np.object_]) -> list[dict[str, Any]]:
    """Give the columns of ``Outlined`` for each WGS-84 polygon."""
    if not len(shapes):
        return []
    inner = shapely.get_coordinates(shapely.point_on_surface(shapes))
    cells = cells_of(inner[:, 0], inner[:, 1])
    bounds = shapely.bounds(shapes).tolist()
    wkb = shapely.to_wkb(shapes)
    return [
        dict(zip(FIELDS, (w, *box, *point, cell), strict=True))
        for w, box, point, cell in zip(wkb, bounds, inner.tolist(), cells.tolist(), strict=True)
    ]


def areas_m2(shapes: NDArray[np.object_]) -> Floats:
    """Give areas in square metres, right to half a percent (each polygon on its own flat map)."""
    middle = np.radians(shapely.bounds(shapes)[:, [1, 3]].mean(axis=1))
    return np.asarray(shapely.area(shapes) * _METRES_PER_DEGREE**2 * np.cos(middle), np.float64)


def from_geojson(geometry: str, system: str) -> Mended:
    """Give the WGS-84 polygon of a GeoJSON geometry (text), made valid if it was not.

    ``shape`` is None when the geometry is no polygon, is empty or has no area. Raises Invalid for
    coordinates out of range.
    """
    try:
        shape = shapely.from_geojson(geometry)
    except shapely.errors.GEOSException as error:
        return Mended(None, f"边界不是 GeoJSON 几何：{error}")
    return mend(shape, system)


def mend(shape: shapely.Geometry | None, system: str) -> Mended:
    """Convert a polygon to WGS-84 and make it valid; see ``from_geojson``."""
    if shape is None or shape.is_empty:
        return Mended(None, "边界为空")
    if shape.geom_type not in {"Polygon", "MultiPolygon"}:
        return Mended(None, f"边界应为多边形，不是 {shape.geom_type}")
    moved = shapely.transform(shape, lambda xy: np.column_stack(to_wgs84(xy[:, 0], xy[:, 1], system)))
    if moved.is_valid:
        return Mended(moved) if moved.area > 0 else Mended(None, "边界没有面积")
    reason = str(shapely.is_valid_reason(moved))
    parts = [g for g in shapely.get_parts(shapely.make_valid(moved)) if g.geom_type.endswith("Polygon")]
    fixed = shapely.union_all(parts)
    return Mended(fixed, reason) if fixed.area > 0 else Mended(None, f"边界无法修复：{reason}")
