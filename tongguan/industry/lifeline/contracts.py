# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes that the lifeline application hands to others."""

from dataclasses import dataclass
from datetime import datetime

from tongguan.industry.lifeline.coupling import Neighbour, Reach
from tongguan.industry.lifeline.network import EdgeRow, Isolation, NodeRow

__all__ = [
    "EdgeRow",
    "FaultInfo",
    "Imported",
    "Isolation",
    "Neighbour",
    "NetworkInfo",
    "NodeRow",
    "Reach",
    "Shape",
    "Traced",
]


@dataclass(frozen=True, slots=True)
class FaultInfo:
    """A row that was not taken: line or feature number, field, why, what stood there."""

    line: int
    field: str
    text: str
    raw: str


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file."""

    network: str
    nodes: int
    edges: int
    length_m: float
    faults: tuple[FaultInfo, ...]


@dataclass(frozen=True, slots=True)
class NetworkInfo:
    """A network of which the asker sees something."""

    code: str
    name: str
    kind: str
    division: str
    crs: str
    nodes: int
    changed_at: datetime


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a network lies in the asker's divisions: nodes, and the edges that touch them.

    ``ends``: nodes beyond, where such edges end. ``whole`` False: there are more edges than were asked for.
    """

    nodes: tuple[NodeRow, ...]
    edges: tuple[EdgeRow, ...]
    ends: tuple[NodeRow, ...]
    whole: bool


@dataclass(frozen=True, slots=True)
class Traced:
    """Nodes a trace met within the asker's divisions, nearest first, and how many lie beyond them."""

    nodes: tuple[str, ...]
    beyond: int
