# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of warnings."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class DistributionInfo:
    """The EDXL-DE envelope of a warning; ``target``: circle, polygon, country … of its area as told."""

    identifier: str
    sender: str
    sent: datetime
    status: str
    kind: str
    confidentiality: str
    target: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceivedInfo:
    """A warning of another system; ``state``: active, replaced, ended or expired."""

    id: UUID
    sender: str
    identifier: str
    sent: datetime
    status: str
    msg_type: str
    grade: int
    event: str
    signal: str
    headline: str
    words: str
    place: str
    division: str
    onset: datetime | None
    expires: datetime | None
    received_at: datetime
    report_id: UUID | None
    state: str
    distribution: DistributionInfo | None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnreadableInfo:
    """What came as CAP and could not be read: which element, why, how often."""

    id: UUID
    client: str
    field: str
    fault: str
    times: int
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedInfo:
    """A CAP message that went out."""

    alarm_id: UUID
    identifier: str
    msg_type: str
    sent: datetime
    title: str
    body: str
