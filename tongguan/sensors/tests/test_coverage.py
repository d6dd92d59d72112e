# SPDX-License-Identifier: Apache-2.0
"""What sensors cover, against counting by hand; poles that carry several and poles that could be one."""

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.kernel.errors import Invalid, NotFound
from tongguan.kernel.geometry import cell_of, distance_m
from tongguan.people.contracts import PLATFORM, Actor, Grant, Post, Scope
from tongguan.places.testing import square_city
from tongguan.sensors import coverage, queries
from tongguan.sensors.testing import declare, told
from tongguan.things.testing import component

spots = st.lists(
    st.tuples(st.floats(121.0, 121.02), st.floats(30.8, 30.82)).map(
        lambda p: (round(p[0], 5), round(p[1], 5))
    ),
    max_size=8,
)
AREA = shapely.box(121.0, 30.8, 121.01, 30.81)


@given(spots, st.floats(1, 1500))
@settings(max_examples=40)
def test_each_cell_is_covered_as_often_as_counting_says(points, radius):
    cells = coverage.cells_in(AREA)
    lons, lats = coverage.centres(cells)
    pairs = np.array(points, np.float64).reshape(-1, 2)
    found = coverage.covered(cells, pairs[:, 0], pairs[:, 1], radius)
    expected = [
        sum(float(distance_m(x, y, lon, lat)) <= radius for x, y in points)
        for lon, lat in zip(lons.tolist(), lats.tolist(), strict=True)
    ]
    assert found.times.tolist() == expected
    assert sum(found.histogram().values()) == len(cells)
    assert set(found.gaps().tolist()) == {c for c, n in zip(cells.tolist(), expected, strict=True) if not n}
    many, times = found.overlaps()
    assert dict(zip(many.tolist(), times.tolist(), strict=True)) == {
        c: n for c, n in zip(cells.tolist(), expected, strict=True) if n > 1
    }
    assert times.tolist() == sorted(times.tolist(), reverse=True)


@given(spots, st.floats(0.5, 300))
@settings(max_examples=40)
def test_neighbours_and_served_points_are_those_that_measuring_finds(points, within):
    pairs = np.array(points, np.float64).reshape(-1, 2)
    first, second, metres = coverage.neighbours(pairs[:, 0], pairs[:, 1], within)
    apart = {
        (i, j): float(distance_m(*points[i], *points[j]))
        for i in range(len(points))
        for j in range(i + 1, len(points))
    }
    found = dict(zip(zip(first.tolist(), second.tolist(), strict=True), metres.tolist(), strict=True))
    assert set(found) == {pair for pair, away in apart.items() if away <= within}
    assert all(found[pair] == pytest.approx(apart[pair], abs=1e-4) for pair in found)
    half = len(points) // 2
    held = coverage.served(pairs[:half, 0], pairs[:half, 1], pairs[half:, 0], pairs[half:, 1], within)
    assert held.tolist() == [
        any(float(distance_m(*points[i], *points[j])) <= within for j in range(half, len(points)))
        for i in range(half)
    ]


def test_the_cells_of_an_area_are_those_whose_centres_lie_in_it():
    cells = coverage.cells_in(AREA)
    lons, lats = coverage.centres(cells)
    assert shapely.contains_xy(AREA, lons, lats).all()
    assert set(
        coverage.cells_in({"type": "Polygon", "coordinates": [list(AREA.exterior.coords)]}).tolist()
    ) == set(cells.tolist())
    assert cell_of(121.005, 30.805) in cells.tolist()
    around = shapely.geometry.shape(coverage.outline(cells))
    assert shapely.contains_xy(around, lons, lats).all()
    assert around.area == pytest.approx(AREA.area, rel=0.15)
    assert coverage.outline(cells[:0]) == {"type": "MultiPolygon", "coordinates": []}
    with pytest.raises(ValueError, match="more than"):
        coverage.cells_in(shapely.box(110, 25, 118, 32))


@pytest.mark.django_db
def test_gaps_of_a_district_and_components_without_a_sensor_are_counted():
    square_city()
    declare(
        told(1),
        told(2, thing="W-2", lon=121.0052),
        told(3, thing="W-3", lon=121.015, lat=30.815, active="否"),
        told(4, thing="W-4", observed="gas.gas_temp", lon=121.015),
    )
    component(1, 121.0051, 30.8051)
    component(2, 121.015, 30.815)
    found = queries.cover(PLATFORM, "990101", "gas.ch4_conc_lel", 300, component_class="01")
    assert (found.sensors, found.components, found.components_without) == (2, 2, 1)
    assert found.histogram[0] + found.histogram.get(1, 0) + found.histogram[2] == found.cells
    assert found.share == pytest.approx(1 - found.histogram[0] / found.cells)
    assert len(found.gaps) == found.histogram[0] > 0
    assert [(one.code[-6:], one.name) for one in found.without] == [("000002", "供水井盖")]
    assert {times for *_, times in found.overlaps} == {2}
    assert len(found.overlaps) == found.histogram[2]
    assert sorted(found.spots) == [(121.005, 30.805), (121.0052, 30.805)]
    south = Actor(None, "client:1", "南", None, "", Scope((Grant(Post.SYSTEM, "990102", 0, ""),)))
    with pytest.raises(NotFound):
        queries.cover(south, "990101", "gas.ch4_conc_lel", 300)
    with pytest.raises(Invalid):
        queries.cover(PLATFORM, "990101", "gas.ch4_conc_lel", 0)


@pytest.mark.django_db
def test_poles_with_several_sensors_and_poles_that_could_be_one_are_named():
    square_city()
    declare(
        told(1, thing="P-1", kind="pole", observed="drainage.rain"),
        told(2, thing="P-1", kind="pole", observed="bridge.wind"),
        told(3, thing="P-2", kind="pole", observed="drainage.rain", lon=121.00505),
        told(4, thing="P-3", kind="pole", observed="", lon=121.0056),
        told(5, thing="W-1", kind="well"),
    )
    found = queries.poles(PLATFORM, "990101", 60, kind="pole")
    assert (found.things, found.bare) == (3, 1)
    assert [(pole.thing, pole.observed, pole.devices) for pole in found.shared] == [
        ("P-1", ("bridge.wind", "drainage.rain"), 2)
    ]
    assert [(pair.first, pair.second) for pair in found.mergeable] == [
        ("P-1", "P-2"),
        ("P-2", "P-3"),
        ("P-1", "P-3"),
    ]
    assert found.mergeable[0].metres == pytest.approx(4.776, abs=0.01)
    assert (found.mergeable[0].lon, found.mergeable[0].lat) == (121.005, 30.805)
    with pytest.raises(Invalid):
        queries.poles(PLATFORM, "990101", 500)
