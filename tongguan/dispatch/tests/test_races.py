# SPDX-License-Identifier: Apache-2.0
"""Several workers and people at once, on real connections."""

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.db import connection

from tongguan.dispatch import applications, clocks, reminders
from tongguan.dispatch.applications import NewApplication, decide, file
from tongguan.dispatch.clocks import Change, Start
from tongguan.dispatch.models import Application, Clock
from tongguan.dispatch.receivers import Receivers
from tongguan.dispatch.tests.conftest import Stage, at
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Refusal
from tongguan.messaging.models import Message
from tongguan.people.testing import cast, forget_caches
from tongguan.runtime.models import FactRecord
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def real(transactional_db):
    forget_caches()
    with time.using(time.ManualClock(at("2026-09-28 08:00"))) as clock:
        yield Stage(cast(), clock)
    forget_caches()


def together(moment: str, *works: Callable[[], object]) -> list[object]:
    """Run each work in a thread with its own connection, all starting at once; give results or refusals."""
    results: list[object] = [None] * len(works)
    barrier = Barrier(len(works))

    def run(no: int) -> None:
        try:
            with time.using(time.ManualClock(at(moment))):
                barrier.wait(timeout=240)
                results[no] = works[no]()
        except Refusal as refusal:
            results[no] = refusal
        finally:
            connection.close()

    threads = [Thread(target=run, args=(no,)) for no in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=240)
    return results


def many_running(stage: Stage, count: int) -> None:
    infos = [stage.filed("8") for _ in range(count)]
    with atomic():
        clocks.turn_many(
            [Change(i, stop=("dispatch",), start=(Start("handle"),)) for i in infos], at=time.now()
        )


@pytest.mark.postgres
def test_many_workers_tell_every_clock_once(real):
    many_running(real, 120)
    Clock.objects.filter(stage="handle").update(
        rungs=[[1, "1", "duty_chief", "escalate"]], next_notice_at=at("2026-09-28 12:00")
    )

    def work() -> int:
        total, receivers = 0, Receivers()
        for _ in range(200):
            done = reminders.tell_due(7, receivers=receivers)
            total += done
            if not done:
                return total
        return total

    counts = together("2026-09-28 12:00", *[work] * 6)
    assert sum(counts) == 120
    assert sum(1 for count in counts if count) > 1  # the work was shared, not serialised by one
    assert Message.objects.filter(template="clock.escalated").count() == 120
    assert FactRecord.objects.filter(name="ClockWarned").count() == 120
    assert Clock.objects.filter(stage="handle", next_notice_at__isnull=False).count() == 0


def test_two_workers_on_any_database_tell_once(real):
    many_running(real, 10)
    together("2026-09-28 12:00", reminders.drain, reminders.drain)
    assert FactRecord.objects.filter(name="ClockWarned").count() == 10


@pytest.mark.postgres
def test_a_stop_and_a_reminder_at_the_same_moment_leave_a_stopped_and_silent_clock(real):
    info = real.filed("8")
    with atomic():
        clocks.turn(Change(info, start=(Start("handle"),)), at=time.now())

    def stop() -> None:
        with atomic():
            clocks.turn(Change(info, stop=("handle",)), at=at("2026-09-28 12:00"))

    for _ in range(10):
        Clock.objects.filter(case_id=info.id, stage="handle").update(
            stopped_at=None, next_notice_at=at("2026-09-28 12:00"), notice_step=0
        )
        together("2026-09-28 12:00", stop, reminders.drain)
        row = Clock.objects.get(case_id=info.id, stage="handle")
        assert (row.stopped_at, row.next_notice_at) == (at("2026-09-28 12:00"), None)


@pytest.mark.postgres
def test_of_two_decisions_at_once_one_counts(real):
    info = real.assigned(real.dispatched("8"))
    asking = file(real.people.department, info.id, NewApplication(kind="extend", text="配件"))

    def approve() -> object:
        return decide(real.people.dispatcher, asking.id, approve=True)

    results = together("2026-09-28 09:00", *[approve] * 4)
    assert sorted(getattr(r, "code", "won") for r in results) == ["application.decided"] * 3 + ["won"]
    assert real.read(info).extensions == 1
    assert real.read(info).due_at == at("2026-09-29 18:00")


@pytest.mark.postgres
def test_of_two_equal_applications_at_once_one_is_filed(real):
    info = real.assigned(real.dispatched("8"))
    new = NewApplication(kind="extend", text="配件")

    def by(actor) -> Callable[[], object]:
        return lambda: file(actor, info.id, new)

    results = together("2026-09-28 09:00", by(real.people.handler), by(real.people.department))
    assert sorted(getattr(r, "code", "won") for r in results) == ["application.pending", "won"]
    assert Application.objects.count() == 1


@pytest.mark.postgres
def test_two_engines_end_a_suspension_once(real):
    info = real.assigned(real.dispatched("8"))
    new = NewApplication(kind="suspend", text="补植", reason="季节性", until=at("2026-09-29 08:00"))
    decide(real.people.dispatcher, file(real.people.department, info.id, new).id, approve=True)
    ended = together("2026-09-29 08:00", *[applications.resume_due] * 4)
    assert sum(ended) == 1
    assert real.read(info).state == "handling"
