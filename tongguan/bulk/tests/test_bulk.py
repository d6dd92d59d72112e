# SPDX-License-Identifier: Apache-2.0
"""One move on many cases: previewed, done once each, resumed after a kill, taken back."""

from datetime import date
from uuid import uuid4

import pytest

from tongguan.bulk import api as bulk
from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import NewCase
from tongguan.dispatch import api
from tongguan.kernel.clock import ManualClock, using
from tongguan.kernel.errors import Conflict, Invalid, NotFound
from tongguan.people import stamps
from tongguan.people.contracts import PLATFORM
from tongguan.people.models import Appointment
from tongguan.people.testing import cast
from tongguan.runtime import api as jobs
from tongguan.runtime import jobruns, leases
from tongguan.runtime import queries as runtime
from tongguan.runtime.testing import audited, settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    return cast()


@pytest.fixture
def many(people):
    told = {"item_code": "01003", "title": "井盖破损", "text": "", "source": "hotline"}
    return cases.open_cases(PLATFORM, [NewCase(**told, division="990101001001") for _ in range(60)])


def ids(infos):
    return [info.id for info in infos]


def states(infos):
    found = case_queries.cases_by_id(PLATFORM, ids(infos))
    return [found[info.id].state for info in infos]


def lines(info):
    return [line.move for line in case_queries.timeline(PLATFORM, info.id)]


def test_the_preview_says_how_many_can_and_why_others_cannot(people, many, django_assert_num_queries):
    api.perform(people.acceptor, many[0].id, "refuse", {"reason": "不属受理范围"})
    (outside,) = cases.open_cases(
        PLATFORM,
        [NewCase(item_code="01003", title="外区", text="", source="hotline", division="990102001001")],
    )
    wanted = [*ids(many), outside.id, uuid4(), many[1].id]
    with django_assert_num_queries(2):
        told = bulk.preview_bulk(people.acceptor, wanted, "accept")
    assert (told.total, told.possible) == (62, 59)
    assert told.refused == {"案件处于「不予受理」": 1, "没有这个案件": 2}
    assert len(told.examples) == 3
    assert bulk.preview_bulk(people.dispatcher, ids(many[1:]), "accept").refused == {
        "您的岗位不能对本案操作": 59
    }
    assert bulk.preview_bulk(people.dispatcher, ids(many), "fly").possible == 0


@pytest.mark.parametrize("count", [0, 10_001])
def test_no_case_and_too_many_are_refused(people, count):
    with pytest.raises(Invalid) as refused:
        bulk.preview_bulk(people.acceptor, [uuid4() for _ in range(count)], "accept")
    assert refused.value.field == "case_ids"


def test_wrong_inputs_are_told_before_anything_is_queued(people, many):
    with pytest.raises(Invalid) as refused:
        bulk.start_bulk(people.acceptor, ids(many), "refuse", {})
    assert refused.value.field == "reason"
    assert runtime.jobs(people.acceptor) == []


def test_all_that_can_are_moved_and_the_others_are_reported(people, many):
    api.perform(people.acceptor, many[3].id, "refuse", {"reason": "不属受理范围"})
    job_id = bulk.start_bulk(people.acceptor, ids(many), "accept", {})
    assert states(many).count("pending_register") == 0
    settle()
    job = runtime.job(job_id, people.acceptor)
    assert (job.state, job.total, job.done, job.failed) == ("done", 60, 59, 1)
    assert [(f.row, f.code) for f in job.failures] == [(str(many[3].id), "case.wrong_state")]
    assert states(many).count("pending_register") == 59
    assert lines(many[5]) == ["report", "accept"]
    line = case_queries.timeline(PLATFORM, many[5].id)[1]
    assert line.actor_name == "王受理"
    assert "bulk.start" in [act.verb for act in audited()]
    with pytest.raises(NotFound):
        runtime.job(job_id, people.outsider)


def test_who_lost_the_post_meanwhile_moves_nothing_more(people, many):
    job_id = bulk.start_bulk(people.acceptor, ids(many), "accept", {})
    Appointment.objects.filter(user_id=people.acceptor.id).update(valid_to=date(2005, 1, 1))
    stamps.bump(stamps.APPOINTMENTS)
    settle()
    job = runtime.job(job_id, people.acceptor)
    assert (job.done, job.failed) == (0, 60)
    assert set(states(many)) == {"reported"}


def test_a_killed_engine_does_none_twice_and_leaves_none_out(people, many, monkeypatch):
    class KilledError(BaseException):
        """Stands for kill -9: nothing catches it."""

    done = []
    real = bulk.perform

    def dying(actor, case_id, move, inputs):
        if len(done) == 37:
            done.append(None)
            raise KilledError
        done.append(case_id)
        return real(actor, case_id, move, inputs)

    monkeypatch.setattr(bulk, "perform", dying)
    start = case_queries.case(PLATFORM, many[0].id).opened_at
    with using(ManualClock(start)) as clock:
        job_id = bulk.start_bulk(people.acceptor, ids(many), "accept", {})
        with monkeypatch.context() as killing:
            killing.setattr(leases, "release", lambda *_: None)  # a killed process gives nothing back
            with pytest.raises(KilledError):
                jobruns.run_next("engine/1")
        assert states(many).count("pending_register") == 25
        clock.advance(minutes=5)
        assert jobruns.run_next("engine/2")
        job = runtime.job(job_id, people.acceptor)
    assert (job.state, job.done, job.failed) == ("done", 60, 0)
    assert set(states(many)) == {"pending_register"}
    assert all(lines(info) == ["report", "accept"] for info in many)


def test_a_way_back_is_promised_to_those_alone_who_may_go_it(people, many):
    assert bulk.preview_bulk(people.duty_chief, ids(many), "refuse").undo == "reaccept"
    assert bulk.preview_bulk(people.acceptor, ids(many), "refuse").undo == ""
    job_id = bulk.start_bulk(people.acceptor, ids(many), "refuse", {"reason": "批量甄别为误报"})
    settle()
    job = runtime.job(job_id, people.acceptor)
    assert (job.done, job.can_undo) == (60, False)


def test_what_may_be_undone_is_undone_where_nothing_came_after(people, many):
    job_id = bulk.start_bulk(people.duty_chief, ids(many), "refuse", {"reason": "批量甄别为误报"})
    settle()
    assert set(states(many)) == {"not_accepted"}
    assert runtime.job(job_id, people.duty_chief).can_undo
    api.perform(people.leader, many[7].id, "reaccept", {"reason": "领导批示"})
    undo_id = jobs.undo_job(people.duty_chief, job_id)
    settle()
    undo = runtime.job(undo_id, people.duty_chief)
    assert undo.failed == 1
    assert undo.failures[0].code == "bulk.moved_on"
    assert set(states(many)) == {"pending_register"}
    assert lines(many[0]) == ["report", "refuse", "reaccept"]
    assert lines(many[7]) == ["report", "refuse", "reaccept"]
    with pytest.raises(Conflict):
        jobs.undo_job(people.duty_chief, job_id)


def test_what_was_not_moved_is_not_taken_back_and_is_no_failure(people, many):
    api.perform(people.acceptor, many[3].id, "accept")
    api.perform(people.duty_chief, many[3].id, "send_verify")
    job_id = bulk.start_bulk(people.duty_chief, ids(many), "refuse", {"reason": "批量甄别为误报"})
    settle()
    assert runtime.job(job_id, people.duty_chief).failed == 1
    undo_id = jobs.undo_job(people.duty_chief, job_id)
    settle()
    undo = runtime.job(undo_id, people.duty_chief)
    assert (undo.total, undo.done, undo.failed) == (59, 59, 0)
    assert lines(many[3]) == ["report", "accept", "send_verify"]


def test_a_move_without_an_undo_cannot_be_taken_back(people, many):
    job_id = bulk.start_bulk(people.acceptor, ids(many), "void", {"reason": "系统演练数据"})
    settle()
    assert set(states(many)) == {"voided"}
    assert not runtime.job(job_id, people.acceptor).can_undo
    with pytest.raises(Conflict):
        jobs.undo_job(people.acceptor, job_id)


def test_a_department_signs_many_orders_at_once(people, many):
    for info in many[:8]:
        api.perform(people.acceptor, info.id, "accept")
        cases.move(people.acceptor, info.id, "register", {"filing_rule_id": 1}, values={"filing_rule_id": 1})
        unit = {"unit_id": people.unit("N-SZ").id, "reason": "管养单位"}
        api.perform(people.dispatcher, info.id, "dispatch", unit)
    told = bulk.preview_bulk(people.department, ids(many), "sign")
    assert (told.possible, told.refused) == (8, {"没有这个案件": 52})
    assert bulk.preview_bulk(people.second_department, ids(many[:8]), "sign").possible == 0
    bulk.start_bulk(people.department, ids(many[:8]), "sign", {})
    settle()
    assert all(lines(info)[-1] == "sign" for info in many[:8])
