# SPDX-License-Identifier: Apache-2.0
"""Places of the demo city where something may happen: on its roads, not in its waters."""

import numpy as np
import shapely

from tongguan.demo.town.shapes import waters
from tongguan.places import queries as places
from tongguan.places.seed import road_points


def spots(rng: np.random.Generator, wanted: int) -> list[tuple[float, float, str, str]]:
    """Give points on roads on land, with their divisions and the roads' names."""
    known = [(lon, lat, name) for name, line in road_points().items() for lon, lat in line]
    lons, lats = (np.array([one[k] for one in known], np.float64) for k in (0, 1))
    found = places.locate(lons, lats)
    land = ~shapely.contains_xy(waters(), lons, lats) & (np.array(found.community) != "")
    chosen = rng.choice(np.flatnonzero(land), wanted, replace=False)
    return [(float(lons[n]), float(lats[n]), str(found.community[n]), known[n][2]) for n in chosen]
