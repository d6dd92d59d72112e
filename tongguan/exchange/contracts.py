# SPDX-License-Identifier: Apache-2.0
"""Shapes of the two-way sync with departments' own systems."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from tongguan.kernel.errors import Refusal


class Kind(StrEnum):
    """What a department's system may tell of an order."""

    ACCEPTED = "accepted"
    PROGRESS = "progress"
    DONE = "done"
    RETURNED = "returned"
    EXTENSION = "extension"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewLink:
    """What links a unit, and all below it, or a service for a division, to its own system.

    ``service``: its key in the danger rules (police, fire, ambulance), with the ``division`` whose hand-overs
    it gets and ``contact``: whether it is told the caller's number. Of a unit's, ``items``: prefixes of the
    items it takes, none: all; ``handler``: sign-in name of the person of the unit who stands for the system's
    own staff, since an order is always assigned to somebody. ``mapping``: the declaration of the system's own
    words, see ``mapping.read``.
    """

    code: str
    name: str
    unit: str = ""
    url: str
    service: str = ""
    division: str = ""
    contact: bool = False
    handler: str = ""
    items: tuple[str, ...] = ()
    mapping: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkInfo:
    """A link as read; its secrets are never shown. ``two_secrets_until``: the old one still holds so long.

    Of a service there is no unit, and ``unit_name`` is the service's.
    """

    code: str
    name: str
    unit_id: int | None
    unit_name: str
    service: str
    contact: bool
    division: str
    url: str
    handler_id: int | None
    items: tuple[str, ...]
    mapping: Mapping[str, Any]
    active: bool
    version: int
    two_secrets_until: datetime | None
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkState:
    """How a link is doing: the newest number, what waits, how old the oldest of it is, which cases are stuck.

    ``service``: "" for a unit's. ``refused``: events of its system that were refused and not settled since.
    """

    code: str
    name: str
    service: str
    active: bool
    last_seq: int
    waiting: int
    oldest_at: datetime | None
    stuck: int
    refused: int
    failures: int
    down_since: datetime | None
    open_until: datetime | None
    last_ok_at: datetime | None
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StuckCase:
    """A case whose next event was given up: the later ones wait for somebody to retry or pass it.

    ``case_id``: by which it is retried or passed; of a service's link that of the hand-over.
    """

    case_id: UUID
    case_number: str
    seq: int
    attempts: int
    error: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SentEvent:
    """One event for a department as it was and will be sent; ``body`` is the CloudEvent.

    Of a service's link ``case_id`` and ``order_id`` are the hand-over's.
    """

    seq: int
    id: UUID
    case_id: UUID
    order_id: UUID
    type: str
    at: datetime
    body: str
    sent_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """What became of one event of a department.

    ``done``; ``repeated``: it was done before; ``refused``: with the reason, ``kept`` under this number
    in the list of what could not be read. From a service ``order_id``, ``order_state`` are the hand-over's.
    """

    index: int
    event_id: str
    state: str
    order_id: UUID | None = None
    case_number: str = ""
    case_state: str = ""
    order_state: str = ""
    refusal: Refusal | None = None
    kept: UUID | None = None
