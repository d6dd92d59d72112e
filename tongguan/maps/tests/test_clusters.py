# SPDX-License-Identifier: Apache-2.0
"""Clusters: whatever the zoom, they count every visible located case once."""

from datetime import timedelta

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.cases import api as cases
from tongguan.cases.contracts import CaseFilter, NewCase
from tongguan.kernel.geometry import RESOLUTION, cells_of
from tongguan.maps import queries as maps
from tongguan.maps.clusters import cell_of_key, gathered, resolution_for, shift_of, within
from tongguan.people.testing import COMMUNITY, OTHER_COMMUNITY, cast, forget_caches

ALL = CaseFilter()
#: With room for the middle of a cell whose case lies at its edge.
BOX = (120.9, 30.7, 121.5, 31.2)
LONS, LATS = st.floats(-180, 179.9), st.floats(-80, 80)


@given(LONS, LATS, st.integers(3, RESOLUTION))
def test_a_shifted_number_is_the_ancestors_cell(lon: float, lat: float, resolution: int) -> None:
    cell = int(h3.latlng_to_cell(lat, lon, RESOLUTION))
    assert cell_of_key(cell >> shift_of(resolution), resolution) == h3.cell_to_parent(cell, resolution)


@given(st.floats(0, 24), st.floats(-70, 70))
def test_nearer_means_finer(zoom: float, lat: float) -> None:
    assert 3 <= resolution_for(zoom, lat) <= resolution_for(zoom + 1, lat) <= RESOLUTION


@settings(max_examples=60)
@given(st.lists(st.tuples(st.floats(121, 121.4), st.floats(30.8, 31.1)), max_size=60), st.floats(3, 18))
def test_clusters_add_up_and_every_box_is_counted_once(
    points: list[tuple[float, float]], zoom: float
) -> None:
    coarser = resolution_for(zoom, 31)
    finer = min(coarser + 1, RESOLUTION)
    cells = cells_of([x for x, _ in points], [y for _, y in points])
    keys, n = np.unique(cells >> shift_of(finer), return_counts=True)
    rows = [(key, count, count // 2) for key, count in zip(keys.tolist(), n.tolist(), strict=True)]
    found = gathered(rows, finer, coarser)
    assert sum(c.n for c in found) == len(points)
    assert sum(c.late for c in found) == sum(late for *_, late in rows)
    west, south, east, north = 120.0, 30.0, 122.0, 32.0
    parts = [(west, south, 121.2, north), (121.2, south, east, north)]
    assert sorted(c.cell for part in parts for c in within(found, part)) == [c.cell for c in found]


@pytest.fixture
def people(db):
    forget_caches()
    yield cast()
    forget_caches()


@pytest.fixture
def spread_out(people, monkeypatch):
    """Sixty cases in two districts, six of them without a place; and a map that bears few of them singly."""
    rng = np.random.default_rng(7)
    for division, hub in ((COMMUNITY, "990101"), (OTHER_COMMUNITY, "990102")):
        told = [
            NewCase(
                item_code="01003",
                title=f"井盖 {n}",
                text="破了",
                division=division,
                hub=hub,
                source="hotline",
                lon=None if n % 10 == 0 else round(float(rng.uniform(121, 121.4)), 6),
                lat=None if n % 10 == 0 else round(float(rng.uniform(30.8, 31.1)), 6),
            )
            for n in range(30)
        ]
        cases.open_cases(people.city_dispatcher, told)
    monkeypatch.setattr(maps, "MOST_SPOTS", 10)
    monkeypatch.setattr(maps, "MOST_NEAR", 9)
    return people


@pytest.mark.parametrize(
    ("role", "located"), [("city_chief", 54), ("acceptor", 27), ("outsider", 27), ("department", 0)]
)
@pytest.mark.parametrize("zoom", [6.0, 10.0, 13.5, 17.0])
def test_the_numbers_are_those_of_the_persons_own_scope(spread_out, role, located, zoom) -> None:
    found = maps.cases_spread(getattr(spread_out, role), ALL, zoom=zoom)
    assert sum(c.n for c in found.clusters) + len(found.spots) == located
    assert found.whole == (located == 0)


def test_few_cases_are_shown_singly_and_whole(people) -> None:
    cases.open_cases(
        people.acceptor,
        [
            NewCase(
                item_code="01003",
                title="井盖",
                text="破了",
                division=COMMUNITY,
                source="hotline",
                lon=121.2,
                lat=31.0,
            )
        ],
    )
    found = maps.cases_spread(people.acceptor, ALL, view=(0, 0, 1, 1))
    assert [(s.lon, s.lat, s.title, s.mark) for s in found.spots] == [(121.2, 31.0, "井盖", "calm")]
    assert found.whole
    assert maps.cases_spread(people.outsider, ALL).spots == ()


def test_looking_closely_shows_single_cases_again(spread_out) -> None:
    west, south, _, north = BOX
    wide = maps.cases_spread(spread_out.city_chief, ALL, view=BOX, zoom=10)
    assert sum(c.n for c in wide.clusters) == 54
    near = maps.cases_spread(spread_out.city_chief, ALL, view=(west, south, west + 0.13, north), zoom=10)
    assert near.clusters == ()
    assert 0 < len(near.spots) <= 9
    assert all(west <= s.lon <= west + 0.13 for s in near.spots)
    assert not near.whole


def test_the_queues_filter_holds_on_the_map(spread_out) -> None:
    chief = spread_out.city_chief
    area = ((121.0, 30.8), (121.2, 30.8), (121.2, 31.1), (121.0, 31.1))
    west = maps.cases_spread(chief, CaseFilter(area=area), zoom=10)
    east = maps.cases_spread(chief, CaseFilter(bbox=(121.2, 30.8, 121.4, 31.1)), zoom=10)
    assert sum(c.n for c in west.clusters) + sum(c.n for c in east.clusters) == 54
    only = CaseFilter(division="990101", states=("no_such_state",))
    assert maps.cases_spread(chief, only).spots == ()


def test_overdue_cases_are_counted_in_their_cluster(spread_out, django_assert_max_num_queries) -> None:
    rows = maps.cases.visible(spread_out.city_chief).filter(cell__isnull=False)
    late = sorted(rows.values_list("pk", flat=True))[:7]
    rows.filter(pk__in=late).update(due_at=maps.clock.now() - timedelta(hours=1))
    with django_assert_max_num_queries(4):
        found = maps.cases_spread(spread_out.city_chief, ALL, view=BOX, zoom=9)
    assert sum(c.late for c in found.clusters) == 7
