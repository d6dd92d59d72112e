# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes that places hands to others."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple


@dataclass(frozen=True, slots=True)
class DivisionInfo:
    """A division: code of 2, 4, 6, 9 or 12 digits, own name, level word, parent's code."""

    code: str
    name: str
    level: str
    parent: str
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class Located:
    """Per point the community (12 digits) and unit grid (15 digits) that hold it; ``""`` when none does."""

    community: list[str]
    grid: list[str]


@dataclass(frozen=True, slots=True)
class DutyGridInfo:
    """A duty grid and the ids of its people by role (``grid_head``, ``collector``, ``handler`` …)."""

    id: int
    code: str
    name: str
    division: str
    people: dict[str, tuple[int, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PlaceInfo:
    """A named place of the gazetteer; lon and lat in WGS-84 or both None."""

    id: int
    kind: str
    name: str
    division: str
    grid: str
    lon: float | None
    lat: float | None


@dataclass(frozen=True, slots=True)
class NamedPlace:
    """A place whose name or alias ends with a name; ``before`` is what stands in front, ``""`` when whole."""

    place: PlaceInfo
    before: str


class HouseOnRoad(NamedTuple):
    """A standard address with a point, by its number on a road."""

    number: int
    lon: float
    lat: float
    name: str
    division: str


@dataclass(frozen=True, slots=True)
class RowFault:
    """One thing wrong in one row of an imported file. ``fatal`` faults stop the import, others are told."""

    line: int
    field: str
    code: str
    zh: str
    fatal: bool = True


@dataclass(slots=True)
class ImportReport:
    """What an import did, or would do: counts and every fault with its line."""

    rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    dry_run: bool = False
    faults: list[RowFault] = field(default_factory=list)

    @property
    def failed(self) -> bool:
        """Tell whether a fault forbids the import."""
        return any(fault.fatal for fault in self.faults)

    def summary(self) -> dict[str, Any]:
        """Give the counts as plain values."""
        return {
            "rows": self.rows,
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "faults": len(self.faults),
            "dry_run": self.dry_run,
        }
