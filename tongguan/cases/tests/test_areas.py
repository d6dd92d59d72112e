# SPDX-License-Identifier: Apache-2.0
"""An area drawn on the map narrows every list: the database finds the same points as geometry does."""

import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.cases import queries
from tongguan.cases.contracts import CaseFilter
from tongguan.cases.tests.conftest import opened

GRID = [(121.0 + x / 10 + 0.005, 31.0 + y / 10 + 0.005) for x in range(4) for y in range(4)]
CORNERS = st.lists(st.tuples(st.integers(-2, 42), st.integers(-2, 42)), min_size=3, max_size=9, unique=True)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(corners=CORNERS)
def test_the_database_finds_what_lies_inside(people, corners) -> None:
    ring = tuple((121.0 + x / 100, 31.0 + y / 100) for x, y in corners)
    shape = shapely.Polygon(ring)
    if not shape.is_valid:
        return
    if not queries.visible(people.acceptor).exists():
        for lon, lat in GRID:
            opened(people, lon=lon, lat=lat)
    found = queries.cases(people.acceptor, CaseFilter(area=ring)).rows
    told = {(case.lon, case.lat) for case in found}
    points = [shapely.Point(p) for p in GRID]
    sure = {p for p, point in zip(GRID, points, strict=True) if shape.buffer(-1e-9).contains(point)}
    never = {p for p, point in zip(GRID, points, strict=True) if not shape.buffer(1e-9).contains(point)}
    assert sure <= told
    assert not told & never
    counted = queries.counts(people.acceptor, CaseFilter(area=ring))
    assert sum(n for state, n in counted.items() if state != "overdue") == len(found)


def test_an_area_without_height_holds_nothing(people) -> None:
    opened(people)
    assert queries.cases(people.acceptor, CaseFilter(area=((121, 31), (121.3, 31), (121.2, 31)))).rows == ()
