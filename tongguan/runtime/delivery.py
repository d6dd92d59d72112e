# SPDX-License-Identifier: Apache-2.0
"""Delivery: hands numbered facts to the subscribers, each exactly once in its effects."""

import logging
import traceback
from dataclasses import dataclass, field
from datetime import timedelta

from django.db import InterfaceError, OperationalError
from django.db.models import QuerySet

from tongguan.kernel import clock
from tongguan.kernel.facts import from_payload
from tongguan.runtime import backoff, relay
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.models import Cursor, DeadLetter, FactRecord
from tongguan.runtime.subscribers import Subscription, subscriptions
from tongguan.runtime.transactions import atomic

_log = logging.getLogger(__name__)
#: After so many tries of a single fact it becomes a dead letter and the stream goes on.
TRIES = 6
#: A cursor with nothing to read is moved on only when it lags by so many facts.
_LAG = 1000
_LONGEST_ERROR = 4000


@dataclass(slots=True)
class _Round:
    """What one attempt saw, so that its failure can be recorded after the roll-back."""

    start: int = 0
    records: list[FactRecord] = field(default_factory=list)


class Delivery:
    """One thread's rounds over all subscribers. Any number of these may run, in any number of engines."""

    def __init__(self) -> None:
        """Begin with no memory; ``_looked`` only spares needless reading."""
        self._looked: dict[str, int] = {}

    def step(self) -> bool:
        """Give every subscriber its next batch; tell whether there was anything to do."""
        head = relay.last_seq()
        now = clock.now()
        cursors = {cursor.name: cursor for cursor in Cursor.objects.all()}
        worked = False
        for name, subscription in subscriptions.items().items():
            cursor = cursors.get(name)
            if cursor is None:
                Cursor.objects.bulk_create([Cursor(name=name)], ignore_conflicts=True)
                cursor = Cursor(name=name)
            waiting = cursor.retry_at is not None and cursor.retry_at > now
            if not waiting and head > max(cursor.seq, self._looked.get(name, 0)):
                worked |= self._advance(subscription, cursor, head)
        return worked

    def _advance(self, subscription: Subscription, cursor: Cursor, head: int) -> bool:
        wanted = _unread(subscription, cursor.seq, head)
        if not wanted.exists():
            if head - cursor.seq > _LAG:
                Cursor.objects.filter(name=cursor.name, seq=cursor.seq).update(seq=head)
            self._looked[subscription.name] = head
            return False
        return deliver(subscription, head)


def _unread(subscription: Subscription, seq: int, head: int) -> QuerySet[FactRecord]:
    span = FactRecord.objects.filter(seq__gt=seq, seq__lte=head).order_by("seq")
    return span.filter(name__in=subscription.facts) if subscription.facts else span


def deliver(subscription: Subscription, head: int) -> bool:
    """Give one batch up to ``head``: effects and cursor in one transaction. False when another has it."""
    attempt = _Round()
    try:
        with atomic():
            cursor = Cursor.objects.select_for_update(skip_locked=True).filter(name=subscription.name).first()
            if cursor is None or (cursor.retry_at is not None and cursor.retry_at > clock.now()):
                return False
            attempt.start = cursor.seq
            size = 1 if cursor.seq < cursor.careful_until else subscription.batch
            attempt.records = list(_unread(subscription, cursor.seq, head)[:size])
            if attempt.records:
                subscription.react([_delivered(record) for record in attempt.records])
            full = len(attempt.records) == size
            cursor.seq = (attempt.records[-1].seq or 0) if full else max(head, cursor.seq)
            cursor.attempts, cursor.retry_at, cursor.error = 0, None, ""
            cursor.save()
    except (OperationalError, InterfaceError) as error:
        # The database, not the fact: wait and try again for as long as it takes.
        _postpone(subscription.name, attempt, error)
    except Exception as error:  # noqa: BLE001 - whatever a subscriber raises is recorded with its fact
        _refuse(subscription.name, attempt, error)
    return True


def _delivered(record: FactRecord) -> Delivered:
    return Delivered(record.seq or 0, record.id, record.at, from_payload(record.name, record.payload))


def _postpone(name: str, attempt: _Round, error: Exception) -> None:
    retry_at = clock.now() + timedelta(seconds=2)
    text = _text(error)
    changed = Cursor.objects.filter(name=name, seq=attempt.start).exclude(error=text)
    if changed.update(retry_at=retry_at, error=text):
        _log.warning("subscriber %s waits for the database: %s", name, error)
    else:
        Cursor.objects.filter(name=name, seq=attempt.start).update(retry_at=retry_at)


def _refuse(name: str, attempt: _Round, error: Exception) -> None:
    """Record a failure: a batch is next given fact by fact, a single fact waits or becomes a dead letter."""
    with atomic():
        cursor = Cursor.objects.select_for_update().get(name=name)
        if cursor.seq != attempt.start or not attempt.records:
            return
        first = attempt.records[0]
        if len(attempt.records) > 1:
            cursor.careful_until = attempt.records[-1].seq or 0
            cursor.save()
            return
        cursor.attempts += 1
        cursor.error = _text(error)
        if cursor.attempts == 1:
            _log.error("subscriber %s cannot take fact %s (%s): %s", name, first.seq, first.name, error)
        if cursor.attempts < TRIES:
            cursor.retry_at = clock.now() + backoff.wait(cursor.attempts)
        else:
            _log.error("subscriber %s: fact %s is now a dead letter", name, first.seq)
            DeadLetter.objects.create(
                subscriber=name, fact=first, error=cursor.error, attempts=cursor.attempts, at=clock.now()
            )
            cursor.seq = first.seq or 0
            cursor.attempts, cursor.retry_at, cursor.error = 0, None, ""
        cursor.save()


def _text(error: Exception) -> str:
    return "".join(traceback.format_exception(error))[-_LONGEST_ERROR:].replace("\x00", "")


def redeliver(letter: DeadLetter) -> None:
    """Give a dead letter to its subscriber again, in the caller's transaction. Raises what it raises."""
    subscriptions.get(letter.subscriber).react([_delivered(letter.fact)])
