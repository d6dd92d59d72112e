# SPDX-License-Identifier: Apache-2.0
"""Cells, rings, ranges, distances, boxes."""

import math

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.kernel.errors import Invalid
from tongguan.kernel.geometry import (
    bounds_of,
    box_around,
    cell_of,
    cell_ranges,
    cells_of,
    centre_of,
    distance_m,
    ring,
    rings_for,
)

chinese = st.tuples(st.floats(74, 135), st.floats(4, 53))


def away(lon, lat, metres, bearing):
    """Give the point so far away in a direction (flat, good enough over some kilometres)."""
    north = metres * math.cos(bearing) / 111_195
    east = metres * math.sin(bearing) / (111_195 * math.cos(math.radians(lat)))
    return lon + east, lat + north


@settings(deadline=None)
@given(chinese)
def test_a_cell_is_a_positive_63_bit_number_and_the_same_in_bulk(point):
    lon, lat = point
    cell = cell_of(lon, lat)
    assert 0 < cell < 2**63
    assert h3.get_resolution(cell) == 10
    assert cells_of(np.array([lon]), np.array([lat])).tolist() == [cell]
    assert distance_m(lon, lat, *centre_of(cell)) < 130


def test_rings_grow_by_sixes():
    cell = cell_of(121.2, 31.0)
    assert [len(ring(cell, k)) for k in range(4)] == [1, 7, 19, 37]
    assert cell in ring(cell, 1)


@settings(deadline=None, max_examples=200)
@given(chinese, st.floats(1, 600), st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_every_point_within_the_circle_is_in_the_rings(point, radius, share, bearing):
    lon, lat = point
    cell = cell_of(lon, lat)
    other = away(lon, lat, radius * share * 0.999, bearing)
    assert cell_of(*other) in ring(cell, rings_for(cell, radius))


@settings(deadline=None, max_examples=300)
@given(chinese, st.floats(1, 40_000), st.floats(0, 1), st.floats(0, 2 * math.pi))
def test_every_point_within_the_circle_is_in_the_ranges(point, radius, share, bearing):
    lon, lat = point
    x, y = away(lon, lat, radius * share * 0.999, bearing)
    if not -80 < y < 80 or distance_m(lon, lat, x, y) > radius:
        return
    ranges = cell_ranges(lon, lat, radius)
    assert len(ranges) <= 127
    assert any(low <= cell_of(x, y) <= high for low, high in ranges)


def test_ranges_of_a_small_circle_are_a_ring_and_of_none_the_cell():
    cell = cell_of(121.2, 31.0)
    assert cell_ranges(121.2, 31.0, 0) == [(cell, cell)]
    small = [c for low, high in cell_ranges(121.2, 31.0, 50) for c in (low, high)]
    assert set(ring(cell, 1)) >= set(small)


def test_distances():
    assert distance_m(121.0, 31.0, 121.0, 32.0) == pytest.approx(111_195.08, abs=0.1)
    assert distance_m(0, 0, 180, 0) == pytest.approx(math.pi * 6_371_008.8, abs=1)
    assert distance_m(
        121.0, 31.0, np.array([121.0, 121.0]), np.array([31.0, 31.001])
    ).tolist() == pytest.approx([0.0, 111.195], abs=0.001)


@settings(deadline=None)
@given(chinese, st.floats(1, 50_000), st.floats(0, 2 * math.pi))
def test_the_box_holds_the_circle(point, radius, bearing):
    lon, lat = point
    box = box_around(lon, lat, radius)
    x, y = away(lon, lat, radius * 0.99, bearing)
    if distance_m(lon, lat, x, y) <= radius:
        assert box.west <= x <= box.east
        assert box.south <= y <= box.north


def test_boxes_at_the_edge_of_the_world_and_of_nothing():
    assert box_around(0, 90, 1_000).west == -180
    assert bounds_of([], []) is None
    assert bounds_of([121.0, 120.0], [31.0, 32.0]) == (120.0, 31.0, 121.0, 32.0)


@pytest.mark.parametrize(("lon", "lat", "field"), [(math.nan, 1, "lon"), (1, 91, "lat")])
def test_bad_coordinates_have_no_cell(lon, lat, field):
    for ask in (cell_of, lambda x, y: cells_of([x], [y]), lambda x, y: cell_ranges(x, y, 10)):
        with pytest.raises(Invalid) as refused:
            ask(lon, lat)
        assert refused.value.field == field
