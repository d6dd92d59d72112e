# SPDX-License-Identifier: Apache-2.0
"""What a model is said to say is true: the figure told is the one that was compared."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.learning.contracts import Suggestion
from tongguan.learning.wording import words_of

NAMES = ("暴露垃圾", "道路保洁", "无照经营")


def said(confidence: float, threshold: float) -> Suggestion:
    ranked = (("07001", 0.999), ("07002", 0.0008), ("06001", 0.0002))
    return Suggestion("07001", confidence, ranked, "item-3", confidence >= threshold, threshold)


@pytest.mark.parametrize(
    ("confidence", "threshold", "names", "words"),
    [
        (
            0.93, 0.9, NAMES,
            "暴露垃圾，其次 道路保洁、无照经营；把握 93%，由模型 item-3 认定",
        ),
        (
            0.71, 0.9, NAMES,
            ("最可能是 暴露垃圾，其次 道路保洁、无照经营；把握 71%，未到自行认定所需的 90%，"
            "须人工选定（模型 item-3）"),
        ),
        (
            0.8999, 0.9, NAMES[:1],
            "最可能是 暴露垃圾；把握 89%，未到自行认定所需的 90%，须人工选定（模型 item-3）",
        ),
        (
            1.0, 1.0000000000000002, NAMES[:1],
            "最可能是 暴露垃圾；把握 100%，模型的准确率还不足以自行认定，须人工选定（模型 item-3）",
        ),
        (0.95, 0.9, (), "07001；把握 95%，由模型 item-3 认定"),
    ],
)  # fmt: skip
def test_the_words_for_each_outcome(confidence, threshold, names, words):
    assert words_of(said(confidence, threshold), names) == words


@given(st.floats(0, 1), st.floats(0, 1.1))
def test_nobody_is_asked_about_what_reaches_and_nothing_is_decided_that_falls_short(confidence, threshold):
    words = words_of(said(confidence, threshold), NAMES)
    assert ("须人工选定" in words) == (confidence < threshold)
    figures = [float(one) for one in re.findall(r"([\d.]+)%", words)]
    if len(figures) == 2 and "不到" not in words:
        assert figures[0] < figures[1]
    assert len(figures) == (2 if confidence < threshold <= 1 else 1)
