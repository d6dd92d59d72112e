# SPDX-License-Identifier: Apache-2.0
"""Point to community and unit grid: borders, changes by other processes, cities without polygons."""

import threading

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.kernel import clock
from tongguan.kernel.copies import look_again
from tongguan.kernel.errors import Invalid
from tongguan.places import layers, queries
from tongguan.places.labels import GridState
from tongguan.places.layers import PolygonIndex
from tongguan.places.models import Division, LayerStamp, UnitGrid
from tongguan.places.seed_city import draw
from tongguan.places.testing import square_city

NORTH = "990101001001"
SOUTH = "990102001001"


@pytest.mark.django_db
def test_points_find_grid_and_community():
    square_city()
    found = queries.locate(
        np.array([121.005, 121.015, 121.035, 122.0]), np.array([30.805, 30.815, 30.805, 30.8])
    )
    assert found.grid == [f"{NORTH}001", f"{NORTH}004", f"{SOUTH}002", ""]
    assert found.community == [NORTH, NORTH, SOUTH, ""]
    assert queries.locate_one(121.005, 30.805) == (NORTH, f"{NORTH}001")
    assert queries.locate(np.array([]), np.array([])).grid == []


@pytest.mark.django_db
def test_a_point_on_a_border_belongs_to_the_lowest_code():
    square_city()
    assert queries.locate_one(121.01, 30.805)[1] == f"{NORTH}001"
    assert queries.locate_one(121.01, 30.81)[1] == f"{NORTH}001"
    assert queries.locate_one(121.02, 30.805)[1] == f"{NORTH}002"
    # The same within thousands of others, in whatever order.
    many = queries.locate(np.full(5_000, 121.01), np.full(5_000, 30.81))
    assert set(many.grid) == {f"{NORTH}001"}


@pytest.mark.django_db
def test_lookups_ask_the_database_once_not_per_point(django_assert_num_queries):
    square_city()
    queries.locate_one(121.005, 30.805)
    with django_assert_num_queries(0):
        for _ in range(20):
            queries.locate_one(121.005, 30.805)


@pytest.mark.django_db
def test_a_change_by_another_process_is_seen_when_the_stamp_is_asked_for_again():
    square_city()
    assert queries.locate_one(121.005, 30.805)[1] == f"{NORTH}001"
    UnitGrid.objects.filter(pk=f"{NORTH}001").update(state=GridState.RETIRED)
    # Another process moves the stamp; this one is not told.
    LayerStamp.objects.filter(layer=layers.GRID).update(version=7, changed_at=clock.now())
    assert queries.locate_one(121.005, 30.805)[1] == f"{NORTH}001"
    look_again(layers.GRID)  # a second later
    # Its community still holds the point.
    assert queries.locate_one(121.005, 30.805) == (NORTH, "")


@pytest.mark.django_db
def test_own_changes_are_seen_at_once_and_no_index_is_rebuilt_without_one():
    square_city()
    queries.locate_one(121.005, 30.805)
    index = layers.index_of(layers.GRID)
    look_again(layers.GRID)
    assert layers.index_of(layers.GRID) is index
    layers.touch(layers.GRID)
    assert layers.index_of(layers.GRID) is not index


@pytest.mark.django_db
def test_a_city_without_polygons_works_by_code():
    layers.touch(layers.GRID, layers.COMMUNITY)
    Division.objects.bulk_create(
        [
            Division(code="31", name="上海市", level="province"),
            Division(code="3101", name="市辖区", level="city", parent="31"),
            Division(code="310101", name="黄浦区", level="district", parent="3101"),
        ]
    )
    assert queries.locate_one(121.48, 31.23) == ("", "")
    assert queries.division_name("310101") == "上海市黄浦区"
    assert [d.code for d in queries.children("3101")] == ["310101"]
    assert queries.boundary("310101") is None


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("lon", "lat", "field"), [(float("nan"), 30.8, "lon"), (121.0, 91.0, "lat"), (181.0, 30.8, "lon")]
)
def test_bad_coordinates_are_refused_by_name(lon, lat, field):
    with pytest.raises(Invalid) as refused:
        queries.locate_one(lon, lat)
    assert refused.value.field == field


def test_readers_in_many_threads_always_see_a_whole_index():
    plan = draw()
    wkb = list(shapely.to_wkb(plan.polygons))
    index = PolygonIndex.of(plan.codes, wkb)
    expected = index.find(plan.centres[:, 0], plan.centres[:, 1]).tolist()
    wrong: list[int] = []

    def read() -> None:
        for _ in range(5):
            found = index.find(plan.centres[:, 0], plan.centres[:, 1]).tolist()
            if found != expected:
                wrong.append(1)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


PLAN = draw()
INDEX = PolygonIndex.of(PLAN.codes, list(shapely.to_wkb(PLAN.polygons)))


@settings(deadline=None, max_examples=100)
@given(st.lists(st.tuples(st.floats(120.9, 121.5), st.floats(30.7, 31.2)), min_size=1, max_size=40))
def test_the_tree_finds_what_a_plain_search_finds(points):
    x, y = np.array(points).T
    plain = []
    for lon, lat in points:
        holding = np.flatnonzero(shapely.intersects_xy(PLAN.polygons, lon, lat))
        plain.append(PLAN.codes[holding[0]] if holding.size else "")
    assert INDEX.find(x, y).tolist() == plain


def test_sorting_many_points_changes_no_answer():
    rng = np.random.default_rng(3)
    x, y = rng.uniform(120.9, 121.5, 6_000), rng.uniform(30.7, 31.2, 6_000)
    one_by_one = [INDEX.find(x[i : i + 500], y[i : i + 500]).tolist() for i in range(0, 6_000, 500)]
    assert INDEX.find(x, y).tolist() == [code for part in one_by_one for code in part]


@pytest.mark.django_db
def test_boundaries_are_geojson():
    square_city()
    geometry = queries.boundary(f"{NORTH}001")
    assert geometry is not None
    assert geometry["type"] == "Polygon"
    assert min(map(tuple, geometry["coordinates"][0])) == (121.0, 30.8)
    assert queries.division("990101").level == "district"  # type: ignore[union-attr]
    assert queries.division("42") is None
    assert queries.division_name(NORTH) == "江州市江北区望江街道翠园社区"
    assert queries.grid_exists(f"{NORTH}001")
    assert not queries.grid_exists(f"{NORTH}009")
