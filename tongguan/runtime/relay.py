# SPDX-License-Identifier: Apache-2.0
"""The relay: gives committed facts their places in the stream, and clears away old ones."""

from datetime import timedelta

from django.db import connection
from django.db.models import Max, Min

from tongguan.kernel import clock
from tongguan.runtime import sequences
from tongguan.runtime.models import Cursor, DeadLetter, FactRecord, Sequence
from tongguan.runtime.transactions import atomic

STREAM = "facts"
_PURGED_AT_ONCE = 5000

# Runs on PostgreSQL and on SQLite from 3.33. Rows of still open transactions are not seen, so they
# wait for a later round: that is what makes seq safe to follow.
_NUMBER = """
UPDATE runtime_factrecord SET seq = numbered.seq
FROM (
    SELECT id, %s + row_number() OVER (ORDER BY id) AS seq
    FROM (SELECT id FROM runtime_factrecord WHERE seq IS NULL ORDER BY id LIMIT %s) AS waiting
) AS numbered
WHERE runtime_factrecord.id = numbered.id
"""


def number_facts(limit: int = 2000) -> int:
    """Give up to ``limit`` committed facts their numbers, in one transaction; tell how many there were.

    The counter's row lock makes one relay the leader for that transaction: a second one goes away with 0
    (PostgreSQL) or waits its turn (SQLite), so numbers become visible strictly in their order. Unlike a
    lease by the clock, this holds even when a leader is frozen half way.
    """
    if not FactRecord.objects.filter(seq=None).exists():
        return 0
    with atomic():
        counter = _lead()
        if counter is None:
            return 0
        with connection.cursor() as cursor:
            cursor.execute(_NUMBER, [counter.value, limit])
            count: int = cursor.rowcount
        if count:
            sequences.take(STREAM, count)
    return count


def _lead() -> Sequence | None:
    counters = Sequence.objects.select_for_update(skip_locked=True).filter(key=STREAM)
    counter = counters.first()
    if counter is None and not Sequence.objects.filter(key=STREAM).exists():
        Sequence.objects.bulk_create([Sequence(key=STREAM)], ignore_conflicts=True)
        counter = counters.first()
    return counter


def last_seq() -> int:
    """Give the place of the newest numbered fact, 0 when there is none."""
    return FactRecord.objects.aggregate(last=Max("seq"))["last"] or 0


def purge(keep: timedelta) -> int:
    """Delete facts older than ``keep`` that every subscriber has read; give how many.

    Facts that lie in an unreplayed dead letter stay. A cursor left behind by a subscriber that no longer
    exists holds the purge back: losing facts must be somebody's decision (delete the cursor row).
    """
    before = clock.now() - keep
    DeadLetter.objects.filter(replayed_at__lt=before).delete()
    read = Cursor.objects.aggregate(seq=Min("seq"))["seq"]
    old = FactRecord.objects.filter(at__lt=before, seq__isnull=False)
    if read is not None:
        old = old.filter(seq__lte=read)
    old = old.exclude(id__in=DeadLetter.objects.values("fact_id")).order_by("seq")
    purged = 0
    while ids := list(old.values_list("id", flat=True)[:_PURGED_AT_ONCE]):
        with atomic():
            FactRecord.objects.filter(id__in=ids).delete()
        purged += len(ids)
    return purged
