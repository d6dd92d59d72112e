# SPDX-License-Identifier: Apache-2.0
"""Texts as grams."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.texts.grams import Rarity, grams, normal, rarest

texts = st.lists(st.text(alphabet="丽发新城搅拌站噪音扰民abc1", max_size=12), max_size=6)


def test_width_case_and_punctuation_do_not_matter():
    assert normal("Ａ2区， 丽发新城！") == normal("a2区丽发新城") == "a2区丽发新城"


@settings(deadline=None)
@given(texts)
def test_each_text_has_the_grams_it_has_alone(many):
    together = grams(many)
    for index, text in enumerate(many):
        assert together.row(index).tolist() == grams([text]).row(0).tolist()


def test_a_text_of_n_letters_has_its_pairs_and_triples_once():
    assert grams(["abcde"]).hashes.size == 4 + 3
    assert grams(["aaaa"]).hashes.size == 2
    assert grams(["a", ""]).starts.tolist() == [0, 0, 0]
    assert grams(["abc"], 4, shortest=3).hashes.size == 1


def test_what_many_texts_have_is_less_rare():
    bag = grams(["投诉扰民"] * 99 + ["丽发新城"])
    rarity = Rarity.blank().learned(bag)
    common, name = rarity.weights(grams(["投诉"]).hashes)[0], rarity.weights(grams(["丽发"]).hashes)[0]
    assert rarity.texts == 100
    assert name > common + 3
    assert rarity.surprise(grams(["投诉"]).hashes)[0] == 0
    assert np.isclose(rarity.surprise(grams(["丽发"]).hashes)[0], np.log(100))


def test_nothing_is_rare_where_nothing_is_known():
    blank = Rarity.blank()
    assert set(blank.weights(grams(["丽发新城"]).hashes)) == {1.0}
    assert not blank.surprise(grams(["丽发新城"]).hashes).any()


def test_the_rarest_grams_are_kept_in_order():
    bag = grams(["投诉扰民"] * 9 + ["投诉丽发"])
    rarity = Rarity.blank().learned(bag)
    kept = rarest(bag, rarity, 3)
    assert np.diff(kept.starts).tolist() == [3] * 10
    assert set(grams(["丽发"]).hashes.tolist()) <= set(kept.row(9).tolist())
    assert set(grams(["投诉"]).hashes.tolist()).isdisjoint(kept.row(9).tolist())


def test_the_table_survives_packing():
    rarity = Rarity.blank().learned(grams(["丽发新城搅拌站"]))
    again = Rarity.unpacked(rarity.packed())
    assert again.texts == 1
    assert (again.counts == rarity.counts).all()
