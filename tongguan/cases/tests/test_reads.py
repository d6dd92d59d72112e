# SPDX-License-Identifier: Apache-2.0
"""Lists, pages, counts, near-by search: right, in few statements, whatever the size."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.cases import api, paging, queries
from tongguan.cases.contracts import CaseFilter
from tongguan.cases.tests.conftest import OTHER_PLACE, new, opened
from tongguan.kernel.errors import Invalid
from tongguan.kernel.geometry import distance_m
from tongguan.people.contracts import PLATFORM

pytestmark = pytest.mark.django_db


def many(clock, count, **more):
    found = []
    for no in range(count):
        clock.advance(seconds=no % 3)  # some are opened in the same instant
        found += api.open_cases(PLATFORM, [new(title=f"第{no:03d}件", **more)])
    return found


def titles(page):
    return [row.title for row in page.rows]


@pytest.mark.parametrize("order", ["newest", "oldest"])
def test_pages_give_every_case_once_in_order(people, clock, order):
    made = many(clock, 23)
    seen, after = [], ""
    while True:
        page = queries.cases(people.acceptor, after=after, limit=5, order=order)
        seen += page.rows
        if after:
            assert page.total is None
        after = page.after
        if not after:
            break
    expected = sorted(made, key=lambda c: (c.opened_at, c.id), reverse=order == "newest")
    assert [row.id for row in seen] == [row.id for row in expected]


def test_a_case_that_comes_meanwhile_shifts_no_later_page(people, clock):
    many(clock, 6)
    first = queries.cases(people.acceptor, limit=3)
    clock.advance(hours=1)
    opened(people, title="后来的")
    second = queries.cases(people.acceptor, after=first.after, limit=3)
    assert not set(titles(first)) & set(titles(second))
    assert "后来的" not in titles(second)


def test_the_due_list_has_open_cases_soonest_first_and_those_without_a_due_time_last(people, clock):
    made = many(clock, 6)
    api.move(people.acceptor, made[5].id, "refuse", {"reason": "不属受理范围"})
    now = datetime(2026, 9, 28, 12, tzinfo=UTC)
    api.set_due({made[0].id: now + timedelta(hours=5), made[1].id: now, made[2].id: now + timedelta(hours=1)})
    page = queries.cases(people.acceptor, order="due", limit=2)
    assert ([row.id for row in page.rows], page.total) == ([made[1].id, made[2].id], 5)
    over = queries.cases(people.acceptor, order="due", limit=2, after=page.after)
    assert [row.id for row in over.rows] == [made[0].id, made[3].id]
    last = queries.cases(people.acceptor, order="due", limit=2, after=over.after)
    assert ([row.id for row in last.rows], last.after) == ([made[4].id], "")


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    hours=st.lists(st.none() | st.integers(-3, 3), min_size=1, max_size=12),
    limit=st.integers(1, 5),
    order=st.sampled_from(["newest", "oldest", "due"]),
)
def test_pages_of_any_size_give_every_case_once_in_order_due_or_not(people, clock, hours, limit, order):
    with transaction.atomic():
        # Two and two are opened in one moment, and due times repeat: ids decide.
        made = [
            opened(people, title=f"{n}")
            for n in range(len(hours))
            if n % 2 or clock.advance(seconds=1) is None
        ]
        noon = datetime(2026, 9, 28, 12, tzinfo=UTC)
        due = {c.id: noon + timedelta(hours=h) for c, h in zip(made, hours, strict=True) if h is not None}
        api.set_due(due)
        seen, after = [], ""
        while True:
            page = queries.cases(people.acceptor, after=after, limit=limit, order=order)
            assert page.total == (None if after else len(made))
            seen += [row.id for row in page.rows]
            after = page.after
            if not after:
                break
        late = datetime.max.replace(tzinfo=UTC)
        keys = {
            "newest": lambda c: (c.opened_at, c.id),
            "oldest": lambda c: (c.opened_at, c.id),
            "due": lambda c: (due.get(c.id, late), c.opened_at if c.id not in due else late, c.id),
        }
        expected = sorted(made, key=keys[order], reverse=order == "newest")
        assert seen == [c.id for c in expected]
        transaction.set_rollback(True)


def test_a_cursor_of_the_due_list_is_none_of_another(people, clock):
    many(clock, 3)
    page = queries.cases(people.acceptor, order="due", limit=1)
    with pytest.raises(Invalid):
        queries.cases(people.acceptor, order="newest", limit=1, after=page.after)


@pytest.mark.parametrize("after", ["x", "Li4u", "====", "中文", "MjAyNnxub3Q="])
def test_a_cursor_that_is_none_is_refused_by_name(people, after):
    with pytest.raises(Invalid) as refused:
        queries.cases(people.acceptor, after=after)
    assert refused.value.field == "after"


@pytest.mark.parametrize(
    ("limit", "order", "field"), [(0, "newest", "limit"), (201, "newest", "limit"), (5, "by luck", "order")]
)
def test_limits_and_orders_that_are_none_are_refused_by_name(people, limit, order, field):
    with pytest.raises(Invalid) as refused:
        queries.cases(people.acceptor, limit=limit, order=order)
    assert refused.value.field == field


def test_filters_narrow_to_what_they_say(people, clock):
    one = opened(people, title="甲", urgency="urgent", source="wechat", item_code="06001")
    two = opened(people, title="乙", lon=121.3)
    three = api.open_cases(PLATFORM, [new(title="丙", division="990101002001")])[0]
    elsewhere = api.open_cases(PLATFORM, [new(title="丁", division=OTHER_PLACE)])[0]
    api.move(people.acceptor, two.id, "refuse", {"reason": "不属受理范围"})
    api.set_due({one.id: clock.now() - timedelta(minutes=1)})
    unit = people.unit("N-SZ")
    api.involve(three.id, [(unit.id, unit.path)], "lead")

    def found(**narrow):
        return {row.title for row in queries.cases(PLATFORM, CaseFilter(**narrow)).rows}

    assert found() == {"甲", "乙", "丙", "丁"}
    assert found(division="990101") == {"甲", "乙", "丙"}
    assert found(division="990101001") == {"甲", "乙"}
    assert found(division="99") == {"甲", "乙", "丙", "丁"}
    assert found(states=("not_accepted",)) == {"乙"}
    assert found(states=("reported", "not_accepted"), division="990101001") == {"甲", "乙"}
    assert found(open=True) == {"甲", "丙", "丁"}
    assert found(open=False) == {"乙"}
    assert found(overdue=True) == {"甲"}
    assert found(overdue=False) == {"乙", "丙", "丁"}
    assert found(urgency=("urgent",)) == {"甲"}
    assert found(sources=("wechat",)) == {"甲"}
    assert found(items=("06001",)) == {"甲"}
    assert found(text="甲") == {"甲"}
    assert found(text=elsewhere.number) == {"丁"}
    assert found(text="990102") == {"丁"}
    assert found(text="' OR 1=1 --") == set()
    assert found(unit_id=unit.id) == {"丙"}
    assert found(bbox=(121.25, 30.9, 121.4, 31.1)) == {"乙"}
    assert found(opened_from=clock.now(), opened_to=clock.now()) == set()
    assert found(hubs=("990101",)) == {"甲", "乙", "丙"}


def test_a_list_and_a_case_cost_the_same_few_statements_whatever_the_size(people, clock):
    unit = people.unit("N-SZ")

    def statements(actor):
        with CaptureQueriesContext(connection) as seen:
            page = queries.cases(actor, limit=100)
            listed = len(seen)
            queries.case(actor, page.rows[0].id)
            queries.timeline(actor, page.rows[0].id)
        return listed, len(seen) - listed

    for count in (1, 30):
        for case in many(clock, count):
            api.involve(case.id, [(unit.id, unit.path)], "lead")
        for actor in (people.acceptor, people.city_chief, people.department, people.handler):
            # PostgreSQL is asked for its estimate before anything is counted.
            assert statements(actor) == (3 if connection.vendor == "postgresql" else 2, 2)


def test_totals_are_exact_up_to_the_bound_and_marked_above_it(people, monkeypatch):
    monkeypatch.setattr(paging, "COUNT_BOUND", 3)
    api.open_cases(PLATFORM, [new() for _ in range(3)])
    page = queries.cases(people.acceptor)
    assert (page.total, page.estimated) == (3, False)
    api.open_cases(PLATFORM, [new() for _ in range(3)])
    page = queries.cases(people.acceptor)
    assert page.estimated
    assert page.total >= 4


def test_near_by_is_exact_nearest_first_and_leaves_out_closed_ones(people):
    east = [121.2 + step * 0.0005 for step in range(12)]
    made = api.open_cases(PLATFORM, [new(lon=lon, title=f"{no}") for no, lon in enumerate(east)])
    api.move(people.acceptor, made[1].id, "refuse", {"reason": "误报误报"})
    found = queries.near(people.acceptor, 121.2, 31.0, 250)
    assert [near.case.title for near in found] == ["0", "2", "3", "4", "5"]
    for near in found:
        exact = float(distance_m(121.2, 31.0, near.case.lon, near.case.lat))
        assert near.metres == pytest.approx(exact, abs=0.06)
        assert near.metres <= 250
    also = queries.near(people.acceptor, 121.2, 31.0, 250, open_only=False)
    assert [near.case.title for near in also] == ["0", "1", "2", "3", "4", "5"]
    assert queries.near(people.acceptor, 121.2, 31.0, 250, limit=1)[0].metres == 0.0
    with pytest.raises(Invalid):
        queries.near(people.acceptor, 121.2, 31.0, 50_000)


def test_counts_are_of_open_cases_by_state(people, clock):
    made = many(clock, 3)
    api.move(people.acceptor, made[0].id, "accept", {})
    api.move(people.acceptor, made[1].id, "refuse", {"reason": "误报误报"})
    api.set_due({made[0].id: clock.now() - timedelta(hours=1)})
    assert queries.counts(people.acceptor) == {"pending_register": 1, "reported": 1, "overdue": 1}
    assert queries.counts(people.outsider) == {"overdue": 0}
