# SPDX-License-Identifier: Apache-2.0
"""Delivery: what is due is sent; troubles wait, are told once, and end as dead letters."""

import logging
import threading
from datetime import timedelta

import pytest

from tongguan.kernel import circuit
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.messaging import api, jobs, queries, spi
from tongguan.messaging.contracts import MessageState, Notice
from tongguan.messaging.deliver import Deliverer, record
from tongguan.messaging.models import Lane, Message
from tongguan.messaging.spi import Fate, Result
from tongguan.messaging.testing import ScriptedSender
from tongguan.runtime.testing import audited, published
from tongguan.runtime.transactions import atomic

FAILED = Result(Fate.FAILED, error="no route")
PATIENT = 5.0


def mails(count, division="990101"):
    with atomic():
        api.notify(
            [
                Notice(
                    key=f"m{n}",
                    channel="mail",
                    to_address=f"p{n}@example.com",
                    subject="甲",
                    division=division,
                )
                for n in range(count)
            ]
        )


@pytest.fixture
def mail():
    with spi.senders.temporarily("mail", ScriptedSender()) as sender:
        yield sender


def states():
    return sorted(Message.objects.values_list("state", flat=True))


def test_what_is_due_is_sent_once(db, time, mail, deliverer):
    mails(120)
    assert deliverer.round(PATIENT) == 120
    assert deliverer.round(PATIENT) == 0
    assert sorted(mail.keys()) == sorted(f"m{n}" for n in range(120))
    assert set(Message.objects.values_list("state", "due_at", "claim", "attempts", "sent_at")) == {
        ("sent", None, None, 1, time.now())
    }


def test_the_address_is_looked_up_when_sending(cast, mail, deliverer):
    with atomic():
        api.notify([Notice(key="k", channel="mail", to_user=cast.handler.id, subject="甲")])
    user = cast.user("handler")
    user.email = "moved@example.com"
    user.save()
    deliverer.round(PATIENT)
    assert [envelope.address for envelope in mail.seen] == ["moved@example.com"]


def test_a_failed_message_waits_longer_each_time_and_is_then_given_up(db, time, mail, deliverer):
    mail.script = lambda _: FAILED
    mails(1)
    waits = []
    for _ in range(circuit.MAX_ATTEMPTS):
        deliverer.round(PATIENT)
        row = Message.objects.get()
        lane = Lane.objects.get(lane="mail")
        waits.append((row.due_at - time.now()).total_seconds() if row.due_at else None)
        time.move_to(max(filter(None, [row.due_at, lane.open_until, time.now()])))
    assert waits[-1] is None
    for n, wait in enumerate(waits[:-1]):
        assert 0.8 * min(3600, 10 * 2**n) <= wait <= 1.2 * min(3600, 10 * 2**n)
    assert (row.state, row.attempts, row.error, row.claim) == ("dead", 12, "no route", None)
    assert deliverer.round(PATIENT) == 0
    assert len(mail.seen) == 12
    assert len(published("MessageGivenUp")) == 1


def test_a_refused_message_is_given_up_at_once_and_the_lane_is_well(db, mail, deliverer):
    mail.script = lambda e: Result(Fate.REFUSED, error="550") if e.key == "m1" else Result(Fate.SENT)
    mails(3)
    deliverer.round(PATIENT)
    assert states() == ["dead", "sent", "sent"]
    assert Lane.objects.get(lane="mail").failures == 0


def test_a_lane_that_is_down_is_left_alone_and_told_of_once(db, time, mail, deliverer, caplog):
    caplog.set_level(logging.WARNING)
    down = [True]

    def script(_envelope):
        return FAILED if down[0] else Result(Fate.SENT)

    mail.script = script
    mail.batch = 1
    mails(20)
    for _ in range(30):
        deliverer.round(PATIENT)
        time.advance(seconds=1)
    lane = Lane.objects.get(lane="mail")
    tried = len(mail.seen)
    assert tried < 10
    assert lane.down_since is not None
    assert [r.message for r in caplog.records] == ["lane mail is down: no route"]
    down[0] = False
    for _ in range(20):
        time.advance(minutes=5)
        deliverer.round(PATIENT)
    assert states() == ["sent"] * 20
    assert len(caplog.records) == 2
    assert caplog.records[1].message.startswith("lane mail works again after ")
    lane.refresh_from_db()
    assert (lane.failures, lane.down_since, lane.open_until, lane.error) == (0, None, None, "")


def test_untried_messages_keep_their_attempts(db, time, mail, deliverer):
    class Breaking(ScriptedSender):
        def send(self, envelopes):
            self.seen += envelopes
            return [FAILED] + [Result(Fate.UNTRIED)] * (len(envelopes) - 1)

    with spi.senders.temporarily("mail", Breaking(batch=50)):
        mails(10)
        deliverer.round(0)
        deliverer.close()
    attempts = sorted(Message.objects.values_list("attempts", flat=True))
    assert sum(attempts) <= 10
    assert all(state == "waiting" for state in states())


def test_a_sender_that_raises_is_a_failure_with_its_traceback(db, mail, deliverer):
    mail.script = lambda _: 1 / 0
    mails(2)
    deliverer.round(0)
    deliverer.close()
    errors = Message.objects.exclude(error="").values_list("error", flat=True)
    assert all("ZeroDivisionError" in error for error in errors)
    assert len(errors) >= 1


def test_a_hanging_neighbour_delays_no_other_lane(db, mail, deliverer):
    released = threading.Event()

    class Hanging(ScriptedSender):
        def send(self, envelopes):
            released.wait(240)
            return super().send(envelopes)

    with spi.senders.temporarily("sms", Hanging()) as stuck:
        with atomic():
            api.notify([Notice(key="s", channel="sms", to_address="13900000001", body="甲")])
        mails(30)
        while Message.objects.filter(channel="mail", state="sent").count() < 30:
            deliverer.round(0.05)
        mails_later = Message.objects.filter(channel="sms").get()
        assert (mails_later.state, stuck.seen) == ("waiting", [])
        released.set()
        deliverer.close()
        mails_later.refresh_from_db()
        assert mails_later.state == "sent"


def test_what_a_killed_engine_held_is_sent_after_its_lease(db, time, mail):
    """At least once: the first engine died after sending, before recording."""
    mails(3)
    killed = Deliverer()
    killed._know_lanes()
    killed._start_due()
    killed._running["mail"].future.result()
    survivor = Deliverer()
    assert survivor.round(PATIENT) == 0
    time.advance(seconds=61)
    assert survivor.round(PATIENT) == 3
    assert sorted(mail.keys()) == ["m0", "m0", "m1", "m1", "m2", "m2"]
    ids = [envelope.id for envelope in mail.seen]
    assert ids[:3] == ids[3:], "a receiver can tell that it is the same message"
    run = killed._running["mail"]
    record("mail", run.claim, run.rows, [FAILED] * 3)
    assert states() == ["sent"] * 3, "the late word of the dead engine changes nothing"
    survivor.close()
    killed.close()


def test_dead_letters_are_seen_and_replayed_by_the_divisions_administrator(cast, time, mail, deliverer):
    mail.script = lambda _: Result(Fate.REFUSED, error="550 no such user")
    mails(2)
    deliverer.round(PATIENT)
    assert queries.dead_letters(cast.dispatcher) == []
    letters = queries.dead_letters(cast.sysadmin)
    assert [(one.recipient, one.error, one.state) for one in letters] == [
        ("p***@example.com", "550 no such user", MessageState.DEAD)
    ] * 2
    with pytest.raises(Forbidden):
        api.replay(cast.duty_chief, [letters[0].id])
    mail.script = lambda _: Result(Fate.SENT)
    assert api.replay(cast.sysadmin, [letters[0].id]) == 1
    with pytest.raises(NotFound):
        api.replay(cast.sysadmin, [letters[0].id])
    deliverer.round(PATIENT)
    assert states() == ["dead", "sent"]
    assert api.replay_lane(cast.sysadmin, "mail") == 1
    deliverer.round(PATIENT)
    assert states() == ["sent", "sent"]
    assert len(audited("messaging.replay")) == 2


def test_operators_see_how_lanes_are_doing(cast, time, mail, deliverer):
    mail.script = lambda e: Result(Fate.REFUSED) if e.key == "m0" else FAILED
    mails(2)
    deliverer.round(PATIENT)
    lanes = {lane.lane: lane for lane in queries.lanes(cast.sysadmin)}
    assert (lanes["mail"].waiting, lanes["mail"].dead) == (1, 1)
    assert queries.lanes(cast.leader) == []


def test_sent_messages_are_cleared_away_after_half_a_year_dead_ones_stay(db, time, mail, deliverer):
    mail.script = lambda e: Result(Fate.REFUSED if e.key == "m0" else Fate.SENT)
    mails(3)
    deliverer.round(PATIENT)
    time.advance(days=179)
    assert jobs.purge() == 0
    time.advance(days=2)
    assert jobs.purge() == 2
    assert states() == ["dead"]


def test_the_pauses_are_spread_and_bounded():
    ids = [spi.UUID(int=n) for n in range(500)]
    first = [circuit.pause(1, one).total_seconds() for one in ids]
    assert 8 <= min(first) < 8.5
    assert 11.5 < max(first) <= 12
    assert circuit.pause(30, ids[0]) <= timedelta(hours=1.2)
    assert circuit.pause(1, ids[0], asked=120) == timedelta(seconds=120)
    assert circuit.pause(1, ids[0], asked=1e9) == timedelta(hours=1)
    assert [circuit.rest(n) for n in (0, 2)] == [None, None]
    assert [circuit.rest(n).total_seconds() for n in (3, 4, 5, 20)] == [10, 20, 40, 300]
