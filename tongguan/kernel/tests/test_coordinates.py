# SPDX-License-Identifier: Apache-2.0
"""Coordinate systems: known points, round trips, nothing moved abroad, faults named."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.kernel.coordinates import (
    System,
    from_projected,
    from_wgs84,
    in_china,
    system_of,
    to_projected,
    to_wgs84,
    zone_of,
)
from tongguan.kernel.errors import Invalid
from tongguan.kernel.geometry import distance_m

#: Metres by which a round trip may miss; the standard asks 0.5 m of the best class of components.
BOUND_M = 0.001

longitudes = st.floats(72.1, 137.7)
latitudes = st.floats(0.9, 55.7)
systems = st.sampled_from(list(System))


@settings(deadline=None, max_examples=300)
@given(longitudes, latitudes, systems)
def test_there_and_back_is_the_same_place(lon, lat, system):
    there = from_wgs84(lon, lat, system)
    back = to_wgs84(*there, system)
    assert distance_m(lon, lat, *back) < BOUND_M


@settings(deadline=None, max_examples=300)
@given(longitudes, latitudes, systems)
def test_back_and_there_is_the_same_coordinate(lon, lat, system):
    back = to_wgs84(lon, lat, system)
    there = from_wgs84(*back, system)
    # Near the edge of the box two places share one coordinate; the draw keeps away from it.
    if bool(in_china(*back)):
        assert distance_m(lon, lat, *there) < BOUND_M


@settings(deadline=None, max_examples=200)
@given(st.floats(-180, 180), st.floats(-90, 90), systems)
def test_nothing_is_moved_outside_china(lon, lat, system):
    if not (70 < lon < 140 and -1 < lat < 57):
        assert from_wgs84(lon, lat, system) == (lon, lat)
        assert to_wgs84(lon, lat, system) == (lon, lat)


@settings(deadline=None, max_examples=100)
@given(longitudes, latitudes)
def test_the_offset_is_never_zero_nor_wild_inside(lon, lat):
    gcj = from_wgs84(lon, lat, "GCJ02")
    assert 10 < distance_m(lon, lat, *gcj) < 1_500


@settings(deadline=None, max_examples=100)
@given(st.floats(74, 135), st.floats(4, 53))
def test_projected_coordinates_come_back(lon, lat):
    for zone in (zone_of(lon), zone_of(lon, wide=True)):
        x, y = to_projected(np.array([lon]), np.array([lat]), zone)
        assert int(x[0] // 1_000_000) == zone
        back = from_projected(x, y, zone)
        assert distance_m(lon, lat, *back)[0] < BOUND_M
        bare = from_projected(x - zone * 1_000_000, y, zone)
        assert np.array_equal(bare, back)


def test_known_points():
    assert from_wgs84(116.404, 39.915, "GCJ02") == pytest.approx(
        (116.41024449916938, 39.91640428150164), abs=1e-12
    )
    assert to_wgs84(116.404, 39.915, "GCJ02") == pytest.approx(
        (116.39775550083061, 39.91359571849836), abs=1e-5
    )
    # 天安门 in BD-09, against the published one-step inverse, which is right to about a metre.
    assert distance_m(*to_wgs84(116.404, 39.915, "BD09"), 116.391386, 39.907255) < 2
    assert from_wgs84(116.404, 39.915, "CGCS2000") == (116.404, 39.915)
    # The central meridian of zone 40 is 120° east; half the quadrant of the ellipsoid is 4 984 944.378 m.
    x, y = to_projected(np.array([120.0]), np.array([45.0]), 40)
    assert x[0] == pytest.approx(40_500_000, abs=1e-6)
    assert y[0] == pytest.approx(4_984_944.378, abs=0.001)


def test_arrays_keep_their_shape_and_numbers_stay_numbers():
    lons, lats = np.full((2, 3), 121.2), np.full((2, 3), 31.0)
    east, north = to_wgs84(lons, lats, "GCJ02")
    assert east.shape == north.shape == (2, 3)
    assert to_wgs84(np.array([]), np.array([]), "BD09")[0].size == 0
    assert isinstance(to_wgs84(121.2, 31.0, "BD09")[0], float)


@pytest.mark.parametrize(
    ("word", "system"),
    [
        ("gcj-02", System.GCJ02),
        ("EPSG:4326", System.WGS84),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", System.WGS84),
        ("urn:ogc:def:crs:EPSG::4490", System.CGCS2000),
        ("bd_09", System.BD09),
    ],
)
def test_systems_are_known_by_many_spellings(word, system):
    assert system_of(word) is system


@pytest.mark.parametrize(
    ("lon", "lat", "system", "field", "code"),
    [
        (float("nan"), 31.0, "GCJ02", "lon", "coordinates.not_a_number"),
        (121.0, float("inf"), "WGS84", "lat", "coordinates.not_a_number"),
        (181.0, 31.0, "WGS84", "lon", "coordinates.out_of_range"),
        (31.0, 121.0, "BD09", "lat", "coordinates.out_of_range"),
        ("x", 31.0, "WGS84", "lon", "coordinates.not_a_number"),
        (121.0, 31.0, "beijing54", "crs", "coordinates.unknown_system"),
    ],
)
def test_a_bad_coordinate_is_refused_by_name(lon, lat, system, field, code):
    for convert in (to_wgs84, from_wgs84):
        with pytest.raises(Invalid) as refused:
            convert(lon, lat, system)
        assert (refused.value.field, refused.value.code) == (field, code)


def test_the_first_bad_row_of_many_is_named():
    with pytest.raises(Invalid) as refused:
        to_wgs84(np.array([121.0, 121.0, 999.0]), np.array([31.0, 31.0, 31.0]), "WGS84")
    assert refused.value.params == {"row": 2}
    with pytest.raises(Invalid) as refused:
        to_wgs84(np.array([121.0]), np.array([31.0, 31.0]), "WGS84")
    assert refused.value.code == "coordinates.shape"


@pytest.mark.parametrize(
    ("x", "y", "zone", "field"),
    [(500_000.0, 3e6, 46, "zone"), (41_500_000.0, 3e6, 40, "x"), (500_000.0, 9e6, 40, "y")],
)
def test_a_point_outside_its_zone_is_refused(x, y, zone, field):
    with pytest.raises(Invalid) as refused:
        from_projected(np.array([x]), np.array([y]), zone)
    assert refused.value.field == field
