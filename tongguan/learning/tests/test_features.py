# SPDX-License-Identifier: Apache-2.0
"""Runs of characters against an oracle; one matter in several writings; what the likenesses add."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from tongguan.learning import sense
from tongguan.learning.alike import MOST, Alike
from tongguan.learning.ensemble import Classifier
from tongguan.learning.features import folded
from tongguan.learning.grams import Grams
from tongguan.learning.recipes import FIELDS, QUICK, SMALL, UNITS, UNITS_PLAIN, here
from tongguan.learning.tests.test_pure import LABELS, TEXTS

SIGNS = st.text(st.sampled_from("路灯不亮了井盖坏a1，"), min_size=1, max_size=12)
needs_sense = pytest.mark.skipif(not sense.available(), reason="the encoder is not installed")
RECIPES = [FIELDS, UNITS_PLAIN, QUICK, SMALL, pytest.param(UNITS, marks=needs_sense)]


@settings(deadline=None, max_examples=40)
@given(
    st.lists(SIGNS, min_size=2, max_size=12),
    st.lists(SIGNS, max_size=5),
    st.integers(1, 4),
    st.integers(1, 2),
)
def test_runs_of_characters_weigh_as_the_oracle_says(known, asked, high, least):
    oracle = TfidfVectorizer(
        analyzer="char", ngram_range=(1, high), min_df=least, sublinear_tf=True, lowercase=False
    )
    try:
        expected = oracle.fit_transform(known), oracle.transform(asked or known)
    except ValueError:  # no run is common enough: the oracle refuses, ours has no columns
        assert Grams(1, high, least).fit(known).transform(known).shape == (len(known), 0)
        return
    ours = Grams(1, high, least).fit(known)
    for texts, theirs in zip((known, asked or known), expected, strict=True):
        rows = ours.transform(texts)
        assert rows.shape == theirs.shape
        # The columns stand in another order; what two texts have in common does not.
        np.testing.assert_allclose(
            (rows @ rows.T).toarray(), (theirs @ theirs.T).toarray(), rtol=1e-4, atol=1e-5
        )


def test_runs_do_not_reach_over_from_one_text_to_the_next_and_alone_is_as_in_a_batch():
    grams = Grams(2, 2).fit(["路灯", "井盖"])
    rows = grams.transform(["路", "灯", "灯井盖", ""])
    assert np.diff(rows.indptr).tolist() == [0, 0, 1, 0]
    assert (grams.transform(["灯井盖"]) != rows[2]).nnz == 0
    assert grams.transform([]).shape == (0, 2)
    with pytest.raises(ValueError, match="runs of"):
        Grams(1, 5)


@pytest.mark.parametrize(
    ("traditional", "simplified"),
    [
        ("路燈不亮，請儘快派員處理", "路灯不亮，请尽快派员处理"),
        ("ＡＢＣ　臺北市", "abc 台北市"),
        ("😀路燈", "😀路灯"),
    ],
)
def test_one_text_in_either_writing(traditional, simplified):
    assert folded(traditional) == folded(simplified) == simplified.casefold().replace("，", ",")


MATTERS = [
    ("道路", "人民路路灯不亮", "人民路路燈不亮", "人民路路灯卟亮", "路灯"),
    ("道路", "江北区道路积水严重", "江北區道路積水嚴重", "江北区道路集水严重", "积水"),
    ("教育", "解放路老师上课打人", "解放路老師上課打人", "解放路老师上棵打人", "老师"),
    ("劳动", "和平里拖欠农民工工资", "和平里拖欠農民工工資", "和平里拖欠农民工公资", "工资"),
]


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda r: r.version)
def test_simplified_traditional_mixed_mistyped_and_very_short_texts_find_the_same_class(recipe):
    model = Classifier(recipe, TEXTS, LABELS)
    for label, simplified, traditional, mistyped, short in MATTERS:
        mixed = traditional[: len(traditional) // 2] + simplified[len(traditional) // 2 :]
        found = model.predict([simplified, traditional, mixed, mistyped, short])
        assert [p.best for p in found] == [label] * 5
        assert found[0] == found[1] == found[2]


def test_what_is_alike_in_several_views_is_learned_at_once_and_never_beyond_the_memory():
    model = Classifier(UNITS_PLAIN, TEXTS, LABELS)
    scores = model.scores(TEXTS)
    assert (model.classes[scores.argmax(1)] == np.array(LABELS, dtype=object)).all()
    with pytest.raises(ValueError, match="more than"):
        Alike((1.0,)).fit([np.zeros((MOST + 1, 2))], np.zeros(MOST + 1, int), 1)


def test_a_class_is_also_known_by_its_name():
    model = Classifier(UNITS_PLAIN, ["路灯不亮", "老师打人"], ["动物收容组", "教育科"])
    assert model.predict(["收容的动物在哪里"])[0].best == "动物收容组"


@needs_sense
def test_texts_without_a_word_in_common_are_near_when_they_mean_the_same():
    light, dark, school = sense.vectors(["路灯不亮", "夜里走路一片漆黑看不见", "学校乱收费"])
    assert light @ dark > dark @ school
    assert np.allclose(np.linalg.norm([light, dark], axis=1), 1, atol=1e-3)
    assert sense.vectors([]).shape == (0, sense.WIDTH)
    np.testing.assert_array_equal(sense.vectors(["路灯不亮", "路灯不亮\0"])[0], light)


def test_without_the_encoder_the_recipe_without_it_is_used():
    assert here(UNITS) is (UNITS if sense.available() else UNITS_PLAIN)
    assert here(FIELDS) is FIELDS
