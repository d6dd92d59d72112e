# SPDX-License-Identifier: Apache-2.0
"""Counting by H3 cell for a zoom. Pure: numbers in, clusters out.

An H3 number holds, from its 19th bit on, three bits for every step down from its base cell; a cell of
resolution 10 shifted right by ``shift_of(r)`` is the same number for all cells below one of resolution r.
"""

import math
from collections.abc import Iterable, Sequence
from typing import Final

import h3.api.basic_int as h3

from tongguan.kernel.geometry import RESOLUTION
from tongguan.maps.contracts import Box, Cluster

COARSEST: Final = 3
#: Mean edge of a hexagon in metres by resolution (h3geo.org, table of cell statistics).
EDGE_M: Final = (1281256, 483057, 182513, 68979, 26072, 9854, 3725, 1406, 531, 201, 76)
#: A hexagon this many pixels across holds one mark with its number.
_PIXELS: Final = 40
_ACROSS: Final = math.sqrt(3)
#: Metres of one pixel at zoom 0 on the equator, with tiles of 512 pixels.
_METRES_PER_PIXEL: Final = 78271.517
_BITS, _LEVELS = 3, 15
_LEVEL_AT: Final = 52
_UNUSED: Final = 7


def resolution_for(zoom: float, lat: float) -> int:
    """Give the finest resolution (3–10) whose cells are wide enough on the screen to hold a mark."""
    pixel = _METRES_PER_PIXEL * math.cos(math.radians(lat)) / 2**zoom
    wide = [r for r in range(COARSEST, RESOLUTION + 1) if EDGE_M[r] * _ACROSS >= _PIXELS * pixel]
    return max(wide, default=COARSEST)


def shift_of(resolution: int) -> int:
    """Give by how many bits a stored cell is shifted to become its ancestor's key."""
    return _BITS * (_LEVELS - resolution)


def cell_of_key(key: int, resolution: int) -> int:
    """Give the H3 cell of a shifted number."""
    shift = shift_of(resolution)
    unused = (1 << shift) - 1
    return ((key << shift) | unused) & ~(15 << _LEVEL_AT) | (resolution << _LEVEL_AT)


def gathered(counted: Iterable[Sequence[int]], finer: int, coarser: int) -> list[Cluster]:
    """Gather rows (key at ``finer``, n, late) into clusters at ``coarser``, each in the middle of its own.

    The numbers of the clusters add up to the numbers of the rows. Ordered by cell.
    """
    sums: dict[int, list[float]] = {}
    for key, n, late in counted:
        cell = cell_of_key(key, finer)
        lat, lon = h3.cell_to_latlng(cell)
        found = sums.setdefault(int(h3.cell_to_parent(cell, coarser)), [0.0, 0.0, 0, 0])
        found[0] += lon * n
        found[1] += lat * n
        found[2] += n
        found[3] += late
    return [
        Cluster(cell, round(x / n, 6), round(y / n, 6), int(n), int(late))
        for cell, (x, y, n, late) in sorted(sums.items())
    ]


def within(clusters: Iterable[Cluster], box: Box | None) -> tuple[Cluster, ...]:
    """Leave out clusters that lie outside the box; west and south edges belong to it, the others do not."""
    if box is None:
        return tuple(clusters)
    west, south, east, north = box
    return tuple(c for c in clusters if west <= c.lon < east and south <= c.lat < north)
