# SPDX-License-Identifier: Apache-2.0
"""Whether a change is more than ordinary: counts, rates, means, and words for it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.documents import change, wordsof
from tongguan.documents.contracts import Tally
from tongguan.documents.testing import KNOWN

DAYS = (1.0, 1.0)


def test_a_doubling_is_significant_and_a_ripple_is_not():
    quiet = [100, 98, 103, 99, 101, 97, 102, 100]
    assert change.of_counts(200, 100, DAYS, quiet).significant
    assert not change.of_counts(104, 100, DAYS, quiet).significant


def test_a_city_that_varies_more_needs_more():
    wild = [60, 140, 80, 120, 50, 150, 90, 110]
    assert change.of_counts(140, 100, DAYS, [100] * 8).significant
    assert not change.of_counts(140, 100, DAYS, wild).significant


def test_a_longer_month_is_no_rise():
    assert not change.of_counts(3100, 2800, (31.0, 28.0), []).significant


def test_too_few_are_not_judged():
    found = change.of_counts(3, 0, DAYS, [])
    assert (found.significant, found.p) == (False, None)


def test_by_chance_alone_about_one_in_twenty_is_called_significant():
    drawn = np.random.default_rng(7).poisson(50, (2000, 2))
    called = sum(change.of_counts(int(a), int(b), DAYS, []).significant for a, b in drawn)
    assert 60 < called < 140  # 100 expected


def test_rates_and_means():
    assert change.of_rates(Tally(0.8, 1000, 800), Tally(0.9, 1000, 900)).significant
    assert not change.of_rates(Tally(0.8, 10, 8), Tally(0.9, 10, 9)).significant
    assert change.of_means(Tally(30.0, 500, 0, 100.0), Tally(24.0, 500, 0, 100.0)).significant
    assert not change.of_means(Tally(30.0, 4, 0, 100.0), Tally(24.0, 4, 0, 100.0)).significant


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.lists(st.integers(0, 10**6), max_size=8))
def test_the_verdict_is_the_same_seen_from_either_side(now, before, lags):
    there, back = (change.of_counts(*pair, DAYS, lags) for pair in ((now, before), (before, now)))
    assert there.significant == back.significant


@pytest.mark.parametrize(
    ("code", "now", "before", "told"),
    [
        ("opened", 12.0, 10.0, "上升20.0%"),
        ("opened", 8.0, 10.0, "下降20.0%"),
        ("opened", 5.0, 0.0, "由0增至5件"),
        ("opened", 10.0, 10.0, "持平"),
        ("opened", 100_001.0, 100_000.0, "基本持平"),
        ("on_time", 0.9, 0.85, "上升5.0个百分点"),
        ("hours", 20.0, 25.0, "下降20.0%"),
        ("on_time", None, 0.85, "暂无可比数据"),
    ],
)
def test_changes_in_words(code, now, before, told):
    assert wordsof.changed(now, before, KNOWN[code]) == told


def test_an_ordinary_day_lies_within_its_range():
    mean, low, high = change.expected([100, 110, 90, 100])
    assert low < mean < high
    assert change.expected([100]) is None
