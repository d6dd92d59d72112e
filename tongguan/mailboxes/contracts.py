# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of mailboxes."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Security(StrEnum):
    """How the connection is kept secret: TLS from the start, or STARTTLS before anything is told."""

    TLS = "tls"
    STARTTLS = "starttls"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxIn:
    """A mailbox to fetch from; its mails are tellings in ``division``."""

    name: str
    host: str
    user: str
    division: str
    port: int = 993
    security: Security = Security.TLS
    folder: str = "INBOX"


@dataclass(frozen=True, slots=True, kw_only=True)
class MailboxInfo:
    """A mailbox as operators see it, without its password. ``error``: why it cannot be fetched since when."""

    name: str
    host: str
    port: int
    security: str
    user: str
    folder: str
    division: str
    active: bool
    fetched: int
    last_uid: int
    last_ok_at: datetime | None
    failing_since: datetime | None
    error: str
