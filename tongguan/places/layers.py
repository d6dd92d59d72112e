# SPDX-License-Identifier: Apache-2.0
"""Polygons in memory: one immutable shapely tree per layer, rebuilt when the layer's stamp moves.

Each process asks for the stamp at most every two seconds and never per lookup; a new index is built
aside and swapped in by one assignment, so readers never wait for a lock and never see half of it.
"""

import threading
import time
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from django.db.models import F, Q
from numpy.typing import NDArray

from tongguan.kernel import clock
from tongguan.kernel.coordinates import Floats
from tongguan.places.labels import GridState
from tongguan.places.models import Division, LayerStamp, UnitGrid

COMMUNITY: Final = "community"
GRID: Final = "grid"
#: How old an index may be before its stamp is asked for again.
FRESH_SECONDS: Final = 2.0
_CHUNK: Final = 50_000


@dataclass(frozen=True)
class PolygonIndex:
    """Polygons in ascending order of code, their tree, and the stamp they were read at."""

    version: int
    codes: NDArray[np.object_]
    polygons: NDArray[np.object_]
    tree: shapely.STRtree

    @classmethod
    def of(cls, version: int, codes: list[str], wkb: list[bytes]) -> "PolygonIndex":
        """Build from parallel lists; polygons are prepared once for fast point tests."""
        order = np.argsort(np.array(codes, dtype=np.str_)) if codes else np.array([], np.intp)
        polygons = shapely.from_wkb(np.array(wkb, dtype=np.object_))[order] if codes else np.array([], object)
        shapely.prepare(polygons)
        # The last entry stands for "in none of them": hit numbers default to it.
        named = np.array([*codes, ""], dtype=np.object_)
        return cls(version, np.append(named[:-1][order], named[-1:]), polygons, shapely.STRtree(polygons))

    def find(self, lons: Floats, lats: Floats) -> NDArray[np.object_]:
        """Give the code of the polygon holding each point, ``""`` for none, the lowest code on a boundary."""
        hits = np.full(lons.size, self.polygons.size, np.intp)
        if self.polygons.size:
            for begin in range(0, lons.size, _CHUNK):
                part = slice(begin, begin + _CHUNK)
                self._find_into(hits[part], lons[part], lats[part])
        return self.codes[hits]

    def _find_into(self, hits: NDArray[np.intp], lons: Floats, lats: Floats) -> None:
        # Boxes first, then the prepared polygon against bare x and y: no geometry is made per test.
        point, polygon = self.tree.query(shapely.points(lons, lats))
        inside = shapely.intersects_xy(self.polygons[polygon], lons[point], lats[point])
        np.minimum.at(hits, point[inside], polygon[inside])


@dataclass
class _Slot:
    index: PolygonIndex | None = None
    checked_at: float = 0.0


_slots: dict[str, _Slot] = {COMMUNITY: _Slot(), GRID: _Slot()}
_building = threading.Lock()


def index_of(layer: str) -> PolygonIndex:
    """Give the layer's current index; built on first use, then followed by its stamp."""
    slot = _slots[layer]
    if slot.index is not None and time.monotonic() - slot.checked_at < FRESH_SECONDS:
        return slot.index
    with _building:
        if slot.index is None or time.monotonic() - slot.checked_at >= FRESH_SECONDS:
            version = _version(layer)
            if slot.index is None or slot.index.version != version:
                slot.index = _read(layer, version)
            slot.checked_at = time.monotonic()
        return slot.index


def touch(*layers: str) -> None:
    """Move the layers' stamps; call it in the transaction that changes polygons."""
    now = clock.now()
    for layer in layers:
        if not LayerStamp.objects.filter(layer=layer).update(version=F("version") + 1, changed_at=now):
            LayerStamp.objects.create(layer=layer, version=1, changed_at=now)


def forget() -> None:
    """Drop the indexes of this process; the next lookup reads the stamps (after own changes, in tests)."""
    for slot in _slots.values():
        slot.index, slot.checked_at = None, 0.0


def _version(layer: str) -> int:
    return LayerStamp.objects.filter(layer=layer).values_list("version", flat=True).first() or 0


def _read(layer: str, version: int) -> PolygonIndex:
    if layer == COMMUNITY:
        rows = Division.objects.filter(level="community", boundary__isnull=False)
    else:
        rows = UnitGrid.objects.filter(Q(boundary__isnull=False), state=GridState.ACTIVE)
    codes: list[str] = []
    wkb: list[bytes] = []
    for code, boundary in rows.values_list("code", "boundary").iterator(chunk_size=5_000):
        codes.append(code)
        wkb.append(bytes(boundary))
    return PolygonIndex.of(version, codes, wkb)
