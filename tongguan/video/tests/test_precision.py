# SPDX-License-Identifier: Apache-2.0
"""Wilson's lower bound, and what it takes to go through without a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.video.precision import judged, lower_bound


@pytest.mark.parametrize(
    ("right", "reviewed", "lower"),
    # Known values of the Wilson interval at 95 %.
    [(0, 0, 0.0), (0, 10, 0.0), (10, 10, 0.7225), (50, 100, 0.4038), (98, 100, 0.9300), (81, 263, 0.2553)],
)
def test_the_lower_bound_is_wilsons(right, reviewed, lower):
    assert lower_bound(right, reviewed) == pytest.approx(lower, abs=5e-5)


@given(reviewed=st.integers(1, 10_000), data=st.data())
def test_the_bound_lies_below_the_share_and_more_reviews_bring_it_nearer(reviewed, data):
    right = data.draw(st.integers(0, reviewed))
    bound = lower_bound(right, reviewed)
    assert 0 <= bound <= right / reviewed + 1e-12
    assert lower_bound(right * 10, reviewed * 10) >= bound - 1e-12


@pytest.mark.parametrize(
    ("right", "reviewed", "target", "off", "passes", "word"),
    [
        (120, 120, 0.95, False, True, "自动通过"),
        (120, 120, 0.95, True, False, "值班长已关闭"),
        (120, 120, None, False, False, "一律人工复核"),
        (99, 99, 0.95, False, False, "不足 100 条"),
        (115, 120, 0.95, False, False, "低于要求的 95%"),
    ],
)
def test_it_passes_only_when_proved_and_says_why_in_words(right, reviewed, target, off, passes, word):
    found, words = judged(right, reviewed, target, 100, switched_off=off)
    assert (found, word in words, f"复核 {reviewed} 条" in words) == (passes, True, True)
