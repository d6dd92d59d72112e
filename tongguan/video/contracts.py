# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of video: cameras, sightings as they are sent, findings as people judge them, the book."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class FindingState(StrEnum):
    """Where a finding stands: waits for a person, went through by itself, was found right or wrong."""

    WAITING = "waiting"
    PASSED = "passed"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraIn:
    """A camera as it is registered. ``gb_id``: 20 digits of GB/T 28181; ``url``: rtsp, without a password."""

    code: str
    name: str
    division: str
    lon: float
    lat: float
    gb_id: str = ""
    url: str = ""
    unit_id: int | None = None
    active: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class CameraInfo:
    """A camera as it is shown."""

    id: int
    code: str
    name: str
    gb_id: str
    url: str
    lon: float
    lat: float
    division: str
    grid: str
    unit_id: int | None
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SightingIn:
    """One thing that an algorithm saw. ``box`` is x, y, width, height in parts of the picture (0 to 1)."""

    source_id: str
    camera: str
    kind: str
    seen_at: datetime
    score: float
    box: tuple[float, float, float, float] | None = None
    clip: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class FindingInfo:
    """What people judge: one matter before one camera, ``count`` times seen within the window.

    ``words`` tells why it went through by itself, or why it did not.
    """

    id: UUID
    camera_code: str
    camera_name: str
    kind: str
    title: str
    item_code: str
    state: str
    division: str
    lon: float
    lat: float
    seen_at: datetime
    last_at: datetime
    count: int
    score: float
    box: tuple[float, ...]
    clip: str
    picture: UUID | None
    words: str
    reason: str
    note: str
    reviewed_by: str
    reviewed_at: datetime | None
    report_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BookLine:
    """How right one camera was about one kind, by people's judgement; ``lower`` is Wilson's lower bound.

    ``automatic``: further findings go through by themselves. ``words`` says why, or what is missing.
    """

    camera_code: str
    kind: str
    reviewed: int
    right: int
    precision: float
    lower: float
    target: float | None
    least: int
    automatic: bool
    words: str
