# SPDX-License-Identifier: Apache-2.0
"""Reads of mailboxes."""

from tongguan.mailboxes.contracts import MailboxInfo
from tongguan.mailboxes.models import Mailbox
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q

_COLUMNS = tuple(MailboxInfo.__dataclass_fields__)


def mailboxes(actor: Actor) -> list[MailboxInfo]:
    """List the mailboxes of the divisions where the actor is system administrator, by name."""
    rows = Mailbox.objects.order_by("name")
    if actor != PLATFORM:
        rows = rows.filter(division_q(actor.scope, "division", Post.SYSADMIN))
    return [MailboxInfo(**row) for row in rows.values(*_COLUMNS)]


def active() -> list[str]:
    """Give the names of the mailboxes that are fetched."""
    return list(Mailbox.objects.filter(active=True).order_by("name").values_list("name", flat=True))
