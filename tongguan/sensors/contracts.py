# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes that sensors hands to others."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from tongguan.sensors.labels import Origin

__all__ = ["Declaration", "Declared", "Import", "Listed", "Origin", "Place", "Refusing", "Stream"]


@dataclass(frozen=True, slots=True)
class Stream:
    """A datastream as gates need it: its number, keys, unit (UCUM), whose it is and whether it is in use."""

    id: int
    key: str
    thing: str
    observed: str
    unit: str
    division: str
    active: bool = True


@dataclass(frozen=True, slots=True)
class Place:
    """Where the readings of a stream come from; lon and lat None where nobody told it."""

    stream: int
    name: str
    thing_id: int
    thing: str
    thing_name: str
    kind: str
    division: str
    lon: float | None
    lat: float | None
    observed: str
    observed_name: str
    unit: str
    component: str
    element: str
    owner_unit_id: int | None


@dataclass(frozen=True, slots=True)
class Listed:
    """A stream as people look it up; limits in its unit, ``every`` in seconds, None: not declared."""

    id: int
    key: str
    name: str
    unit: str
    low: float | None
    high: float | None
    every: float | None
    division: str
    active: bool
    thing: str
    thing_name: str
    kind: str
    lon: float | None
    lat: float | None
    sensor: str
    sensor_name: str
    model: str
    maker: str
    observed: str
    observed_name: str


@dataclass(frozen=True, slots=True, eq=False)
class Declared:
    """What streams in use declare of their readings: arrays of one length, ascending by number.

    ``low``, ``high``: in the stream's own unit; ``every``: seconds; ``rate``: largest plausible change per
    second; ``tolerance``: the instrument's own, in the stream's unit; ``still``: seconds
    after which an unchanged value is doubtful. NaN where nothing is declared.
    """

    number: NDArray[np.int64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]
    every: NDArray[np.float64]
    rate: NDArray[np.float64]
    tolerance: NDArray[np.float64]
    still: NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Refusing:
    """Why a row was not taken: its place, the field, a stable code, words, the row as told."""

    place: int
    field: str
    code: str
    zh: str
    raw: str = ""


@dataclass(frozen=True, slots=True)
class Declaration:
    """One row of an import, texts as told under the names of ``sensors.columns``; ``place`` is its line."""

    place: int
    values: dict[str, str]


@dataclass(slots=True)
class Import:
    """What an import did; ``refusals`` holds the first 1,000, the table of refused rows all of them."""

    rows: int = 0
    things: int = 0
    streams: int = 0
    created: int = 0
    updated: int = 0
    refused: int = 0
    refusals: list[Refusing] = field(default_factory=list)
