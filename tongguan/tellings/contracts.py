# SPDX-License-Identifier: Apache-2.0
"""What one source tells, as decoders give it."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


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
    #: The case of which the reporter says "me too".
    seconds: UUID | None = None
