# SPDX-License-Identifier: Apache-2.0
"""Delivery of messages: claims what is due, sends in threads, records what became of it.

The database is only ever used by the calling thread; threads only talk to neighbours. A lane whose
neighbour hangs keeps its own thread waiting and nothing else: the next round goes on without it.
"""

import logging
import time
import traceback
from collections.abc import Iterable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID, uuid4

from django.db.models import Exists, F, OuterRef, Q

from tongguan.kernel import circuit, clock
from tongguan.kernel.aside import aside
from tongguan.kernel.rounds import Rounds
from tongguan.messaging import credentials, spi
from tongguan.messaging.contracts import Channel, MessageState
from tongguan.messaging.facts import MessageGivenUp
from tongguan.messaging.models import Lane, Message, WebhookTarget
from tongguan.messaging.spi import Envelope, Fate, Result
from tongguan.people import queries as people
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic
from tongguan.vault.contracts import CannotOpen

_log = logging.getLogger(__name__)
#: Lanes of one channel that may be busy at once (webhook targets; the other channels are one lane).
LANES_AT_ONCE: Final = 8
MIN_LEASE: Final = timedelta(seconds=60)
_LANES_CHECKED_EVERY: Final = 30.0
_LONGEST_ERROR: Final = 2000


@dataclass(slots=True)
class _Run:
    """One batch on its way."""

    lane: str
    channel: str
    claim: UUID
    rows: list[Message]
    future: "Future[list[Result]]"
    abandon_at: float


class Deliverer(Rounds[str, _Run]):
    """One engine's rounds of delivery. Any number may run, in any number of engines."""

    def __init__(self) -> None:
        """Begin with no threads and nothing on its way."""
        super().__init__()
        self._lanes_checked = float("-inf")

    def _know_lanes(self) -> None:
        """Make sure that every channel and every target has its lane row."""
        if time.monotonic() - self._lanes_checked < _LANES_CHECKED_EVERY:
            return
        self._lanes_checked = time.monotonic()
        wanted = {channel for channel in spi.senders.items() if channel != Channel.WEBHOOK}
        wanted |= {webhook_lane(code) for code in WebhookTarget.objects.values_list("code", flat=True)}
        missing = wanted - set(Lane.objects.values_list("lane", flat=True))
        Lane.objects.bulk_create([Lane(lane=lane) for lane in missing], ignore_conflicts=True)

    def _start_due(self) -> None:
        self._know_lanes()
        now = clock.now()
        due = Message.objects.filter(lane=OuterRef("lane"), due_at__lte=now)
        ready = (
            Lane.objects.filter(Q(open_until=None) | Q(open_until__lte=now))
            .filter(Exists(due))
            .exclude(lane__in=self._running)
            .order_by("last_ok_at", "lane")
        )
        for lane in ready:
            self._start(lane, now)

    def _start(self, lane: Lane, now: datetime) -> None:
        channel = lane.lane.partition(":")[0]
        busy = sum(run.channel == channel for run in self._running.values())
        if channel not in spi.senders or busy >= LANES_AT_ONCE:
            return
        target = None
        if channel == Channel.WEBHOOK:
            target = WebhookTarget.objects.filter(code=lane.lane.partition(":")[2], active=True).first()
            if target is None:
                return
        sender = spi.senders.get(channel)
        lease = max(MIN_LEASE, timedelta(seconds=3 * sender.deadline))
        claim = uuid4()
        rows = _claim(lane.lane, circuit.share(lane.failures, sender.batch), claim, now, lease)
        if not rows:
            return
        try:
            work = partial(_sent, sender, _envelopes(rows, target))
        except CannotOpen as refusal:
            # The lane waits like one whose neighbour is down: with the key back it goes on by itself.
            work = partial(_unsent, refusal.zh, len(rows))
        future = aside(f"send {lane.lane}", work)
        abandon_at = time.monotonic() + lease.total_seconds()
        self._running[lane.lane] = _Run(lane.lane, channel, claim, rows, future, abandon_at)

    def _collect(self) -> int:
        count = 0
        for run in list(self._running.values()):
            if run.future.done():
                del self._running[run.lane]
                record(run.lane, run.claim, run.rows, run.future.result())
                count += len(run.rows)
            elif time.monotonic() > run.abandon_at:
                del self._running[run.lane]
                _log.error("lane %s: the sender did not return within its lease", run.lane)
                results = _unsent("发送未在期限内返回 (did not return)", len(run.rows))
                record(run.lane, run.claim, run.rows, results)
        return count


def webhook_lane(code: str) -> str:
    """Give the lane of a webhook target."""
    return f"{Channel.WEBHOOK.value}:{code}"


def _claim(lane: str, limit: int, claim: UUID, now: datetime, lease: timedelta) -> list[Message]:
    """Take due messages: PostgreSQL passes over locked rows, SQLite lets one writer in at a time."""
    with atomic():
        due = Message.objects.filter(lane=lane, due_at__lte=now).order_by("due_at", "id")
        rows = list(due.select_for_update(skip_locked=True)[:limit])
        Message.objects.filter(pk__in=[row.pk for row in rows]).update(
            claim=claim, due_at=now + lease, attempts=F("attempts") + 1
        )
    for row in rows:
        row.attempts += 1
    return rows


def _envelopes(rows: Iterable[Message], target: WebhookTarget | None) -> list[Envelope]:
    rows = list(rows)
    users = people.users({row.to_user_id for row in rows if row.to_user_id is not None})
    secret = credentials.opened(target) if target else ""
    envelopes = []
    for row in rows:
        address = row.to_address
        scheme = address.partition(":")[0]
        if scheme in spi.addressees:
            address = spi.addressees.get(scheme)(address, row.channel)
        user = users.get(row.to_user_id) if row.to_user_id is not None else None
        if user is not None:
            address = user.email if row.channel == Channel.MAIL else user.phone
        envelopes.append(
            Envelope(
                id=row.pk,
                key=row.key,
                address=address,
                subject=row.subject,
                body=row.body,
                created_at=row.created_at,
                url=target.url if target else "",
                secret=secret,
            )
        )
    return envelopes


def _sent(sender: spi.Sender, envelopes: list[Envelope]) -> list[Result]:
    """Send (in a thread). A sender that raises is a failure of its first message, not of the engine."""
    try:
        results = sender.send(envelopes)
        if len(results) == len(envelopes):
            return results
        error = f"{type(sender).__name__} gave {len(results)} results for {len(envelopes)} messages"
    except Exception:  # noqa: BLE001 - recorded with the message and its lane
        error = traceback.format_exc()[-_LONGEST_ERROR:]
    return _unsent(error, len(envelopes))


def _unsent(error: str, count: int) -> list[Result]:
    return [Result(Fate.FAILED, error=error), *[Result(Fate.UNTRIED)] * (count - 1)]


def record(lane: str, claim: UUID, rows: list[Message], results: list[Result]) -> None:
    """Write the fates of a batch and of its lane in one transaction.

    Rows whose claim has run out and was taken by another engine are left to that engine.
    """
    now = clock.now()
    fates = {row.pk: result for row, result in zip(rows, results, strict=True)}
    with atomic():
        held = list(Message.objects.select_for_update().filter(pk__in=fates, claim=claim).order_by("pk"))
        rest = _record_lane(lane, results, now)
        dead = [row for row in held if _settle(row, fates[row.pk], now, rest)]
        fields = ["state", "attempts", "due_at", "claim", "error", "receipt", "sent_at"]
        Message.objects.bulk_update(held, fields, batch_size=200)
        if dead:
            outbox.publish(
                *(
                    MessageGivenUp(
                        message_id=row.pk, channel=row.channel, case_id=row.case_id, division=row.division
                    )
                    for row in dead
                )
            )


def _settle(row: Message, result: Result, now: datetime, rest: timedelta | None) -> bool:
    """Put a result into its row; tell whether the message was given up."""
    row.claim = None
    row.error = result.error.replace("\x00", "")[:_LONGEST_ERROR]
    if result.fate is Fate.SENT:
        row.state, row.due_at, row.sent_at = MessageState.SENT, None, now
        row.receipt = result.receipt[:200]
    elif result.fate is Fate.UNTRIED:
        row.attempts -= 1
        row.due_at = now + (rest or timedelta(0))
    elif result.fate is Fate.REFUSED or row.attempts >= circuit.MAX_ATTEMPTS:
        row.state, row.due_at = MessageState.DEAD, None
        return True
    else:
        row.due_at = now + circuit.pause(row.attempts, row.pk, result.retry_after)
    return False


def _record_lane(name: str, results: list[Result], now: datetime) -> timedelta | None:
    """Count failures and successes of the lane; log its failure once and its recovery once."""
    lane = Lane.objects.select_for_update().filter(pk=name).first()
    if lane is None:
        return None
    failed = next((result for result in results if result.fate is Fate.FAILED), None)
    well = any(result.fate in {Fate.SENT, Fate.REFUSED} for result in results)
    rest = None
    if well:
        if lane.down_since is not None:
            _log.warning("lane %s works again after %s", name, now - lane.down_since)
        lane.failures, lane.open_until, lane.down_since, lane.error = 0, None, None, ""
        lane.last_ok_at = now
    elif failed is not None:
        lane.failures += 1
        lane.error = failed.error.replace("\x00", "")[:_LONGEST_ERROR]
        rest = circuit.rest(lane.failures)
        if rest is not None:
            lane.open_until = now + rest
            if lane.down_since is None:
                lane.down_since = now
                _log.error("lane %s is down: %s", name, lane.error)
    lane.save()
    return rest
