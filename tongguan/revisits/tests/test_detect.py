# SPDX-License-Identifier: Apache-2.0
"""Detectors over columns: each score has its meaning, its bounds and its order; learning stays in bounds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.revisits import detect
from tongguan.revisits.precision import Terms, learned

TERMS = Terms(low=0.3, high=0.9, least=20, aim=0.5, pause=0.2)
SPOTS = st.lists(
    st.tuples(st.floats(121, 121.01), st.floats(30.8, 30.81), st.floats(0, 60), st.integers(0, 2)),
    min_size=1,
    max_size=25,
)


def columns(rows):
    lon, lat, day, item = zip(*rows, strict=True)
    return np.array(lon), np.array(lat), np.array(day), np.array(item, np.int64)


@given(SPOTS, SPOTS, st.floats(1, 400), st.floats(1, 40))
def test_pairs_are_those_a_look_at_every_pair_finds(closed, told, metres, days):
    one, other = columns(closed), columns(told)
    left, right, apart, later = detect.pairs_near(one, other, metres, days)
    wanted = set()
    for n, a in enumerate(closed):
        for m, b in enumerate(told):
            far = float(detect.distance_m(a[0], a[1], b[0], b[1]))
            if a[3] == b[3] and 0 <= b[2] - a[2] <= days and abs(far - metres) > 1e-3 and far <= metres:
                wanted.add((n, m))
    found = {
        (n, m) for n, m, d in zip(left.tolist(), right.tolist(), apart, strict=True) if metres - d > 1e-3
    }
    assert found == wanted
    assert ((later >= 0) & (later <= days)).all()


def test_what_follows_nearer_and_sooner_scores_higher_and_matching_gives_half():
    metres, days = np.array([0.0, 50, 50, 150, 150]), np.array([0.0, 0, 15, 1, 1])
    same = np.array([False, False, False, False, True])
    assert detect.closeness(metres, days, 100, 30, same).tolist() == [1, 0.5, 0.25, 0, 0.5]


def test_a_photo_kept_before_counts_less_by_each_bit():
    exact = np.array([True, False, False])
    assert detect.reuse(np.array([0, 0, 6]), exact).tolist() == pytest.approx([1, 0.95, 0.65])


def test_a_photo_from_elsewhere_and_of_another_time():
    lon = np.array([121.0, 121.01, np.nan])
    same, lat = np.full(3, 121.0), np.full(3, 30.8)
    score, metres = detect.elsewhere(lon, lat, same, lat, np.full(3, 150.0))
    assert score[0] == 0
    assert score[1] == pytest.approx(1 - 150 / metres[1])
    assert np.isnan(score[2])
    score, outside = detect.untimely(np.array([5.0, -24.0, 34.5]), np.zeros(3), np.full(3, 10.0), 0.5)
    assert outside.tolist() == [0, 23.5, 24]
    assert score.tolist() == pytest.approx([0, 1 - 2 ** (-23.5 / 24), 0.5])


@given(st.integers(0, 10_000))
def test_an_items_limit_is_its_own_and_a_few_false_ones_do_not_move_it(seed):
    rng = np.random.default_rng(seed)
    usual = np.exp(rng.normal(np.log(240), 0.6, 400))
    limit = detect.lower_limit(usual, 50, 0.01, 3.0)
    fooled = detect.lower_limit(np.append(usual, [1.0] * 3), 50, 0.01, 3.0)
    assert 0 < limit <= np.quantile(usual, 0.01)
    assert fooled > 0.5 * limit
    assert (usual < limit).mean() <= 0.01
    assert np.isnan(detect.lower_limit(usual[:49], 50, 0.01, 3.0))


def test_haste_is_how_far_below_the_limit():
    score = detect.hurry(np.array([10.0, 40, 5]), np.array([40.0, 40, np.nan]))
    assert score[:2].tolist() == [0.75, 0]
    assert np.isnan(score[2])


JUDGED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=120)


@given(JUDGED, st.floats(0.3, 0.9))
def test_a_learned_threshold_stays_within_its_bounds_and_says_why(judged, now):
    found = learned(judged, now, TERMS)
    assert TERMS.low <= found.threshold <= TERMS.high
    assert found.words
    if len(judged) < TERMS.least:
        assert (found.threshold, found.paused) == (now, False)


def test_the_threshold_rises_where_low_scores_are_wrong_and_falls_where_they_are_right():
    strict = [(0.4, False)] * 30 + [(0.8, True)] * 30
    assert learned(strict, 0.4, TERMS).threshold == pytest.approx(0.4)  # half of all are right
    stricter = [(0.4, False)] * 60 + [(0.8, True)] * 30
    assert learned(stricter, 0.4, TERMS).threshold == 0.8
    assert learned([(0.35, True)] * 30, 0.8, TERMS).threshold == 0.35


def test_a_detector_pauses_only_when_its_upper_bound_is_below():
    assert learned([(0.5, False)] * 19, 0.5, TERMS).paused is False
    assert learned([(0.5, False)] * 30, 0.5, TERMS).paused is True
    assert learned([(0.5, n % 5 == 0) for n in range(30)], 0.5, TERMS).paused is False
