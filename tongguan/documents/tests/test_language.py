# SPDX-License-Identifier: Apache-2.0
"""Templates: what they may say, and how what they may not is told."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.documents import language, needing
from tongguan.documents.conditions import Fault, Ref, condition, holds, in_words, reference
from tongguan.documents.contracts import Need, Span
from tongguan.documents.testing import KNOWN

HEAD = "code: own\nname: 自定\nkind: daily\ncadence: day\ntitle: 日报\n"


def read(sections, more=""):
    return language.read(f"{HEAD}{more}sections:\n{sections}", KNOWN)


def one(part):
    return f"  - title: 情况\n    parts:\n      - {part}\n"


@pytest.mark.parametrize(
    ("part", "where", "word"),
    [
        ('say: "共{nothing}"', "sections[0].parts[0].say", "nothing"),
        ('say: "共{opened"', "sections[0].parts[0].say", "花括号"),
        ('say: "共{opened.wishes}"', "sections[0].parts[0].say", "wishes"),
        ('say: "共{opened(colour=red)}"', "sections[0].parts[0].say", "colour"),
        ('say: "共{__import__(1)}"', "sections[0].parts[0].say", "参数"),
        ('say: "好"\n        when: "opened.value"', "sections[0].parts[0].when", "条件"),
        ('say: "好"\n        wehn: "opened > 1"', "sections[0].parts[0]", "wehn"),
        ("chart: pie\n        of: opened\n        title: 图", "sections[0].parts[0].chart", "图只能"),
        (
            "chart: bar\n        of: tellings\n        by: unit\n        title: 图",
            "sections[0].parts[0]",
            "上报",
        ),
        ("strategies: [absent]", "sections[0].parts[0]", "策略"),
    ],
)
def test_what_does_not_hold_is_told_with_its_place(part, where, word):
    with pytest.raises(Fault) as told:
        read(one(part))
    assert told.value.where == where
    assert word in told.value.zh


def test_a_template_cannot_unfold_into_a_mountain():
    with pytest.raises(Fault):
        language.read("a: &a [1]\nb: [*a, *a]\n", KNOWN)


def test_a_sentence_that_compares_needs_both_periods():
    template = read(one('say: "较上期{opened.change}"'))
    wanted = {Need("opened", (), Span.NOW, ""), Need("opened", (), Span.BEFORE, "")}
    assert set(needing.needs(template, (), KNOWN)) == wanted


def test_the_focus_narrows_every_figure_but_those_that_say_otherwise():
    template = read(one('say: "{opened}{closed(item=0102)}"'.replace("0102", "'0102'")))
    needs = needing.needs(template, (("item", "0101"),), KNOWN)
    assert {(one.measure, dict(one.filters)["item"]) for one in needs} == {
        ("opened", "0101"),
        ("closed", "0102"),
    }


def test_references_carry_filters_and_view():
    assert reference('opened(kind=complaint, item="0101").change') == Ref(
        "opened", (("item", "0101"), ("kind", "complaint")), "change"
    )


@given(st.floats(-1e6, 1e6), st.floats(-1e6, 1e6))
def test_conditions_mean_what_they_say(left, right):
    found = condition("opened > closed or not opened >= closed")
    values = {"opened": left, "closed": right}
    assert holds(found, lambda ref: values[ref.measure], lambda _: False) is (left > right or left < right)


@pytest.mark.parametrize(
    ("written", "words"),
    [
        ("falls(closed)", "closed显著下降"),
        ("opened.difference >= 5", "opened不小于 5"),
        ("opened > closed and not overdue == 0", "opened大于 closed，且（不是：overdue等于 0）"),
        ("significant(opened) or opened < 0.5", "opened变化显著，或opened小于 0.5"),
    ],
)
def test_a_condition_is_told_as_an_official_reads_it(written, words):
    assert in_words(condition(written), lambda ref: ref.measure) == words


@given(st.text(max_size=80))
def test_any_expression_is_read_or_refused(text):
    for reading in (reference, condition):
        try:
            assert reading(text)
        except Fault:
            continue


@given(st.text(max_size=200))
def test_any_template_is_read_or_refused(text):
    try:
        assert language.read(text, KNOWN).sections
    except Fault:
        return
