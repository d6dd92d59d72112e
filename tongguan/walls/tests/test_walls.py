# SPDX-License-Identifier: Apache-2.0
"""What a centre's walls show, what they are set to, and what they are led to."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as rules
from tongguan.dispatch import api as dispatch
from tongguan.indicators import api as indicators
from tongguan.indicators.contracts import Direction, Draft
from tongguan.indicators.testing import count
from tongguan.kernel import clock, copies
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast
from tongguan.places.testing import square_city
from tongguan.runtime.testing import audited, published
from tongguan.walls import api, queries
from tongguan.walls.contracts import Mode

pytestmark = pytest.mark.django_db
MORNING = datetime(2026, 4, 30, 2, 30, tzinfo=UTC)  # Thursday, 10:30 in Jiangzhou, the day before May Day


@pytest.fixture
def city():
    """The square city, its people, its catalogue, on a Thursday morning."""
    people = cast()
    square_city()
    catalog.load_standards(PLATFORM)
    with clock.using(clock.ManualClock(MORNING)) as manual:
        people_and_clock = (people, manual)
        yield people_and_clock


def open_case(actor, division="990101001001", **more):
    told = {"item_code": "01003", "title": "井盖破损", "text": "", "division": division, "source": "hotline"}
    (case,) = cases.open_cases(actor, [NewCase(**{**told, "lon": 121.005, "lat": 30.805, **more})])
    count()
    return case


def sign(info, code):
    return next(one for one in info.signs if one.code == code)


def test_a_wall_counts_what_its_centre_sees_and_compares_with_yesterday(city):
    people, manual = city
    for _ in range(2):
        open_case(people.acceptor)
    manual.advance(days=1)
    late = open_case(people.acceptor, urgency="critical")
    open_case(people.outside_acceptor, "990102001001")
    district, whole = queries.wall(people.leader), queries.wall(people.city_chief)
    assert (sign(district, "open_now").value, sign(district, "open_now").change) == (3, 1)
    assert (sign(district, "new_today").value, sign(district, "new_today").change) == (1, -1)
    assert (sign(district, "urgent_now").value, sign(district, "urgent_now").state) == (1, "watch")
    assert (sign(district, "open_now").at, sign(district, "open_now").stale) == (manual.now(), False)
    assert [one.id for one in district.pressing] == [late.id]
    assert sign(whole, "open_now").value == 4
    assert len(whole.signs) <= 8
    # A city compares its districts, a district its streets.
    assert [(one.name, one.open) for one in whole.districts] == [("江北区", 3), ("江南区", 1)]
    assert [(one.name, one.open) for one in district.districts] == [("望江街道", 3)]
    assert [(one.code, one.open) for one in whole.items] == [("01003", 4)]
    assert (district.division_name, district.day.kind) == ("江北区", "holiday")
    assert len(district.points) == 3


def test_the_hours_hold_what_came_and_what_went(city):
    people, manual = city
    case = open_case(people.acceptor)
    manual.advance(hours=2)
    dispatch.perform(people.acceptor, case.id, "accept")
    rule = next(one for one in rules.filing_rules("01003") if one.condition_no == 1)
    dispatch.perform(people.acceptor, case.id, "register", {"filing_rule_id": rule.id})
    dispatch.perform(
        people.duty_chief, case.id, "force_close", {"reason": "现场已恢复", "authority": "值班长"}
    )
    count()
    info = queries.wall(people.leader)
    assert [(hour.at.hour, hour.opened, hour.closed) for hour in info.hours[-3:]] == [
        (2, 1, 0),
        (3, 0, 0),
        (4, 0, 1),
    ]
    assert len(info.hours) == 24
    assert (sign(info, "closed_today").value, sign(info, "open_now").value) == (1, 0)
    assert sign(info, "closed_today").view == "全部 体征:case_closed~today~~990101"
    assert next((one.name, one.case.id) for one in info.news) == ("CaseClosed", case.id)


def test_nothing_of_another_district_is_on_a_districts_wall(city):
    people, _ = city
    open_case(people.outside_acceptor, "990102001001", urgency="urgent")
    info = queries.wall(people.leader)
    assert sign(info, "open_now").value == 0
    assert (info.districts, info.items, info.pressing, info.news, info.points) == ((), (), (), (), ())


def statements(asked):
    """Give what was asked, without the look whether registers have changed, which is made by time."""
    looks = ("people_registerstamp", 'MAX("indicators_definition"')
    return [query["sql"] for query in asked if not any(look in query["sql"] for look in looks)]


def test_a_wall_asks_as_often_for_many_cases_as_for_one(city):
    people, _ = city
    open_case(people.acceptor, urgency="urgent")
    queries.wall(people.leader)  # registers are read once
    with CaptureQueriesContext(connection) as one:
        queries.wall(people.leader)
    for _ in range(20):
        open_case(people.acceptor, urgency="urgent")
    with CaptureQueriesContext(connection) as many:
        queries.wall(people.leader)
    assert len(statements(many)) == len(statements(one)) <= 32


def test_a_full_city_is_shown_whole_by_cell_and_never_in_part(city, monkeypatch):
    people, _ = city
    for n in range(7):
        place = {"lon": 121.005 + n % 3 * 0.2, "lat": 30.805}
        open_case(people.outside_acceptor if n == 6 else people.acceptor, f"99010{1 + n // 6}001001", **place)
    monkeypatch.setattr(queries, "_POINTS", 5)
    district, whole = queries.wall(people.leader), queries.wall(people.city_chief)
    assert (district.clustered, sum(one.n for one in district.points)) == (True, 6)
    assert (whole.clustered, sum(one.n for one in whole.points)) == (True, 7)
    monkeypatch.setattr(queries, "_POINTS", 7)
    assert (queries.wall(people.leader).clustered, len(queries.wall(people.leader).points)) == (False, 6)
    monkeypatch.setattr(queries, "_POINTS", 1)  # fewer than there are cells: they are looked at from farther
    assert sum(one.n for one in queries.wall(people.city_chief).points) == 7


def test_a_figure_opens_the_cases_it_counted(city):
    people, _ = city
    open_case(people.acceptor)
    views = {one.code: one.view for one in queries.wall(people.leader).signs}
    assert (views["open_now"], views["new_today"]) == ("", "全部 自:2026-04-30")
    assert views["closed_in_time"] == "全部 体征:case_closed_in_time~month~~990101"


def test_a_sign_out_of_force_is_on_no_wall_and_thresholds_of_officials_colour_it(city):
    people, _ = city
    open_case(people.acceptor)
    wording = {
        "zh": "在办案件",
        "en": "open now",
        "dimension": "公众满意度",
        "unit": "件",
        "direction": Direction.LOW,
    }
    indicators.define(PLATFORM, Draft(code="open_now", **wording, watch=1, alarm=9), 1)
    indicators.retire(PLATFORM, "new_today", "改用新口径", 1)
    copies.forget()
    info = queries.wall(people.leader)
    assert sign(info, "open_now").state == "watch"
    assert "new_today" not in {one.code for one in info.signs}
    assert info.hours == ()


def test_open_cases_are_counted_from_an_index_alone(city):
    people, _ = city
    open_case(people.acceptor)
    with CaptureQueriesContext(connection) as asked:
        queries.wall(people.city_chief)
    grouped = next(q["sql"] for q in asked if "GROUP BY" in q["sql"])
    if connection.vendor != "sqlite":
        pytest.skip("the plan of PostgreSQL depends on how many rows there are")
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + grouped)
        plan = " ".join(row[-1] for row in cursor.fetchall())
    assert "COVERING INDEX cases_open_counts" in plan


def test_a_mode_is_set_with_a_reason_by_who_commands_and_is_the_centres(city):
    people, _ = city
    assert queries.wall(people.leader).mode.mode == Mode.DAILY
    api.set_mode(people.duty_chief, "warning", "暴雨橙色预警")
    info = queries.wall(people.dispatcher)
    assert (info.mode.mode, info.mode.reason, info.mode.by_name) == ("warning", "暴雨橙色预警", "赵值班长")
    assert (info.may_command, queries.wall(people.leader).may_command) == (False, True)
    for other in (people.outsider, people.city_chief):
        assert queries.wall(other).mode.mode == Mode.DAILY
    (act,) = audited("wall.mode")
    assert (act.subject, act.detail["before"], act.detail["mode"]) == ("wall:990101", "daily", "warning")
    assert published("WallModeSet") == [("WallModeSet", {"division": "990101", "mode": "warning"})]


@pytest.mark.parametrize(
    ("mode", "reason", "field"),
    [("red", "因为", "mode"), ("warning", " ", "reason"), ("daily", "长" * 201, "reason")],
)
def test_a_mode_without_sense_or_reason_is_refused(city, mode, reason, field):
    people, _ = city
    with pytest.raises(Invalid) as refused:
        api.set_mode(people.duty_chief, mode, reason)
    assert refused.value.field == field
    assert audited("wall.mode") == []


@pytest.mark.parametrize("role", ["dispatcher", "acceptor", "department", "handler", "collector", "sysadmin"])
def test_others_set_no_mode(city, role):
    people, _ = city
    with pytest.raises(Forbidden):
        api.set_mode(getattr(people, role), "emergency", "试试")


def test_walls_follow_a_case_until_they_are_let_go_or_time_is_up(city):
    people, manual = city
    case = open_case(people.acceptor)
    api.lead(people.dispatcher, case.id, "请看现场")
    led = queries.wall(people.leader).led
    assert (led.case.id, led.note, led.by_name, led.photos) == (case.id, "请看现场", "李派遣", ())
    assert queries.wall(people.city_chief).led is None  # another centre's walls
    api.release(people.duty_chief)
    assert queries.led(people.leader) is None
    with pytest.raises(Conflict):
        api.release(people.duty_chief)
    api.lead(people.dispatcher, case.id)
    manual.advance(minutes=9, seconds=59)
    assert queries.led(people.leader)
    manual.advance(seconds=1)
    assert queries.led(people.leader) is None
    assert [act.verb for act in audited() if act.subject == "wall:990101"] == [
        "wall.lead",
        "wall.release",
        "wall.lead",
    ]


def test_walls_are_led_only_to_what_their_leader_sees_and_what_has_a_place(city):
    people, _ = city
    theirs = open_case(people.outside_acceptor, "990102001001")
    nowhere = open_case(people.acceptor, lon=None, lat=None)
    with pytest.raises(NotFound):
        api.lead(people.dispatcher, theirs.id)
    with pytest.raises(Conflict):
        api.lead(people.dispatcher, nowhere.id)
    with pytest.raises(Forbidden):
        api.lead(people.handler, theirs.id)
    assert published("WallLed") == []


def test_who_sees_no_cases_of_a_division_has_no_wall(city):
    people, _ = city
    for actor in (people.handler, people.collector, people.citizen, people.sysadmin):
        with pytest.raises(Forbidden):
            queries.wall(actor)


def test_a_day_is_called_by_its_kind(city):
    people, manual = city
    kinds = []
    for _ in range(10):
        kinds.append(queries.wall(people.leader).day.kind)
        manual.advance(days=1)
    # 2026: 1 to 5 May are free, 9 May (Saturday) is worked instead.
    assert kinds == ["working", *["holiday"] * 5, *["working"] * 3, "makeup"]
    assert timedelta(days=10) == manual.now() - MORNING
