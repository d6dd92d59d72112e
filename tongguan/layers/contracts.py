# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of layers."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class FaultInfo:
    """A feature that was not taken: its number in the file, the field that is wrong, and why."""

    number: int
    field: str
    code: str
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What an import did: features taken, and those that were not."""

    layer_id: int
    name: str
    taken: int
    faults: tuple[FaultInfo, ...]


@dataclass(frozen=True, slots=True)
class LayerInfo:
    """A layer and how many of its features the asker sees."""

    id: int
    name: str
    colour: str
    crs: str
    changed_at: datetime
    features: int


@dataclass(frozen=True, slots=True)
class FeatureInfo:
    """A feature: what is told of it and its shape as GeoJSON in WGS-84."""

    number: int
    title: str
    told: dict[str, Any]
    geometry: dict[str, Any]
