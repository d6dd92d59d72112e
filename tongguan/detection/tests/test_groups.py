# SPDX-License-Identifier: Apache-2.0
"""Subjects of several streams: balances, neighbours, conditions; the same however readings are cut."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.detection.batches import Index, arranged, batch_of
from tongguan.detection.compound import explained, mentioned, parse
from tongguan.detection.groups import laid_out
from tongguan.detection.neighbours import middle
from tongguan.detection.settings import UnusableError, ready
from tongguan.detection.spi import detectors
from tongguan.detection.tests import measures
from tongguan.detection.tests.frames import cuts, listed, readings, timed
from tongguan.detection.tests.oracle import Ladder
from tongguan.kernel.formulas import Fault, is_truth
from tongguan.kernel.frames import Frame

GROUPS = [[3, 5], [5, 8, 9]]
SIGNS = [[1, -1, 0], [1, 1, -1]]
TIMES = {"every": 30.0, "stale": 100.0}
BALANCE = TIMES | {"blue": 2.0, "red": 6.0, "blue_after": 30.0}
NEIGHBOURS = TIMES | {"least": 1.0, "learn": 5.0, "floor": 0.5, "blue": 2.0, "red": 6.0}
BOTH = TIMES | {"yellow": "a >= 5 or a - before(a) > 4", "red": "a >= 5 and not b < 5"}


def run(code, chosen, told, cut, groups=GROUPS, **layout):
    detector = detectors.get(code)
    checked = laid_out(ready(detector, chosen), 3, **layout)
    index = Index.of_groups(groups)
    state = detector.begin(index.slots, checked)
    edges = sorted({0, len(told), *(min(one, len(told)) for one in cut)})
    said = []
    for begin, end in pairwise(edges):
        columns = list(zip(*told[begin:end], strict=True)) or [(), (), ()]
        state, verdicts = detector.step(checked, state, batch_of(arranged(Frame.of(*columns)), index))
        said += listed(verdicts)
    return sorted((*one[:4], round(one[4], 6)) for one in said)


def expected(chosen, told, judge_of):
    ladder = Ladder(chosen)
    hear = measures.in_groups(chosen, GROUPS, judge_of)
    for stream, at, value in told:
        for slot, when, found in hear(stream, at, value):
            ladder.hear(slot, when, found)
    return sorted((*one[:4], round(one[4], 6)) for one in ladder.said)


def forward(drawn):
    """Leave out what goes back in time within one stream, as the gate's flag does."""
    newest: dict[int, int] = {}
    kept = []
    for stream, at, value in timed(drawn, 3000):
        if at > newest.get(stream, -1):
            newest[stream] = at
            kept.append((stream, at, value))
    return kept


@settings(max_examples=60)
@given(readings, cuts)
def test_a_balance_says_what_one_reading_at_a_time_says(drawn, cut):
    told = forward(drawn)
    wanted = expected(BALANCE, told, measures.balance(SIGNS))
    roles = np.array(SIGNS, np.int8)
    assert run("balance", BALANCE, told, [], roles=roles) == wanted
    assert run("balance", BALANCE, told, cut, roles=roles) == wanted


@settings(max_examples=60)
@given(readings, cuts)
def test_neighbours_say_what_one_reading_at_a_time_says(drawn, cut):
    told = forward(drawn)
    wanted = expected(NEIGHBOURS, told, measures.neighbours(NEIGHBOURS))
    assert run("neighbours", NEIGHBOURS, told, []) == wanted
    assert run("neighbours", NEIGHBOURS, told, cut) == wanted


def both(slot):
    earlier: dict = {}

    def judge(values):
        nonlocal earlier
        a, b, was = values.get(0), values.get(1), earlier.get(0)
        earlier = values
        if a is None:
            return None
        if a >= 5 and b is not None and b >= 5:
            return 4.0
        if a >= 5 or (was is not None and a - was > 4):
            return 2.0
        return None if was is None else 0.0

    return judge


@settings(max_examples=60)
@given(readings, cuts)
def test_conditions_say_what_one_reading_at_a_time_says(drawn, cut):
    told = forward(drawn)
    wanted = expected({"yellow": 2.0, "red": 4.0} | TIMES, told, both)
    assert run("compound", BOTH, told, cut, names=("a", "b", "c")) == wanted


def test_a_leak_between_two_meters_is_named_when_it_lasts():
    told = []
    for minute in range(20):
        out = 100.0 if minute < 8 else 70.0
        told += [(3, minute * 60_000, 100.0), (5, minute * 60_000 + 5, out)]
    chosen = {"of": "share", "orange": 20.0, "orange_after": 180.0}
    roles = np.array([[1, -1, 0]], np.int8)
    assert run("balance", chosen, told, [7], [[3, 5]], roles=roles) == [(0, 12 * 60_000, 3, 0, 30.0)]
    silent = [one for one in told if one[0] == 3 or one[1] < 8 * 60_000]  # the outflow meter fell silent
    assert run("balance", chosen, silent, [], [[3, 5]], roles=roles) == []


def test_the_middle_of_few_numbers_is_not_known():
    values = np.array([[1.0, np.nan, 3.0], [np.nan, np.nan, 3.0], [4.0, 1.0, 2.0]])
    assert np.array_equal(middle(values, 2), [2.0, np.nan, 2.0], equal_nan=True)


def test_a_condition_is_explained_with_its_values():
    text = "ch4 >= 20 and (fan == 0 or ch4 - before(ch4) > 5)"
    assert mentioned(text) == ("ch4", "fan")
    said = explained(text, {"ch4": 23.4, "fan": 1, "before(ch4)": 21}, {"ch4": "甲烷浓度", "fan": "风机"})
    assert said == (
        "甲烷浓度 23.4 ≥ 20（成立），风机 1 = 0（不成立），(甲烷浓度 - 甲烷浓度) 2.4 > 5（不成立）"
    )
    assert "未知" in explained(text, {"ch4": 23.4}, {})


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("ch4", "应为一个判断"),
        ("ch4 + 1", "应为一个判断"),
        ("o2 > 1", "没有量「o2」"),
        ("__import__('os') > 1", "没有函数"),
        ("before(ch4, 2) > 1", "before 须写"),
        ("ch4 in (1, 2)", "只能用"),
        ("(lambda: 1)() > 1", "只能用"),
        ("ch4.real > 1", "只能用"),
        ("ch4 > 'a'", "只能用"),
        ("ch4 > 1e99", "过大"),
        ("max(ch4) > 1", "参数个数"),
        ("ch4 >", "写法有误"),
    ],
)
def test_a_condition_that_cannot_be_read_is_refused_in_words(text, words):
    with pytest.raises(Fault) as refused:
        parse(text, ("ch4", "fan"))
    assert words in refused.value.zh


def test_a_rule_names_the_grade_whose_condition_is_wrong():
    with pytest.raises(UnusableError) as refused:
        ready(detectors.get("compound"), {"red": "ch4 >"})
    assert [one.field for one in refused.value.problems] == ["red"]


@given(st.text(alphabet="abchx4<>=!()+-*/. 0123456789andornot,", max_size=40))
@settings(max_examples=50)
def test_any_text_is_read_or_refused(text):
    try:
        node = parse(text)
    except Fault:
        return
    assert is_truth(node)
