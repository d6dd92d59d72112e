# SPDX-License-Identifier: Apache-2.0
"""Sending to departments: the events of one case strictly in order, cases beside each other.

The database is only used by the calling thread; threads only talk to departments. An event counts as
received when it was answered with 2xx; until then the later ones of its case wait. When the department's
system as a whole is in trouble, one case at a time is tried and nothing is given up for it.
"""

import logging
import traceback
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Q

from tongguan.exchange import credentials, handing, systems
from tongguan.exchange.models import CaseQueue, Link, OutgoingEvent
from tongguan.handover import api as handovers
from tongguan.kernel import circuit, clock
from tongguan.kernel.aside import aside
from tongguan.kernel.rounds import Rounds
from tongguan.messaging import spi
from tongguan.messaging.spi import Envelope, Fate, Result
from tongguan.runtime.transactions import atomic
from tongguan.vault.contracts import CannotOpen

_log = logging.getLogger(__name__)
#: Cases of one link that may be on their way at once, and of all links.
CASES_AT_ONCE: Final = 4
THREADS: Final = 16
EVENTS: Final = 20
LEASE: Final = timedelta(seconds=60)
#: Answers about the system, not about this event: it does not know us, is busy, or is not there.
_OUT_OF_SERVICE: Final = frozenset({0, 401, 403, 404, 408, 429, 502, 503, 504})
_LONGEST_ERROR: Final = 2000


@dataclass(slots=True)
class _Run:
    """Some events of one case on their way."""

    queue: CaseQueue
    claim: UUID
    events: Sequence[tuple[int, UUID]]
    future: "Future[list[Result]]"


class Sender(Rounds[int, _Run]):
    """One engine's rounds of sending. Any number may run, in any number of engines."""

    def __init__(self, lease: timedelta = LEASE) -> None:
        """``lease``: after so long another takes over what this one holds; above the sender's deadline."""
        super().__init__()
        self._lease = lease

    def _start_due(self) -> None:
        now = clock.now()
        ready = Link.objects.filter(Q(open_until=None) | Q(open_until__lte=now), active=True)
        for link in ready.order_by("id"):
            busy = sum(run.queue.link_id == link.pk for run in self._running.values())
            free = min(circuit.share(link.failures, CASES_AT_ONCE) - busy, THREADS - len(self._running))
            if free > 0:
                self._start(link, free, now)

    def _start(self, link: Link, free: int, now: datetime) -> None:
        claim = uuid4()
        with atomic():
            due = CaseQueue.objects.filter(link=link, due_at__lte=now).order_by("due_at", "id")
            queues = list(due.select_for_update(skip_locked=True)[:free])
            CaseQueue.objects.filter(pk__in=[q.pk for q in queues]).update(
                claim=claim, due_at=now + self._lease
            )
        for queue in queues:
            rows = list(
                OutgoingEvent.objects.filter(link=link, case_id=queue.case_id, seq__gt=queue.sent_seq)
                .order_by("seq")
                .only("id", "seq", "type", "body", "report_id", "at")[:EVENTS]
            )
            try:
                work = partial(_sent, _envelopes(link, rows, credentials.opened(link, now)))
            except CannotOpen as refusal:
                # The link waits like one whose system is down: with the key back it goes on by itself.
                work = partial(_unsent, refusal.zh, len(rows))
            future = aside(f"department {link.code}", work)
            self._running[queue.pk] = _Run(queue, claim, [(row.seq, row.pk) for row in rows], future)

    def _collect(self) -> int:
        count = 0
        for run in list(self._running.values()):
            if run.future.done():
                del self._running[run.queue.pk]
                record(run.queue, run.claim, run.events, run.future.result())
                count += 1
        return count


def _envelopes(link: Link, rows: Sequence[OutgoingEvent], secret: str) -> list[Envelope]:
    return [
        Envelope(
            id=row.pk,
            key=str(row.seq),
            address=link.code,
            subject=row.type,
            body=handing.body_of(link, row),
            created_at=row.at,
            url=link.url,
            secret=secret,
        )
        for row in rows
    ]


def _sent(envelopes: list[Envelope]) -> list[Result]:
    """Send in a thread, in order, up to the first that does not arrive."""
    if not envelopes:
        return []
    try:
        return spi.senders.get("webhook").send(envelopes)
    except Exception:  # noqa: BLE001 - recorded with the queue and its link
        return _unsent(traceback.format_exc()[-_LONGEST_ERROR:], len(envelopes))


def _unsent(error: str, count: int) -> list[Result]:
    return [Result(Fate.FAILED, error=error), *[Result(Fate.UNTRIED)] * (count - 1)][:count]


def record(
    queue: CaseQueue, claim: UUID, sent: Sequence[tuple[int, UUID]], results: Sequence[Result]
) -> None:
    """Write how far a case's events came and how its link is doing, in one transaction.

    A queue that was claimed anew or set back meanwhile is left as it is: its events are sent again.
    """
    now = clock.now()
    arrived = [pair for pair, result in zip(sent, results, strict=True) if result.fate is Fate.SENT]
    failed = next((result for result in results if result.fate in {Fate.FAILED, Fate.REFUSED}), None)
    with atomic():
        rest = _record_link(queue.link_id, failed, now, well=bool(arrived))
        row = CaseQueue.objects.select_for_update().filter(pk=queue.pk, claim=claim).first()
        if row is None:
            return
        fresh = OutgoingEvent.objects.filter(pk__in=[pk for _, pk in arrived], sent_at=None)
        opened = list(fresh.filter(type=handing.OPENED).select_related("link"))
        fresh.update(sent_at=now)
        for event in opened:
            handovers.system_took(systems.actor_of(event.link), event.order_id)
        if arrived:
            row.sent_seq, row.attempts, row.error = arrived[-1][0], 0, ""
        row.claim = None
        _settle(row, failed, now, rest)
        row.save()


def _settle(row: CaseQueue, failed: Result | None, now: datetime, rest: timedelta | None) -> None:
    """Say when the next event of a case is tried, or that it is given up."""
    later = OutgoingEvent.objects.filter(link_id=row.link_id, case_id=row.case_id, seq__gt=row.sent_seq)
    upcoming = later.order_by("seq").values_list("pk", flat=True).first()
    if upcoming is None:
        row.due_at = None
    elif failed is None:
        row.due_at = now
    else:
        row.error = failed.error.replace("\x00", "")[:_LONGEST_ERROR]
        counted = failed.fate is Fate.REFUSED or failed.status not in _OUT_OF_SERVICE
        row.attempts += counted
        row.stuck = failed.fate is Fate.REFUSED or row.attempts >= circuit.MAX_ATTEMPTS
        pause = circuit.pause(max(1, row.attempts), upcoming, failed.retry_after)
        row.due_at = None if row.stuck else now + max(pause, rest or timedelta(0))


def _record_link(link_id: int, failed: Result | None, now: datetime, *, well: bool) -> timedelta | None:
    """Count failures in a row; log that a system is down once, and its recovery once."""
    link = Link.objects.select_for_update().filter(pk=link_id).first()
    if link is None:
        return None
    rest = None
    if well or (failed is not None and failed.fate is Fate.REFUSED):
        if link.down_since is not None:
            _log.warning("the system of %s works again after %s", link.code, now - link.down_since)
        link.failures, link.open_until, link.down_since, link.error = 0, None, None, ""
        link.last_ok_at = now
    elif failed is not None:
        link.failures += 1
        link.error = failed.error.replace("\x00", "")[:_LONGEST_ERROR]
        rest = circuit.rest(link.failures)
        if rest is not None:
            link.open_until = now + rest
            if link.down_since is None:
                link.down_since = now
                _log.error("the system of %s is down: %s", link.code, link.error)
    link.save(update_fields=["failures", "open_until", "down_since", "error", "last_ok_at"])
    return rest
