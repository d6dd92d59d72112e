# SPDX-License-Identifier: Apache-2.0
"""Views are their owner's; a shared one is the unit's, and nobody else's."""

from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import ROLES, cast
from tongguan.savedviews import api, queries
from tongguan.savedviews.contracts import NewView

pytestmark = pytest.mark.django_db


@pytest.fixture
def people():
    """The standing cast."""
    return cast()


def late(**more):
    return NewView(name="超期", line="超期", narrow={"overdue": True}, **more)


def names(actor):
    return [(view.name, view.mine) for view in queries.views(actor)]


def test_a_view_is_its_owners_until_it_is_shared_with_the_unit(people):
    api.keep(people.dispatcher, late())
    assert names(people.dispatcher) == [("超期", True)]
    assert names(people.acceptor) == []
    api.keep(people.dispatcher, late(shared=True))
    assert names(people.acceptor) == [("超期", False)]
    assert names(people.outsider) == []
    assert names(people.city_dispatcher) == []


def test_the_same_name_again_replaces_the_own_view_and_not_a_colleagues(people):
    api.keep(people.dispatcher, late(shared=True))
    other = api.keep(people.acceptor, NewView(name="超期", line="超期 路灯", narrow={}, order="due"))
    assert names(people.acceptor) == [("超期", True), ("超期", False)]
    assert api.keep(people.acceptor, late()).id == other.id
    assert len(queries.views(people.acceptor)) == 2


def test_only_the_owner_drops_a_view(people):
    kept = api.keep(people.dispatcher, late(shared=True))
    with pytest.raises(NotFound):
        api.drop(people.acceptor, kept.id)
    api.drop(people.dispatcher, kept.id)
    assert names(people.acceptor) == []
    with pytest.raises(NotFound):
        api.drop(people.dispatcher, kept.id)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"name": " "}, "name"), ({"line": "x" * 2_201}, "line"), ({"order": "best"}, "order")],
)
def test_what_is_no_view_is_refused_by_its_field(people, wrong, field):
    view = {"name": "a", "line": "", "narrow": {}, **wrong}
    with pytest.raises(Invalid) as refused:
        api.keep(people.dispatcher, NewView(**view))
    assert refused.value.field == field


def test_a_person_keeps_thirty_and_the_platform_none(people):
    for n in range(api.MOST):
        api.keep(people.dispatcher, NewView(name=str(n), line="", narrow={}))
    api.keep(people.dispatcher, NewView(name="0", line="超期", narrow={}))
    with pytest.raises(Conflict):
        api.keep(people.dispatcher, late())
    with pytest.raises(Forbidden):
        queries.views(PLATFORM)


@settings(deadline=None, max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(ROLES), st.booleans()), min_size=1, max_size=6))
def test_nobody_has_a_view_that_is_neither_own_nor_shared_by_the_unit(people, kept):
    for role, shared in kept:
        actor = people.actor(role)
        if shared and not actor.unit_id:
            continue
        api.keep(actor, NewView(name=role, line="", narrow={}, shared=shared))
    whose: dict[UUID, str] = {
        v.id: role for role in ROLES for v in queries.views(people.actor(role)) if v.mine
    }
    for role in ROLES:
        actor = people.actor(role)
        for view in queries.views(actor):
            owner = people.actor(whose[view.id])
            assert owner.id == actor.id or (view.shared and owner.unit_id == actor.unit_id)
