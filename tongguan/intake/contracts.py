# SPDX-License-Identifier: Apache-2.0
"""Shapes in and out of intake: what is told, what is answered."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tongguan.kernel.errors import Refusal
from tongguan.tellings.contracts import ReporterIn, ReportIn

__all__ = [
    "Answer",
    "Correction",
    "Medium",
    "Parcel",
    "Piece",
    "PublicMatter",
    "Receipt",
    "ReportIn",
    "ReportInfo",
    "ReportState",
    "ReporterIn",
    "ReporterShown",
    "Taken",
    "Teller",
    "TellingInfo",
    "TriageInfo",
    "UnreadInfo",
    "UnreadState",
]


class ReportState(StrEnum):
    """Where a report stands. The telling itself never changes; only this does."""

    WAITING = "waiting"
    OPENED = "opened"
    JOINED = "joined"
    QUARANTINED = "quarantined"
    CONSULTED = "consulted"


@dataclass(frozen=True, slots=True)
class ReporterShown:
    """Who told, shortened (``王**``, ``138****1234``); ``error``: it cannot be opened, and why."""

    name: str
    phone: str
    email: str
    secret: bool
    error: str = ""


@dataclass(frozen=True, slots=True)
class Parcel:
    """What a channel got, byte for byte: the body, its declared type, the headers that matter, a file name.

    Header names are lower-case.
    """

    body: bytes
    content_type: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    name: str = ""


@dataclass(frozen=True, slots=True)
class Medium:
    """A photo, sound or document that came with a telling."""

    name: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Piece:
    """One telling that a decoder found in a parcel, or why this part could not be read.

    ``alone`` is the parcel that holds only this part: what is kept, corrected and read again.
    """

    alone: Parcel
    report: ReportIn | None = None
    fault: Refusal | None = None
    media: tuple[Medium, ...] = ()
    #: In place of a report: what the channel's gate keeps apart until somebody judges it.
    held: Any = None


@dataclass(frozen=True, slots=True)
class Taken:
    """Where a gate keeps what it took; ``repeated``: it was there already."""

    id: UUID
    repeated: bool = False


class UnreadState(StrEnum):
    """Where a part that could not be read stands."""

    KEPT = "kept"
    REPLAYED = "replayed"
    DISMISSED = "dismissed"


@dataclass(frozen=True, slots=True)
class UnreadInfo:
    """A kept part as officials list it; ``times`` it was sent. Its body is opened apart, and audited."""

    id: UUID
    channel: str
    client: str
    content_type: str
    name: str
    size: int
    code: str
    fault: str
    field: str
    state: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class Receipt:
    """The answer to a telling. ``repeated``: it was already known, and this is the first receipt again."""

    report_id: UUID
    tracking: str
    secret: str
    state: str
    received_at: datetime
    repeated: bool = False
    case_id: UUID | None = None
    error: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to one telling of a batch: a receipt, what a gate took, or the refusal of this one alone."""

    index: int
    receipt: Receipt | None = None
    refusal: Refusal | None = None
    #: Under which number what could not be read is kept.
    kept: UUID | None = None
    #: Where the channel's gate keeps it, when it is no report yet.
    taken: Taken | None = None


@dataclass(frozen=True, slots=True)
class Teller:
    """Who told a report, as far as answering them needs it; their contact stays sealed."""

    report_id: UUID
    case_id: UUID
    tracking: str
    has_contact: bool
    has_phone: bool
    user_id: int | None


@dataclass(frozen=True, slots=True)
class ReportInfo:
    """A report as officials see it; ``reporter`` is shortened, and there for reviewers alone."""

    id: UUID
    source: str
    external_id: str
    client: str
    tracking: str
    state: str
    title: str
    text: str
    item_code: str
    lon: float | None
    lat: float | None
    system: str
    address: str
    division: str
    placed: str
    grid: str
    told_at: datetime
    received_at: datetime
    triaged_at: datetime | None
    attachments: tuple[str, ...]
    case_id: UUID | None
    error_code: str
    error: str
    attempts: int
    reporter_secret: bool
    reporter: ReporterShown | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What one report says, as it came, and where: without who told it; ``system`` of the coordinates."""

    id: UUID
    title: str
    text: str
    address: str
    lon: float | None
    lat: float | None
    system: str
    division: str
    reporter_secret: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TellingInfo:
    """Where one report led, without who told it: ``want`` is the kind of request, "" when no word tells."""

    id: UUID
    case_id: UUID | None
    source: str
    want: str
    received_at: datetime
    division: str
    item_code: str
    state: str


@dataclass(frozen=True, slots=True)
class TriageInfo:
    """What one triage of a report decided, how sure (0 to 1), by what, and why in ``lines`` of words."""

    at: datetime
    item_code: str
    item_how: str
    item_confidence: float
    item_sure: bool
    item_shares: tuple[tuple[str, float], ...]
    item_version: str
    place_how: str
    place_confidence: float
    want: str
    want_confidence: float
    danger: float
    reach: str
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Correction:
    """What an official puts right in a quarantined report; None leaves the telling's own value."""

    item_code: str | None = None
    lon: float | None = None
    lat: float | None = None
    system: str | None = None
    address: str | None = None
    division: str | None = None
    grid: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class PublicMatter:
    """A case as everybody may see it. ``text`` is the reader's own telling, "" for everybody else."""

    id: UUID
    number: str
    item_code: str
    open: bool
    words: str
    opened_at: datetime
    changed_at: datetime
    due_at: datetime | None
    lon: float | None
    lat: float | None
    address: str
    unit: str
    text: str = ""
