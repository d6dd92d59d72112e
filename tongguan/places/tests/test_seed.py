# SPDX-License-Identifier: Apache-2.0
"""The demo city: a clean tessellation, the same every time."""

import numpy as np
import pytest
import shapely

from tongguan.people.testing import cast
from tongguan.places import queries
from tongguan.places.models import Division, DutyGrid, Gazetteer, GazetteerKey, UnitGrid
from tongguan.places.seed import attach_people, seed_places
from tongguan.places.seed_city import draw, roads


def test_the_same_seed_draws_the_same_city_and_another_seed_another():
    one, two, other = draw(), draw(), draw(5)
    assert one.codes == two.codes
    assert one.names == two.names
    assert shapely.equals_exact(one.polygons, two.polygons).all()
    assert one.names != other.names


def test_cells_share_their_borders_and_every_level_is_in_one_piece():
    plan = draw()
    whole = shapely.union_all(plan.polygons)
    assert shapely.is_valid(plan.polygons).all()
    assert whole.geom_type == "Polygon"
    assert not whole.interiors
    assert shapely.area(plan.polygons).sum() == pytest.approx(whole.area, rel=1e-12)
    for length, count in ((6, 3), (9, 12), (12, 60)):
        prefixes = {code[:length] for code in plan.codes}
        assert len(prefixes) == count
        for prefix in prefixes:
            members = np.array([code.startswith(prefix) for code in plan.codes])
            assert shapely.union_all(plan.polygons[members]).geom_type == "Polygon"
    assert len(plan.codes) == len(set(plan.codes)) >= 600


def test_every_road_has_its_own_name():
    assert len(roads()) == 40


@pytest.mark.django_db
def test_seeding_twice_is_seeding_once():
    first = seed_places()
    counts = [m.objects.count() for m in (Division, UnitGrid, DutyGrid, Gazetteer, GazetteerKey)]
    assert seed_places() == first
    assert [m.objects.count() for m in (Division, UnitGrid, DutyGrid, Gazetteer, GazetteerKey)] == counts
    assert counts[0] == 77
    assert len(first.grids) == counts[1]
    centre = UnitGrid.objects.get(pk=first.grids[0])
    assert queries.locate_one(centre.lon, centre.lat) == (centre.community, centre.code)
    assert queries.division_name(first.communities[0]).startswith("江州市江北区望江街道")
    assert queries.search("人民")


@pytest.mark.django_db
def test_people_are_attached_once():
    people = cast()
    duty = seed_places().duty_grids[0]
    pairs = [(duty, people.collector.id, "collector"), (duty, people.leader.id, "grid_head")]
    assert attach_people(pairs) == 2
    assert attach_people(pairs) == 0
    assert queries.collectors_of(duty[2:14]) == [people.collector.id]
