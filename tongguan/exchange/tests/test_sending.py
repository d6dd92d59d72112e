# SPDX-License-Identifier: Apache-2.0
"""Sending to a department in trouble: in order per case, nothing lost, nothing twice in effect."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID

import hypothesis
import pytest
from hypothesis import HealthCheck
from hypothesis import strategies as st

from tongguan.exchange import api, queries
from tongguan.exchange.deliver import Sender, record
from tongguan.exchange.models import CaseQueue, Link, OutgoingEvent
from tongguan.exchange.testing import AWAY, BROKEN, FAILS, OK, REFUSES, TAKEN_500
from tongguan.exchange.tests.conftest import CODE, sent_unrecorded
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.messaging.spi import Fate, Result
from tongguan.runtime.testing import audited
from tongguan.vault.testing import find_keys, lose_keys

pytestmark = pytest.mark.django_db
_numbers = itertools.count(1)


@pytest.fixture
def hands():
    with clock.using(clock.ManualClock(datetime(2026, 11, 23, 9, 0, tzinfo=UTC))) as hands:
        yield hands


def waiting():
    return CaseQueue.objects.filter(due_at__isnull=False)


def drain(hands, sender=None, rounds=400):
    """Send until nothing waits, moving the clock to whenever something is due."""
    sender = sender or Sender()
    for _ in range(rounds):
        due = waiting().order_by("due_at").values_list("due_at", flat=True).first()
        if due is None:
            break
        rest = Link.objects.get(code=CODE).open_until
        hands.move_to(max(clock.now(), due, rest or due))
        sender.round(patience=3)
    sender.close()
    assert not waiting().exists()


def written(link, cases, count):
    """Write events of several cases, one after another in turn, as the subscriber would."""
    at = clock.now()
    for number in range(count):
        seq = next(_numbers)
        case_id = cases[number % len(cases)]
        event = OutgoingEvent(
            link=link, seq=seq, case_id=case_id, order_id=case_id, fact_id=seq, type="x", at=at
        )
        event.body = (
            f'{{"id":"{event.id}","type":"tongguan.x","subject":"{case_id}",'
            f'"partitionkey":"{case_id}","sequence":"{seq}"}}'
        )
        event.save()
        CaseQueue.objects.get_or_create(link=link, case_id=case_id)
    CaseQueue.objects.filter(link=link, stuck=False).update(due_at=at)


HABITS = st.sampled_from([OK, OK, OK, FAILS, AWAY, TAKEN_500, BROKEN])


@hypothesis.settings(
    max_examples=25, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True, database=None
)
@hypothesis.given(
    cases=st.integers(1, 4),
    events=st.integers(1, 12),
    habits=st.lists(HABITS, max_size=25),
    kills=st.lists(st.integers(0, 12), max_size=3),
)
def test_whatever_the_department_does_each_case_arrives_in_order_and_once(
    stage, hands, cases, events, habits, kills
):
    department = stage.department
    department.taken.clear()
    department.copies.clear()
    department.behave = lambda n, _event: habits[n] if n < len(habits) else OK
    department.requests = 0
    link = stage.link()
    written(link, [UUID(int=next(_numbers)) for _ in range(cases)], events)
    mine = list(OutgoingEvent.objects.filter(link=link, sent_at=None).order_by("seq"))
    sender = Sender()
    for turn in range(13):
        sender.round(patience=3)
        if turn in kills:
            sent_unrecorded(sender)
            sender = Sender()
            hands.advance(seconds=61)
        hands.advance(seconds=2)
    drain(hands, sender)
    # What the department took twice it could tell by the id; what it took first came in order.
    assert Counter(e["id"] for e in department.taken) == {str(row.id): 1 for row in mine}
    for case_id in {row.case_id for row in mine}:
        came = [int(e["sequence"]) for e in department.taken if e["partitionkey"] == str(case_id)]
        assert came == [row.seq for row in mine if row.case_id == case_id]
    assert all(len(bodies) == 1 for bodies in department.bodies.values())
    assert OutgoingEvent.objects.filter(link=link, sent_at=None).count() == 0


def test_a_refused_event_holds_up_its_own_case_only(stage, hands):
    first, second = UUID(int=next(_numbers)), UUID(int=next(_numbers))
    stage.department.behave = lambda _n, e: REFUSES if e["partitionkey"] == str(first) else OK
    written(stage.link(), [first, second], 6)
    drain(hands)
    assert {e["partitionkey"] for e in stage.department.taken} == {str(second)}
    assert len(stage.department.taken) == 3
    (stuck,) = queries.stuck(stage.people.sysadmin, CODE)
    assert (stuck.case_id, stuck.error[:8]) == (first, "HTTP 422")
    (state,) = queries.states(stage.people.sysadmin)
    assert (state.waiting, state.stuck, state.down_since) == (3, 1, None)

    # The operator passes over the first and tries the second again.
    with pytest.raises(Invalid):
        api.skip(stage.people.sysadmin, CODE, first, " ")
    assert api.skip(stage.people.sysadmin, CODE, first, "已电话通知") == stuck.seq
    stage.department.behave = lambda _n, _e: OK
    drain(hands)
    assert [int(e["sequence"]) for e in stage.department.taken if e["partitionkey"] == str(first)] == [
        row.seq for row in OutgoingEvent.objects.filter(case_id=first).order_by("seq")[1:]
    ]
    assert [act.verb for act in audited() if act.verb.startswith("link.")] == ["link.create", "link.skip"]


def test_an_event_that_fails_again_and_again_is_given_up_and_can_be_tried_again(stage, hands):
    poison = UUID(int=next(_numbers))
    stage.department.behave = lambda _n, _e: FAILS
    written(stage.link(), [poison], 1)
    drain(hands)
    assert stage.department.requests == 12
    (stuck,) = queries.stuck(stage.people.sysadmin, CODE)
    assert stuck.attempts == 12
    stage.department.behave = lambda _n, _e: OK
    assert api.retry(stage.people.sysadmin, CODE) == 1
    drain(hands)
    assert len(stage.department.taken) == 1
    with pytest.raises(NotFound):
        api.retry(stage.people.sysadmin, CODE)


def test_a_system_that_is_away_for_a_day_loses_nothing_and_gives_nothing_up(stage, hands, caplog):
    cases = [UUID(int=next(_numbers)) for _ in range(5)]
    written(stage.link(), cases, 15)
    stage.department.crash()
    sender, back = Sender(), clock.now() + timedelta(days=1)
    while clock.now() < back:
        sender.round(patience=3)
        hands.advance(minutes=20)
    (state,) = queries.states(stage.people.sysadmin)
    assert (state.waiting, state.stuck) == (15, 0)
    assert state.down_since is not None
    stage.department.start()
    drain(hands, sender)
    assert len(stage.department.taken) == 15
    assert [r.levelname for r in caplog.records if "shizheng" in r.getMessage()] == ["ERROR", "WARNING"]


def test_everything_is_sent_again_from_a_number_on_with_the_same_ids(stage, hands):
    cases = [UUID(int=next(_numbers)) for _ in range(2)]
    written(stage.link(), cases, 6)
    drain(hands)
    numbers = [row.seq for row in OutgoingEvent.objects.order_by("seq")]
    assert api.replay(stage.people.sysadmin, CODE, numbers[3]) == 2
    drain(hands)
    again = [stage.department.copies[str(row.id)] for row in OutgoingEvent.objects.order_by("seq")]
    assert again == [1, 1, 1, 2, 2, 2]
    with pytest.raises(Invalid):
        api.replay(stage.people.sysadmin, CODE, 0)


def test_the_department_itself_may_ask_for_everything_again(stage, hands):
    written(stage.link(), [UUID(int=next(_numbers))], 3)
    drain(hands)
    content = b'{"from": 1}'
    assert api.replay_for_department(CODE, stage.department.sign(content), content) == 1
    drain(hands)
    assert set(stage.department.copies.values()) == {2}
    assert audited("link.replay")[-1].actor_key == "department:shizheng"


def test_what_an_engine_records_after_another_took_over_is_refused(stage, hands):
    written(stage.link(), [UUID(int=next(_numbers))], 2)
    slow = Sender()
    sent_unrecorded(slow)
    (run,) = slow._running.values()
    hands.advance(seconds=61)
    drain(hands)
    before = CaseQueue.objects.get()
    record(run.queue, run.claim, run.events, [Result(Fate.FAILED, error="late"), Result(Fate.UNTRIED)])
    after = CaseQueue.objects.get()
    assert (after.sent_seq, after.due_at, after.error) == (before.sent_seq, None, "")


def test_a_stopped_link_keeps_what_happens_and_sends_it_later(stage):
    api.switch(stage.people.sysadmin, CODE, active=False)
    case = stage.dispatched()
    stage.send(rounds=1)
    assert stage.department.requests == 0
    api.switch(stage.people.sysadmin, CODE, active=True)
    stage.send()
    assert stage.department.told(case.number) == ["order.issued issue"]


def test_both_secrets_hold_while_they_are_exchanged(stage, hands):
    link = stage.link()
    new = api.rotate(stage.people.sysadmin, CODE, hours=24)
    written(link, [UUID(int=next(_numbers))], 1)
    drain(hands)  # the department still knows the old one alone
    assert len(stage.department.taken) == 1
    stage.department.secrets = [new]
    written(link, [UUID(int=next(_numbers))], 1)
    drain(hands)
    assert (len(stage.department.taken), stage.department.forged) == (2, 0)
    stage.department.secrets = ["whsec_AAAA"]
    written(link, [UUID(int=next(_numbers))], 1)
    Sender().round(patience=3)
    assert stage.department.forged == 1


def test_a_lost_key_leaves_the_link_waiting_until_it_is_back(stage, hands):
    written(stage.link(), [UUID(int=next(_numbers))], 1)
    ring = lose_keys()
    Sender().round(patience=3)
    assert stage.department.requests == 0
    find_keys(ring)
    drain(hands)
    assert len(stage.department.taken) == 1
