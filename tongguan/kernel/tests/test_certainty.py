# SPDX-License-Identifier: Apache-2.0
"""Figures of certainty never say the opposite of what was decided by them."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tongguan.kernel.certainty import percent, short_of, wilson, z_of

shares = st.floats(0, 1)


def number(told: str) -> float:
    return float(told.removeprefix("不到 ").removesuffix("%"))


@pytest.mark.parametrize(
    ("share", "told"),
    [(0.0, "0%"), (0.29, "29%"), (0.899999, "89%"), (0.995, "99%"), (0.9999999, "99%"), (1.0, "100%")],
)
def test_a_share_is_rounded_down(share, told):
    assert percent(share) == told


@pytest.mark.parametrize(
    ("share", "least", "told"),
    [
        (0.71, 0.9, ("71%", "90%")),
        (0.8999, 0.9, ("89%", "90%")),
        (0.9, 0.904, ("90.0%", "90.4%")),
        (0.99994, 0.99995, ("99.994%", "99.995%")),
        (0.9000001, 0.9000002, ("不到 90.000%", "90.000%")),
    ],
)
def test_what_falls_short_is_seen_to_fall_short(share, least, told):
    assert short_of(share, least) == told


@given(shares, shares)
def test_words_and_numbers_agree_for_any_two_shares(share, least):
    assume(share < least)
    told, wanted = short_of(share, least)
    assert number(told) < number(wanted) or told.startswith("不到 ")
    assert number(percent(least)) >= number(percent(share))


@given(shares)
def test_only_certainty_is_a_hundred_percent(share):
    assert (percent(share) == "100%") == (share == 1.0)


def test_what_reaches_is_not_asked_about():
    with pytest.raises(ValueError, match="not below"):
        short_of(0.9, 0.9)


@pytest.mark.parametrize(
    ("right", "tries", "low", "high"),
    # Known values of Wilson's interval at 95 %.
    [
        (0, 0, 0, 1),
        (0, 10, 0, 0.2775),
        (10, 10, 0.7225, 1),
        (50, 100, 0.4038, 0.5962),
        (40, 50, 0.6696, 0.8876),
    ],
)
def test_a_share_that_was_seen_has_wilsons_bounds(right, tries, low, high):
    assert wilson(right, tries) == pytest.approx((low, high), abs=5e-5)
    assert z_of(0.95) == pytest.approx(1.96, abs=1e-4)


@given(st.integers(1, 10_000), st.data())
def test_a_share_lies_within_its_bounds_and_more_tries_bring_them_nearer(tries, data):
    right = data.draw(st.integers(0, tries))
    low, high = wilson(right, tries)
    assert 0 <= low <= right / tries <= high <= 1
    nearer = wilson(right * 10, tries * 10)
    assert nearer[0] >= low - 1e-12
    assert nearer[1] <= high + 1e-12
