# SPDX-License-Identifier: Apache-2.0
"""What cases do to the city's vital signs, told by their stories."""

from datetime import datetime, timedelta

import pytest

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter
from tongguan.indicators import api as indicators
from tongguan.indicators import queries
from tongguan.indicators.testing import assert_same_as_recomputed
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.kernel.testing import BEIJING
from tongguan.vitals.cases import MEASURES
from tongguan.vitals.signs import SIGNS
from tongguan.vitals.tests.conftest import ELSEWHERE

pytestmark = pytest.mark.django_db


def values(stage, *codes, **more):
    return [stage.value(code, **more) for code in codes]


def same_as_recomputed():
    assert_same_as_recomputed("cases")


def test_every_declared_sign_has_a_formula_that_can_be_read(stage):
    for sign in SIGNS:
        assert queries.checked(sign.code, sign.formula)
        assert sign.watch is sign.alarm is None  # no standard gives a threshold


def test_a_case_is_counted_from_its_opening_to_its_closing(stage):
    case = stage.dispatched()
    stage.count()
    assert values(stage, "open_now", "new_today", "closed_today", "covers_open") == [1, 1, 0, 1]
    stage.clock.advance(hours=1)
    stage.closed(stage.handled(case))
    stage.count()
    assert values(stage, "open_now", "new_today", "closed_today", "covers_open") == [0, 1, 1, 0]
    assert values(stage, "closed_in_time", "rework_rate", "handling_hours") == [100, 0, 1]
    same_as_recomputed()


def test_another_district_sees_none_of_it_and_the_city_sees_both(stage):
    stage.open()
    stage.open(division=ELSEWHERE, who="outside_acceptor")
    stage.open(division=ELSEWHERE, who="outside_acceptor")
    stage.count()
    assert stage.value("open_now") == 1
    assert stage.value("open_now", viewer="outsider") == 2
    assert stage.value("open_now", viewer="city_chief") == 3
    assert stage.value("open_now", viewer="city_chief", centre="990102001") == 2
    with pytest.raises(NotFound):
        stage.value("open_now", centre="990102")
    with pytest.raises(Forbidden):
        stage.value("open_now", viewer="department")


def test_what_is_taken_back_is_no_longer_counted(stage):
    first, second = stage.dispatched(), stage.open()
    stage.clock.advance(hours=1)
    stage.closed(stage.handled(first))
    stage.do("acceptor", second, "refuse", reason="不属受理范围")
    stage.count()
    assert values(stage, "open_now", "closed_today") == [0, 1]
    stage.clock.advance(hours=1)
    stage.do("acceptor", first, "reopen", reason="仍未修好")
    stage.do("duty_chief", second, "reaccept", reason="补充材料后受理")
    stage.count()
    assert values(stage, "open_now", "closed_today") == [2, 0]
    same_as_recomputed()


def test_a_rework_takes_the_handling_back_until_it_is_done_again(stage):
    case = stage.dispatched()
    stage.handled(case)
    stage.do("acceptor", case, "send_check", collector_id=stage.people.collector.id)
    stage.count()
    line = indicators.signs(stage.people.leader, None, ["rework_rate"], parts=True)[0]
    assert [(p.measure, p.value) for p in line.parts][1] == ("case_disposed", 1)
    stage.do("collector", case, "check_fail", reason="现场仍未恢复")
    stage.count()
    line = indicators.signs(stage.people.leader, None, ["rework_rate"], parts=True)[0]
    assert {p.measure: p.value for p in line.parts} == {
        "case_reworked": 1,
        "case_disposed": 0,
        "case_late_to_dispose": 0,
    }
    assert line.value is None  # nothing should have been closed: no rate, not zero
    same_as_recomputed()


def test_a_case_becomes_overdue_by_itself_and_the_value_is_the_length_of_the_desks_list(stage):
    case = stage.dispatched()
    stage.count()
    due = stage.read(case).due_at
    assert due - stage.clock.now() <= timedelta(hours=2)
    assert values(stage, "overdue_now", "due_soon") == [0, 1]
    stage.clock.move_to(due - timedelta(minutes=30))
    stage.count()
    assert values(stage, "overdue_now", "due_soon") == [0, 1]
    stage.clock.move_to(due + timedelta(minutes=1))
    stage.count()
    late = cases.cases(stage.people.leader, CaseFilter(open=True, overdue=True)).rows
    assert values(stage, "overdue_now", "due_soon") == [len(late), 0]
    assert len(late) >= 1
    same_as_recomputed()


@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.code)
def test_the_rows_behind_a_value_are_as_many_as_it_says(stage, measure):
    case, other = stage.dispatched(), stage.dispatched(urgency="urgent")
    stage.clock.advance(hours=1)
    stage.closed(stage.handled(case))
    stage.clock.advance(days=5)
    stage.count()
    window = "now" if measure.kind == "level" else "month"
    value, (part,) = queries.trial(stage.people.leader, "tried", f"{measure.code}({window})")
    found = queries.behind(f"{measure.code}~{window}~~990101")
    if measure.unit == "件":
        assert found.count() == value == part.value
    assert {row["subject"] for row in found} <= {case.id, other.id}
    seen = cases.cases(stage.people.outsider, CaseFilter(sign=f"{measure.code}~{window}~~990101"))
    assert seen.rows == ()


def test_the_past_is_drawn_from_the_moments_at_which_things_happened(stage):
    stage.open()
    stage.clock.advance(days=1)
    case = stage.dispatched()
    stage.clock.advance(hours=3)
    stage.closed(stage.handled(case))
    stage.count()  # everything is counted late: it does not matter
    leader = stage.people.leader
    days = indicators.history(leader, "new_today", since=datetime(2026, 9, 27, tzinfo=BEIJING), step="day")
    assert [point.value for point in days] == [0, 1, 1]
    opened = indicators.history(leader, "open_now", since=datetime(2026, 9, 27, tzinfo=BEIJING), step="day")
    assert [point.value for point in opened] == [0, 1, 1]
    hours = indicators.history(leader, "open_now", since=datetime(2026, 9, 29, 8, tzinfo=BEIJING))
    assert [point.value for point in hours] == [1, 2, 2, 2, 1]
    assert hours[0].at == datetime(2026, 9, 29, 8, tzinfo=BEIJING)
    assert indicators.signs(leader, None, ["open_now"])[0].change == 0


def test_a_value_says_how_old_its_data_are(stage):
    stage.open()
    assert indicators.signs(stage.people.leader, None, ["open_now"])[0].at is None
    stage.count()
    now = stage.clock.now()
    sign = indicators.signs(stage.people.leader, None, ["open_now"])[0]
    assert (sign.at, sign.stale) == (now, False)
    stage.clock.advance(minutes=5)  # the engine stands still
    sign = indicators.signs(stage.people.leader, None, ["open_now"])[0]
    assert (sign.at, sign.stale) == (now, True)
