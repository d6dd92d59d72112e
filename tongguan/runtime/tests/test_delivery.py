# SPDX-License-Identifier: Apache-2.0
"""Delivery: effects exactly once, a poisonous fact set aside, the stream going on."""

import pytest

from tongguan.kernel.clock import ManualClock
from tongguan.kernel.errors import Conflict, NotFound
from tongguan.kernel.registry import Registry
from tongguan.runtime import api, outbox, queries, relay, sequences
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.delivery import TRIES, Delivery
from tongguan.runtime.models import AuditEntry, Cursor, DeadLetter, FactRecord, Sequence
from tongguan.runtime.subscribers import subscribe
from tongguan.runtime.testing import Person, settle
from tongguan.runtime.tests.conftest import together
from tongguan.runtime.tests.ledger.subscribers import BellRang
from tongguan.runtime.transactions import atomic


class BellBroke(BellRang, frozen=True, kw_only=True):
    """Another fact."""


def ring(*bells: int) -> None:
    with atomic():
        outbox.publish(*(BellRang(bell=bell) for bell in bells))
    relay.number_facts()


def counted() -> dict[str, int]:
    return dict(Sequence.objects.exclude(key=relay.STREAM).values_list("key", "value"))


class Counter:
    """A subscriber that counts bells, and cannot bear some of them."""

    def __init__(self) -> None:
        self.batches: list[list[int]] = []
        self.poison: set[int] = set()
        subscribe(BellRang, name="counter", batch=10)(self.react)

    def react(self, batch: list[Delivered]) -> None:
        self.batches.append([item.fact.bell for item in batch])
        for item in batch:
            sequences.take(f"bell:{item.fact.bell}")
            if item.fact.bell in self.poison:
                message = f"cannot bear bell {item.fact.bell}"
                raise ValueError(message)


@pytest.fixture
def counter(only_mine: Registry[object]) -> Counter:
    return Counter()


@pytest.mark.django_db
def test_a_subscriber_gets_its_facts_in_order_in_batches_and_once(counter: Counter) -> None:
    ring(*range(25))
    with atomic():
        outbox.publish(BellBroke(bell=99))
    settle()
    settle()
    assert counter.batches == [list(range(10)), list(range(10, 20)), list(range(20, 25))]
    assert counted() == {f"bell:{n}": 1 for n in range(25)}
    assert Cursor.objects.get(name="counter").seq == 26


@pytest.mark.django_db
def test_a_failure_takes_effects_and_cursor_back_together(counter: Counter, time: ManualClock) -> None:
    counter.poison = {2}
    ring(1, 2, 3)
    Delivery().step()
    assert counter.batches == [[1, 2, 3]]
    assert counted() == {}
    assert Cursor.objects.get(name="counter").seq == 0


@pytest.mark.django_db
def test_a_poisonous_fact_waits_longer_each_time_then_the_stream_goes_on(
    counter: Counter, time: ManualClock
) -> None:
    counter.poison = {2}
    ring(1, 2, 3)
    settle()
    assert counted() == {"bell:1": 1}
    waits = []
    for _ in range(TRIES - 1):
        cursor = Cursor.objects.get(name="counter")
        assert cursor.retry_at is not None
        waits.append((cursor.retry_at - time.now()).total_seconds())
        tries = len(counter.batches)
        settle()
        assert len(counter.batches) == tries
        time.move_to(cursor.retry_at)
        settle()
    assert waits == [1, 2, 4, 8, 16]
    assert counted() == {"bell:1": 1, "bell:3": 1}
    (letter,) = queries.dead_letters()
    assert (letter.subscriber, letter.fact, letter.seq, letter.attempts) == ("counter", "BellRang", 2, TRIES)
    assert "cannot bear bell 2" in letter.error
    assert Cursor.objects.get(name="counter").error == ""


@pytest.mark.django_db
def test_a_dead_letter_is_replayed_once_when_the_cause_is_gone(
    counter: Counter, time: ManualClock, dispatcher: Person
) -> None:
    counter.poison = {2}
    ring(2)
    for _ in range(TRIES):
        settle()
        time.advance(minutes=5)
    (letter,) = queries.dead_letters()

    with pytest.raises(Conflict) as refusal:
        api.replay_dead_letter(dispatcher, letter.id)
    assert refusal.value.code == "dead_letter.fails_again"
    assert counted() == {}
    assert not AuditEntry.objects.exists()

    counter.poison = set()
    api.replay_dead_letter(dispatcher, letter.id)
    assert counted() == {"bell:2": 1}
    assert queries.dead_letters() == []
    assert AuditEntry.objects.get().verb == "dead_letter.replay"
    with pytest.raises(NotFound):
        api.replay_dead_letter(dispatcher, letter.id)
    assert counted() == {"bell:2": 1}


@pytest.mark.django_db
def test_a_fact_that_cannot_be_read_becomes_a_dead_letter_too(counter: Counter, time: ManualClock) -> None:
    ring(1, 2)
    FactRecord.objects.filter(seq=1).update(payload={"bell": "not a number"})
    for _ in range(TRIES + 1):
        settle()
        time.advance(minutes=5)
    assert counted() == {"bell:2": 1}
    assert DeadLetter.objects.get().fact.seq == 1


@pytest.mark.django_db
def test_one_subscriber_in_trouble_does_not_hold_up_another(counter: Counter, time: ManualClock) -> None:
    heard: list[int] = []
    subscribe(BellRang, name="other")(lambda batch: heard.extend(item.fact.bell for item in batch))
    counter.poison = {1}
    ring(1, 2)
    settle()
    assert heard == [1, 2]
    assert counted() == {}


@pytest.mark.django_db
def test_a_cursor_with_nothing_to_read_moves_on_seldom(counter: Counter) -> None:
    with atomic():
        outbox.publish(*(BellBroke(bell=n) for n in range(1001)))
    settle()
    assert Cursor.objects.get(name="counter").seq == 1001
    with atomic():
        outbox.publish(BellBroke(bell=0))
    settle()
    assert Cursor.objects.get(name="counter").seq == 1001
    assert counter.batches == []


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_four_deliveries_at_once_double_and_lose_nothing(counter: Counter) -> None:
    ring(*range(200))

    def work() -> None:
        delivery = Delivery()
        while Cursor.objects.filter(name="counter", seq=200).count() == 0:
            delivery.step()

    together(work, work, work, work)
    assert counted() == {f"bell:{n}": 1 for n in range(200)}
    assert sorted(n for batch in counter.batches for n in batch) == list(range(200))


@pytest.mark.django_db
def test_numbers_are_given_back_when_their_transaction_fails() -> None:
    with atomic():
        assert sequences.take("case:990101:2026", 3) == range(1, 4)
    with pytest.raises(ZeroDivisionError), atomic():  # noqa: PT012 - the transaction is the point
        sequences.take("case:990101:2026")
        _ = 1 / 0
    with atomic():
        assert sequences.take("case:990101:2026") == range(4, 5)
        assert sequences.take("case:990102:2026") == range(1, 2)


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_takers_at_once_never_get_the_same_number() -> None:
    taken: list[int] = []

    def work() -> None:
        for _ in range(25):
            with atomic():
                taken.extend(sequences.take("race", 2))

    together(work, work, work, work)
    assert sorted(taken) == list(range(1, 201))
    assert Sequence.objects.get(key="race").value == 200
