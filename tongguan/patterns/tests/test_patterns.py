# SPDX-License-Identifier: Apache-2.0
"""Methods against their definitions, and what must hold whatever comes."""

import h3.api.basic_int as h3
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.stats import binomtest

from tongguan.patterns import api as patterns
from tongguan.patterns.hotspots import spots
from tongguan.patterns.scan import strength

MIDDLE = h3.latlng_to_cell(30.8, 121.0, 9)
CELLS = np.array(sorted(h3.grid_disk(MIDDLE, 4)), dtype=np.int64)
NEAR = patterns.around(CELLS)
COUNTS = st.lists(st.integers(0, 40), min_size=len(CELLS), max_size=len(CELLS)).map(
    lambda v: np.array(v, float)
)


@settings(deadline=None, max_examples=30)
@given(COUNTS)
def test_gi_star_is_its_plain_definition(values):
    found = patterns.gi_star(values, NEAR)
    weights = NEAR.toarray()
    n, mean, s = len(values), values.mean(), values.std()
    for i in range(0, n, 7):
        w = weights[i]
        top = (w * values).sum() - mean * w.sum()
        under = s * np.sqrt((n * (w**2).sum() - w.sum() ** 2) / (n - 1))
        assert found[i] == pytest.approx(top / under if under > 0 else 0.0)


def test_neighbours_are_the_ring_that_is_there():
    at = int(np.searchsorted(CELLS, MIDDLE))
    assert set(CELLS[NEAR[[at], :].indices].tolist()) == set(h3.grid_disk(MIDDLE, 1))
    assert (NEAR != NEAR.T).nnz == 0


def test_the_law_of_drawing_agrees_with_drawing():
    values = np.random.default_rng(4).negative_binomial(1, 0.2, len(CELLS)).astype(float)
    by_law, drawn = spots(values, NEAR), spots(values, NEAR, permutations=4000)
    small = drawn.p < 0.2  # sums are whole numbers: in the middle each p is a step wide
    assert np.abs(by_law.p - drawn.p)[small].max() < 0.04
    assert np.corrcoef(by_law.p, drawn.p)[0, 1] > 0.995


def test_noise_has_no_hot_spot_and_a_heap_has_one():
    rng = np.random.default_rng(1)
    false = sum(
        bool(patterns.spots(rng.poisson(3, len(CELLS)).astype(float), NEAR).hot().any()) for _ in range(60)
    )
    assert false <= 9
    values = rng.poisson(3, len(CELLS)).astype(float)
    heap = np.searchsorted(CELLS, np.array(sorted(h3.grid_disk(MIDDLE, 1))))
    values[heap] += 15
    assert patterns.spots(values, NEAR).hot()[np.searchsorted(CELLS, MIDDLE)]


@given(st.integers(0, 60), st.integers(0, 60))
def test_two_counts_are_compared_by_the_exact_binomial(now, before):
    p = patterns.counts_differ(np.array([float(now)]), np.array([float(before)]))[0]
    n = now + before
    if n:
        one = [binomtest(now, n, 0.5, alternative=side).pvalue for side in ("greater", "less")]
        assert p == pytest.approx(min(1.0, 2 * min(one)))
    else:
        assert p == 1


@given(st.integers(0, 60), st.integers(0, 60), st.floats(1, 8))
def test_what_scatters_more_proves_less(now, before, spread):
    a, b = np.array([float(now)]), np.array([float(before)])
    assert patterns.counts_differ(a, b, spread)[0] >= patterns.counts_differ(a, b)[0] - 1e-9


@given(st.lists(st.floats(0, 1), min_size=1, max_size=40))
def test_discovery_rates_keep_the_order_and_are_benjamini_hochberg(told):
    p = np.array(told)
    q = patterns.discovery(p)
    assert (q >= p - 1e-12).all()
    assert (np.diff(q[np.argsort(p, kind="stable")]) >= -1e-12).all()
    order = np.sort(p)
    passed = [k for k in range(1, len(p) + 1) if order[k - 1] <= 0.05 * k / len(p)]
    assert (
        (q <= 0.05 + 1e-12).sum() == (p <= order[max(passed) - 1]).sum() if passed else not (q < 0.05).any()
    )


@settings(deadline=None, max_examples=40)
@given(
    st.lists(
        st.tuples(st.integers(0, 3), st.integers(0, 3), st.integers(0, 90), st.integers(0, 90)),
        min_size=1, max_size=30,
    )
)  # fmt: skip
def test_contributions_add_up_to_the_change_whatever_overlaps(rows):
    table = np.array(rows)
    before, now = table[:, 2].astype(float), table[:, 3].astype(float)
    found = patterns.contributions(table[:, :2], before, now)
    assert sum(one.change for one in found.shares) + found.rest == pytest.approx(now.sum() - before.sum())
    assert len({one.slice for one in found.shares}) == len(found.shares)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.integers(0, 60), min_size=1, max_size=120))
def test_trend_season_and_rest_are_the_series(told):
    values = np.array(told, float)
    parts = patterns.taken_apart(values)
    assert np.allclose(parts.trend + parts.season + parts.rest, values)
    assert abs(parts.season[:7].sum()) < 1e-6 or len(values) < 14


def test_a_straight_line_is_all_trend_and_one_storm_moves_it_little():
    line = np.linspace(10, 60, 90)
    assert np.allclose(patterns.taken_apart(line).trend, line, atol=0.5)
    storm = line.copy()
    storm[40] += 500
    assert np.abs(patterns.taken_apart(storm).trend - line).max() < 4


@pytest.mark.parametrize("seed", range(5))
def test_levels_that_move_are_found_and_noise_is_left_alone(seed):
    rng = np.random.default_rng(seed)
    week = np.tile([1.1, 1.1, 1.1, 1.1, 1.1, 0.8, 0.7], 30)
    calm = rng.negative_binomial(10, 10 / (10 + 12 * week)).astype(float)
    assert patterns.changes(calm, week) == []
    moved = np.concatenate([calm[:120], rng.poisson(26 * week[120:]).astype(float)])
    (found,) = patterns.changes(moved, week)
    assert abs(found.at - 120) <= 4
    assert 1.7 < found.ratio < 2.7


def near_each_other(n):
    return [
        csr_array(np.eye(n)),
        csr_array((np.abs(np.subtract.outer(range(n), range(n))) <= 1).astype(float)),
    ]


@settings(deadline=None, max_examples=15)
@given(
    st.lists(st.tuples(st.integers(0, 7), st.integers(0, 39)), min_size=12, max_size=80),
    st.integers(-3000, 3000),
    st.randoms(use_true_random=False),
)
def test_a_scan_does_not_care_for_the_order_of_cases_or_where_time_begins(rows, later, shuffle):
    def run(told, shift=0):
        places, days = (np.array(column) for column in zip(*told, strict=True))
        found = patterns.clusters(places, days + shift, near_each_other(8), shuffles=9, present=False)
        return [
            (one.places, one.begin - shift, one.end - shift, one.cases, round(one.strength, 9))
            for one in found
        ]

    mixed = list(rows)
    shuffle.shuffle(mixed)
    assert run(rows) == run(mixed) == run(rows, later)


def test_a_clusters_strength_is_its_plain_definition_and_its_places_are_its_own():
    rng = np.random.default_rng(2)
    places, days = rng.integers(0, 8, 300), rng.integers(0, 60, 300)
    places, days = np.r_[places, [3] * 20], np.r_[days, [58] * 20]
    found = patterns.clusters(places, days, near_each_other(8), shuffles=99)
    best = found[0]
    inside = np.isin(places, best.places) & (days >= best.begin) & (days <= best.end)
    mean = (
        np.isin(places, best.places).sum() * ((days >= best.begin) & (days <= best.end)).sum() / len(places)
    )
    c, n = inside.sum(), len(places)
    assert (best.cases, best.expected) == (c, pytest.approx(mean))
    assert best.strength == pytest.approx(c * np.log(c / mean) + (n - c) * np.log((n - c) / (n - mean)))
    assert (3 in best.places, best.p) == (True, 0.01)
    taken = [place for one in found for place in one.places]
    assert len(taken) == len(set(taken))
    assert strength(np.array([5.0]), np.array([9.0]), 100)[0] == 0


def test_chance_alone_is_seldom_a_cluster():
    rng = np.random.default_rng(11)
    p = [
        patterns.clusters(rng.integers(0, 8, 120), rng.integers(0, 40, 120), near_each_other(8), shuffles=19)[
            0
        ].p
        for _ in range(60)
    ]
    assert sum(one <= 0.05 for one in p) <= 8


def test_links_are_found_with_their_lag_and_noise_has_none():
    rng = np.random.default_rng(3)
    noise = rng.poisson(5, (250, 6)).astype(float)
    assert not any(one.q <= 0.05 for one in patterns.links(noise))
    rain = rng.gamma(0.5, 2, 250)
    wet = rng.poisson(3 + 3 * np.r_[np.zeros(2), rain[:-2]]).astype(float)
    first = patterns.links(np.column_stack([rain, wet, noise]))[0]
    assert (first.leads, first.follows, first.lag) == (0, 1, 2)
    assert first.q < 0.001


def test_what_comes_back_is_known_only_by_what_came_before():
    places = np.array([0] * 12 + [1] * 200)
    kinds = np.array([0] * 12 + [1] * 200)
    days = np.array([*range(0, 120, 10), *range(200)])
    months = np.ones(212, dtype=np.int64)
    (first,) = [one for one in patterns.recurrences(places, kinds, days, months) if one.place == 0]
    assert (first.known_day, first.after, first.spells, first.months) == (30, 8, 12, (1, 2, 3, 4))
    refused = patterns.recurrences(places, kinds, days, months, refused={(0, 0): 75})
    (later,) = [one for one in refused if one.place == 0]
    assert (later.known_day, later.after) == (110, 0)


def test_a_surge_is_told_within_hours_and_calm_months_stay_quiet():
    rng = np.random.default_rng(6)
    calm = rng.poisson(0.6, 24 * 90).astype(float)
    assert len(patterns.surges(calm)) <= 3
    calm[24 * 60 : 24 * 62] += rng.poisson(2.0, 48)
    told = [one for one in patterns.surges(calm) if 24 * 60 <= one.at < 24 * 62]
    assert told[0].at - 24 * 60 <= 12
    assert told[0].until is not None


def test_heat_is_a_share_and_learns_where_it_comes_again():
    rng = np.random.default_rng(8)
    busy = rng.choice(len(CELLS), 6, replace=False)
    places = np.r_[rng.choice(busy, 400), rng.integers(0, len(CELLS), 200)]
    ages = rng.uniform(0, 120, 600)
    found = patterns.heat(places, ages, NEAR, patterns.around(CELLS, 3))
    assert found.sum() == pytest.approx(1)
    assert set(np.argsort(-found)[:6].tolist()) == set(busy.tolist())
