# SPDX-License-Identifier: Apache-2.0
"""What it takes to go through without a person."""

import pytest

from tongguan.video.precision import judged


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
