# SPDX-License-Identifier: Apache-2.0
"""What the numbered houses of a road tell: where a missing number lies, where two roads cross. Pure."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely

from tongguan.kernel.geometry import distance_m
from tongguan.places.contracts import HouseOnRoad, PlaceInfo

#: Two roads whose nearest houses are further apart than this do not meet, in metres.
_MEET_M: Final = 250.0
#: Neighbouring houses further apart than this belong to two stretches of a road, in metres.
_STRETCH_M: Final = 1_500.0
_MOST_BEYOND: Final = 10
#: Neighbours on one side of a road further apart than this say less than those of both sides, in metres.
_NEIGHBOURS_M: Final = 600.0


def between(houses: Sequence[HouseOnRoad], number: int) -> tuple[float, float, PlaceInfo, PlaceInfo] | None:
    """Give the point of a missing number between its neighbours (of its own side of the road, if it has two).

    A number at most ten beyond the last house is taken to be at the last. None when it lies outside, or the
    road has no two houses.
    """
    same_side = [h for h in houses if h.number % 2 == number % 2]
    for side, most in ((same_side, _NEIGHBOURS_M), (houses, np.inf)):
        low = max((h for h in side if h.number <= number), key=lambda h: h.number, default=None)
        high = min((h for h in side if h.number >= number), key=lambda h: h.number, default=None)
        if low is not None and high is not None and float(distance_m(*_point(low), *_point(high))) <= most:
            return (*_share(low, high, number), low.place, high.place)
    last = max(houses, key=lambda h: h.number, default=None)
    if last is not None and 0 < number - last.number <= _MOST_BEYOND:
        return (*_point(last), last.place, last.place)
    return None


def _share(low: HouseOnRoad, high: HouseOnRoad, number: int) -> tuple[float, float]:
    share = (number - low.number) / max(1, high.number - low.number)
    (x1, y1), (x2, y2) = _point(low), _point(high)
    return x1 + (x2 - x1) * share, y1 + (y2 - y1) * share


def _point(house: HouseOnRoad) -> tuple[float, float]:
    return house.place.lon or 0.0, house.place.lat or 0.0


def crossing(
    one: Sequence[HouseOnRoad], other: Sequence[HouseOnRoad]
) -> tuple[float, float, bool, PlaceInfo] | None:
    """Give where two roads cross: lon, lat, whether their lines truly meet, the house nearest to it.

    A road's line runs through its houses by number. Lines that end just short of each other meet half way
    between their nearest houses. None when they do not come near.
    """
    lines = (_line(one), _line(other))
    met = shapely.intersection(*lines)
    if not met.is_empty:
        point = met if met.geom_type == "Point" else shapely.get_point(shapely.extract_unique_points(met), 0)
        point = shapely.centroid(point if point is not None else met)
        return float(point.x), float(point.y), True, _nearest(one, point.x, point.y)
    near = shapely.shortest_line(*lines)
    if near is None or near.is_empty:
        return None
    (x1, y1), (x2, y2) = shapely.get_coordinates(near)
    if float(distance_m(x1, y1, x2, y2)) > _MEET_M:
        return None
    lon, lat = (x1 + x2) / 2, (y1 + y2) / 2
    return float(lon), float(lat), False, _nearest(one, lon, lat)


def _line(houses: Sequence[HouseOnRoad]) -> shapely.Geometry:
    """Give the stretches of a road as lines; a single house is a point."""
    points = np.array([_point(h) for h in sorted(houses, key=lambda h: (h.number, h.place.id))])
    if len(points) == 1:
        return shapely.Point(points[0])
    gaps = distance_m(points[:-1, 0], points[:-1, 1], points[1:, 0], points[1:, 1])
    stretches = np.split(points, np.flatnonzero(gaps > _STRETCH_M) + 1)
    parts = [shapely.LineString(s) if len(s) > 1 else shapely.Point(s[0]) for s in stretches]
    return shapely.union_all(parts)


def _nearest(houses: Sequence[HouseOnRoad], lon: float, lat: float) -> PlaceInfo:
    metres = distance_m(
        lon, lat, np.array([_point(h)[0] for h in houses]), np.array([_point(h)[1] for h in houses])
    )
    return houses[int(np.argmin(metres))].place
