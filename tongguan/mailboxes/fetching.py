# SPDX-License-Identifier: Apache-2.0
"""Fetching: every mail behind the cursor is handed to the channel ``email``, then the cursor moves.

At least once, and by its Message-ID once only. A mail that breaks its reader three times is passed by with
a line in the audit; it stays in its mailbox, from which nothing is ever deleted.
"""

import logging
from datetime import timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import OperationalError
from django.db.models import F, Q

from tongguan.intake import api as intake
from tongguan.intake.contracts import Parcel
from tongguan.kernel import clock
from tongguan.kernel.errors import Refusal, TooMany, Unavailable
from tongguan.mailboxes import credentials, imap
from tongguan.mailboxes.contracts import Security
from tongguan.mailboxes.models import Mailbox
from tongguan.people.contracts import Actor, Grant, Post, Scope
from tongguan.runtime import audit
from tongguan.vault.contracts import CannotOpen

log = logging.getLogger(__name__)
CHANNEL: Final = "email"
#: In one round, so that a full mailbox does not keep others waiting.
_AT_ONCE: Final = 200
_CLAIM: Final = timedelta(minutes=10)
_TRIES: Final = 3


def fetch(name: str) -> int:
    """Fetch what is new of an active mailbox; give how many mails. Does nothing while another does it."""
    now = clock.now()
    free = Q(claimed_until=None) | Q(claimed_until__lt=now)
    if Mailbox.objects.filter(free, name=name, active=True).update(claimed_until=now + _CLAIM) != 1:
        return 0
    row = Mailbox.objects.get(name=name)
    try:
        with imap.opened(_where(row), _authority()) as folder:
            count = _fetched(row, folder)
    except (*imap.BROKEN, imap.NotAnswered, CannotOpen, Unavailable, TooMany, OperationalError) as error:
        _failed(row, error)
        return 0
    finally:
        Mailbox.objects.filter(pk=row.pk).update(claimed_until=None)
    _worked(row)
    return count


def actor_of(row: Mailbox) -> Actor:
    """Give who tells the mails of a mailbox."""
    scope = Scope((Grant(Post.SYSTEM, row.division, 0, ""),))
    return Actor(None, f"mailbox:{row.pk}", row.name, None, "", scope)


def _fetched(row: Mailbox, folder: imap.Folder) -> int:
    if folder.uidvalidity != row.uidvalidity:
        # The server has numbered anew: read from the beginning, what is known is known by its Message-ID.
        row.uidvalidity, row.last_uid, row.stuck = folder.uidvalidity, 0, 0
        row.save(update_fields=["uidvalidity", "last_uid", "stuck"])
    done = 0
    for uid in folder.after(row.last_uid)[:_AT_ONCE]:
        body = folder.mail(uid)
        if body is not None and not _handed(row, uid, body):
            break
        done += body is not None
        _move(row, uid, 1 if body is not None else 0)
    return done


def _handed(row: Mailbox, uid: int, body: bytes) -> bool:
    """Hand a mail over; False when it shall be tried again. Raises Unavailable, OperationalError."""
    parcel = Parcel(body, "message/rfc822", {}, f"{row.name}-{row.uidvalidity}-{uid}.eml")
    try:
        intake.accept(actor_of(row), CHANNEL, parcel)
    except (Unavailable, TooMany, OperationalError):
        raise
    except Exception as error:
        row.stuck += 1
        Mailbox.objects.filter(pk=row.pk).update(stuck=row.stuck)
        log.exception("mailbox %s: mail %s cannot be taken (%s)", row.name, uid, row.stuck)
        if row.stuck < _TRIES:
            return False
        told = error.zh if isinstance(error, Refusal) else type(error).__name__
        audit.record(actor_of(row), "mailbox.passed_by", f"mailbox:{row.name}", {"uid": uid, "error": told})
    return True


def _move(row: Mailbox, uid: int, count: int) -> None:
    Mailbox.objects.filter(pk=row.pk).update(last_uid=uid, fetched=F("fetched") + count, stuck=0)
    row.last_uid, row.stuck = uid, 0


def _where(row: Mailbox) -> imap.Where:
    return imap.Where(
        row.host, row.port, Security(row.security), row.user, credentials.opened(row), row.folder
    )


def _authority() -> Path | None:
    """Give the city's own certificates for mail servers, where it has any."""
    own = Path(settings.HOME) / "city" / "mail-ca.pem"
    return own if own.is_file() else None


def _failed(row: Mailbox, error: Exception) -> None:
    words = (error.zh if isinstance(error, Refusal) else f"{type(error).__name__}: {error}")[:300]
    if row.failing_since is None:
        log.error("mailbox %s cannot be fetched: %s", row.name, words)
    since = row.failing_since or clock.now()
    Mailbox.objects.filter(pk=row.pk).update(failing_since=since, error=words)


def _worked(row: Mailbox) -> None:
    if row.failing_since is not None:
        log.warning("mailbox %s is fetched again", row.name)
    Mailbox.objects.filter(pk=row.pk).update(failing_since=None, error="", last_ok_at=clock.now())
