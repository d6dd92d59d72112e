# SPDX-License-Identifier: Apache-2.0
"""An index over rules: a small tree of look-ups on equality, membership and prefix conditions. Pure.

A node narrows the rules to those that could match; the rules' own conditions still decide, so an index
can be slow but never wrong. Rules that say nothing about a node's field stand beside its branches.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any, Final, NamedTuple, Protocol

from tongguan.rules.conditions import words
from tongguan.rules.contracts import Condition, Group, Operator, Rule

_SMALL: Final = 4
_DEPTH: Final = 4
_WORTH: Final = 0.8
_KEYED: Final = {Operator.EQ: "value", Operator.IN: "value", Operator.PREFIX: "prefix"}

Column = tuple[str, str]


class Entry(NamedTuple):
    """A rule on its way into the index: its place in the order, itself, its compiled conditions."""

    order: int
    rule: Rule
    holds: Callable[[Mapping[str, Any]], bool]
    keys: Mapping[Column, tuple[Any, ...]]


class Node(Protocol):
    """Part of the index."""

    def first(self, facts: Mapping[str, Any], at: datetime | None, best: int) -> int:
        """Give the least order of a matching rule below ``best``, or ``best``."""


class Leaf:
    """A few rules, tried one by one."""

    __slots__ = ("_dated", "_plain")

    def __init__(self, entries: list[Entry]) -> None:
        """Keep dated and undated rules apart: most have no dates to look at."""
        self._plain = tuple(
            (e.order, e.holds) for e in entries if e.rule.valid_from is None and e.rule.valid_to is None
        )
        self._dated = tuple(
            e for e in entries if e.rule.valid_from is not None or e.rule.valid_to is not None
        )

    def first(self, facts: Mapping[str, Any], at: datetime | None, best: int) -> int:
        """Give the least order of a matching rule below ``best``, or ``best``."""
        for order, holds in self._plain:
            if order >= best:
                break
            if holds(facts):
                best = order
                break
        if self._dated and at is not None:
            for order, rule, holds, _ in self._dated:
                if order >= best:
                    break
                if rule.valid_from is not None and at < rule.valid_from:
                    continue
                if rule.valid_to is not None and at >= rule.valid_to:
                    continue
                if holds(facts):
                    return order
        return best


class ByValue:
    """Branches by the value of a field."""

    __slots__ = ("_branches", "_field", "_rest")

    def __init__(self, field: str, branches: dict[Any, Node], rest: Node | None) -> None:
        """Keep one branch per value and the rules that do not ask."""
        self._field, self._branches, self._rest = field, branches, rest

    def first(self, facts: Mapping[str, Any], at: datetime | None, best: int) -> int:
        """Give the least order of a matching rule below ``best``, or ``best``."""
        value = facts.get(self._field)
        try:
            branch = self._branches.get(value)
        except TypeError:  # an odd fact that cannot be a key equals no value of a rule
            branch = None
        if branch is not None:
            best = branch.first(facts, at, best)
        return best if self._rest is None else self._rest.first(facts, at, best)


class ByPrefix:
    """Branches by the beginning of a field, e.g. of a division code."""

    __slots__ = ("_branches", "_field", "_lengths", "_rest")

    def __init__(self, field: str, branches: dict[Any, Node], rest: Node | None) -> None:
        """Keep one branch per prefix and the rules that do not ask."""
        self._field, self._branches, self._rest = field, branches, rest
        self._lengths = tuple(sorted({len(prefix) for prefix in branches}))

    def first(self, facts: Mapping[str, Any], at: datetime | None, best: int) -> int:
        """Give the least order of a matching rule below ``best``, or ``best``."""
        value = facts.get(self._field)
        if isinstance(value, str):
            for length in self._lengths:
                if length > len(value):
                    break
                branch = self._branches.get(value[:length])
                if branch is not None:
                    best = branch.first(facts, at, best)
        return best if self._rest is None else self._rest.first(facts, at, best)


def build(entries: list[Entry], used: frozenset[Column] = frozenset()) -> Node:
    """Build the tree over entries sorted by order."""
    column = None if len(entries) <= _SMALL or len(used) >= _DEPTH else _best_column(entries, used)
    if column is None:
        return Leaf(entries)
    branches: dict[Any, list[Entry]] = defaultdict(list)
    rest = []
    for entry in entries:
        values = entry.keys.get(column)
        if values is None:
            rest.append(entry)
        for value in values or ():
            branches[value].append(entry)
    inner = used | {column}
    node = ByPrefix if column[1] == "prefix" else ByValue
    built = {value: build(some, inner) for value, some in branches.items()}
    return node(column[0], built, build(rest, used) if rest else None)


def keys_of(group: Group) -> dict[Column, tuple[Any, ...]]:
    """Give the columns by which a rule with these conditions can be found, and under which values."""
    return dict(_keys(group))


def _keys(group: Group) -> Iterator[tuple[Column, tuple[Any, ...]]]:
    """Give the columns by which a rule can be found: conditions that must hold for it to match."""
    for clause in group.all:
        if isinstance(clause, Group):
            yield from _keys(clause)
        elif clause.operator in _KEYED:
            yield (clause.field, _KEYED[clause.operator]), _values(clause)


def _values(condition: Condition) -> tuple[Any, ...]:
    if condition.operator is Operator.EQ:
        return (condition.value,)
    return tuple(dict.fromkeys(words(condition.value)))


def _best_column(entries: list[Entry], used: frozenset[Column]) -> Column | None:
    """Give the column after which the fewest rules remain to be tried, if it is worth a look-up."""
    keyed: dict[Column, int] = defaultdict(int)
    placed: dict[Column, int] = defaultdict(int)
    distinct: dict[Column, set[Any]] = defaultdict(set)
    for entry in entries:
        for column, values in entry.keys.items():
            if column not in used:
                keyed[column] += 1
                placed[column] += len(values)
                distinct[column].update(values)
    left = {column: len(entries) - keyed[column] + placed[column] / len(distinct[column]) for column in keyed}
    best = min(left, key=lambda column: (left[column], column), default=None)
    return best if best is not None and left[best] < len(entries) * _WORTH else None
