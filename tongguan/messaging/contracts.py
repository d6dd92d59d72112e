# SPDX-License-Identifier: Apache-2.0
"""Shapes of messages: what is to be told to whom, and what became of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Channel(StrEnum):
    """The channels that are always there; others may be registered."""

    INBOX = "inbox"
    MAIL = "mail"
    SMS = "sms"
    WEBHOOK = "webhook"


class MessageState(StrEnum):
    """Waiting for its turn, sent, or given up with the error kept."""

    WAITING = "waiting"
    SENT = "sent"
    DEAD = "dead"


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """One thing to tell one recipient by one channel.

    Give ``to_user`` (their address is looked up when sending) or ``to_address`` (e-mail address, phone
    number, code of a webhook target). Give ``template`` with ``params``, or ``subject`` and ``body``.
    ``key`` makes it once only: the same key to the same recipient by the same channel is one message,
    however often it is asked for. ``link`` is a path within the platform.
    """

    key: str
    channel: str = Channel.INBOX
    to_user: int | None = None
    to_address: str = ""
    template: str = ""
    params: Mapping[str, Any] = field(default_factory=dict)
    subject: str = ""
    body: str = ""
    language: str = "zh"
    case_id: UUID | None = None
    division: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class InboxLine:
    """One message in a person's inbox."""

    id: UUID
    subject: str
    body: str
    link: str
    case_id: UUID | None
    at: datetime
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class MessageInfo:
    """A message as operators see it; addresses are shortened to what helps to recognise them."""

    id: UUID
    channel: str
    lane: str
    recipient: str
    subject: str
    case_id: UUID | None
    division: str
    state: MessageState
    attempts: int
    due_at: datetime | None
    error: str
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class NewTarget:
    """What makes a webhook target: where to push which facts (``*``: all) of which division prefix."""

    code: str
    name: str
    url: str
    division: str = ""
    facts: tuple[str, ...] = ("*",)


@dataclass(frozen=True, slots=True)
class TargetInfo:
    """A webhook target as read; its secret is never shown."""

    code: str
    name: str
    url: str
    division: str
    active: bool
    facts: tuple[str, ...]
    created_at: datetime
    created_by: str


@dataclass(frozen=True, slots=True)
class LaneInfo:
    """How a lane (a channel, or one webhook target) is doing. ``open_until``: it is left alone so long."""

    lane: str
    waiting: int
    dead: int
    failures: int
    down_since: datetime | None
    open_until: datetime | None
    error: str
    last_ok_at: datetime | None


@dataclass(frozen=True, slots=True)
class FanOutInfo:
    """How far the copying of facts to a message bus has come."""

    name: str
    seq: int
    lag: int
    failing_since: datetime | None
    error: str
