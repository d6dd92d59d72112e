# SPDX-License-Identifier: Apache-2.0
"""Opening and moving cases: who may, what is written, and what is not."""

from dataclasses import replace
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.cases import api, queries
from tongguan.cases.contracts import Further, Joining
from tongguan.cases.models import Case, TimelineEntry
from tongguan.cases.tests.conftest import OTHER_PLACE, PLACE, new, opened
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import ROLES, matrix
from tongguan.runtime.testing import published
from tongguan.runtime.transactions import atomic

pytestmark = pytest.mark.django_db


def walk(people, case, *moves):
    for actor, move, inputs in moves:
        case = api.move(people.actor(actor), case.id, move, inputs)
    return case


def test_a_case_gets_a_number_a_first_line_and_is_told_of(people, clock):
    case = opened(people, reason="市民来电")
    assert case.number == "99010120260928000001"
    assert (case.state, case.stage, case.hub, case.version) == ("reported", "accept", "990101", 1)
    (line,) = queries.timeline(people.acceptor, case.id)
    assert (line.no, line.move, line.to, line.actor_name, line.reason) == (
        1,
        "report",
        "reported",
        "王受理",
        "市民来电",
    )
    facts = published("CaseOpened")
    assert [payload["case_id"] for _, payload in facts] == [str(case.id)]


def test_numbers_go_on_within_the_day_and_begin_anew_the_next(people, clock):
    opened(people)
    assert opened(people).number.endswith("20260928000002")
    clock.advance(days=1)
    assert opened(people).number.endswith("20260929000001")


def test_a_batch_costs_the_same_number_of_statements_whatever_its_size(people):
    api.open_cases(PLATFORM, [new()])  # the process table is stored with the first case ever

    def statements(count):
        with CaptureQueriesContext(
            connection,
        ) as seen:
            assert len(api.open_cases(PLATFORM, [new(title=f"第{i}件") for i in range(count)])) == count
        return len(seen)

    assert statements(20) == statements(2)
    assert statements(2) <= 12


def test_one_wrong_row_opens_none_of_the_batch_and_is_named(people):
    with pytest.raises(Invalid) as refused:
        api.open_cases(people.acceptor, [new(), new(title="  "), new()])
    assert refused.value.field == "1.title"
    assert not Case.objects.exists()
    assert not published("CaseOpened")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"division": "99"}, "0.division"),
        ({"division": "99010X"}, "0.division"),
        ({"hub": "990102"}, "0.hub"),
        ({"item_code": ""}, "0.title"),
        ({"urgency": "panic"}, "0.urgency"),
        ({"lat": None}, "0.lon"),
        ({"lat": 91.0}, "lat"),
    ],
)
def test_what_cannot_be_opened_is_named(people, more, field):
    with pytest.raises(Invalid) as refused:
        opened(people, **more)
    assert refused.value.field == field


def test_nobody_reports_where_they_have_no_say(people):
    for role in ("outside_acceptor", "department", "citizen", "sysadmin"):
        with pytest.raises(Forbidden):
            api.open_cases(people.actor(role), [new()])
    assert api.open_cases(people.collector, [new()])[0].state == "reported"


MAY_ACCEPT = {"accept": {"acceptor", "duty_chief", "city_chief"}}


@pytest.mark.parametrize(("move", "role", "may"), matrix(MAY_ACCEPT))
def test_only_the_centres_that_run_it_accept_a_case(people, move, role, may):
    case = opened(people)
    if may:
        assert api.move(people.actor(role), case.id, move, {}).state == "pending_register"
        return
    with pytest.raises((Forbidden, NotFound)):
        api.move(people.actor(role), case.id, move, {})
    assert queries.case(PLATFORM, case.id) == case
    assert TimelineEntry.objects.filter(case_id=case.id).count() == 1
    assert not published("CaseMoved")


def test_a_move_writes_state_line_and_fact_in_few_statements(people):
    case = opened(people)
    with CaptureQueriesContext(connection) as seen:
        moved = api.move(people.acceptor, case.id, "accept", {"note": "属实"}, case.version)
    assert len(seen) <= 8
    assert moved == queries.case(people.acceptor, case.id)
    assert (moved.state, moved.stage, moved.version) == ("pending_register", "register", 2)
    ((_, told),) = published("CaseMoved")
    assert (told["move"], told["frm"], told["to"], told["no"]) == (
        "accept",
        "reported",
        "pending_register",
        2,
    )
    line = queries.timeline(people.acceptor, case.id)[1]
    assert (line.post, line.inputs) == ("acceptor", {"note": "属实"})


def test_who_comes_with_an_old_version_is_told_the_new_one(people):
    case = opened(people)
    api.move(people.acceptor, case.id, "accept", {}, 1)
    with pytest.raises(Stale) as refused:
        api.move(people.acceptor, case.id, "void", {"reason": "误报"}, 1)
    assert refused.value.params["version"] == 2
    assert queries.case(people.acceptor, case.id).state == "pending_register"


def test_a_case_changed_behind_the_lock_is_not_overwritten(people):
    case = opened(people)
    with atomic():
        held = api.hold(people.acceptor, case.id)
        Case.objects.filter(pk=case.id).update(version=9)
        with pytest.raises(Conflict) as refused:
            api.advance(people.acceptor, held, "accept", {})
    assert refused.value.code == "case.raced"
    assert TimelineEntry.objects.filter(case_id=case.id).count() == 1


def test_a_centre_below_the_one_that_runs_it_sees_but_does_not_move(people):
    case = opened(people)
    api.move(people.acceptor, case.id, "transfer", {"hub": "9901", "reason": "涉及两区"}, None)
    # the verb of dispatch sets the hub; here the bare table does not
    case = walk(people, case)
    Case.objects.filter(pk=case.id).update(hub="9901")
    assert queries.case(people.acceptor, case.id).hub == "9901"
    with pytest.raises(Forbidden):
        api.move(people.acceptor, case.id, "accept", {})
    assert api.move(people.city_chief, case.id, "accept", {}).state == "pending_register"


def test_final_is_final_but_for_reopening_in_its_window(people, clock):
    case = walk(people, opened(people), ("acceptor", "refuse", {"reason": "不属受理范围"}))
    assert case.closed_at is not None
    with pytest.raises(Conflict):
        api.move(people.acceptor, case.id, "accept", {})
    with pytest.raises(Forbidden):
        api.move(people.acceptor, case.id, "reaccept", {"reason": "应当受理"})
    back = api.move(people.duty_chief, case.id, "reaccept", {"reason": "应当受理"})
    assert (back.state, back.closed_at, back.reopens) == ("pending_register", None, 1)
    assert [payload["state"] for _, payload in published("CaseReopened")] == ["pending_register"]

    api.move(people.acceptor, case.id, "refuse", {"reason": "再次核对，不属受理范围"})
    clock.advance(days=30)
    with pytest.raises(Conflict) as refused:
        api.move(people.duty_chief, case.id, "reaccept", {"reason": "晚了"})
    assert refused.value.code == "case.too_late"


def test_a_collector_settles_a_simple_case_alone_and_nobody_else_does(people):
    case = opened(people, process="simple", reporter_user_id=people.collector.id)
    done = {"result": "已扶正", "photos_before": [1], "photos_after": [2]}
    with pytest.raises(Forbidden):
        api.move(people.acceptor, case.id, "self_handle", done)
    with pytest.raises(NotFound):
        api.move(people.outside_collector, case.id, "self_handle", done)
    with pytest.raises(Invalid) as refused:
        api.move(people.collector, case.id, "self_handle", {"result": "已扶正", "photos_after": [2]})
    assert refused.value.field == "photos_before"
    assert api.move(people.collector, case.id, "self_handle", done).state == "closed"


def test_an_appeal_is_closed_after_a_call_back_not_a_visit(people):
    case = opened(people, kind="appeal")
    assert case.process_code == "appeal"
    with pytest.raises(Invalid) as refused:
        api.move(people.acceptor, case.id, "send_check", {})
    assert refused.value.code == "move.unknown"


def test_a_note_changes_no_state_but_is_in_the_chain(people):
    case = opened(people)
    noted = api.note(people.supervisor, case.id, "urge", {"reason": "群众关注"}, counts=("urges",))
    assert (noted.state, noted.urges, noted.version) == ("reported", 1, 2)
    with atomic():
        held = api.hold_many(people.acceptor, [case.id])
        join = Joining(case_id=case.id, people=2, tellings=3, words="同一地点同一事项")
        (joined,) = api.join_held(people.acceptor, held, [join])
        assert api.hold_many(people.outsider, [case.id]) == {}
    assert (joined.reporter_count, joined.version) == (3, 3)
    assert queries.case(people.acceptor, case.id) == joined
    lines = queries.timeline(people.acceptor, case.id)
    assert [(line.no, line.move, line.to) for line in lines] == [
        (1, "report", "reported"),
        (2, "urge", "reported"),
        (3, "join", "reported"),
    ]
    with pytest.raises(NotFound):
        api.note(people.outsider, case.id, "urge", {})


def test_what_others_tell_of_a_new_case_is_counted_in_the_moment_it_is_opened(people):
    further = Further(people=2, tellings=3, words="同一地点同一事项")
    case, plain = api.open_cases(PLATFORM, [new(further=further), new()])
    assert (case.reporter_count, case.version, plain.reporter_count) == (3, 2, 1)
    assert queries.case(people.acceptor, case.id) == case
    lines = queries.timeline(people.acceptor, case.id)
    assert [(line.no, line.move, line.reason) for line in lines[1:]] == [(2, "join", "同一地点同一事项")]
    assert [payload["case_id"] for _, payload in published("CaseNoted")] == [str(case.id)]
    with atomic():
        held = api.hold_many(PLATFORM, [case.id])
        api.join_held(PLATFORM, held, [Joining(case_id=case.id, people=1, tellings=1, words="又一人")])
    chained = TimelineEntry.objects.filter(case=case.id).order_by("no")
    assert [row.prev_hash for row in chained] == ["", *(row.hash for row in chained)][:3]


def test_a_move_that_fails_after_writing_leaves_nothing(people):
    case = opened(people)

    class BrokenError(Exception):
        pass

    def fail():
        with atomic():
            held = api.hold(people.acceptor, case.id)
            api.advance(people.acceptor, held, "accept", {})
            raise BrokenError

    with pytest.raises(BrokenError):
        fail()
    assert queries.case(people.acceptor, case.id) == case
    assert not published("CaseMoved")


def test_only_units_that_take_part_see_a_case(people):
    case = opened(people)
    with pytest.raises(NotFound):
        queries.case(people.department, case.id)
    unit = people.unit("N-SZ")
    api.involve(case.id, [(unit.id, unit.path)], "lead")
    api.involve(case.id, [(unit.id, unit.path)], "lead")
    assert queries.case(people.department, case.id) == case
    assert queries.involved(people.handler, case.id) == [(unit.id, unit.path, "lead")]
    with pytest.raises(NotFound):
        queries.case(people.second_department, case.id)


SEES = {
    "case": {
        "acceptor", "dispatcher", "duty_chief", "supervisor", "evaluator", "leader",
        "city_chief", "city_dispatcher", "auditor", "collector",
    }
}  # fmt: skip


@pytest.mark.parametrize(("verb", "role", "may"), matrix(SEES))
def test_every_read_keeps_to_the_same_scope(people, verb, role, may):
    case = opened(people, reporter_user_id=people.collector.id)
    actor = people.actor(role)
    page = queries.cases(actor)
    assert [row.id for row in page.rows] == ([case.id] if may else [])
    assert page.total == (1 if may else 0)
    assert queries.counts(actor) == ({"reported": 1, "overdue": 0} if may else {"overdue": 0})
    assert [found.case.id for found in queries.near(actor, 121.2, 31.0, 500)] == ([case.id] if may else [])
    assert list(queries.cases_by_id(actor, [case.id])) == ([case.id] if may else [])
    if may:
        assert queries.case(actor, case.id) == case
        assert len(queries.timeline(actor, case.id)) == 1
        assert "<svg" in queries.picture_of(actor, case.id)
        return
    for read in (queries.case, queries.timeline, queries.picture_of):
        with pytest.raises(NotFound):
            read(actor, case.id)


def test_an_unknown_case_and_one_out_of_scope_are_not_told_apart(people):
    elsewhere = api.open_cases(PLATFORM, [new(division=OTHER_PLACE)])[0]
    answers = []
    for case_id in (elsewhere.id, uuid4()):
        with pytest.raises(NotFound) as refused:
            queries.case(people.acceptor, case_id)
        answers.append((refused.value.code, refused.value.zh, refused.value.params))
    assert answers[0] == answers[1]


def test_the_shape_of_a_case_has_no_word_of_the_reporter():
    assert not {
        name for name in queries.FIELDS if "phone" in name or "contact" in name or "reporter_name" in name
    }
    assert set(ROLES)
    assert replace(new(), title="x").division == PLACE
