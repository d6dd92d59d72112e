# SPDX-License-Identifier: Apache-2.0
"""Coverage of an area by sensors, and what stands where (一杆多感). Pure: cells and points in, arrays out.

A cell is covered by a sensor when its centre lies within the radius. Candidates come from a tree over points
on the unit sphere; distances are great-circle metres, the same as everywhere in the house.
"""

from dataclasses import dataclass
from typing import Any, Final

import h3.api.basic_int as h3
import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from tongguan.kernel.geometry import RESOLUTION

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

_EARTH_RADIUS_M: Final = 6_371_008.8
#: Cells that one question may look at: an area of about 7,500 square kilometres.
MOST_CELLS: Final = 500_000
#: The mean area of a cell of resolution 10 (h3geo.org, table of cell areas), and the length of a degree.
_CELL_KM2: Final = 0.015047502
_KM_PER_DEGREE: Final = 111.195


@dataclass(frozen=True, slots=True, eq=False)
class Covered:
    """How often each cell is covered: ``times`` beside ``cells``."""

    cells: Ints
    times: Ints

    def histogram(self) -> dict[int, int]:
        """Give how many cells are covered so many times; 0 are the gaps."""
        times, counts = np.unique(self.times, return_counts=True)
        return dict(zip(times.tolist(), counts.tolist(), strict=True))

    def gaps(self) -> Ints:
        """Give the cells that nothing covers."""
        found: Ints = self.cells[self.times == 0]
        return found

    def overlaps(self) -> tuple[Ints, Ints]:
        """Give the cells that more than one covers and how often, the most often first, then by number."""
        many = np.flatnonzero(self.times > 1)
        order = many[np.argsort(-self.times[many], kind="stable")]
        return self.cells[order], self.times[order]


def cells_in(area: Any) -> Ints:
    """Give the cells (H3, resolution 10) whose centres lie in a polygon or multipolygon, ascending.

    Raises ValueError for an area of more than 500,000 cells.
    """
    shape = shapely.geometry.shape(area) if isinstance(area, dict) else area
    parts = getattr(shape, "geoms", [shape])
    # Counted before they are made: a province has tens of millions.
    middle = np.cos(np.radians(shape.centroid.y)) if not shape.is_empty else 1.0
    if shape.area * _KM_PER_DEGREE**2 * middle / _CELL_KM2 > MOST_CELLS:
        message = f"the area has more than {MOST_CELLS} cells"
        raise ValueError(message)
    found: set[int] = set()
    for part in parts:
        rings = [[(y, x) for x, y in ring.coords] for ring in (part.exterior, *part.interiors)]
        found.update(h3.h3shape_to_cells(h3.LatLngPoly(rings[0], *rings[1:]), RESOLUTION))
    return np.array(sorted(found), np.int64)


def centres(cells: Ints) -> tuple[Floats, Floats]:
    """Give longitude and latitude of cells' centres."""
    pairs = np.array([h3.cell_to_latlng(cell) for cell in cells.tolist()], np.float64).reshape(-1, 2)
    return pairs[:, 1], pairs[:, 0]


def outline(cells: Ints) -> dict[str, Any]:
    """Give cells as one shape (GeoJSON MultiPolygon, degrees to five places), neighbours grown together."""
    shape = h3.cells_to_h3shape(cells.tolist(), tight=False)
    return {"type": "MultiPolygon", "coordinates": _rounded(shape.__geo_interface__["coordinates"])}


def _rounded(found: Any) -> Any:
    return round(found, 5) if isinstance(found, float) else [_rounded(one) for one in found]


def covered(cells: Ints, lons: Floats, lats: Floats, radius_m: Floats | float) -> Covered:
    """Give how many of the sensors (WGS-84 degrees, radius in metres each or for all) cover each cell."""
    if not len(cells) or not len(lons):
        return Covered(cells, np.zeros(len(cells), np.int64))
    radii = np.broadcast_to(np.asarray(radius_m, np.float64), (len(lons),))
    tree = cKDTree(_sphere(*centres(cells)))
    near = tree.query_ball_point(_sphere(lons, lats), _chord(radii), return_sorted=False)
    hits = np.concatenate([np.asarray(one, np.int64) for one in near]) if len(near) else np.empty(0, np.int64)
    return Covered(cells, np.bincount(hits, minlength=len(cells)).astype(np.int64))


def served(
    lons: Floats, lats: Floats, at_lons: Floats, at_lats: Floats, radius_m: float
) -> NDArray[np.bool_]:
    """Tell which of the first points (components, say) lie within the radius of any of the second."""
    if not len(lons) or not len(at_lons):
        return np.zeros(len(lons), np.bool_)
    away, _ = cKDTree(_sphere(at_lons, at_lats)).query(_sphere(lons, lats))
    found: NDArray[np.bool_] = away <= _chord(np.asarray(radius_m, np.float64))
    return found


def neighbours(lons: Floats, lats: Floats, within_m: float) -> tuple[Ints, Ints, Floats]:
    """Give all pairs of points (i < j) no farther apart than so many metres, with their distances."""
    tree = cKDTree(_sphere(lons, lats)) if len(lons) else None
    if tree is None:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty(0, np.float64)
    points = _sphere(lons, lats)
    pairs = tree.query_pairs(float(_chord(np.asarray(within_m, np.float64))), output_type="ndarray")
    pairs = pairs[np.lexsort((pairs[:, 1], pairs[:, 0]))].astype(np.int64)
    chord = np.linalg.norm(points[pairs[:, 0]] - points[pairs[:, 1]], axis=1)
    return pairs[:, 0], pairs[:, 1], 2 * _EARTH_RADIUS_M * np.arcsin(np.minimum(chord / 2, 1.0))


def _sphere(lons: Floats, lats: Floats) -> Floats:
    x, y = np.radians(np.asarray(lons, np.float64)), np.radians(np.asarray(lats, np.float64))
    return np.stack([np.cos(y) * np.cos(x), np.cos(y) * np.sin(x), np.sin(y)], axis=1)


def _chord(metres: Floats) -> Floats:
    """Give the straight length through the unit sphere of an arc in metres; a hair longer, as sums round."""
    return np.asarray(2 * np.sin(np.minimum(metres / _EARTH_RADIUS_M, np.pi) / 2) * (1 + 1e-12), np.float64)
