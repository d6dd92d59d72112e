# SPDX-License-Identifier: Apache-2.0
"""A sentence said otherwise: the same numbers, names and directions, or it is not shown."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.documents import proof

SOURCE = "本周，江北区新增案件84件，较上周上升300.0%，其中翠园社区未超期。"
NAMES = {"江北区", "江南区", "翠园社区"}


@pytest.mark.parametrize(
    "told",
    [
        "本周江北区新增案件84件，比上周上升300.0%，其中翠园社区未超期。",
        "江北区本周新增案件84件，较上周上升300.0%，翠园社区未超期。",
    ],
)
def test_a_smoother_sentence_that_says_the_same_passes(told):
    assert proof.refusal(SOURCE, told, NAMES) == ""


@pytest.mark.parametrize(
    ("told", "word"),
    [
        (SOURCE.replace("84", "48"), "数字"),
        (SOURCE.replace("84件", "84起"), "数字"),
        (SOURCE.replace("300.0%", "300.0个百分点"), "数字"),
        (SOURCE.replace("上升", "下降"), "原意"),
        (SOURCE.replace("未超期", "超期"), "原意"),
        (SOURCE.replace("江北区", "江南区"), "名称"),
        (SOURCE.replace("翠园社区", ""), "名称"),
        (SOURCE + "其中八十件属实。", "数字"),
        (SOURCE.replace("84", "８４") + "９", "数字"),
        (SOURCE * 3, "长短"),
        ("好", "长短"),
    ],
)
def test_a_sentence_that_says_something_else_does_not(told, word):
    assert word in proof.refusal(SOURCE, told, NAMES)


@given(st.integers(0, 10**7), st.integers(0, 10**7))
def test_no_other_number_passes(right, wrong):
    source, told = f"新增案件{right:,}件。", f"新增案件{wrong:,}件。"
    assert (proof.refusal(source, told, ()) == "") is (right == wrong)


@given(st.text(max_size=80))
def test_whatever_comes_back_is_refused_or_holds_the_same_numbers(told):
    if not proof.refusal(SOURCE, told, NAMES):
        assert proof.quantities(told) == proof.quantities(SOURCE)


def test_figures_are_found_again_in_any_order():
    source = ["新增", {"figure": "f1"}, "，办结", {"figure": "f2"}]
    made = proof.pieces("办结12件，新增3件", source, {"f1": "3件", "f2": "12件"})
    assert made == ["办结", {"figure": "f2"}, "，新增", {"figure": "f1"}]
    assert proof.pieces("办结12件", source, {"f1": "3件", "f2": "12件"}) is None
