# SPDX-License-Identifier: Apache-2.0
"""Storms: alarms of one cause, found by nearness in space (or along a network) and time. Pure.

Nearness is chained: whoever is near a member belongs to the group. Therefore the groups of a set of alarms
do not depend on the order in which they were raised.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tongguan.kernel.geometry import distance_m

_SLICE: Final = 512


@dataclass(frozen=True, slots=True)
class Spot:
    """An alarm as grouping sees it: where, when (ms), of which family; ``acted``: people dealt with it."""

    key: str
    family: str
    at: int
    lon: float | None
    lat: float | None
    acted: bool


def near_by_metres(spots: Sequence[Spot], metres: float, span: int) -> list[tuple[int, int]]:
    """Give the pairs of one family that lie within ``metres`` and ``span`` milliseconds of each other."""
    placed = [i for i, one in enumerate(spots) if one.lon is not None and one.lat is not None]
    if len(placed) < 2:  # noqa: PLR2004 - a pair
        return []
    lon = np.array([spots[i].lon for i in placed], np.float64)
    lat = np.array([spots[i].lat for i in placed], np.float64)
    family = np.unique([spots[i].family for i in placed], return_inverse=True)[1]
    at = np.array([spots[i].at for i in placed], np.int64)
    pairs: list[tuple[int, int]] = []
    for start in range(0, len(placed), _SLICE):
        rows = slice(start, start + _SLICE)
        near = distance_m(lon[rows, None], lat[rows, None], lon[None], lat[None]) <= metres
        near &= family[rows, None] == family[None]
        near &= np.abs(at[rows, None] - at[None]) <= span
        first, second = np.nonzero(near)
        first += start
        for a, b in zip(first[first < second].tolist(), second[first < second].tolist(), strict=True):
            pairs.append((placed[a], placed[b]))
    return pairs


def within(spots: Sequence[Spot], pairs: Iterable[tuple[int, int]], span: int) -> list[tuple[int, int]]:
    """Give those pairs that a network calls linked and that are of one family and near in time."""
    return [
        (a, b)
        for a, b in pairs
        if spots[a].family == spots[b].family and abs(spots[a].at - spots[b].at) <= span
    ]


def heads(spots: Sequence[Spot], pairs: Sequence[tuple[int, int]]) -> list[int]:
    """Give for each alarm the place of the one that stands for its group.

    It is the first that people dealt with, so that nobody's work is hidden below another; else the first.
    """
    if not spots:
        return []
    first = np.array([a for a, _ in pairs], np.int64)
    second = np.array([b for _, b in pairs], np.int64)
    graph = coo_array((np.ones(len(pairs), np.int8), (first, second)), shape=(len(spots), len(spots)))
    groups: list[int] = connected_components(graph, directed=False)[1].tolist()
    best: dict[int, int] = {}
    for place, group in enumerate(groups):
        known = best.get(group)
        if known is None or _rank(spots[place]) < _rank(spots[known]):
            best[group] = place
    return [best[group] for group in groups]


def _rank(spot: Spot) -> tuple[bool, int, str]:
    return (not spot.acted, spot.at, spot.key)
