# SPDX-License-Identifier: Apache-2.0
"""Shapes in and out of matching: what is compared, what was decided and why."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Told:
    """One telling as matching sees it: WGS-84 degrees, codes, and no contact.

    ``person``: any lasting key of who tells, "" when not known; the same person twice is a reminder.
    ``pictures``: 64-bit perceptual hashes of its photos, unsigned.
    """

    report_id: UUID
    title: str
    text: str
    told_at: datetime
    division: str
    item_code: str = ""
    lon: float | None = None
    lat: float | None = None
    person: str = ""
    pictures: tuple[int, ...] = ()


class Voice(StrEnum):
    """What a telling adds to its matter."""

    FIRST = "first"
    FURTHER = "further"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Alike:
    """A case that may be the same matter, with the score and why."""

    case_id: UUID
    report_id: UUID
    score: float
    words: str


@dataclass(frozen=True, slots=True)
class Beside:
    """A telling of the same batch that may be the same matter; its case is known when it is recorded."""

    report_id: UUID
    score: float
    words: str


@dataclass(frozen=True, slots=True)
class Trace:
    """What ``record`` keeps of a telling so that later ones are compared with it."""

    told: Told
    print: bytes
    keys: tuple[int, ...]
    names: tuple[str, ...]
    cell: int | None


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one telling.

    ``zone`` join: it belongs to ``case_id``, or when that is None to the case that the telling ``leader``
    opens. suggest, new and again: it opens its own case; with suggest a person should look at
    ``suggestions``, and at ``beside`` (of the same batch).
    ``again``: the closed case after which it was told, perhaps falsely closed; ``matter``:
    what the telling belongs to where that is known already. ``people``: how many
    have told of the matter, this one with them; ``crowd``: many (群诉). ``unites``: matters that this
    telling shows to be one. ``recorded``: it was decided before, and this is that decision again.
    """

    report_id: UUID
    zone: str
    case_id: UUID | None
    leader: UUID
    score: float
    words: str
    voice: Voice
    people: int
    crowd: bool
    strategy: str
    parts: Mapping[str, float]
    compared_with: UUID | None = None
    suggestions: tuple[Alike, ...] = ()
    beside: tuple[Beside, ...] = ()
    again: UUID | None = None
    matter: UUID | None = None
    unites: tuple[UUID, ...] = ()
    trace: Trace | None = None
    recorded: bool = False


@dataclass(frozen=True, slots=True)
class DecisionInfo:
    """A stored decision as officials read it. ``again``: the closed case after which it was told."""

    report_id: UUID
    case_id: UUID
    zone: str
    score: float
    words: str
    voice: str
    strategy: str
    parts: Mapping[str, float]
    compared_with: UUID | None
    again: UUID | None
    at: datetime
    overruled_at: datetime | None
    overruled_by: str
    reason: str


@dataclass(frozen=True, slots=True)
class HotInfo:
    """A hot matter with its evidence; ``evidence`` names its latest tellings (report, case)."""

    id: UUID
    name: str
    division: str
    place: str
    heat: float
    people: int
    tellings: int
    busiest: int
    first_at: datetime
    last_at: datetime
    words: str
    evidence: tuple[tuple[UUID, UUID], ...]
