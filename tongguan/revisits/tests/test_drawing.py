# SPDX-License-Identifier: Apache-2.0
"""Allocation sums, every stratum is represented, the same seed draws the same, every case has its chance."""

from uuid import UUID

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.revisits import drawing

SIZES = st.lists(st.integers(1, 3000), min_size=1, max_size=60).map(lambda told: np.array(told, np.int64))


def ids(many, start=0):
    return b"".join(UUID(int=(start + n) * 0x1_0000_0001_0001).bytes for n in range(many))


@given(SIZES, st.integers(1, 5000), st.integers(1, 4), st.data())
def test_an_allocation_sums_and_represents_every_stratum(sizes, total, least, data):
    spreads = data.draw(
        st.none() | st.lists(st.floats(0, 0.5), min_size=len(sizes), max_size=len(sizes)).map(np.array)
    )
    if total < len(sizes):
        if total < int(sizes.sum()):
            with pytest.raises(ValueError):
                drawing.allocated(sizes, total, spreads, least)
        return
    found = drawing.allocated(sizes, total, spreads, least)
    assert found.sum() == min(total, sizes.sum())
    assert (found >= 1).all()
    assert (found <= sizes).all()
    if np.minimum(sizes, least).sum() <= total:
        assert (found >= np.minimum(sizes, least)).all()


@given(SIZES, st.integers(200, 3000))
def test_a_proportional_allocation_is_within_one_of_its_share_where_no_bound_holds(sizes, total):
    found = drawing.allocated(sizes * 100, total, None, 1)
    share = sizes / sizes.sum() * total
    free = (found > 1) & (found < sizes * 100)
    if free.all():
        assert (np.abs(found - share) < 1).all()


def test_neyman_gives_more_to_what_varies_more():
    found = drawing.allocated(np.array([1000, 1000]), 100, np.array([0.1, 0.4]))
    assert found.tolist() == [20, 80]


@pytest.mark.parametrize(
    ("half", "population", "wanted"), [(0.05, 10**9, 385), (0.05, 1000, 278), (0.03, 10, 10), (0.05, 0, 0)]
)
def test_the_size_for_a_half_width_is_cochrans(half, population, wanted):
    assert drawing.size_for(half, population, 1.959964) == wanted


@settings(max_examples=50)
@given(st.integers(0, 2**63 - 1), st.permutations(range(40)))
def test_the_same_seed_draws_the_same_in_whatever_order_rows_come(seed, order):
    raw = ids(40)
    strata = np.arange(40, dtype=np.int64) % 4
    shuffled = b"".join(raw[16 * n : 16 * n + 16] for n in order)
    wanted = np.array([2, 3, 1, 4])
    rows, _ = drawing.ranked(strata, drawing.numbers_of(raw, seed), wanted)
    again, ranks = drawing.ranked(strata[list(order)], drawing.numbers_of(shuffled, seed), wanted)
    assert [order[n] for n in again] == rows.tolist()
    assert np.bincount(strata[rows], minlength=4).tolist() == wanted.tolist()
    assert ranks.tolist() == [0, 1, 0, 1, 2, 0, 0, 1, 2, 3]


def test_numbers_are_even_over_cases_and_seeds():
    """A chi-square of 16 boxes stays below its 99.9 % point (37.7) for cases made one after the other."""
    for told in (
        drawing.numbers_of(ids(20_000), 7),
        np.concatenate([drawing.numbers_of(ids(1), s) for s in range(5_000)]),
    ):
        boxes = np.bincount((told >> np.uint64(60)).astype(int), minlength=16)
        assert ((boxes - len(told) / 16) ** 2 / (len(told) / 16)).sum() < 37.7


def test_a_sample_of_nothing_is_empty():
    rows, ranks = drawing.ranked(np.zeros(0, np.int64), np.zeros(0, np.uint64), np.zeros(0, np.int64))
    assert (rows.tolist(), ranks.tolist()) == ([], [])
