# SPDX-License-Identifier: Apache-2.0
"""Geometries compared: GeoJSON of rows against well-known text, all rows at once. Degrees, WGS-84."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import ShapelyError

from tongguan.doors.sensorthings.grammar import misread

Truth = NDArray[np.bool_]
Floats = NDArray[np.float64]

PREDICATES: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "st_equals": shapely.equals,
    "st_disjoint": shapely.disjoint,
    "st_touches": shapely.touches,
    "st_within": shapely.within,
    "st_overlaps": shapely.overlaps,
    "st_crosses": shapely.crosses,
    "st_intersects": shapely.intersects,
    "st_contains": shapely.contains,
    "geo.intersects": shapely.intersects,
}


def from_text(wkt: str) -> Any:
    """Give the geometry of well-known text. Raises NotUnderstood."""
    try:
        return shapely.from_wkt(wkt)
    except (ShapelyError, TypeError) as error:
        raise misread("$filter", f"不是合法的几何：{wkt[:40]}", f"not a geometry: {wkt[:40]}") from error


def from_rows(told: Sequence[Any]) -> NDArray[np.object_]:
    """Give the geometries of GeoJSON values; what is none is None, of which nothing holds."""
    shapes = np.empty(len(told), np.object_)
    for place, one in enumerate(told):
        body = one.get("geometry", one) if isinstance(one, dict) else one
        try:
            shapes[place] = shapely.from_geojson(json.dumps(body))
        except (ShapelyError, TypeError, ValueError):
            shapes[place] = None
    return shapes
