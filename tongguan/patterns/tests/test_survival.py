# SPDX-License-Identifier: Apache-2.0
"""Durations of matters some of which still run: the curve is Kaplan and Meier's, the test the log-rank."""

import warnings

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from tongguan.patterns.survival import curve, logrank, merged, tally, wilson

ROWS = st.lists(st.tuples(st.integers(1, 40), st.booleans()), min_size=1, max_size=60)


def counted(rows):
    return tally(np.array([at for at, _ in rows], float), np.array([ended for _, ended in rows], bool))


@given(ROWS)
def test_the_curve_is_the_plain_definition_of_kaplan_and_meier(rows):
    found = curve(counted(rows))
    share, said = 1.0, {}
    for at in sorted({at for at, ended in rows if ended}):
        risk = sum(other >= at for other, _ in rows)
        share *= 1 - sum(other == at and ended for other, ended in rows) / risk
        said[at] = share
    assert dict(zip(found.at, found.share, strict=True)) == pytest.approx(said)


@given(ROWS)
def test_the_curve_and_its_bounds_are_those_of_scipy(rows):
    ends, runs = ([at for at, ended in rows if ended is which] for which in (True, False))
    if not ends:
        return
    theirs = stats.ecdf(stats.CensoredData(uncensored=ends, right=runs)).sf
    found = curve(counted(rows))
    assert [found.open_after(at)[0] for at in theirs.quantiles] == pytest.approx(list(theirs.probabilities))
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore", RuntimeWarning)  # undefined where all or none are left
        bounds = theirs.confidence_interval(method="log-log")
    for at, share, low, high in zip(
        theirs.quantiles, theirs.probabilities, bounds.low.probabilities, bounds.high.probabilities,
        strict=True,
    ):  # fmt: skip
        if 0 < share < 1:
            assert found.open_after(at)[1:] == pytest.approx((low, high))


@given(ROWS)
def test_a_curve_falls_and_lies_between_its_bounds(rows):
    found = curve(counted(rows))
    assert (np.diff(found.share) <= 0).all()
    assert ((found.low <= found.share) & (found.share <= found.high)).all()
    half = found.quantile(0.5)
    assert half is None or found.open_after(half)[0] <= 0.5 + 1e-9


@given(ROWS, ROWS)
def test_tallies_put_together_are_the_tally_of_all(one, other):
    both, whole = merged([counted(one), counted(other)]), counted(one + other)
    assert np.array_equal(both.at, whole.at)
    assert np.array_equal(both.ended, whole.ended)
    assert np.array_equal(both.ran, whole.ran)


@given(ROWS, ROWS)
def test_two_groups_are_compared_as_scipy_does(one, other):
    if not any(ended for _, ended in one + other):
        return
    sides = [
        stats.CensoredData(
            uncensored=[at for at, ended in rows if ended], right=[at for at, ended in rows if not ended]
        )
        for rows in (one, other)
    ]
    with np.errstate(all="ignore"):
        theirs = stats.logrank(*sides)
    statistic, chance = logrank({"甲": counted(one), "乙": counted(other)})
    if np.isfinite(theirs.statistic):
        assert statistic == pytest.approx(theirs.statistic**2, abs=1e-6)
        assert chance == pytest.approx(theirs.pvalue, abs=1e-6)


def test_running_matters_hold_the_curve_up():
    ended_only = counted([(2, True), (4, True)])
    with_running = counted([(2, True), (4, True), (10, False), (10, False)])
    assert curve(ended_only).open_after(4)[0] == 0
    assert curve(with_running).open_after(4)[0] == 0.5
    assert curve(with_running).quantile(0.8) is None


def test_the_chance_to_be_late_grows_with_age_and_is_certain_past_the_limit():
    known = curve(counted([(n, True) for n in range(1, 11)]))
    ages, limits = np.array([0.0, 4.0, 5.0, 6.0]), np.array([5.0, 5.0, 5.0, 5.0])
    assert known.late_given(ages, limits) == pytest.approx([0.5, 5 / 6, 1.0, 1.0])
    unseen = known.late_given(np.array([50.0]), np.array([60.0]))
    assert unseen == pytest.approx([1.0])


def test_nothing_to_compare_makes_no_difference():
    assert logrank({}) == (0.0, 1.0)
    assert logrank({"甲": counted([(3, True)])}) == (0.0, 1.0)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(95, 100) == pytest.approx((0.8882, 0.9785), abs=1e-3)
