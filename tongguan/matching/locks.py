# SPDX-License-Identifier: Apache-2.0
"""Who might tell of the same matter at once must wait for each other.

On PostgreSQL a transaction takes advisory locks before it looks for candidates and keeps them until it
commits, so whoever comes next sees the case. Any two tellings that could be joined share a lock that at
least one of them holds alone:

- both placed, within reach: the midpoint is within half the reach of both, so both hold the coarse cell
  around it alone;
- one not placed, same district (others are never joined by text): that one holds the district alone, a
  placed one holds it shared.

A batch with many cells takes the region's lock alone, which every placed telling holds at least shared.
SQLite lets one writer in at all.
"""

import zlib
from collections import defaultdict
from collections.abc import Iterable
from typing import Final

import h3.api.basic_int as h3

from tongguan.kernel.geometry import cells_within
from tongguan.tables import api as tables

_COARSE, _REGION = 7, 4
_MOST_CELLS: Final = 128
_SPACE: Final = 0x3A7C0000
"""All locks of matching lie in one key space, apart from other rooms' locks."""


def keys_for(placed: Iterable[tuple[int, float, str]], unplaced: Iterable[str]) -> dict[int, bool]:
    """Give the locks by key, and whether each is held alone.

    ``placed``: cell, reach in metres, district; ``unplaced``: districts.
    """
    cells: dict[int, set[int]] = defaultdict(set)
    alone: dict[int, bool] = {}
    for fine, metres, district in set(placed):
        alone.setdefault(_key("district", district), False)
        for cell in {h3.cell_to_parent(c, _COARSE) for c in cells_within(fine, metres / 2)}:
            cells[h3.cell_to_parent(cell, _REGION)].add(cell)
    for district in unplaced:
        alone[_key("district", district)] = True
    many = sum(len(inside) for inside in cells.values()) > _MOST_CELLS
    for region, inside in cells.items():
        key = _key("region", str(region))
        alone[key] = alone.get(key, False) or many
        if not many:
            alone.update((_key("cell", str(cell)), True) for cell in inside)
    return alone


def taking(keys: dict[int, bool]) -> list[tables.Question]:
    """Give what takes the locks for the open transaction, to be asked before what is seen under them."""
    return tables.locking(_SPACE, keys)


def _key(kind: str, name: str) -> int:
    return zlib.crc32(f"{kind}:{name}".encode()) - 2**31
