# SPDX-License-Identifier: Apache-2.0
"""What the numbered houses of a road tell: where a missing number lies, where two roads cross. Pure."""

from collections.abc import Sequence
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np
import shapely

from tongguan.kernel.geometry import distance_m
from tongguan.places.contracts import HouseOnRoad

#: Two roads whose lines end further apart than this do not meet, in metres.
_MEET_M: Final = 250.0
#: Neighbouring houses further apart than this belong to two stretches of a road, in metres.
_STRETCH_M: Final = 1_500.0
_MOST_BEYOND: Final = 10
#: Neighbours on one side of a road further apart than this say less than those of both sides, in metres.
_NEIGHBOURS_M: Final = 600.0


class Between(NamedTuple):
    """A point between two houses, and how far these are from each other."""

    lon: float
    lat: float
    low: HouseOnRoad
    high: HouseOnRoad
    metres: float


class Crossing(NamedTuple):
    """Where two roads cross; ``exact`` tells that their lines truly meet. ``near`` is a house close by."""

    lon: float
    lat: float
    exact: bool
    near: HouseOnRoad


class Road:
    """A road by its houses, which come in the order of their numbers."""

    def __init__(self, houses: Sequence[HouseOnRoad]) -> None:
        """Take the houses, at least one."""
        self.houses = houses
        self._within: dict[str, Road | None] = {"": self}

    def within(self, division: str) -> "Road | None":
        """Give the part of the road in a division, None when there is none; roads of one name are many."""
        if division not in self._within:
            inside = [h for h in self.houses if h.division.startswith(division)]
            self._within[division] = Road(inside) if inside else None
        return self._within[division]

    @cached_property
    def line(self) -> shapely.Geometry:
        """Give the stretches of the road as lines; a single house is a point."""
        points = np.array([(h.lon, h.lat) for h in self.houses])
        gaps = distance_m(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
        stretches = np.split(points, np.flatnonzero(gaps > _STRETCH_M) + 1)
        parts = [shapely.LineString(s) if len(s) > 1 else shapely.Point(s[0]) for s in stretches]
        return parts[0] if len(parts) == 1 else shapely.union_all(parts)

    def between(self, number: int) -> Between | None:
        """Give the point of a missing number between its neighbours, of its own side when these are near.

        A number at most ten beyond the last house is taken to be at the last. None further out.
        """
        same_side = [h for h in self.houses if h.number % 2 == number % 2]
        for side, most in ((same_side, _NEIGHBOURS_M), (self.houses, np.inf)):
            found = _between(side, number)
            if found is not None and found.metres <= most:
                return found
        last = self.houses[-1]
        if 0 < number - last.number <= _MOST_BEYOND:
            return Between(last.lon, last.lat, last, last, 0.0)
        return None

    def nearest(self, lon: float, lat: float) -> HouseOnRoad:
        """Give the house nearest to a point."""
        metres = distance_m(lon, lat, [h.lon for h in self.houses], [h.lat for h in self.houses])
        return self.houses[int(np.argmin(metres))]


def _between(side: Sequence[HouseOnRoad], number: int) -> Between | None:
    low = next((h for h in reversed(side) if h.number <= number), None)
    high = next((h for h in side if h.number >= number), None)
    if low is None or high is None:
        return None
    share = (number - low.number) / max(1, high.number - low.number)
    metres = float(distance_m(low.lon, low.lat, high.lon, high.lat))
    lon, lat = low.lon + (high.lon - low.lon) * share, low.lat + (high.lat - low.lat) * share
    return Between(lon, lat, low, high, metres)


def crossing(one: Road, other: Road) -> Crossing | None:
    """Give where two roads cross. None when they do not come near.

    A road's line runs through its houses by number. Lines that end just short of each other meet half way.
    """
    met = shapely.intersection(one.line, other.line)
    exact = not met.is_empty
    if exact:
        lon, lat = shapely.get_coordinates(met)[0].tolist()
    else:
        (x1, y1), (x2, y2) = shapely.get_coordinates(shapely.shortest_line(one.line, other.line)).tolist()
        if float(distance_m(x1, y1, x2, y2)) > _MEET_M:
            return None
        lon, lat = (x1 + x2) / 2, (y1 + y2) / 2
    return Crossing(lon, lat, exact, one.nearest(lon, lat))
