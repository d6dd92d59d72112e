# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes that things hands to others."""

from dataclasses import dataclass

from tongguan.things.labels import ComponentState

__all__ = ["ComponentInfo", "ComponentState", "Near", "Spot"]


@dataclass(frozen=True, slots=True)
class ComponentInfo:
    """A component; lon and lat in WGS-84, unit ids None when the platform has no such unit."""

    code: str
    class_code: str
    name: str
    division: str
    grid: str
    lon: float
    lat: float
    state: str
    supervising_name: str
    supervising_unit_id: int | None
    owner_name: str
    owner_unit_id: int | None
    maintainer_name: str
    maintaining_unit_id: int | None


@dataclass(frozen=True, slots=True)
class Near:
    """A component and its distance in metres from the point asked for."""

    component: ComponentInfo
    metres: float


@dataclass(frozen=True, slots=True)
class Spot:
    """A place around which components of exactly one class are sought, within so many metres."""

    class_code: str
    lon: float
    lat: float
    within_m: float
