# SPDX-License-Identifier: Apache-2.0
"""Shapes that go in and out of the cellar."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol
from uuid import UUID

from tongguan.kernel.facts import Fact


class Acting(Protocol):
    """What the cellar needs to know of an actor; ``people.contracts.Actor`` has it."""

    @property
    def key(self) -> str:
        """The stable key that audit rows carry: ``user:12``, ``client:3``, ``system``."""

    @property
    def name(self) -> str:
        """The name officials know."""


@dataclass(frozen=True, slots=True)
class Delivered:
    """One fact as a subscriber gets it: its place in the stream, its row id, when it was published."""

    seq: int
    id: int
    at: datetime
    fact: Fact


@dataclass(frozen=True, slots=True)
class RowFailure:
    """One row that a job could not do, with the reason."""

    row: str
    code: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class JobInfo:
    """A job as its owner sees it, and as its kind gets it. ``failures`` holds at most the first 200."""

    id: UUID
    kind: str
    actor_key: str
    actor_name: str
    params: dict[str, Any]
    state: str
    total: int
    done: int
    failed: int
    result: dict[str, Any] | None
    error: str
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    can_undo: bool = False
    undo_of: UUID | None = None
    failures: tuple[RowFailure, ...] = ()


@dataclass(frozen=True, slots=True)
class FileInfo:
    """A stored attachment. Width and height in pixels, position in WGS-84 degrees as the camera wrote it."""

    id: UUID
    sha256: str
    name: str
    kind: str
    size: int
    width: int | None
    height: int | None
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    purpose: str
    actor_key: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Lookalike:
    """Another kept picture that shows the same: the same bytes (``exact``), or ``bits`` of 64 apart."""

    file: FileInfo
    bits: int
    exact: bool = False


@dataclass(frozen=True, slots=True)
class ChainRow:
    """One row of a hash chain: ``hash`` must be ``chain.link(prev_hash, record)``.

    ``id`` grows in the order of writing; ``no`` counts 1, 2, 3 within the subject.
    """

    id: int
    subject: str
    no: int
    prev_hash: str
    hash: str
    record: dict[str, Any]
