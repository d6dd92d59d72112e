# SPDX-License-Identifier: Apache-2.0
"""Places on the globe: H3 cells as signed 63-bit integers, rings, distances, boxes.

Degrees of WGS-84, metres on the mean sphere. Near-by search everywhere in the house is an indexed
``cell IN ring(...)`` (or ``cell_ranges`` for wide circles) followed by an exact ``distance_m``.
"""

import math
from functools import lru_cache
from itertools import repeat
from typing import Final, NamedTuple

import h3.api.basic_int as h3
import numpy as np
from numpy.typing import ArrayLike, NDArray

from tongguan.kernel.coordinates import Floats, checked

#: One H3 resolution for every row in every table: cells of about 120 m across.
RESOLUTION: Final = 10
_EARTH_RADIUS_M: Final = 6371008.8
_METRES_PER_DEGREE: Final = math.pi * _EARTH_RADIUS_M / 180.0
#: Layers of hexagons are 1.5 edges thick; the rest is for the distortion within one ring.
_LAYER_PER_EDGE: Final = 1.5 * 0.9
_MAX_RINGS: Final = 6
#: Edges hardly differ within a cell of this resolution (22 km); the slack is for the rest.
_REGION, _SLACK = 4, 1.05


class Box(NamedTuple):
    """West, south, east, north in degrees."""

    west: float
    south: float
    east: float
    north: float


def cell_of(lon: float, lat: float) -> int:
    """Give the H3 cell (resolution 10) of a point. Raises Invalid naming ``lon`` or ``lat``."""
    if not (isinstance(lon, float) and isinstance(lat, float) and abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004
        checked(lon, lat)  # looks at arrays too, at many times the cost
    return int(h3.latlng_to_cell(lat, lon, RESOLUTION))


def cells_of(lons: ArrayLike, lats: ArrayLike) -> NDArray[np.int64]:
    """Give the cells of n points as int64; the reserved top bit of H3 is never set, so the sign is safe."""
    x, y = checked(lons, lats)
    cells = map(h3.latlng_to_cell, y.ravel().tolist(), x.ravel().tolist(), repeat(RESOLUTION))
    return np.fromiter(cells, np.int64, count=x.size)


def centre_of(cell: int) -> tuple[float, float]:
    """Give the longitude and latitude of a cell's centre."""
    lat, lon = h3.cell_to_latlng(cell)
    return lon, lat


def ring(cell: int, k: int) -> list[int]:
    """Give the cell and all cells within k steps, ascending (1, 7, 19, 37 … cells)."""
    return sorted(int(c) for c in h3.grid_disk(cell, k))


def distance_m(lon1: ArrayLike, lat1: ArrayLike, lon2: ArrayLike, lat2: ArrayLike) -> Floats:
    """Give great-circle distances in metres (haversine, arrays broadcast)."""
    x1, y1, x2, y2 = (np.radians(np.asarray(v, np.float64)) for v in (lon1, lat1, lon2, lat2))
    a = np.sin((y2 - y1) / 2) ** 2 + np.cos(y1) * np.cos(y2) * np.sin((x2 - x1) / 2) ** 2
    return np.asarray(2 * _EARTH_RADIUS_M * np.arcsin(np.sqrt(np.clip(a, 0.0, 1.0))), np.float64)


def _shortest_edge_m(cell: int) -> float:
    corners = np.array(h3.cell_to_boundary(cell))
    after = np.roll(corners, -1, axis=0)
    return float(distance_m(corners[:, 1], corners[:, 0], after[:, 1], after[:, 0]).min())


def rings_for(cell: int, metres: float) -> int:
    """Give the k for which ``ring(cell, k)`` holds every point within ``metres`` of any point of the cell."""
    if metres <= 0:
        return 0
    return math.ceil(metres / (_shortest_edge_m(cell) * _LAYER_PER_EDGE))


@lru_cache(maxsize=4096)
def cells_within(cell: int, metres: float) -> tuple[int, ...]:
    """Give the cells that hold every point within so many metres of any point of the cell, ascending."""
    return tuple(ring(cell, _rings_in(h3.cell_to_parent(cell, _REGION), metres)))


@lru_cache(maxsize=4096)
def _rings_in(region: int, metres: float) -> int:
    return rings_for(h3.cell_to_center_child(region, RESOLUTION), metres * _SLACK)


def cell_ranges(lon: float, lat: float, metres: float) -> list[tuple[int, int]]:
    """Give inclusive ranges of resolution-10 cells that together hold the circle, at most 127 of them.

    Wide circles use coarser cells, whose descendants are contiguous numbers; so one indexed query with
    a few ranges finds everything near, however wide the circle is.
    """
    checked(lon, lat)
    for resolution in range(RESOLUTION, -1, -1):
        cell = int(h3.latlng_to_cell(lat, lon, resolution))
        edge = _shortest_edge_m(cell)
        # Descendants stick out of their ancestor by less than half an edge.
        slack = 0.0 if resolution == RESOLUTION else edge / 2
        k = math.ceil((metres + slack) / (edge * _LAYER_PER_EDGE)) if metres > 0 else 0
        if k <= _MAX_RINGS:
            break
    return _merged([_descendants(c, resolution) for c in ring(cell, k)])


def _descendants(cell: int, resolution: int) -> tuple[int, int]:
    """Give the least and greatest resolution-10 cell number below a cell."""
    first, last = cell, cell
    for level in range(resolution + 1, RESOLUTION + 1):
        shift = 3 * (15 - level)
        first &= ~(7 << shift)
        last = (last & ~(7 << shift)) | (6 << shift)
    level_bits = 52
    clear = ~(15 << level_bits)
    return (first & clear) | (RESOLUTION << level_bits), (last & clear) | (RESOLUTION << level_bits)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for low, high in sorted(ranges):
        if merged and low <= merged[-1][1] + 1:
            merged[-1] = (merged[-1][0], max(high, merged[-1][1]))
        else:
            merged.append((low, high))
    return merged


def box_around(lon: float, lat: float, metres: float) -> Box:
    """Give the box that holds the circle (clamped at the poles and the date line)."""
    checked(lon, lat)
    tall = metres / _METRES_PER_DEGREE
    shrink = math.cos(math.radians(min(abs(lat) + tall, 90.0)))
    # At the poles a degree of longitude has no length: the box goes all the way round.
    wide = min(180.0, tall / max(shrink, 1e-9) * 1.0001)
    return Box(max(lon - wide, -180.0), max(lat - tall, -90.0), min(lon + wide, 180.0), min(lat + tall, 90.0))


def bounds_of(lons: ArrayLike, lats: ArrayLike) -> Box | None:
    """Give the box of n points; None when there is none."""
    x, y = checked(lons, lats)
    if not x.size:
        return None
    return Box(float(x.min()), float(y.min()), float(x.max()), float(y.max()))
