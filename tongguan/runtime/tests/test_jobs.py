# SPDX-License-Identifier: Apache-2.0
"""Jobs, leases and periodic duties: resumed after a kill, stopped on wish, one at a time."""

import logging
from typing import Any
from uuid import UUID

import pytest
from django.utils import timezone

from tongguan.kernel.clock import ManualClock
from tongguan.kernel.errors import Conflict, Invalid, NotFound
from tongguan.runtime import api, duties, jobruns, leases, queries, sequences, spi
from tongguan.runtime.contracts import JobInfo
from tongguan.runtime.models import AuditEntry, FactRecord, Job, Lease, Periodic, Sequence
from tongguan.runtime.testing import Person
from tongguan.runtime.tests.conftest import together

ROWS = 10


class Killed(BaseException):
    """Stands for kill -9: nothing catches it."""


class Counting:
    """A job kind that counts rows two by two, refuses row 3, and may be killed at a row."""

    def __init__(self) -> None:
        self.killed_at: int | None = None
        self.seen: list[int] = []

    def run(self, job: JobInfo, progress: spi.Progress) -> dict[str, Any]:
        for first in range(progress.position or 0, job.total, 2):
            with progress.step(rows=2, position=first + 2) as step:
                for row in (first, first + 1):
                    self.seen.append(row)
                    sequences.take(f"row:{row}")
                    if row == self.killed_at:
                        raise Killed
                    if row == 3:
                        step.fail("row 3", Invalid("row.odd", zh="此行有误", en="this row is odd"))
        return {"note": job.params["note"]}

    def undo(self, job: JobInfo, progress: spi.Progress) -> None:
        with progress.step(rows=job.done, position=1):
            Sequence.objects.filter(key__startswith="row:").delete()


@pytest.fixture
def counting(monkeypatch: pytest.MonkeyPatch) -> Counting:
    kind = Counting()
    monkeypatch.setattr(spi.job_kinds, "_entries", {"count": kind.run})
    monkeypatch.setattr(spi.job_undos, "_entries", {"count": kind.undo})
    return kind


def start(actor: Person) -> UUID:
    return api.start_job(actor, "count", {"note": "x"}, ROWS)


def counted() -> dict[str, int]:
    return dict(Sequence.objects.filter(key__startswith="row:").values_list("key", "value"))


@pytest.mark.django_db
def test_a_job_tells_its_progress_its_failures_and_its_result(
    counting: Counting, dispatcher: Person, outsider: Person, time: ManualClock
) -> None:
    job_id = start(dispatcher)
    assert queries.job(job_id, dispatcher).state == "waiting"
    assert jobruns.run_next("a/1")
    job = queries.job(job_id, dispatcher)
    assert (job.state, job.total, job.done, job.failed, job.result) == ("done", 10, 9, 1, {"note": "x"})
    assert [(f.row, f.code, f.zh) for f in job.failures] == [("row 3", "row.odd", "此行有误")]
    assert job.finished_at == time.now()
    assert not jobruns.run_next("a/1")
    assert not Lease.objects.exists()
    with pytest.raises(NotFound):
        queries.job(job_id, outsider)
    assert [j.id for j in queries.jobs(dispatcher)] == [job_id]
    assert queries.jobs(outsider) == []
    assert FactRecord.objects.get().payload["state"] == "done"


@pytest.mark.django_db
def test_a_killed_engines_job_goes_on_at_its_last_finished_step(
    counting: Counting, dispatcher: Person, time: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    job_id = start(dispatcher)
    counting.killed_at = 5
    # A killed process gives no lease back.
    with monkeypatch.context() as killing:
        killing.setattr(leases, "release", lambda *_: None)
        with pytest.raises(Killed):
            jobruns.run_next("a/1")
    assert counted() == {f"row:{n}": 1 for n in range(4)}
    assert not jobruns.run_next("b/1")

    counting.killed_at = None
    time.advance(seconds=30)
    assert jobruns.run_next("b/1")
    assert counting.seen == [0, 1, 2, 3, 4, 5, 4, 5, 6, 7, 8, 9]
    assert counted() == {f"row:{n}": 1 for n in range(10)}
    job = queries.job(job_id, dispatcher)
    assert (job.state, job.done, job.failed) == ("done", 9, 1)


@pytest.mark.django_db
def test_an_engine_that_lost_its_lease_can_commit_nothing(
    counting: Counting, dispatcher: Person, time: ManualClock
) -> None:
    def frozen(job: JobInfo, progress: spi.Progress) -> None:
        with progress.step(rows=1, position=1):
            sequences.take("row:0")
            Lease.objects.update(holder="b/1")

    spi.job_kinds._entries["count"] = frozen
    job_id = start(dispatcher)
    assert not jobruns.run_next("a/1")
    assert counted() == {}
    assert queries.job(job_id, dispatcher).done == 0


@pytest.mark.django_db
def test_a_job_that_kills_its_engine_again_and_again_is_given_up(
    counting: Counting, dispatcher: Person, time: ManualClock
) -> None:
    job_id = start(dispatcher)
    counting.killed_at = 0
    for _ in range(5):
        with pytest.raises(Killed):
            jobruns.run_next("a/1")
    assert jobruns.run_next("a/1")
    assert queries.job(job_id, dispatcher).state == "failed"
    assert len(counting.seen) == 5


@pytest.mark.django_db
def test_an_error_in_the_kind_ends_this_job_alone(
    counting: Counting, dispatcher: Person, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL, "tongguan.runtime.jobruns")
    broken = api.start_job(dispatcher, "count", {}, ROWS)
    sound = start(dispatcher)
    while jobruns.run_next("a/1"):
        pass
    assert queries.job(broken, dispatcher).state == "failed"
    assert "note" in queries.job(broken, dispatcher).error
    assert queries.job(sound, dispatcher).state == "done"


@pytest.mark.django_db
def test_a_cancelled_job_keeps_what_is_done(counting: Counting, dispatcher: Person, outsider: Person) -> None:
    job_id = start(dispatcher)

    def cancelled_meanwhile(job: JobInfo, progress: spi.Progress) -> None:
        for row in range(3):
            with progress.step(rows=1, position=row + 1):
                sequences.take(f"row:{row}")
                if row == 1:
                    Job.objects.update(cancel_asked=True)

    with pytest.raises(NotFound):
        api.cancel_job(outsider, job_id)
    spi.job_kinds._entries["count"] = cancelled_meanwhile
    assert jobruns.run_next("a/1")
    job = queries.job(job_id, dispatcher)
    assert (job.state, job.done) == ("cancelled", 2)
    assert counted() == {"row:0": 1, "row:1": 1}
    with pytest.raises(Conflict) as refusal:
        api.cancel_job(dispatcher, job_id)
    assert refusal.value.code == "job.ended"


@pytest.mark.django_db
def test_a_job_cancelled_before_its_start_does_nothing(counting: Counting, dispatcher: Person) -> None:
    job_id = start(dispatcher)
    api.cancel_job(dispatcher, job_id)
    jobruns.run_next("a/1")
    assert queries.job(job_id, dispatcher).state == "cancelled"
    assert counting.seen == []


@pytest.mark.django_db
def test_a_job_is_undone_once(counting: Counting, dispatcher: Person) -> None:
    job_id = start(dispatcher)
    with pytest.raises(Conflict) as early:
        api.undo_job(dispatcher, job_id)
    assert early.value.code == "job.running"
    jobruns.run_next("a/1")
    assert queries.job(job_id, dispatcher).can_undo
    undo_id = api.undo_job(dispatcher, job_id)
    jobruns.run_next("a/1")
    assert queries.job(undo_id, dispatcher).state == "done"
    assert queries.job(undo_id, dispatcher).undo_of == job_id
    assert counted() == {}
    with pytest.raises(Conflict) as again:
        api.undo_job(dispatcher, job_id)
    assert again.value.code == "job.undone"
    assert [e.verb for e in AuditEntry.objects.order_by("id")] == ["job.start", "job.undo"]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_engines_at_once_run_a_job_once(counting: Counting, dispatcher: Person) -> None:
    ids = [start(dispatcher) for _ in range(3)]

    def work(holder: str) -> None:
        while Job.objects.exclude(state="done").exists():
            jobruns.run_next(holder)

    together(*(lambda h=f"engine-{n}/1": work(h) for n in range(4)))
    assert counted() == {f"row:{n}": 3 for n in range(10)}
    assert all(queries.job(i, dispatcher).done == 9 for i in ids)
    assert FactRecord.objects.count() == 3


@pytest.mark.django_db
def test_a_lease_has_one_holder_until_it_runs_out(time: ManualClock) -> None:
    assert leases.acquire("x", "a/1")
    assert not leases.acquire("x", "b/1")
    time.advance(seconds=20)
    assert leases.renew_all("a") == 1
    time.advance(seconds=20)
    assert not leases.acquire("x", "b/1")
    time.advance(seconds=20)
    assert leases.acquire("x", "b/1")
    assert leases.renew_all("a") == 0
    assert not leases.hold("x", "a/1")
    leases.release("x", "a/1")
    assert leases.hold("x", "b/1")


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_many_who_want_a_free_or_expired_lease_one_gets_it() -> None:
    for round_ in range(10):
        won: list[int] = []

        def want(n: int, won: list[int] = won) -> None:
            if leases.acquire("x", f"e{n}/1"):
                won.append(n)

        together(*(lambda n=n: want(n) for n in range(4)))
        assert len(won) == 1, round_
        Lease.objects.update(until=timezone.now())


@pytest.fixture
def only_bells(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    rung: list[str] = []
    monkeypatch.setattr(spi.periodic, "_entries", {})
    spi.every(60, "bell")(lambda: rung.append("ding"))
    return rung


@pytest.mark.django_db
def test_a_duty_runs_at_once_and_then_when_due(only_bells: list[str], time: ManualClock) -> None:
    assert duties.run_due("a/1")
    assert not duties.run_due("a/1")
    time.advance(seconds=59)
    assert not duties.run_due("b/1")
    time.advance(seconds=1)
    assert duties.run_due("b/1")
    assert only_bells == ["ding", "ding"]


@pytest.mark.django_db
def test_a_failing_duty_is_logged_once_and_its_recovery_once(
    only_bells: list[str], time: ManualClock, caplog: pytest.LogCaptureFixture
) -> None:
    works = [False]

    def source() -> None:
        if not works[0]:
            message = "the source is cut"
            raise ConnectionError(message)

    spi.every(60, "source")(source)
    for _ in range(3):
        duties.run_due("a/1")
        time.advance(minutes=1)
    assert [r.levelname for r in caplog.records] == ["ERROR"]
    assert "the source is cut" in caplog.text
    assert "source" in queries.engine_state().failing
    assert only_bells == ["ding"] * 3

    works[0] = True
    for _ in range(3):
        duties.run_due("a/1")
        time.advance(minutes=1)
    assert [r.getMessage() for r in caplog.records[1:]] == ["periodic source works again"]
    assert Periodic.objects.get(name="source").failing_since is None


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_engines_at_once_run_a_due_duty_once(only_bells: list[str]) -> None:
    together(*(lambda n=n: duties.run_due(f"e{n}/1") for n in range(4)))
    assert only_bells == ["ding"]
