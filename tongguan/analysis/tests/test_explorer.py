# SPDX-License-Identifier: Apache-2.0
"""The explorer tells the truth: sums add up, numbers open their cases, scope never leaks, noise is calm."""

from dataclasses import replace
from datetime import date, timedelta
from urllib.parse import parse_qsl

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.analysis import asking, queries
from tongguan.analysis.contracts import Question, Verdict
from tongguan.analysis.testing import PLACES, TODAY, book, case, everyday
from tongguan.kernel.errors import Forbidden, Invalid
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import ROLES, cast

pytestmark = pytest.mark.django_db
WEEK = Question(since=TODAY - timedelta(days=14), until=TODAY)
CUTS = (
    "district",
    "street",
    "item",
    "family",
    "source",
    "day",
    "week",
    "weekday",
    "hour_of_day",
    "cell8",
    "unit",
)


@pytest.fixture
def home(settings):
    """Where the casebook lies."""
    return settings.HOME


def asked(query):
    """Give the question that a row's query string asks."""
    told = parse_qsl(query)
    plain = dict(told)
    return Question(
        measure=plain["measure"],
        since=date.fromisoformat(plain["since"]),
        until=date.fromisoformat(plain["until"]),
        where=asking.conditions([value for name, value in told if name == "where"]),
    )


@settings(deadline=None, max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    rows=st.lists(
        st.builds(
            case,
            st.integers(1, 60).map(lambda n: TODAY - timedelta(days=n)),
            st.integers(0, 2),
            st.integers(0, 2),
            hour=st.integers(0, 23),
            source=st.sampled_from(["hotline", "grid", ""]),
        ),
        max_size=40,
    ),
    by=st.lists(st.sampled_from(CUTS), min_size=1, max_size=3, unique=True),
)
def test_sums_add_up_along_every_dimension_and_open_exactly_their_cases(home, rows, by):
    book(home, rows)
    question = replace(WEEK, by=tuple(by))
    answer = queries.cube(PLATFORM, question)
    inside = [row for row in rows if WEEK.since <= (row["opened_at"] + timedelta(hours=8)).date() < TODAY]
    assert sum(row.count for row in answer.rows) + answer.rest == answer.total.count == len(inside)
    for row in answer.rows[:5]:
        assert queries.behind(PLATFORM, asked(row.query)).total == row.count
    for one in by:
        less = queries.cube(PLATFORM, replace(question, by=(one,)))
        place = by.index(one)
        for row in less.rows:
            assert row.count == sum(r.count for r in answer.rows if r.keys[place] == row.keys[0])


def test_pages_of_the_cases_behind_a_number_hold_each_once(home):
    rows = [case(TODAY - timedelta(days=1), hour=h % 24) for h in range(30)]
    book(home, rows)
    first = queries.behind(PLATFORM, WEEK, limit=20)
    second = queries.behind(PLATFORM, WEEK, limit=20, offset=first.next)
    assert (first.total, first.next, second.next) == (30, 20, None)
    assert len({*first.ids, *second.ids}) == 30


def test_nobody_counts_a_case_outside_of_the_own_scope(home):
    people = cast()
    rows = [
        case(TODAY - timedelta(days=n % 10 + 1), place) for place in range(3) for n in range(10 * (place + 1))
    ]
    book(home, rows)
    whole = dict.fromkeys(ROLES, 0)
    for role in ROLES:
        try:
            answer = queries.cube(people.actor(role), replace(WEEK, by=("district",)))
        except Forbidden:
            whole[role] = -1
            continue
        whole[role] = answer.total.count
        held = people.actor(role).scope.divisions()
        assert all(any(row.keys[0].startswith(one) for one in held) for row in answer.rows)
    assert (whole["leader"], whole["outsider"], whole["city_chief"]) == (30, 30, 60)
    assert (whole["department"], whole["citizen"], whole["sysadmin"], whole["collector"]) == (0, -1, -1, -1)
    behind = queries.behind(people.outsider, replace(WEEK, where={"district": ("990101",)}))
    assert behind.total == 0


def test_noise_is_not_called_a_change_and_a_flood_is(home):
    calm = everyday(400, per_day=6)
    book(home, calm)
    answer = queries.cube(PLATFORM, replace(WEEK, by=("street", "item")))
    assert {row.verdict for row in answer.rows} == {Verdict.CALM}
    flood = [case(TODAY - timedelta(days=3), 2, 2, hour=h % 24) for h in range(60)]
    book(home, [*calm, *flood])
    answer = queries.cube(PLATFORM, replace(WEEK, by=("street", "item")))
    loud = [(row.names, row.verdict) for row in answer.rows if row.verdict]
    assert loud == [(("三街道", "暴露垃圾"), Verdict.UP)]
    assert answer.total.verdict is Verdict.UP


def test_what_nothing_is_known_of_is_not_compared(home):
    book(home, [case(TODAY - timedelta(days=2))])
    total = queries.cube(PLATFORM, WEEK).total
    assert (total.count, total.before, total.last_year, total.q, total.verdict) == (1, None, None, None, "")


def test_shares_and_means_are_told_in_their_units(home):
    late = {"closed_at": case(TODAY)["opened_at"] + timedelta(days=3)}
    rows = [case(TODAY - timedelta(days=5)), case(TODAY - timedelta(days=5), **late)]
    book(home, rows)
    week = replace(WEEK, until=TODAY + timedelta(days=10))
    assert queries.cube(PLATFORM, replace(week, measure="late")).total.value == 50
    assert queries.cube(PLATFORM, replace(WEEK, measure="days_taken")).total.value == pytest.approx(20 / 24)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"measure": "gold"}, "measure"),
        ({"until": WEEK.since}, "until"),
        ({"by": ("colour",)}, "by"),
        ({"by": ("day", "day")}, "by"),
        ({"where": {"outcome": ("opened",)}}, "where"),
        ({"where": {"cell9": ("'; DROP",)}}, "where"),
        ({"most": 0}, "most"),
        ({"by": ("hour",), "since": date(2025, 1, 1)}, "by"),
    ],
)
def test_what_cannot_be_asked_is_refused_by_its_field(wrong, field):
    with pytest.raises(Invalid) as refused:
        queries.cube(PLATFORM, replace(WEEK, **wrong))
    assert refused.value.field == field


def test_words_in_conditions_are_values_and_never_sql(home):
    book(home, [case(TODAY - timedelta(days=1))])
    found = queries.cube(PLATFORM, replace(WEEK, where={"item": ("' OR 1=1 --",), "street": ("99%' OR '1",)}))
    assert found.total.count == 0


def test_tellings_are_counted_by_channel_with_names(home):
    tellings = [
        {"source": "hotline", "item": "010401", "received_at": case(TODAY - timedelta(days=1))["opened_at"],
         "division": PLACES[0][0], "case_id": "case0"},
        {"source": "grid", "item": "010401", "received_at": case(TODAY - timedelta(days=1))["opened_at"],
         "division": PLACES[0][0], "outcome": "quarantined"},
    ]  # fmt: skip
    book(home, [case(TODAY - timedelta(days=1))], tellings=tellings)
    answer = queries.cube(PLATFORM, replace(WEEK, measure="tellings", by=("source", "family")))
    assert [row.names for row in answer.rows] == [("网格上报", "公用设施"), ("热线", "公用设施")]
    assert queries.behind(PLATFORM, replace(WEEK, measure="tellings")).total == 1
