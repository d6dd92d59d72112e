# SPDX-License-Identifier: Apache-2.0
"""The live stream tells each person what their lists would show, and nothing else."""

import pytest

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.doors.desk.listening import view_of

pytestmark = pytest.mark.django_db
HERE, THERE = "990101001001", "990102001001"


@pytest.fixture
def case(people_cast):
    new = NewCase(item_code="01001", title="井盖", text="破损", division=HERE, source="hotline")
    return cases.open_cases(people_cast.acceptor, [new])[0]


@pytest.mark.parametrize(
    ("role", "hears"),
    [
        ("acceptor", True),
        ("dispatcher", True),
        ("leader", True),
        ("city_chief", True),
        ("outsider", False),
        ("department", False),
        ("collector", False),
        ("citizen", False),
        ("sysadmin", False),
    ],
)
def test_a_case_is_heard_of_within_its_scope(people_cast, case, role, hears):
    view = view_of(people_cast.actor(role).id)
    assert view("CaseOpened", HERE, {"case_id": str(case.id)}) is hears


def test_a_department_hears_of_the_cases_it_takes_part_in(people_cast, case):
    unit = people_cast.unit("N-SZ")
    cases.involve(case.id, [(unit.id, unit.path)], "lead")
    assert view_of(people_cast.department.id)("CaseMoved", HERE, {"case_id": str(case.id)}) is True
    assert view_of(people_cast.second_department.id)("CaseMoved", HERE, {"case_id": str(case.id)}) is False


def test_a_department_hears_of_a_new_case_of_its_own_in_the_moment_it_is_given(people_cast, case):
    unit = people_cast.unit("N-SZ")
    mine, other = view_of(people_cast.department.id), view_of(people_cast.second_department.id)
    elsewhere = view_of(people_cast.outside_department.id)
    told = {"case_id": str(case.id)}
    assert mine("CaseMoved", HERE, told) is False, "before it is given, it is nobody's"
    given = ("WorkOrdersIssued", HERE, {**told, "unit_ids": [unit.id]})
    assert [view(*given) for view in (mine, other, elsewhere)] == [True, False, False]
    assert [view("CaseMoved", HERE, told) for view in (mine, other, elsewhere)] == [True, False, False]


def test_a_leading_unit_makes_the_case_heard_and_a_class_below_it_counts(people_cast, case):
    moved = {"case_id": str(case.id), "move": "dispatch", "lead_unit_id": people_cast.unit("N-SZ-1").id}
    assert view_of(people_cast.department.id)("CaseMoved", HERE, moved) is True
    assert view_of(people_cast.second_handler.id)("CaseMoved", HERE, moved) is False


def test_letters_are_personal_and_registers_are_silent(people_cast):
    me = people_cast.acceptor.id
    assert view_of(me)("InboxArrived", "", {"user_ids": [me]}) is True
    assert view_of(me)("InboxArrived", "", {"user_ids": [me + 1]}) is False
    assert view_of(me)("RulesPublished", "", {}) is False


def test_what_waits_to_be_put_right_is_heard_by_reviewers_only(people_cast):
    told = ("ReportQuarantined", HERE, {"report_id": "x", "code": "item.missing"})
    assert view_of(people_cast.acceptor.id)(*told) is True
    assert view_of(people_cast.dispatcher.id)(*told) is False
    assert view_of(people_cast.outside_acceptor.id)(*told) is False


def test_who_may_no_longer_sign_in_hears_nothing(people_cast):
    user = people_cast.user("acceptor")
    user.is_active = False
    user.save()
    assert view_of(user.pk) is None
