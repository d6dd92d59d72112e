# SPDX-License-Identifier: Apache-2.0
"""Publishing and numbering: every fact has its place, and nobody can step over a late one."""

import threading
from datetime import timedelta

import pytest

from tongguan.kernel.clock import ManualClock
from tongguan.runtime import outbox, relay
from tongguan.runtime.models import Cursor, DeadLetter, FactRecord
from tongguan.runtime.tests.conftest import together
from tongguan.runtime.tests.ledger.subscribers import BellRang
from tongguan.runtime.transactions import atomic


def ring(*bells: int) -> None:
    with atomic():
        outbox.publish(*(BellRang(bell=bell, division="990101") for bell in bells))


def ring_late() -> None:
    with atomic(), outbox.gathered():
        outbox.publish(BellRang(bell=5))
        raise RuntimeError("late")


def stream(after: int = 0) -> list[tuple[int | None, int]]:
    rows = FactRecord.objects.filter(seq__gt=after).order_by("seq")
    return [(row.seq, row.payload["bell"]) for row in rows]


@pytest.mark.django_db(transaction=True)
def test_publishing_outside_a_transaction_is_refused() -> None:
    with pytest.raises(RuntimeError, match="open transaction"):
        outbox.publish(BellRang(bell=1))
    assert not FactRecord.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_facts_gathered_are_stored_in_order_at_the_end_and_none_of_a_block_that_fails() -> None:
    with atomic(), outbox.gathered():
        for bell in (3, 1, 2):
            outbox.publish(BellRang(bell=bell))
        assert not FactRecord.objects.exists()
    assert [row.payload["bell"] for row in FactRecord.objects.order_by("id")] == [3, 1, 2]
    with pytest.raises(RuntimeError, match="late"):
        ring_late()
    ring(4)
    assert FactRecord.objects.count() == 4


@pytest.mark.django_db
def test_facts_are_numbered_in_order_without_gaps_over_several_rounds() -> None:
    ring(10, 11, 12)
    assert stream() == []
    assert relay.number_facts(limit=2) == 2
    assert relay.number_facts(limit=2) == 1
    assert relay.number_facts() == 0
    ring(13)
    assert relay.number_facts() == 1
    assert stream() == [(1, 10), (2, 11), (3, 12), (4, 13)]
    assert relay.last_seq() == 4


@pytest.mark.django_db
def test_a_rolled_back_change_tells_nothing() -> None:
    with pytest.raises(ZeroDivisionError), atomic():  # noqa: PT012 - the transaction is the point
        outbox.publish(BellRang(bell=1))
        _ = 1 / 0
    assert relay.number_facts() == 0


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_late_commit_comes_after_what_was_already_numbered() -> None:
    published, commit = threading.Event(), threading.Event()

    def late() -> None:
        with atomic():
            outbox.publish(BellRang(bell=1))
            published.set()
            assert commit.wait(240)

    def early() -> None:
        assert published.wait(240)
        ring(2)
        assert relay.number_facts() == 1
        assert stream() == [(1, 2)]
        commit.set()

    together(late, early)
    assert relay.number_facts() == 1
    assert stream(after=1) == [(2, 1)]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_a_follower_misses_nothing_while_writers_and_two_relays_run() -> None:
    writing = threading.Semaphore(0)
    done = threading.Event()
    followed: list[int] = []

    def write(first: int) -> None:
        for bell in range(first, first + 50):
            ring(bell)
        writing.release()

    def number() -> None:
        while not done.is_set():
            relay.number_facts(limit=7)

    def follow() -> None:
        position = 0
        while len(followed) < 200 and not done.wait(0.002):
            for seq, bell in stream(position):
                assert seq == position + 1
                position = seq
                followed.append(bell)

    def finish() -> None:
        for _ in range(4):
            assert writing.acquire(timeout=50)
        while FactRecord.objects.filter(seq=None).exists():
            pass
        done.set()

    writers = [lambda n=n: write(n * 50) for n in range(4)]
    together(*writers, number, number, follow, finish)
    seqs = list(FactRecord.objects.order_by("seq").values_list("seq", flat=True))
    assert seqs == list(range(1, 201))
    assert len(set(followed)) == len(followed)
    assert stream()[: len(followed)] == list(zip(seqs, followed, strict=False))


@pytest.mark.django_db
def test_the_purge_leaves_what_is_unread_young_or_a_dead_letter(time: ManualClock) -> None:
    ring(1, 2, 3, 4)
    relay.number_facts()
    time.advance(days=31)
    ring(5)
    relay.number_facts()
    Cursor.objects.create(name="quick", seq=5)
    Cursor.objects.create(name="slow", seq=3)
    dead = FactRecord.objects.get(seq=2)
    DeadLetter.objects.create(subscriber="slow", fact=dead, error="x", attempts=6, at=time.now())

    assert relay.purge(timedelta(days=30)) == 2
    assert [bell for _, bell in stream()] == [2, 4, 5]
    assert relay.purge(timedelta(days=30)) == 0
