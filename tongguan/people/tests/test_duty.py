# SPDX-License-Identifier: Apache-2.0
"""The duty rota: nights covered, nobody in two places, planned by those in charge."""

from datetime import datetime, timedelta

import pytest

from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.testing import BEIJING
from tongguan.people import api, queries, testing
from tongguan.people.contracts import Gap, NewShift, Post
from tongguan.people.models import DutyShift

pytestmark = pytest.mark.django_db


def at(hour, day=23):
    return datetime(2026, 11, day, tzinfo=BEIJING) + timedelta(hours=hour)


def shift(cast, role="duty_chief", start=8, end=20, unit="N", post=Post.DUTY_CHIEF, **more):
    return NewShift(cast.actor(role).id, cast.unit(unit).id, post, at(start), at(end), **more)


def test_who_is_on_duty_now_is_known_by_unit_and_by_division():
    cast = testing.cast()
    day, night = shift(cast), shift(cast, "supervisor", 20, 32, covers=cast.duty_chief.id)
    api.roster(cast.duty_chief, [day, night])

    def names(where, hour):
        return [u.name for u in queries.on_duty(Post.DUTY_CHIEF, where, at(hour))]

    assert names(cast.unit("N").id, 8) == ["赵值班长"]
    assert names("990101001001", 19.99) == ["赵值班长"]
    assert names("990101", 20) == ["孙督查"]
    assert names("990101", 30) == ["孙督查"]
    assert names("990101", 32) == []
    assert names("990102", 8) == []
    assert queries.on_duty(Post.ACCEPTOR, "990101", at(8)) == []


def test_hours_without_anybody_are_found_nights_included():
    cast = testing.cast()
    api.roster(cast.duty_chief, [shift(cast, start=8, end=18), shift(cast, "leader", 17, 20)])
    gaps = queries.duty_gaps(cast.duty_chief, cast.unit("N").id, Post.DUTY_CHIEF, at(0), at(24))
    assert gaps == [Gap(at(0), at(8)), Gap(at(20), at(24))]
    api.roster(cast.duty_chief, [shift(cast, "supervisor", 20, 32), shift(cast, "evaluator", -4, 8)])
    assert queries.duty_gaps(cast.duty_chief, cast.unit("N").id, Post.DUTY_CHIEF, at(0), at(24)) == []


def test_nobody_is_on_duty_in_two_places():
    cast = testing.cast()
    api.roster(cast.city_chief, [shift(cast)])
    for start, end in ((7, 9), (19, 21), (9, 10), (0, 24), (8, 20)):
        with pytest.raises(Invalid) as refusal:
            api.roster(cast.city_chief, [shift(cast, unit="C", start=start, end=end)])
        assert "重叠" in refusal.value.params["errors"][0]["message"]
    with pytest.raises(Invalid) as refusal:
        api.roster(cast.city_chief, [shift(cast, start=20, end=30), shift(cast, start=29, end=31)])
    assert refusal.value.params["errors"][0]["row"] == 2
    assert DutyShift.objects.count() == 1
    # One after the other is no overlap, and a cancelled turn is free again.
    api.roster(cast.city_chief, [shift(cast, start=20, end=24)])
    api.cancel_shift(cast.city_chief, DutyShift.objects.earliest("id").pk)
    api.roster(cast.city_chief, [shift(cast, unit="C", start=9, end=10)])


@pytest.mark.parametrize(
    ("verb", "role", "may"),
    testing.matrix({"roster": {"duty_chief", "city_chief", "sysadmin", "department"}}),
)
def test_rotas_are_drawn_up_by_those_in_charge(verb, role, may):
    cast = testing.cast()
    row = shift(cast, "handler", unit="N-SZ", post=Post.HANDLER)
    if may:
        (made,) = api.roster(cast.actor(role), [row])
        api.cancel_shift(cast.actor(role), made)
        with pytest.raises(Conflict):
            api.cancel_shift(cast.actor(role), made)
    else:
        with pytest.raises((Forbidden, Invalid)):
            api.roster(cast.actor(role), [row])
        (made,) = api.roster(cast.duty_chief, [row])
        with pytest.raises((Forbidden, NotFound)):
            api.cancel_shift(cast.actor(role), made)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"start": 20, "end": 20}, "starts_at"),
        ({"start": 0, "end": 24 * 8}, "starts_at"),
        ({"covers": 999_999}, "covers"),
        ({"unit": "S"}, "unit"),
    ],
)
def test_what_is_wrong_with_a_turn_is_named(change, field):
    cast = testing.cast()
    with pytest.raises(Invalid) as refusal:
        api.roster(cast.duty_chief, [shift(cast, **change)])
    assert refusal.value.field == field


def test_a_rota_is_read_within_scope_only():
    cast = testing.cast()
    api.roster(cast.duty_chief, [shift(cast)])
    unit = cast.unit("N").id
    (info,) = queries.rota(cast.acceptor, unit, at(0), at(24))
    assert (info.user.name, info.post) == ("赵值班长", Post.DUTY_CHIEF)
    assert queries.rota(cast.acceptor, unit, at(21), at(24)) == []
    for role in ("outsider", "citizen"):
        with pytest.raises(NotFound):
            queries.rota(cast.actor(role), unit, at(0), at(24))


def test_a_month_is_rostered_in_few_statements(django_assert_max_num_queries):
    cast = testing.cast()
    rows = [shift(cast, start=24 * d, end=24 * d + 24) for d in range(30)]
    with django_assert_max_num_queries(20):
        api.roster(cast.duty_chief, rows)
    month = (at(0), at(24 * 30))
    assert queries.duty_gaps(cast.duty_chief, cast.unit("N").id, Post.DUTY_CHIEF, *month) == []
