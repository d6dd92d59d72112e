# SPDX-License-Identifier: Apache-2.0
"""The working calendar: a day to come is altered with its reason; running clocks move only when asked to."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from tongguan.cases import queries as cases
from tongguan.dispatch.testing import timed
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.testing import BEIJING
from tongguan.kernel.worktime import Limit, LimitUnit
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.runtime.testing import audited
from tongguan.workdays import api, queries
from tongguan.workdays.contracts import NewDay

pytestmark = pytest.mark.django_db
#: 周一上午九点。
NOW = datetime(2026, 5, 18, 9, tzinfo=BEIJING).astimezone(UTC)
THREE_DAYS = Limit(Decimal(3), LimitUnit.WORK_DAY)


@pytest.fixture
def team():
    with clock.using(clock.ManualClock(NOW)):
        yield cast()


def rest(**other):
    told = {
        "calendar": "", "date": date(2026, 5, 20), "kind": "holiday", "name": "城市日",
        "reason": "市政府决定放假一天", "source": "江府发〔2026〕12号",
    }  # fmt: skip
    return NewDay(**{**told, **other})


def due(case_id):
    return cases.case(PLATFORM, case_id).due_at


def test_a_new_holiday_is_previewed_and_leaves_running_clocks_alone(team):
    case_id = timed(team.acceptor, THREE_DAYS)
    before = due(case_id)
    assert before == NOW + timedelta(days=3)
    for_boss, for_admin = (queries.effect(who, rest()) for who in (team.leader, team.sysadmin))
    assert (for_boss.later, for_boss.sooner) == (1, 0)
    assert [(one.case_id, one.then) for one in for_boss.cases] == [(case_id, before + timedelta(days=1))]
    assert (for_admin.later, for_admin.cases) == (1, [])
    assert people.calendar_for().is_working(datetime(2026, 5, 20, 9, tzinfo=BEIJING))

    change = api.alter(team.sysadmin, rest())
    assert (change.no, change.was, change.kind, change.recounted) == (1, "", "holiday", None)
    assert due(case_id) == before
    assert timed(team.acceptor, THREE_DAYS) != case_id
    assert not people.calendar_for().is_working(datetime(2026, 5, 20, 9, tzinfo=BEIJING))
    (act,) = audited("workday.alter")
    assert act.detail["reason"] == "市政府决定放假一天"
    (day,) = (one for one in queries.year("", 2026).days if one.date == date(2026, 5, 20))
    assert (day.working, day.kind, day.name, day.no) == (False, "holiday", "城市日", 1)


def test_clocks_follow_when_the_act_says_so_and_back_again(team):
    case_id = timed(team.acceptor, THREE_DAYS)
    before = due(case_id)
    change = api.alter(team.sysadmin, rest(recount=True))
    assert (change.recounted, due(case_id)) == (1, before + timedelta(days=1))
    back = api.alter(team.sysadmin, rest(kind="makeup_workday", name="", reason="决定撤销", recount=True))
    assert (back.no, back.was, back.recounted, due(case_id)) == (2, "holiday", 1, before)
    assert [(one.no, one.kind) for one in queries.changes("", 2026)] == [
        (2, "makeup_workday"),
        (1, "holiday"),
    ]


def test_a_clock_that_is_due_before_the_day_or_runs_all_night_is_not_moved(team):
    timed(team.acceptor, Limit(Decimal(4), LimitUnit.WORK_HOUR))
    timed(team.acceptor, Limit(Decimal(9), LimitUnit.NATURAL_DAY))
    assert queries.effect(team.leader, rest()).cases == []
    assert api.alter(team.sysadmin, rest(recount=True)).recounted == 0


@pytest.mark.parametrize(
    ("other", "field"),
    [
        ({"date": date(2026, 5, 18)}, "date"),
        ({"date": date(2100, 1, 1)}, "date"),
        ({"kind": "party"}, "kind"),
        ({"name": "长" * 61}, "name"),
        ({"reason": " "}, "reason"),
        ({"source": "\x00"}, "source"),
    ],
)
def test_what_is_wrong_is_named_by_its_field_and_nothing_is_kept(team, other, field):
    with pytest.raises(Invalid) as refused:
        api.alter(team.sysadmin, rest(**other))
    assert refused.value.field == field
    assert queries.changes("", 2026) == []


def test_only_a_system_administrator_alters_and_only_what_is_otherwise(team):
    with pytest.raises(Forbidden):
        api.alter(team.leader, rest())
    with pytest.raises(NotFound):
        api.alter(team.sysadmin, rest(calendar="nowhere"))
    api.alter(team.sysadmin, rest())
    with pytest.raises(Conflict):
        api.alter(team.sysadmin, rest())


def test_the_year_to_come_is_missed_until_it_is_announced(team):
    (warning,) = queries.unknown_years(datetime(2026, 11, 23, tzinfo=BEIJING))
    assert warning.year == 2027
    assert "import_calendar" in warning.zh
    assert queries.unknown_years(datetime(2026, 10, 1, tzinfo=BEIJING)) == []
    assert not queries.year("", 2027).known
