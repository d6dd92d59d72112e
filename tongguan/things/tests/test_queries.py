# SPDX-License-Identifier: Apache-2.0
"""Components near a point, within the reader's divisions."""

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.kernel.errors import Invalid
from tongguan.kernel.geometry import cells_of, distance_m
from tongguan.people.testing import cast
from tongguan.places.testing import demo_city
from tongguan.things import queries
from tongguan.things.models import Component
from tongguan.things.seed import seed_components

pytestmark = pytest.mark.django_db


def put(n, lon, lat=30.805, **more):
    values = {"class_code": "01001", "division": "990101001001", "name": "供水井盖"} | more
    code = f"{values['division'][:6]}{values['class_code']}{n:06d}"
    return Component.objects.create(
        code=code, lon=lon, lat=lat, cell=int(cells_of([lon], [lat])[0]), **values
    )


def names(found):
    return [near.component.code[-6:] for near in found]


def test_the_nearest_of_the_class_comes_first(django_assert_num_queries):
    put(1, 121.0010)
    put(2, 121.0005)
    put(3, 121.0001, class_code="01037")
    put(4, 121.0002, state="移除")
    with django_assert_num_queries(2):
        found = queries.nearest("01001", 121.0, 30.805, 200, limit=5)
    assert names(found) == ["000002", "000001"]
    assert [round(near.metres) for near in found] == [48, 96]
    assert names(queries.nearest("01001", 121.0, 30.805, 50)) == ["000002"]
    assert names(queries.nearest(None, 121.0, 30.805, 200)) == ["000003"]
    assert names(queries.nearest("01", 121.0, 30.805, 200, limit=9)) == ["000003", "000002", "000001"]
    assert queries.nearest("02", 121.0, 30.805, 200) == []
    assert queries.nearest("01001", 121.0, 30.805, 10) == []


@pytest.mark.parametrize("metres", [-1, 10_001, float("nan")])
def test_a_circle_too_wide_is_refused(metres):
    with pytest.raises(Invalid) as refused:
        queries.nearest("01001", 121.0, 30.805, metres)
    assert (refused.value.code, refused.value.field) == ("near.too_wide", "within_m")


def test_every_reader_sees_the_own_divisions_only():
    people = cast()
    put(1, 121.0001)
    put(2, 121.0002, division="990102001001")
    seen = {
        role: names(queries.nearest("01001", 121.0, 30.805, 100, actor=people.actor(role), limit=9))
        for role in ("acceptor", "department", "collector", "outsider", "city_chief", "citizen")
    }
    assert seen == {
        "acceptor": ["000001"],
        "department": ["000001"],
        "collector": ["000001"],
        "outsider": ["000002"],
        "city_chief": ["000001", "000002"],
        "citizen": [],
    }
    assert queries.component("99010201001000002", people.acceptor) is None
    assert queries.component("99010201001000002", people.outsider) is not None
    assert queries.component("99010201001000009") is None


def test_the_demo_citys_components_lie_in_it_and_do_not_grow_by_seeding_again():
    demo_city()
    assert seed_components(500) == 500
    assert seed_components(500) == 500
    assert Component.objects.count() == 500
    assert not Component.objects.filter(grid="").exists()


@settings(deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.floats(121.05, 121.35), st.floats(30.85, 31.05), st.floats(1, 9_000))
def test_cells_miss_nothing_that_a_plain_search_finds(db, lon, lat, metres):
    if not Component.objects.exists():
        demo_city()
        seed_components(800)
    rows = list(Component.objects.exclude(state="移除").values_list("code", "lon", "lat"))
    away = distance_m(lon, lat, np.array([r[1] for r in rows]), np.array([r[2] for r in rows])).tolist()
    plain = sorted((m, r[0]) for m, r in zip(away, rows, strict=True) if m <= metres)
    found = queries.nearest(None, lon, lat, metres, limit=2_000)
    assert [(near.metres, near.component.code) for near in found] == plain
