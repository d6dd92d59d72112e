# SPDX-License-Identifier: Apache-2.0
"""Who sees what: the cast's scopes, and index ranges against the naive reading of prefixes."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.kernel import clock
from tongguan.people import api, queries, testing
from tongguan.people.contracts import CENTRE_POSTS, NOWHERE, PLATFORM, Grant, NewUser, Post, Scope
from tongguan.people.models import Unit

pytestmark = pytest.mark.django_db

codes = st.one_of(st.just(""), st.text("0129", min_size=1, max_size=6))
grants = st.lists(st.tuples(st.sampled_from(list(Post)), codes, codes), max_size=4).map(
    lambda rows: Scope(tuple(Grant(post, division, 1, path) for post, division, path in rows))
)


@pytest.fixture
def many_units(db):
    """Give units whose divisions and paths are every string of up to 4 of the digits 0, 2 and 9."""
    words = [""]
    for _ in range(4):
        words += [word + digit for word in words for digit in "029" if len(word) < 4]
    words = sorted(set(words) - {""})
    Unit.objects.bulk_create(
        Unit(code=f"U{i}", name=word, path=word, kind="other", division=words[-1 - i])
        for i, word in enumerate(words)
    )
    return list(Unit.objects.all())


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scope=grants, posts=st.lists(st.sampled_from(list(Post)), max_size=3))
def test_index_ranges_are_prefixes(many_units, scope, posts):
    held = [g for g in scope.grants if g.post in (set(posts) or CENTRE_POSTS)]
    seen = set(
        Unit.objects.filter(queries.division_q(scope, "division", *posts)).values_list("code", flat=True)
    )
    assert seen == {u.code for u in many_units if any(u.division.startswith(g.division) for g in held)}

    held = [
        g for g in scope.grants if g.post in (set(posts) or {Post.DEPARTMENT, Post.HANDLER}) and g.unit_path
    ]
    seen = set(Unit.objects.filter(queries.unit_q(scope, "path", *posts)).values_list("code", flat=True))
    assert seen == {u.code for u in many_units if any(u.path.startswith(g.unit_path) for g in held)}


def test_the_cast_holds_its_posts():
    cast = testing.cast()
    assert cast.acceptor.name == "王受理"
    assert cast.acceptor.unit_name == "江北区城市运行中心"
    assert cast.dispatcher.scope.posts() == {Post.DISPATCHER}
    assert cast.dispatcher.scope.covers("990101001", Post.DISPATCHER)
    assert not cast.outsider.scope.covers("990101001")
    assert [u.code for u in queries.units_with_duty("排水", "990101001001")] == ["N-SZ"]
    assert [u.code for u in queries.units_with_duty("供水", "990102")] == ["C-SW"]
    assert queries.units_with_duty("供水", "9902") == []


def test_posts_are_found_at_the_nearest_level():
    cast = testing.cast()
    assert [u.name for u in queries.holders(Post.DUTY_CHIEF, "990101001")] == ["赵值班长"]
    assert [u.name for u in queries.holders(Post.DUTY_CHIEF, "990102")] == ["市值班长"]
    assert [u.name for u in queries.superior_holders(Post.DUTY_CHIEF, "990101")] == ["市值班长"]
    assert queries.superior_holders(Post.DUTY_CHIEF, "9901") == []
    assert [u.name for u in queries.holders(Post.HANDLER, cast.unit("N-SZ").id)] == ["小刘"]
    assert [u.name for u in queries.superior_holders(Post.DEPARTMENT, cast.unit("N-SZ-1").id)] == ["张所长"]
    assert [u.name for u in queries.superior_holders(Post.DUTY_CHIEF, cast.unit("N-SZ-1").id)] == ["赵值班长"]


def test_centres_are_found_by_level():
    testing.cast()
    assert queries.centre_for("990101001001", "district").code == "N"
    assert queries.centre_for("990101001001", "city").code == "C"
    assert queries.centre_for("9901", "district") is None
    assert queries.centre_for("990103") is None
    assert queries.nearest_centre("990103").code == "C"


@pytest.mark.parametrize(
    ("role", "inside", "outside"),
    [
        ("acceptor", {"N", "N-01", "N-SZ", "N-SZ-1", "N-HW", "N-ZF"}, {"C", "S", "S-SZ"}),
        ("city_chief", {"C", "N", "S", "S-01"}, set()),
        ("auditor", {"C", "N", "S"}, set()),
        ("department", set(), {"C", "N", "N-SZ", "S"}),  # departments see through their unit only
        ("collector", set(), {"N", "N-01"}),  # collectors see tasks, not the division's cases
        ("sysadmin", set(), {"C", "N"}),  # who keeps the registers sees no cases
        ("secadmin", set(), {"C", "N"}),
        ("citizen", set(), {"C", "N", "S"}),
    ],
)
def test_divisions_seen_by_posts(role, inside, outside):
    scope = testing.cast().actor(role).scope
    seen = set(Unit.objects.filter(queries.division_q(scope, "division")).values_list("code", flat=True))
    assert inside <= seen
    assert not outside & seen


def test_departments_see_their_subtree_and_nothing_beside_it():
    scope = testing.cast().department.scope
    seen = set(Unit.objects.filter(queries.unit_q(scope, "path")).values_list("code", flat=True))
    assert seen == {"N-SZ", "N-SZ-1"}
    assert not Unit.objects.filter(queries.unit_q(PLATFORM.scope, "path")).exists()
    assert Unit.objects.filter(queries.division_q(PLATFORM.scope, "division")).count() == len(testing.UNITS)


def test_who_holds_no_office_is_a_citizen_nowhere_in_charge():
    cast = testing.cast()
    assert cast.citizen.scope == Scope((Grant(Post.CITIZEN, NOWHERE, 0, ""),))
    assert not cast.citizen.scope.covers("990101")
    assert not Unit.objects.filter(queries.division_q(cast.citizen.scope, "division", Post.CITIZEN)).exists()


def test_posts_hold_on_their_days_only():
    cast = testing.cast()
    info, _ = api.create_user(cast.sysadmin, NewUser("zhang.san", "张三", unit="N"))
    today = clock.now().date()
    made = api.appoint(
        cast.secadmin,
        testing.appointment("zhang.san", "N", Post.ACCEPTOR, "990101", today, today + timedelta(days=3)),
    )
    user = testing.user(info.id)
    assert queries.actor_of(user).scope.posts() == {Post.ACCEPTOR}
    assert queries.actor_of(user, clock.now() + timedelta(days=30)).scope.posts() == {Post.CITIZEN}
    api.end_appointment(cast.secadmin, made)
    assert queries.actor_of(user).scope.posts() == {Post.CITIZEN}
    user.is_active = False
    assert queries.actor_of(user).scope.grants == ()


def test_reading_the_actor_again_asks_the_database_nothing(django_assert_num_queries):
    cast = testing.cast()
    user = cast.user("handler")
    queries.actor_of(user)
    queries.calendar_for(None)
    with django_assert_num_queries(0):
        assert queries.actor_of(user) == cast.handler
        queries.units_with_duty("排水", "990101001001")
        queries.calendar_for(cast.handler.unit_id)


def test_the_matrix_names_every_role_once_per_verb():
    rows = testing.matrix({"accept": {"acceptor"}, "close": {"acceptor", "duty_chief"}})
    assert len(rows) == 2 * len(testing.ROLES)
    assert [row for row in rows if row[2]] == [
        ("accept", "acceptor", True),
        ("close", "acceptor", True),
        ("close", "duty_chief", True),
    ]
    with pytest.raises(AssertionError, match="stranger"):
        testing.matrix({"accept": {"stranger"}})
