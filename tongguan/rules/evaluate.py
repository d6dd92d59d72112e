# SPDX-License-Identifier: Apache-2.0
"""Judging by rules: compile once, decide in microseconds, explain every rule in words. Pure.

The first rule that matches decides: smaller priority first, ties in the order written.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from tongguan.rules.conditions import predicate, sentence
from tongguan.rules.contracts import (
    Clause,
    Condition,
    FieldKind,
    FieldSpec,
    Rule,
    RuleSet,
    RuleTrace,
    Vocabulary,
)
from tongguan.rules.index import Entry, Node, build, keys_of

CITY_ZONE: Final = ZoneInfo("Asia/Shanghai")
_NOWHERE: Final = 1 << 60
_Test: TypeAlias = Callable[[Mapping[str, Any]], bool]


class CompiledRules:
    """A rule set ready to judge: rules in order of trial, an index over them, and their words."""

    __slots__ = ("_root", "_tested", "rules", "ruleset", "vocabulary", "zone")

    def __init__(
        self, ruleset: RuleSet, vocabulary: Vocabulary | None = None, zone: tzinfo = CITY_ZONE
    ) -> None:
        """Order, compile and index the rules. Cost: some microseconds per rule, once per version."""
        self.ruleset = ruleset
        self.vocabulary = vocabulary
        self.zone = zone
        self.rules = tuple(sorted(ruleset.rules, key=lambda rule: rule.priority))
        self._tested = tuple(_Tested(rule.when, zone) for rule in self.rules)
        self._root: Node = build(
            [
                Entry(order, rule, tested.holds, keys_of(rule.when))
                for order, (rule, tested) in enumerate(zip(self.rules, self._tested, strict=True))
                if rule.enabled
            ]
        )

    @property
    def version(self) -> int:
        """Give the version of the rule set (0: no rules are published)."""
        return self.ruleset.version

    def first(self, facts: Mapping[str, Any], at: datetime | None) -> int | None:
        """Give the position in ``rules`` of the deciding rule, or None."""
        found = self._root.first(facts, at, _NOWHERE)
        return None if found == _NOWHERE else found

    def holds(self, order: int, facts: Mapping[str, Any]) -> bool:
        """Tell whether the conditions of the rule at that position hold (its dates are not asked)."""
        return self._tested[order].holds(facts)

    def reasons(self, order: int, facts: Mapping[str, Any], *, held: bool) -> str:
        """Say why the conditions of the rule at that position hold or do not."""
        return "；".join(_reasons(self._tested[order], facts, self, held=held)) or "无条件，总是适用"


@dataclass(frozen=True, slots=True)
class Decision:
    """What the rules said. ``trace`` is worked out when asked for, from the facts as they were given."""

    matched: Rule | None
    outcome: Mapping[str, Any]
    compiled: CompiledRules
    facts: Mapping[str, Any]
    at: datetime | None

    @property
    def trace(self) -> tuple[RuleTrace, ...]:
        """Say for every rule whether it matched and why."""
        return explain(self.compiled, self.facts, self.at)


def compile_rules(
    rules: Iterable[Rule], vocabulary: Vocabulary | None = None, *, kind: str = "", zone: tzinfo = CITY_ZONE
) -> CompiledRules:
    """Compile rules that are not stored (drafts, tests)."""
    return CompiledRules(RuleSet(kind, 0, "", tuple(rules)), vocabulary, zone)


def decide(ruleset: CompiledRules, facts: Mapping[str, Any], at: datetime | None = None) -> Decision:
    """Judge: the first rule that matches, its outcome (empty if none), the trace on demand.

    ``at`` is when to judge for rules with dates; without it ``facts["at"]`` counts, and without either
    a dated rule does not match. Never raises for odd facts: what cannot be compared does not match.
    """
    moment = _moment(facts, at)
    order = ruleset.first(facts, moment)
    rule = None if order is None else ruleset.rules[order]
    return Decision(rule, {} if rule is None else rule.then, ruleset, dict(facts), moment)


def decide_many(
    ruleset: CompiledRules, many: Sequence[Mapping[str, Any]], at: datetime | None = None
) -> list[Decision]:
    """Judge a batch."""
    return [decide(ruleset, facts, at) for facts in many]


def explain(
    ruleset: CompiledRules, facts: Mapping[str, Any], at: datetime | None = None
) -> tuple[RuleTrace, ...]:
    """Say for EVERY rule, in the order of trial, whether it matched and why, in Chinese."""
    moment = _moment(facts, at)
    chosen: Rule | None = None
    lines = []
    for order, rule in enumerate(ruleset.rules):
        barred = _barred(rule, moment, ruleset.zone)
        matched = barred is None and ruleset.holds(order, facts)
        told = barred or ruleset.reasons(order, facts, held=matched)
        if matched and chosen is None:
            reason = f"匹配规则 {rule.no}：{told}"
        elif matched and chosen is not None:
            reason = f"规则 {rule.no} 条件也成立（{told}），但规则 {chosen.no} 优先"
        else:
            reason = f"未匹配规则 {rule.no}：{told}"
        lines.append(RuleTrace(rule.no, rule.name, matched, matched and chosen is None, reason))
        chosen = chosen or (rule if matched else None)
    return tuple(lines)


def _moment(facts: Mapping[str, Any], at: datetime | None) -> datetime | None:
    moment = at if at is not None else facts.get("at")
    return moment if isinstance(moment, datetime) and moment.tzinfo is not None else None


def _barred(rule: Rule, at: datetime | None, zone: tzinfo) -> str | None:
    """Say why a rule is out before its conditions are looked at."""
    if not rule.enabled:
        return "规则已停用"
    if rule.valid_from is None and rule.valid_to is None:
        return None
    if at is None:
        return "规则有有效期，但没有给出判断时间"
    if rule.valid_from is not None and at < rule.valid_from:
        return f"规则自 {rule.valid_from.astimezone(zone):%Y-%m-%d %H:%M} 起有效"
    if rule.valid_to is not None and at >= rule.valid_to:
        return f"规则已于 {rule.valid_to.astimezone(zone):%Y-%m-%d %H:%M} 失效"
    return None


class _Tested:
    """A clause with its compiled test, kept whole so that explaining need not compile again."""

    __slots__ = ("condition", "every", "holds", "none", "some", "tails")

    def __init__(self, clause: Clause, zone: tzinfo) -> None:
        self.condition = clause if isinstance(clause, Condition) else None
        self.tails: dict[bool, str] = {}
        self.every: tuple[_Tested, ...] = ()
        self.some: tuple[_Tested, ...] = ()
        self.none: tuple[_Tested, ...] = ()
        if isinstance(clause, Condition):
            self.holds = predicate(clause, zone)
            return
        self.every = tuple(_Tested(one, zone) for one in clause.all)
        self.some = tuple(_Tested(one, zone) for one in clause.any)
        self.none = tuple(_Tested(one, zone) for one in clause.none)
        self.holds = _joined(
            tuple(one.holds for one in self.every),
            tuple(one.holds for one in self.some),
            tuple(one.holds for one in self.none),
        )


def _joined(every: tuple[_Test, ...], some: tuple[_Test, ...], none: tuple[_Test, ...]) -> _Test:
    if len(every) == 1 and not some and not none:
        return every[0]

    def holds(facts: Mapping[str, Any]) -> bool:
        for test in every:
            if not test(facts):
                return False
        for test in none:
            if test(facts):
                return False
        return not some or any(test(facts) for test in some)

    return holds


def _spec(ruleset: CompiledRules, name: str) -> FieldSpec:
    known = ruleset.vocabulary.fields.get(name) if ruleset.vocabulary else None
    return known or FieldSpec(name, FieldKind.TEXT, name)


def _reasons(tested: _Tested, facts: Mapping[str, Any], ruleset: CompiledRules, *, held: bool) -> list[str]:
    """Give the sentences that settle the clause: all that hold, or those that fail."""
    condition = tested.condition
    if condition is not None:
        spec = _spec(ruleset, condition.field)
        return [sentence(condition, spec, facts, ruleset.zone, held=held, tails=tested.tails)]
    told: list[str] = []
    for one in tested.every:
        if one.holds(facts) == held:
            told += _reasons(one, facts, ruleset, held=held)
    if tested.some:
        results = [(one.holds(facts), one) for one in tested.some]
        reached = any(now for now, _ in results)
        if reached == held:
            parts = [
                "且".join(_reasons(one, facts, ruleset, held=now)) for now, one in results if now == reached
            ]
            told.append("、".join(parts) if reached else f"以下各项均不成立：{'；'.join(parts)}")
    for one in tested.none:
        struck = one.holds(facts)
        if struck != held:
            words = "且".join(_reasons(one, facts, ruleset, held=struck))
            told.append(f"排除情形成立：{words}" if struck else f"不属排除情形（{words}）")
    return told
