# SPDX-License-Identifier: Apache-2.0
"""Every rule says why, in the words of an official."""

from datetime import UTC, datetime

import pytest

from tongguan.rules.contracts import Condition, Group, Operator, Rule
from tongguan.rules.evaluate import compile_rules, decide
from tongguan.rules.spi import ROUTING

NIGHT = datetime(2026, 11, 21, 15, 30, tzinfo=UTC)  # 23:30 on a Saturday in the city


def told(when, facts):
    if isinstance(when, Condition):
        when = Group(all=(when,))
    return decide(compile_rules([Rule("R12", "某规则", when, {})], ROUTING), facts).trace[0].reason_zh


@pytest.mark.parametrize(
    ("field", "operator", "value", "held", "sentence"),
    [
        ("area", "ge", 5, 3.2, "未匹配规则 R12：面积 3.2 公顷 < 5 公顷"),
        ("area", "ge", 5, 6, "匹配规则 R12：面积 6 公顷 ≥ 5 公顷"),
        ("area", "lt", 5, 5, "未匹配规则 R12：面积 5 公顷 ≥ 5 公顷"),
        ("area", "between", (1, 2), 3, "未匹配规则 R12：面积 3 公顷 不在 1 至 2 公顷 之间"),
        ("area", "ge", 5, "大", "未匹配规则 R12：面积“大”不是数"),
        ("area", "ge", 5, None, "未匹配规则 R12：缺少“面积”"),
        ("kind", "eq", "event", "component", "未匹配规则 R12：类型“部件”不是“事件”"),
        ("kind", "eq", "event", "event", "匹配规则 R12：类型“事件”是“事件”"),
        ("source", "in", ("12345", "110"), "小程序", "未匹配规则 R12：来源“小程序”不属于（12345、110）"),
        ("source", "not_in", ("110",), "110", "未匹配规则 R12：来源“110”属于（110）"),
        ("division", "prefix", "990101", "990102001", "未匹配规则 R12：区划“990102001”不在“990101”之内"),
        (
            "text",
            "contains",
            ("积水", "内涝"),
            "路灯不亮",
            "未匹配规则 R12：内容“路灯不亮”不含（积水、内涝）",
        ),
        ("keywords", "contains", "积水", ["积水", "井盖"], "匹配规则 R12：关键词“积水、井盖”含有“积水”"),
        ("owner_unit", "exists", True, None, "未匹配规则 R12：权属单位未填"),
        ("owner_unit", "exists", False, "C-SW", "未匹配规则 R12：权属单位已填"),
        ("at", "time_of_day", ("08:00", "18:00"), NIGHT, "未匹配规则 R12：时间 23:30 不在 08:00–18:00 之内"),
        ("at", "time_of_day", ("22:00", "06:00"), NIGHT, "匹配规则 R12：时间 23:30 在 22:00–06:00 之内"),
        ("at", "weekday", (1, 2), NIGHT, "未匹配规则 R12：时间 星期六 不属于（星期一、星期二）"),
        ("repeat", "eq", True, False, "未匹配规则 R12：重复件“否”不是“是”"),
        ("form.面层", "eq", "沥青", "混凝土", "未匹配规则 R12：form.面层“混凝土”不是“沥青”"),
    ],
)
def test_a_condition_says_how_the_facts_stand_to_it(field, operator, value, held, sentence):
    assert told(Condition(field, Operator(operator), value), {field: held}) == sentence


def test_only_what_failed_is_told_of_a_rule_that_did_not_match():
    when = Group(
        all=(Condition("kind", Operator.EQ, "event"), Condition("area", Operator.GE, 5)),
    )
    assert told(when, {"kind": "event", "area": 3.2}) == "未匹配规则 R12：面积 3.2 公顷 < 5 公顷"
    assert (
        told(when, {"kind": "event", "area": 5}) == "匹配规则 R12：类型“事件”是“事件”；面积 5 公顷 ≥ 5 公顷"
    )


def test_choices_and_exclusions_are_told():
    when = Group(
        any=(Condition("source", Operator.EQ, "12345"), Condition("urgency", Operator.EQ, "urgent")),
        none=(Condition("text", Operator.CONTAINS, "演练"),),
    )
    assert told(when, {"source": "网格", "urgency": "normal", "text": "井盖丢失"}) == (
        "未匹配规则 R12：以下各项均不成立：来源“网格”不是“12345”；紧急程度“一般”不是“紧急”"
    )
    assert told(when, {"source": "12345", "text": "防汛演练"}) == (
        "未匹配规则 R12：排除情形成立：内容“防汛演练”含有“演练”"
    )
    assert told(when, {"source": "12345", "text": "井盖丢失"}) == (
        "匹配规则 R12：来源“12345”是“12345”；不属排除情形（内容“井盖丢失”不含“演练”）"
    )


def test_a_rule_behind_the_deciding_one_and_a_rule_switched_off_say_so():
    rules = [
        Rule("R1", "兜底", Group(), {}, priority=900),
        Rule("R2", "夜间", Group(all=(Condition("night", Operator.EQ, True),)), {}, priority=1),
        Rule("R3", "停用", Group(), {}, priority=2, enabled=False),
    ]
    decision = decide(compile_rules(rules, ROUTING), {"night": True})
    assert decision.matched.no == "R2"
    assert [(line.rule_no, line.matched, line.chosen, line.reason_zh) for line in decision.trace] == [
        ("R2", True, True, "匹配规则 R2：夜间“是”是“是”"),
        ("R3", False, False, "未匹配规则 R3：规则已停用"),
        ("R1", True, False, "规则 R1 条件也成立（无条件，总是适用），但规则 R2 优先"),
    ]


def test_no_rules_decide_nothing():
    decision = decide(compile_rules([]), {"item": "01001"})
    assert (decision.matched, dict(decision.outcome), decision.trace) == (None, {}, ())
