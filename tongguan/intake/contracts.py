# SPDX-License-Identifier: Apache-2.0
"""Shapes in and out of intake: what is told, what is answered."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tongguan.kernel.errors import Refusal


class ReportState(StrEnum):
    """Where a report stands. The telling itself never changes; only this does."""

    WAITING = "waiting"
    OPENED = "opened"
    QUARANTINED = "quarantined"
    CONSULTED = "consulted"


@dataclass(frozen=True, slots=True)
class ReporterIn:
    """Who tells, as far as they say. Kept sealed, apart from the telling, and never part of a case."""

    name: str = ""
    phone: str = ""
    email: str = ""
    #: The reporter asks to stay secret from the party complained of (F82).
    secret: bool = False


@dataclass(frozen=True, slots=True)
class ReportIn:
    """One telling by one source.

    ``lon``/``lat`` are degrees in ``system`` (WGS84, CGCS2000, GCJ02, BD09). ``external_id`` is the
    source's own number; the same source and number is the same report. ``payload`` is the text as it
    came in, without the reporter's contact.
    """

    source: str
    external_id: str = ""
    title: str = ""
    text: str = ""
    item_code: str = ""
    lon: float | None = None
    lat: float | None = None
    system: str = "WGS84"
    address: str = ""
    division: str = ""
    grid: str = ""
    told_at: datetime | None = None
    reporter: ReporterIn | None = None
    attachments: tuple[UUID, ...] = ()
    payload: str = ""


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
    """The answer to one telling of a batch: a receipt, or the refusal of this one alone."""

    index: int
    receipt: Receipt | None = None
    refusal: Refusal | None = None


@dataclass(frozen=True, slots=True)
class ReportInfo:
    """A report as officials see it: everything but the reporter's contact."""

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


@dataclass(frozen=True, slots=True)
class ProgressLine:
    """One step in a citizen's words."""

    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Progress:
    """What a citizen learns with tracking code and secret: no names, no departments' quarrels."""

    tracking: str
    told_at: datetime
    status: str
    words: str
    case_number: str
    lines: tuple[ProgressLine, ...]
    reply: str = ""
