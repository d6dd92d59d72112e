# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of what a map shows."""

from dataclasses import dataclass

#: West, south, east, north in degrees of WGS-84.
Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class Spot:
    """One thing at its place. ``mark`` is ``calm``, ``soon`` (due within 2 hours), ``late`` or ``done``."""

    id: str
    lon: float
    lat: float
    title: str
    mark: str


@dataclass(frozen=True, slots=True)
class Cluster:
    """``n`` things around a place, ``late`` of them overdue. ``cell`` is their H3 cell."""

    cell: int
    lon: float
    lat: float
    n: int
    late: int


@dataclass(frozen=True, slots=True)
class Spread:
    """What lies where. ``whole``: this is everything there is, whatever part of the map is looked at.

    Either all single (``spots``) or, where these would be too many, counted by cell (``clusters``).
    """

    spots: tuple[Spot, ...] = ()
    clusters: tuple[Cluster, ...] = ()
    whole: bool = False
