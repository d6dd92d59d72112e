# SPDX-License-Identifier: Apache-2.0
"""Shapes of field work: what a collector's device sends, and what it is answered."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tongguan.intake.contracts import Receipt, ReportIn
from tongguan.kernel.errors import Refusal


class Kind(StrEnum):
    """What an entry is: a patrol report, the answer to a task, photos that come later, a track."""

    REPORT = "report"
    VERIFY = "verify"
    CHECK = "check"
    PHOTOS = "photos"
    TRACK = "track"


class Outcome(StrEnum):
    """What became of an entry. Refused ones are not kept: mended, they may be sent again."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    REFUSED = "refused"
    #: The task was withdrawn, reassigned or done meanwhile: kept for a person to look at.
    CONFLICT = "conflict"
    #: Photos whose report or case is not there yet.
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Point:
    """Where the collector was, WGS-84, and how exactly in metres."""

    at: datetime
    lon: float
    lat: float
    accuracy: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One thing done in the field. ``client_id`` is made by the device and is its name for ever.

    ``told_at`` is the device's time. report: ``report``. verify, check: ``case_id``, ``good`` (真实; 通过),
    ``words``, ``photos``. photos: ``of`` (the entry they belong to), ``photos``. track: ``points``.
    """

    client_id: UUID
    kind: Kind
    told_at: datetime
    report: ReportIn | None = None
    case_id: UUID | None = None
    good: bool = False
    words: str = ""
    of: UUID | None = None
    photos: tuple[UUID, ...] = ()
    points: tuple[Point, ...] = ()


@dataclass(frozen=True, slots=True)
class EntryAnswer:
    """The answer to one entry. ``first``: of a repeated one, what became of it the first time."""

    client_id: UUID
    outcome: Outcome
    refusal: Refusal | None = None
    receipt: Receipt | None = None
    case_id: UUID | None = None
    first: str = ""


@dataclass(frozen=True, slots=True)
class EntryInfo:
    """A kept entry as the centre reviews it. ``late`` are the hours from told to received."""

    id: int
    client_id: UUID
    user_id: int
    user_name: str
    division: str
    kind: str
    outcome: str
    code: str
    why: str
    case_id: UUID | None
    told_at: datetime
    received_at: datetime
    late: float
    body: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Seen:
    """Where a collector was last."""

    user_id: int
    user_name: str
    lon: float
    lat: float
    accuracy: float
    at: datetime
