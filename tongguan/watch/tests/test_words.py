# SPDX-License-Identifier: Apache-2.0
"""Reasons read like sentences of an operator's log."""

import math

import pytest

from tongguan.detection.contracts import Reason
from tongguan.watch.words import Change, lasting, number, sentence, unit_words

BASE = {
    "place": "三号井", "quantity": "甲烷浓度", "unit": "%LEL", "reason": Reason.HIGH, "grade": 3, "before": 0,
    "measured": 23.4, "limit": 20.0, "since": 0, "at": 120_000, "source": "S24", "confidence": "medium",
}  # fmt: skip

DOWN = {"before": 3, "measured": 8.0}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({}, "三号井甲烷浓度 23.4 %LEL，连续 2 分钟达到或高于橙色限值 20 %LEL（来源：S24，可信度中）"),
        ({"since": 120_000, "source": ""}, "三号井甲烷浓度 23.4 %LEL，达到或高于橙色限值 20 %LEL"),
        ({"reason": Reason.LOW, "since": 120_000, "source": "规程", "confidence": "own"},
         "三号井甲烷浓度 23.4 %LEL，达到或低于橙色限值 20 %LEL（来源：规程，自定）"),
        (DOWN | {"grade": 0}, "三号井甲烷浓度 8 %LEL，已退出橙色限值 20 %LEL，恢复正常"),
        (DOWN | {"grade": 2}, "三号井甲烷浓度 8 %LEL，已退出橙色限值 20 %LEL，降为黄色"),
        ({"reason": Reason.FLAT, "measured": 7200.0, "limit": 3600.0, "source": ""},
         "三号井甲烷浓度已 2 小时没有变化，达到或高于橙色限值 1 小时"),
        ({"reason": Reason.RATE, "unit": "kPa", "quantity": "压力", "since": 120_000, "source": ""},
         "三号井压力每分钟变化 23.4 kPa，达到或高于橙色限值 20 kPa/分钟"),
        ({"grade": 0, "before": 3, "reason": 0}, "三号井甲烷浓度：规则停用或测点移出范围，预警解除"),
        (DOWN | {"grade": 0, "before": 1, "limit": math.nan},
         "三号井甲烷浓度 8 %LEL，已退出蓝色限值，恢复正常"),
    ],
)  # fmt: skip
def test_a_change_is_said_in_one_sentence(change, words):
    assert sentence(Change(**(BASE | change))) == words


def test_a_long_explanation_is_cut_to_what_an_alarm_keeps():
    said = sentence(Change(**(BASE | {"reason": Reason.COMPOUND, "explained": "长" * 900})))
    assert len(said) == 500


@pytest.mark.parametrize(
    ("seconds", "words"), [(45, "45 秒"), (90, "1.5 分钟"), (7200, "2 小时"), (259_200, "3 天")]
)
def test_durations_are_said_as_people_say_them(seconds, words):
    assert lasting(seconds) == words


def test_numbers_keep_four_figures():
    assert [number(one) for one in (0, 23.4567, 123456.0, 0.00012345)] == [
        "0",
        "23.46",
        "123456",
        "0.0001234",
    ]
    assert [unit_words(one) for one in ("%{LEL}", "Cel", "[pH]", "kPa")] == ["%LEL", "°C", "pH", "kPa"]
