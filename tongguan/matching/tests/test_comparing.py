# SPDX-License-Identifier: Apache-2.0
"""All pairs of a window, and groups of them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.matching import comparing
from tongguan.matching.clustering import average_link
from tongguan.matching.comparing import Telling, figures, products, rarities
from tongguan.matching.learning import chance, learn, pair_weights
from tongguan.texts.grams import grams

PLANT = "丽发新城附近搅拌站噪音扰民"
TELLINGS = [
    Telling(PLANT, "搅拌站夜里不停", 1.0),
    Telling("投诉丽发新城旁边的搅拌站", "粉尘太大", 3.0),
    Telling("洪山公园何时开工", "规划了十几年", 2.0),
]


def test_products_are_those_of_every_pair_by_hand():
    rng = np.random.default_rng(1)
    texts = ["".join(rng.choice(list("甲乙丙丁戊己庚"), 9)) for _ in range(120)]
    bag = grams(texts)
    weights = rng.random(bag.hashes.size)
    found = products(bag, weights, bag, weights)  # pairs of letters are common here, triples few
    maps = [
        dict(zip(bag.row(n).tolist(), weights[bag.starts[n] : bag.starts[n + 1]].tolist(), strict=True))
        for n in range(120)
    ]
    by_hand = [[sum(a[g] * b[g] for g in a.keys() & b.keys()) for b in maps] for a in maps]
    assert np.allclose(found, by_hand, atol=1e-4)


def test_texts_without_a_common_gram_have_nothing_in_common():
    left, right = grams(["甲乙"]), grams(["丙丁", ""])
    assert products(left, np.ones(1), right, np.ones(1)).tolist() == [[0.0, 0.0]]


def test_two_tellings_of_one_plant_are_alike_and_a_park_is_not():
    known = rarities([t.title + t.body for t in TELLINGS] * 40)
    left, right, found = figures(TELLINGS, *known)
    assert (left.tolist(), right.tolist()) == ([0, 0, 1], [1, 2, 2])
    assert (found[0, :4] >= found[1, :4]).all()
    assert found[0, 0] > 0.2
    assert found[1, 0] == 0
    assert np.allclose(found[:, 4], np.log1p([2.0, 1.0, 1.0]))


def test_a_window_too_wide_is_refused():
    with pytest.raises(ValueError, match="at most"):
        figures(TELLINGS * (comparing.MOST // 3 + 1), *rarities([PLANT]))


def test_one_chance_resemblance_does_not_chain_two_matters():
    # 0-1-2 are one matter, 3-4-5 another; only 2 and 3 resemble each other.
    inner = [(0, 1), (0, 2), (1, 2), (3, 4), (3, 5), (4, 5)]
    left, right = np.array([a for a, _ in inner] + [2]), np.array([b for _, b in inner] + [3])
    found = average_link(6, left, right, np.array([0.9] * 6 + [0.8]), 0.3)
    assert found.tolist() == [0, 0, 0, 3, 3, 3]


pairs = st.dictionaries(
    st.tuples(st.integers(0, 7), st.integers(0, 7)).filter(lambda p: p[0] < p[1]),
    st.sampled_from([0.1, 0.4, 0.6, 0.9]),
    max_size=20,
)


@settings(deadline=None)
@given(pairs, st.randoms(use_true_random=False))
def test_groups_do_not_depend_on_the_order_of_the_pairs(likeness, random):
    def of(items):
        left, right = np.array([a for (a, _), _ in items], int), np.array([b for (_, b), _ in items], int)
        return average_link(8, left, right, np.array([v for _, v in items], float), 0.3).tolist()

    shuffled = list(likeness.items())
    random.shuffle(shuffled)
    assert of(shuffled) == of(sorted(likeness.items()))


@settings(deadline=None)
@given(pairs)
def test_the_mean_likeness_within_a_group_reaches_the_cut(likeness):
    left, right = np.array([a for a, _ in likeness], int), np.array([b for _, b in likeness], int)
    groups = average_link(8, left, right, np.array(list(likeness.values())), 0.3)
    for group in set(groups.tolist()):
        members = np.flatnonzero(groups == group).tolist()
        assert min(members) == group
        inside = [likeness.get((a, b), 0.0) for a in members for b in members if a < b]
        # Each join was above the cut on average, and the mean of the group is a mean of its joins.
        assert not inside or sum(inside) / len(inside) >= 0.3 - 1e-9


def test_learning_finds_which_figure_tells():
    rng = np.random.default_rng(2)
    rows = rng.random((4000, 2))
    same = rows[:, 0] > 0.8
    weights = learn(rows, same, pair_weights(same, np.zeros(4000, np.int64), 0.5, 1000.0))
    assert weights.each[0] > 10 * abs(weights.each[1])
    right = chance(weights.log_odds(rows)) > 0.5
    assert (right == same).mean() > 0.95


def test_learning_needs_both_kinds():
    with pytest.raises(ValueError, match="both"):
        learn(np.ones((2, 1)), np.array([True, True]), np.ones(2))


def test_a_big_matter_teaches_by_the_root_of_its_pairs():
    same = np.array([True] * 16 + [True] + [False] * 3)
    weight = pair_weights(same, np.array([0] * 16 + [1] + [2] * 3), 0.5, 10.0)
    assert np.isclose(weight[:16].sum(), 4 * weight[16])
    assert np.isclose(weight[~same].sum(), 5.0)
