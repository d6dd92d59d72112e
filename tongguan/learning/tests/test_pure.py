# SPDX-License-Identifier: Apache-2.0
"""Measures against an oracle, confidence that means what it says, models that are the same every time."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn import metrics

from tongguan.learning import calibration, measures
from tongguan.learning.ensemble import Classifier, lead, unseen
from tongguan.learning.recipes import FIELDS, QUICK, UNITS, UNITS_PLAIN, here

ROADS = ["路灯不亮", "路面塌陷有坑", "井盖破损", "道路积水严重", "人行道地砖松动", "红绿灯坏了"]
SCHOOLS = ["学校乱收费", "老师上课打人", "幼儿园入学难", "高中择校问题", "教师工资拖欠", "学生校服太贵"]
JOBS = ["拖欠农民工工资", "社保缴费中断", "工伤认定太慢", "退休金计算错误", "劳动合同不签", "失业保险领取"]
TEXTS = [
    f"{where}{what}" for where in ("人民路", "和平里", "江北区", "解放路") for what in ROADS + SCHOOLS + JOBS
]
LABELS = (["道路"] * 6 + ["教育"] * 6 + ["劳动"] * 6) * 4

labels = st.lists(st.integers(0, 4), min_size=1, max_size=60)


@given(st.data())
def test_measures_agree_with_the_oracle(data):
    truth = np.array(data.draw(labels))
    guess = np.array(data.draw(st.lists(st.integers(0, 4), min_size=len(truth), max_size=len(truth))))
    assert measures.accuracy(truth, guess) == pytest.approx(metrics.accuracy_score(truth, guess))
    assert measures.macro_f1(truth, guess) == pytest.approx(
        metrics.f1_score(truth, guess, average="macro", zero_division=0.0)
    )


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=200), st.floats(0, 1))
def test_confidence_rises_with_the_score_and_stays_a_share(pairs, asked):
    raw, right = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs])
    curve = calibration.fit(raw, right)
    at = np.sort(np.append(raw, asked))
    told = curve.confidence(at)
    assert np.all(np.diff(told) >= -1e-12)
    assert np.all((told >= 0) & (told <= 1))
    # On the rows it was fitted on, confidence and success agree on the whole, but for the strangest few.
    assert -calibration.STRANGE - 1e-6 <= curve.confidence(raw).mean() - right.mean() <= 1e-6


def test_of_what_is_unlike_anything_known_nobody_is_sure():
    rng = np.random.default_rng(7)
    raw = rng.uniform(0.8, 1.0, 300)
    curve = calibration.fit(raw, np.ones(300, bool))
    assert curve.confidence(np.array([0.9]))[0] == 1.0
    strange, nothing = curve.confidence(np.array([0.01, 0.0]))
    assert strange < 0.02
    assert nothing == 0.0


@given(st.lists(st.floats(-7, 0), min_size=2, max_size=9), st.integers(1, 5))
def test_the_lead_is_between_first_and_second_whatever_the_others_have(row, others):
    scores = np.array([row])
    told = lead(scores)[0]
    second, first = np.sort(np.exp(row))[-2:]
    assert told == pytest.approx((first - second) / (first + second))
    assert 0 <= told < 1
    crowd = np.full((1, others), min(row))
    assert lead(np.hstack([scores, crowd]))[0] == told
    assert lead(scores - 3.0)[0] == pytest.approx(told)
    assert lead(np.array([[*row, max(row)]]))[0] == 0.0


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=300), st.floats(0.5, 0.99))
def test_what_passes_the_threshold_keeps_the_promised_precision(pairs, precision):
    sure, right = np.array([p[0] for p in pairs]), np.array([p[1] for p in pairs], bool)
    least = calibration.threshold(sure, right, precision)
    taken = sure >= least
    assert not taken.any() or (right[taken].mean() >= precision and taken.sum() >= calibration.LEAST)


def test_a_perfectly_told_confidence_has_no_error_and_a_boastful_one_has():
    right = np.array([True] * 80 + [False] * 20)
    assert measures.calibration_error(np.full(100, 0.8), right) == pytest.approx(0.0)
    assert measures.calibration_error(np.full(100, 1.0), right) == pytest.approx(0.2)


@pytest.mark.parametrize("recipe", [FIELDS, here(UNITS), UNITS_PLAIN, QUICK], ids=lambda r: r.version)
def test_a_model_knows_what_it_was_taught_and_says_how_sure_it_is(recipe):
    model = Classifier(recipe, TEXTS, LABELS)
    first, second = model.predict(["滨江路路灯又不亮了", "老师上课打学生"])
    assert (first.best, second.best) == ("道路", "教育")
    assert first.shares[0][0] == "道路"
    assert sum(share for _, share in first.shares) == pytest.approx(1.0)
    assert 0 < first.confidence <= 1


def test_the_same_rows_and_recipe_give_the_same_model_and_other_rows_another_version():
    one, two = Classifier(UNITS_PLAIN, TEXTS, LABELS), Classifier(UNITS_PLAIN, TEXTS, LABELS)
    asked = ["路面有坑", "工资没有发"]
    assert one.version == two.version
    assert np.array_equal(one.scores(asked), two.scores(asked))
    assert Classifier(UNITS_PLAIN, TEXTS[:-1], LABELS[:-1]).version != one.version


def test_a_text_is_scored_the_same_alone_and_among_others_and_rubbish_breaks_nothing():
    model = Classifier(UNITS_PLAIN, TEXTS, LABELS)
    together = model.scores(["路面有坑", "", "\ud800\x00", "🚧" * 5000])
    assert np.allclose(model.scores(["路面有坑"])[0], together[0])
    assert np.allclose(np.exp(together).sum(1), 1)


def test_unseen_scores_come_from_models_that_did_not_know_the_row():
    scores = unseen(UNITS_PLAIN, TEXTS, LABELS)
    classes = np.unique(LABELS)
    assert measures.accuracy(np.searchsorted(classes, LABELS), scores.argmax(1)) > 0.9
    # A lonely class cannot be known to a model that has not seen its only row.
    lonely = unseen(UNITS_PLAIN, [*TEXTS, "恐龙出没"], [*LABELS, "动物"])
    assert np.unique([*LABELS, "动物"])[lonely[-1].argmax()] != "动物"


def test_one_class_is_nothing_to_learn():
    with pytest.raises(ValueError, match="two classes"):
        Classifier(UNITS_PLAIN, ["甲", "乙"], ["一", "一"])
