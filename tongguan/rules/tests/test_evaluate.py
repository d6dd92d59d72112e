# SPDX-License-Identifier: Apache-2.0
"""Judging by rules: the index decides as the plain reading does, and nothing odd makes it raise."""

from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.rules import authoring
from tongguan.rules.contracts import Condition, Group, Operator, Rule
from tongguan.rules.evaluate import compile_rules, decide, decide_many, explain
from tongguan.rules.spi import ROUTING
from tongguan.rules.tests import oracle

FIELDS = ["item", "division", "source", "area", "text", "keywords", "at", "night"]
WORDS = ["", "0", "01", "99", "9901", "990101", "990102", "990101001", "积水", "井盖", "12:30", "23:59"]
MOMENTS = st.datetimes(
    min_value=datetime(2020, 1, 1),  # noqa: DTZ001 - Hypothesis adds the zone
    max_value=datetime(2030, 1, 1),  # noqa: DTZ001
    timezones=st.just(UTC),
)
SCALARS = st.one_of(
    st.sampled_from(WORDS), st.integers(-3, 12), st.booleans(), st.sampled_from([0.5, 1.0, 5.0, 3.2])
)
SOME_WORDS = st.lists(st.sampled_from(WORDS[1:]), min_size=1, max_size=4).map(tuple)
TIMES = st.tuples(st.integers(0, 23), st.integers(0, 59)).map(lambda hm: f"{hm[0]:02}:{hm[1]:02}")


def _value(operator):
    numbers = st.integers(-3, 12) | st.sampled_from([0.5, 3.2])
    if operator in {Operator.EQ, Operator.NE}:
        return SCALARS
    if operator in {Operator.IN, Operator.NOT_IN}:
        return st.lists(SCALARS, min_size=1, max_size=5).map(tuple)
    if operator in {Operator.PREFIX, Operator.CONTAINS}:
        return st.sampled_from(WORDS[1:]) | SOME_WORDS
    if operator is Operator.EXISTS:
        return st.booleans()
    if operator is Operator.BETWEEN:
        return st.tuples(numbers, numbers).map(sorted).map(tuple)
    if operator is Operator.TIME_OF_DAY:
        return st.tuples(TIMES, TIMES).filter(lambda pair: pair[0] != pair[1])
    if operator is Operator.WEEKDAY:
        return st.lists(st.integers(1, 7), min_size=1, max_size=4, unique=True).map(tuple)
    return numbers


CONDITIONS = st.sampled_from(list(Operator)).flatmap(
    lambda operator: st.builds(Condition, st.sampled_from(FIELDS), st.just(operator), _value(operator))
)
CLAUSES = st.recursive(
    CONDITIONS,
    lambda inner: st.builds(Group, *(st.lists(inner, max_size=2).map(tuple) for _ in range(3))),
    max_leaves=5,
)
GROUPS = st.builds(
    Group,
    st.lists(CONDITIONS | CLAUSES, max_size=3).map(tuple),
    st.lists(CLAUSES, max_size=2).map(tuple),
    st.lists(CLAUSES, max_size=1).map(tuple),
)
# Most rules of a real set ask for equality or a prefix: those make the index deep.
PLAIN = st.builds(
    Group,
    st.lists(
        st.one_of(
            st.builds(Condition, st.sampled_from(FIELDS[:3]), st.just(Operator.EQ), st.sampled_from(WORDS)),
            st.builds(Condition, st.sampled_from(FIELDS[:3]), st.just(Operator.IN), SOME_WORDS),
            st.builds(Condition, st.sampled_from(FIELDS[:3]), st.just(Operator.PREFIX), SOME_WORDS),
        ),
        min_size=1,
        max_size=3,
    ).map(tuple),
)
RULES = st.lists(
    st.builds(
        Rule,
        no=st.just(""),
        name=st.just("某规则"),
        when=PLAIN | GROUPS,
        then=st.just({"lead_duty": "排水"}),
        priority=st.integers(0, 3),
        valid_from=st.none() | MOMENTS,
        valid_to=st.none() | MOMENTS,
        enabled=st.sampled_from([True, True, True, False]),
    ),
    max_size=14,
).map(
    lambda rules: [
        Rule(f"R{n}", r.name, r.when, r.then, r.priority, r.valid_from, r.valid_to, enabled=r.enabled)
        for n, r in enumerate(rules)
    ]
)
FACTS = st.dictionaries(
    st.sampled_from(FIELDS),
    SCALARS | SOME_WORDS.map(list) | MOMENTS | st.none() | st.just(float("nan")),
)


@settings(max_examples=120, deadline=None)
@given(RULES, st.lists(FACTS, max_size=4), st.none() | MOMENTS)
def test_the_index_decides_as_the_plain_reading_does(rules, cases, at):
    compiled = compile_rules(rules)
    for facts in cases:
        moment = at or (facts.get("at") if isinstance(facts.get("at"), datetime) else None)
        expected = oracle.matching(rules, facts, moment)
        decision = decide(compiled, facts, at)
        assert (decision.matched.no if decision.matched else None) == (expected[0] if expected else None)
        trace = decision.trace
        assert len(trace) == len(rules)
        assert {line.rule_no for line in trace if line.matched} == set(expected)
        assert [line.rule_no for line in trace if line.chosen] == expected[:1]
        assert all(line.reason_zh for line in trace)


class Odd:
    """Refuses to be hashed or compared."""

    __hash__ = None

    def __eq__(self, other):
        message = "no"
        raise TypeError(message)


ODD = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(), st.binary(), st.dates(), st.times(),
    st.decimals(), st.fractions(), st.complex_numbers(), st.datetimes(), st.timedeltas(),
    st.lists(st.text()), st.dictionaries(st.text(), st.integers()), st.builds(Odd), st.builds(object),
    st.sampled_from([10**5000, Decimal("sNaN"), Fraction(10**400), "\ud800", time.max,
                     datetime.max.replace(tzinfo=UTC),
                     date.min, datetime.min.replace(tzinfo=UTC), timedelta.max, {1}, frozenset({"积水"})]),
)  # fmt: skip


@settings(max_examples=100, deadline=None)
@given(RULES, st.dictionaries(st.sampled_from(FIELDS), ODD))
def test_odd_facts_never_raise(rules, facts):
    compiled = compile_rules(rules, ROUTING)
    decision = decide(compiled, facts)
    for line in decision.trace:
        line.reason_zh.encode()  # a sentence that can be stored


@settings(max_examples=50, deadline=None)
@given(RULES)
def test_what_is_written_out_reads_back_the_same(rules):
    sound = [
        rule for rule in rules if not (rule.valid_from and rule.valid_to and rule.valid_to <= rule.valid_from)
    ]
    written = authoring.dump(sound)
    assert authoring.dump(authoring.parse(written)) == written
    compiled, again = compile_rules(sound), compile_rules(authoring.parse(written))
    for facts in ({}, {"item": "9901", "division": "990101001"}, {"item": "积水", "area": 5}):
        first, second = decide(compiled, facts), decide(again, facts)
        assert (first.matched and first.matched.no) == (second.matched and second.matched.no)


def _rule(no, *conditions, priority=100, **more):
    return Rule(no, f"规则{no}", Group(all=conditions), {"lead_unit": no}, priority, **more)


def test_the_smaller_priority_goes_first_and_ties_keep_the_order_written():
    rules = [
        _rule("R1", priority=50),
        _rule("R2", priority=10),
        _rule("R3", priority=10),
    ]
    assert decide(compile_rules(rules), {}).matched.no == "R2"


def test_a_rule_counts_from_its_first_moment_until_before_its_last():
    start, end = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 6, 1, tzinfo=UTC)
    compiled = compile_rules([_rule("R1", valid_from=start, valid_to=end)])
    told = [decide(compiled, {}, at).matched is not None for at in (start, end, start - timedelta(seconds=1))]
    assert told == [True, False, False]
    assert decide(compiled, {}).matched is None
    assert decide(compiled, {"at": start}).matched.no == "R1"
    assert explain(compiled, {})[0].reason_zh == "未匹配规则 R1：规则有有效期，但没有给出判断时间"
    assert explain(compiled, {}, end)[0].reason_zh == "未匹配规则 R1：规则已于 2026-06-01 08:00 失效"


def test_a_flag_is_not_a_number_and_a_number_is_not_a_word():
    compiled = compile_rules([_rule("R1", Condition("n", Operator.EQ, 1))])
    assert [decide(compiled, {"n": n}).matched is not None for n in (1, 1.0, True, "1")] == [
        True, True, False, False,
    ]  # fmt: skip


def test_the_trace_tells_of_the_facts_as_they_were_judged():
    compiled = compile_rules([_rule("R1", Condition("area", Operator.GE, 5))], ROUTING)
    facts = {"area": 3.2}
    decision = decide(compiled, facts)
    facts["area"] = 9
    assert decision.trace[0].reason_zh == "未匹配规则 R1：面积 3.2 公顷 < 5 公顷"


def test_five_thousand_rules_are_narrowed_to_a_handful():
    rules = [
        _rule(
            f"R{n}",
            Condition("item", Operator.EQ, f"{n % 500:05}"),
            Condition("division", Operator.PREFIX, f"9901{n % 10:02}"),
        )
        for n in range(5000)
    ]
    asked = []
    compiled = compile_rules(rules)
    facts = {"item": "00123", "division": "990103001"}

    class Counting(dict):
        def get(self, key, default=None):
            asked.append(key)
            return super().get(key, default)

    assert decide(compiled, Counting(facts)).matched.no == "R123"
    assert len(asked) < 20
    assert [d.matched.no for d in decide_many(compiled, [facts, facts])] == ["R123", "R123"]
