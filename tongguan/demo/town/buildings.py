# SPDX-License-Identifier: Apache-2.0
"""The houses of the demo city: dense and high in the middles of the districts, low outside. Pure."""

from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tongguan.demo.town.shapes import CORES, METRE, SQUEEZE
from tongguan.kernel.coordinates import Floats
from tongguan.places.seed import EAST, NORTH, SOUTH, WEST, Plan

_STEP: Final = 97 * METRE
#: Beyond this distance from every middle (degrees of latitude) there are works and sheds.
_OUTSIDE: Final = 0.045
_USES: Final = ("residential", "commercial", "office", "industrial", "public")


def houses(
    plan: Plan, clear: BaseGeometry, streets: list[Floats], rng: np.random.Generator
) -> list[tuple[BaseGeometry, int, str]]:
    """Give shape, height in metres and use; none in water or parks, on a street or across a grid's border."""
    lons, lats = np.meshgrid(np.arange(WEST, EAST, _STEP / SQUEEZE), np.arange(SOUTH, NORTH, _STEP))
    spots = np.column_stack((lons.ravel(), lats.ravel()))
    spots += rng.uniform(-0.12, 0.12, spots.shape) * _STEP
    gaps = np.min([np.hypot((spots[:, 0] - x) * SQUEEZE, spots[:, 1] - y) for x, y in CORES], axis=0)
    kept = rng.random(len(spots)) < np.clip(1.15 - gaps / 0.058, 0.035, 0.96)
    spots, gaps = spots[kept], gaps[kept]
    wide = rng.uniform(18, 36, len(spots)) * METRE
    deep = rng.uniform(9, 26, len(spots)) * METRE
    turn = rng.normal(0, 0.06, len(spots))
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    x, y = corners[:, 0] * wide[:, None], corners[:, 1] * deep[:, None]
    ring = np.stack(
        (
            spots[:, 0, None] + (x * np.cos(turn)[:, None] - y * np.sin(turn)[:, None]) / SQUEEZE,
            spots[:, 1, None] + x * np.sin(turn)[:, None] + y * np.cos(turn)[:, None],
        ),
        axis=2,
    )
    shapes = shapely.polygons(ring)
    tall = np.clip(rng.lognormal(2.6, 0.5, len(spots)) * (1 + 3.2 * np.exp(-((gaps / 0.016) ** 2))), 4, 320)
    far = gaps > _OUTSIDE
    use = np.where(far, 3, rng.choice(5, len(spots), p=(0.62, 0.16, 0.12, 0.02, 0.08)))
    cells = shapely.STRtree(plan.polygons)
    inside = np.zeros(len(shapes), bool)
    inside[cells.query(shapes, predicate="within")[0]] = True
    blocked = [clear, *(shapely.buffer(shapely.linestrings(line), 13 * METRE) for line in streets)]
    taken = shapely.STRtree(shapes).query(np.array(blocked, dtype=np.object_), predicate="intersects")[1]
    inside[taken] = False
    return [(shapes[i], round(float(tall[i])), _USES[int(use[i])]) for i in np.flatnonzero(inside).tolist()]
