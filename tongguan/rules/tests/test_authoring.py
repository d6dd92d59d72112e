# SPDX-License-Identifier: Apache-2.0
"""Written rules: every mistake is told with its path; nothing is guessed."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.rules.authoring import MiswrittenError, dump, parse
from tongguan.rules.contracts import Condition, Group, Operator
from tongguan.rules.spi import ROUTING


def rule(**more):
    return {"no": "R1", "name": "某规则", "when": {}, "then": {"lead_duty": "排水"}} | more


def when(condition):
    return [rule(when={"all": [condition]})]


def test_a_rule_is_read_as_written():
    (read,) = parse(
        {
            "rules": [
                rule(
                    when={
                        "all": [
                            {"field": "item", "operator": "in", "value": ["01001", "01002"]},
                            {"any": [{"field": "area", "operator": "ge", "value": 5}]},
                        ]
                    },
                    valid_from="2026-05-01",
                    legal_basis="城市排水条例第十条",
                )
            ]
        },
        ROUTING,
    )
    assert read.when == Group(
        all=(
            Condition("item", Operator.IN, ("01001", "01002")),
            Group(any=(Condition("area", Operator.GE, 5),)),
        )
    )
    assert read.valid_from == datetime(2026, 4, 30, 16, tzinfo=UTC), "a day begins in the city's time zone"
    assert parse(dump([read]), ROUTING) == (read,)


def test_a_single_condition_needs_no_group():
    (read,) = parse([rule(when={"field": "item", "operator": "eq", "value": "01001"})], ROUTING)
    assert read.when == Group(all=(Condition("item", Operator.EQ, "01001"),))


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("x", "rules"),
        ({"rule": []}, "rule"),
        ([1], "rules[0]"),
        ([rule(), rule()], "rules[1].no"),
        ([rule(no="")], "rules[0].no"),
        ([rule(no=7)], "rules[0].no"),
        ([{"no": "R1", "name": "x", "when": {}}], "rules[0].then"),
        ([rule(colour="red")], "rules[0].colour"),
        ([rule(priority="1")], "rules[0].priority"),
        ([rule(priority=True)], "rules[0].priority"),
        ([rule(enabled="yes")], "rules[0].enabled"),
        ([rule(valid_from="soon")], "rules[0].valid_from"),
        ([rule(valid_from="2026-05-02", valid_to="2026-05-01")], "rules[0].valid_to"),
        ([rule(then={"lead": "x"})], "rules[0].then.lead"),
        ([rule(then={"co_units": [["x"]]})], "rules[0].then.co_units[0]"),
        ([rule(name="a\x00b")], "rules[0].name"),
        ([rule(reason="\ud800")], "rules[0].reason"),
        ([rule(when=[])], "rules[0].when"),
        ([rule(when={"every": []})], "rules[0].when.every"),
        ([rule(when={"all": {}})], "rules[0].when.all"),
        (when("x"), "rules[0].when.all[0]"),
        (when({"field": "item", "operator": "eq"}), "rules[0].when.all[0].value"),
        (when({"field": "colour", "operator": "eq", "value": "x"}), "rules[0].when.all[0].field"),
        (when({"field": "item", "operator": "like", "value": "x"}), "rules[0].when.all[0].operator"),
        (when({"field": "item", "operator": "ge", "value": 1}), "rules[0].when.all[0].operator"),
        (when({"field": "item", "operator": "eq", "value": 1}), "rules[0].when.all[0].value"),
        (when({"field": "area", "operator": "ge", "value": "5"}), "rules[0].when.all[0].value"),
        (when({"field": "area", "operator": "ge", "value": float("nan")}), "rules[0].when.all[0].value"),
        (when({"field": "area", "operator": "between", "value": [5, 1]}), "rules[0].when.all[0].value"),
        (when({"field": "item", "operator": "in", "value": []}), "rules[0].when.all[0].value"),
        (when({"field": "item", "operator": "in", "value": ["a", 1]}), "rules[0].when.all[0].value[1]"),
        (when({"field": "item", "operator": "prefix", "value": ""}), "rules[0].when.all[0].value"),
        (when({"field": "at", "operator": "weekday", "value": [0]}), "rules[0].when.all[0].value"),
        (when({"field": "at", "operator": "time_of_day", "value": ["8", "9"]}), "rules[0].when.all[0].value"),
        (when({"field": "item", "operator": "exists", "value": 1}), "rules[0].when.all[0].value"),
        (when({"field": "repeat", "operator": "eq", "value": 1}), "rules[0].when.all[0].value"),
        (when({"none": [{"any": [{"field": "item", "operator": "eq", "value": 1}]}]}),
         "rules[0].when.all[0].none[0].any[0].value"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_with_its_path(written, path):
    with pytest.raises(MiswrittenError) as error:
        parse(written, ROUTING)
    assert path in [problem.path for problem in error.value.problems]
    assert all(problem.zh and problem.en for problem in error.value.problems)


def test_depth_and_number_are_bounded():
    deep = {"field": "item", "operator": "eq", "value": "x"}
    for _ in range(500):
        deep = {"all": [deep]}
    with pytest.raises(MiswrittenError):
        parse([rule(when=deep)], ROUTING)
    with pytest.raises(MiswrittenError) as error:
        parse([1] * 1000, ROUTING)
    assert len(error.value.problems) == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["item", "at", "eq", "in", "ge", "weekday", "time_of_day", "between", "prefix"]),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["all", "any", "none", "field", "operator", "value", "no", "when", "then", "x"]),
        inner, max_size=4,
    ),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(JSON, JSON, JSON)
def test_nothing_written_makes_the_reader_stumble(one, two, three):
    for written in (
        one,
        [rule(when=one, then=two)],
        when(three),
        [rule(priority=one, valid_from=two, no=three)],
    ):
        try:
            rules = parse(written, ROUTING)
        except MiswrittenError:
            continue
        assert parse(dump(rules), ROUTING) == rules
