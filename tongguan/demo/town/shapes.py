# SPDX-License-Identifier: Apache-2.0
"""The land of the demo city: river, canals, lakes, parks, minor streets. Drawn from one seed. Pure.

Everything is WGS-84. One degree of longitude is 0.857 of a degree of latitude here; widths are in degrees
of latitude, so that circles are drawn 1/0.857 wider.
"""

from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tongguan.kernel.coordinates import Floats
from tongguan.places.seed import EAST, NORTH, SEED, SOUTH, WEST, draw

SQUEEZE: Final = 0.857
METRE: Final = 1 / 111_000
CORES: Final = ((121.18, 30.985), (121.16, 30.905), (121.31, 30.94))
LAKES: Final = (("映月湖", 121.125, 31.005), ("南浦湖", 121.115, 30.880), ("听涛湖", 121.335, 30.985))
CANALS: Final = (("北塘河", 121.09), ("春申河", 121.215), ("盐仓河", 121.29), ("荷塘河", 121.145))
PARKS: Final = (
    ("钟楼公园", 121.190, 31.002), ("青枫公园", 121.150, 31.040), ("人民公园", 121.172, 30.978),
    ("文昌公园", 121.185, 30.890), ("桂花公园", 121.140, 30.920), ("望海公园", 121.325, 30.920),
    ("银滩公园", 121.350, 30.955), ("柳营森林公园", 121.075, 30.985),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Land:
    """Named waters and parks, and the whole of the water."""

    river: BaseGeometry
    canals: list[tuple[str, BaseGeometry]]
    lakes: list[tuple[str, BaseGeometry]]
    parks: list[tuple[str, BaseGeometry]]
    water: BaseGeometry


def land(outline: BaseGeometry, rng: np.random.Generator) -> Land:
    """Lay an S-shaped river from west to east, canals that flow into it, lakes and parks in the outline."""
    along = np.linspace(WEST - 0.02, EAST + 0.02, 260)
    middle = _river_lat(along)
    river = _band(np.column_stack((along, middle)), 230 * METRE).intersection(outline)
    canals = []
    for n, (name, lon) in enumerate(CANALS):
        end = NORTH if n % 2 == 0 else SOUTH
        lat = np.linspace(float(_river_lat(np.array([lon]))[0]), end, 90)
        bend = 0.004 * np.sin(lat * rng.uniform(60, 120) + rng.uniform(0, 6))
        band = _band(np.column_stack((lon + bend, lat)), 22 * METRE)
        canals.append((name, band.intersection(outline).difference(river)))
    lakes = [(name, _blob(lon, lat, 0.008, rng)) for name, lon, lat in LAKES]
    water = shapely.union_all([river, *(c for _, c in canals), *(c for _, c in lakes)])
    parks = [(name, _blob(lon, lat, 0.0045, rng).difference(water)) for name, lon, lat in PARKS]
    return Land(river, canals, lakes, parks, water)


@cache
def waters(seed: int = SEED) -> BaseGeometry:
    """Give the whole of the water of the city of a seed, as the map shows it."""
    found = land(shapely.union_all(draw(seed).polygons), np.random.default_rng(seed + 7)).water
    shapely.prepare(found)
    return found


def minor_streets(lines: list[Floats], between: int = 3) -> list[Floats]:
    """Give ``between`` quieter streets between each two neighbouring roads of one direction."""
    found = []
    for first, second in pairwise(lines):
        for step in range(1, between + 1):
            part = step / (between + 1)
            found.append((first * (1 - part) + second * part)[::12])
    return found


def _river_lat(lon: Floats) -> Floats:
    return 30.947 + 0.022 * np.sin((lon - 121.0) * 22) + 0.006 * np.sin((lon - 121.0) * 51 + 1)


def _band(line: Floats, half: float) -> BaseGeometry:
    """Give the band around a line, as wide in metres everywhere."""
    flat = shapely.linestrings(line * (SQUEEZE, 1.0))
    return shapely.transform(shapely.buffer(flat, half, quad_segs=2), lambda xy: xy / (SQUEEZE, 1.0))


def _blob(lon: float, lat: float, size: float, rng: np.random.Generator) -> BaseGeometry:
    angle = np.linspace(0, 2 * np.pi, 48, endpoint=False)
    edge = size * (
        1 + 0.22 * np.sin(2 * angle + rng.uniform(0, 6)) + 0.12 * np.sin(5 * angle + rng.uniform(0, 6))
    )
    ring = np.column_stack((lon + edge * np.cos(angle) / SQUEEZE, lat + 0.75 * edge * np.sin(angle)))
    return shapely.polygons(ring)
