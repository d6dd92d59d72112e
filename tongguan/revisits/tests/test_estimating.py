# SPDX-License-Identifier: Apache-2.0
"""Intervals hold the true share as often as they say, in simulations with fixed seeds."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.kernel.certainty import wilson
from tongguan.revisits import drawing
from tongguan.revisits.estimating import estimated

DESIGNS = {
    "even": ([800, 800, 800, 800], [0.7, 0.7, 0.7, 0.7], 160),
    "uneven": ([5000, 1200, 300, 60], [0.92, 0.75, 0.5, 0.3], 200),
    "nearly all": ([900, 700, 400], [0.97, 0.95, 0.99], 240),
    "many small": ([40] * 25, [0.6 + 0.015 * n for n in range(25)], 100),
    "most of them": ([60, 50, 40], [0.8, 0.6, 0.7], 90),
}


@pytest.mark.parametrize("design", DESIGNS)
@pytest.mark.parametrize("level", [0.8, 0.95])
def test_intervals_cover_the_truth_as_often_as_they_say(design, level):
    sizes, shares, total = DESIGNS[design]
    sizes = np.array(sizes, np.int64)
    yes = np.round(sizes * np.array(shares)).astype(np.int64)
    truth, wanted = yes.sum() / sizes.sum(), drawing.allocated(sizes, total)
    rng = np.random.default_rng(20260501)
    draws = rng.hypergeometric(yes, sizes - yes, wanted, (2_000, len(sizes)))
    found = [estimated(sizes, wanted, told, level) for told in draws]
    covered = np.mean([one.low <= truth <= one.high for one in found])
    assert level - 0.015 <= covered <= min(1, level + 0.05), covered
    assert abs(np.mean([one.share for one in found]) - truth) < 0.005


COUNTS = st.lists(
    st.tuples(st.integers(1, 500), st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12
)


@given(COUNTS, st.floats(0.5, 0.99))
def test_a_share_lies_in_its_own_interval_and_everything_in_nought_to_one(told, level):
    sizes = np.array([n for n, _, _ in told])
    answered = np.minimum(sizes, np.array([m for _, m, _ in told]))
    yes = np.minimum(answered, np.array([k for _, _, k in told]))
    one = estimated(sizes, answered, yes, level)
    if not answered.sum():
        assert one.share is None
        return
    assert 0 <= one.low <= one.share <= one.high <= 1
    assert 0 < one.represented <= 1
    assert one.design_effect is None or one.design_effect >= 0


def test_who_asked_everybody_is_certain():
    one = estimated(np.array([10, 20]), np.array([10, 20]), np.array([5, 20]))
    assert (one.low, one.share, one.high) == pytest.approx((25 / 30, 25 / 30, 25 / 30))
    assert one.design_effect is None


def test_one_stratum_is_wilsons_own_interval():
    one = estimated(np.array([10**9]), np.array([5000]), np.array([4000]))
    assert (one.low, one.high) == pytest.approx(wilson(4000, 5000), abs=1e-4)


def test_a_stratum_nobody_answered_of_is_said_to_be_missing():
    one = estimated(np.array([75, 25]), np.array([10, 0]), np.array([9, 0]))
    assert (one.represented, one.population, one.answered) == (0.75, 100, 10)


def test_strata_that_differ_make_the_design_better_than_a_simple_sample():
    one = estimated(np.array([1000, 1000]), np.array([200, 200]), np.array([196, 20]))
    assert one.design_effect < 0.5
