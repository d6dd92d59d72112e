# SPDX-License-Identifier: Apache-2.0
"""Where a batch of tellings is: by their points, else by the addresses in their words, else as was told."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from tongguan.addresses import queries as addresses
from tongguan.addresses.contracts import Whereabouts
from tongguan.intake.told import Told
from tongguan.kernel.coordinates import to_wgs84
from tongguan.places import queries as places

_DISTRICT: Final = 6
_COMMUNITY: Final = 12
#: How sure a place is of which only a wide division is known: enough to find a unit, not the spot.
_WIDE: Final = 0.8


def place(told: Sequence[Told]) -> None:
    """Fill in point, division and grid of each telling, with how sure and why. Constant number of queries."""
    _by_words([one for one in told if one.lon is None])
    _by_point([one for one in told if one.lon is not None])


def _by_point(told: Sequence[Told]) -> None:
    if not told:
        return
    lons = np.array([one.lon for one in told], dtype=float)
    lats = np.array([one.lat for one in told], dtype=float)
    systems = np.array([one.system for one in told])
    for system in set(systems.tolist()):
        chosen = systems == system
        lons[chosen], lats[chosen] = to_wgs84(lons[chosen], lats[chosen], system)
    found = places.locate(lons, lats)
    for n, one in enumerate(told):
        one.lon, one.lat, one.system = float(lons[n]), float(lats[n]), "WGS84"
        # The point decides; a code that was told is what remains where the map has no polygons.
        if found.community[n]:
            one.division = found.community[n]
            one.place_how = one.place_how if one.place_how in {"address", "person"} else "point"
        one.grid = found.grid[n] or one.grid


def _by_words(told: Sequence[Told]) -> None:
    """Read the address, or else the words, of those without a point."""
    spoken = [one for one in told if one.address.strip() or one.text.strip()]
    texts = [one.address.strip() or one.text for one in spoken]
    for one, where in zip(
        spoken, addresses.locate_texts(texts, [one.division for one in spoken]), strict=True
    ):
        _take(one, where)
    for one in told:
        if one.lon is None and one.division and one.place_how == "division":
            one.place_confidence = 1.0 if len(one.division) == _COMMUNITY else _WIDE


def _take(one: Told, where: Whereabouts) -> None:
    best = where.best
    if best is None and where.division == one.division:
        return
    one.place_words = where.explanation
    one.lines.append(f"地点：{where.explanation}")
    if where.sure and best is not None and best.lon is not None and best.lat is not None:
        one.lon, one.lat, one.system = best.lon, best.lat, "WGS84"
        one.division, one.place_how, one.place_confidence = best.division, "address", best.score
    elif not one.division and len(where.division) >= _DISTRICT:
        one.division, one.place_how, one.place_confidence = where.division, "address", _WIDE
