# SPDX-License-Identifier: Apache-2.0
"""Shapes of officials' rules: conditions, rules, versions of rule sets, and what a judgement looks like."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, TypeAlias
from uuid import UUID


class Operator(StrEnum):
    """How a condition compares a fact with its value."""

    EQ = "eq"
    NE = "ne"
    IN = "in"
    NOT_IN = "not_in"
    PREFIX = "prefix"
    LT = "lt"
    LE = "le"
    GT = "gt"
    GE = "ge"
    BETWEEN = "between"
    CONTAINS = "contains"
    EXISTS = "exists"
    TIME_OF_DAY = "time_of_day"
    WEEKDAY = "weekday"


class FieldKind(StrEnum):
    """What a field holds: words, a number, yes/no, a moment or a list of words."""

    TEXT = "text"
    NUMBER = "number"
    FLAG = "flag"
    MOMENT = "moment"
    WORDS = "words"


class State(StrEnum):
    """Life of a rule set's version."""

    DRAFT = "draft"
    PUBLISHED = "published"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class Condition:
    """One comparison: ``field operator value``. A missing field never matches (but see EXISTS).

    Values: EQ/NE a scalar; IN/NOT_IN scalars; PREFIX and CONTAINS words, any of which suffices; LT..GE a
    number; BETWEEN two numbers, both inclusive; EXISTS true or false; TIME_OF_DAY two ``HH:MM``, the
    second exclusive, across midnight when it is the smaller; WEEKDAY numbers 1 (Monday) to 7.
    """

    field: str
    operator: Operator
    value: Any


@dataclass(frozen=True, slots=True)
class Group:
    """Holds when every ``all``, at least one ``any`` (if there are some) and no ``none`` holds."""

    all: tuple["Clause", ...] = ()
    any: tuple["Clause", ...] = ()
    none: tuple["Clause", ...] = ()


Clause: TypeAlias = Condition | Group


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule: when this holds, then that is the outcome.

    Rules are tried by ``priority``, the smaller first, ties in the order written. ``valid_from`` is
    inclusive, ``valid_to`` exclusive. ``reason`` and ``legal_basis`` are shown with every decision.
    """

    no: str
    name: str
    when: Group
    then: Mapping[str, Any]
    priority: int = 100
    valid_from: datetime | None = None
    valid_to: datetime | None = None
    reason: str = ""
    legal_basis: str = ""
    enabled: bool = True


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """A field that rules of a kind may ask about, in officials' words: label, unit, names of its values."""

    name: str
    kind: FieldKind
    zh: str
    unit: str = ""
    values: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What rules of one kind may ask (fields) and answer (outcomes).

    Fields that begin with ``free_prefix`` are open to the city (form answers, local labels).
    """

    kind: str
    zh: str
    fields: Mapping[str, FieldSpec]
    outcomes: Mapping[str, str]
    free_prefix: str = "form."


@dataclass(frozen=True, slots=True)
class RuleSet:
    """One version of the rules of a kind for a division prefix. ``id`` is None for rules not stored."""

    kind: str
    version: int
    division: str
    rules: tuple[Rule, ...]
    id: UUID | None = None


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """What became of one rule: matched or not, and why, as a sentence for an official.

    ``chosen`` is true for the one rule that decided; others may have matched behind it.
    """

    rule_no: str
    name: str
    matched: bool
    chosen: bool
    reason_zh: str


@dataclass(frozen=True, slots=True)
class Problem:
    """One mistake in written rules: where (``rules[3].when.all[1].value``) and what, in zh and en."""

    path: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class RuleSetInfo:
    """A stored version as read, without its rules."""

    id: UUID
    kind: str
    division: str
    version: int
    state: State
    note: str
    rules: int
    digest: str
    author: str
    created_at: datetime
    published_by: str
    published_at: datetime | None
    superseded_at: datetime | None


@dataclass(frozen=True, slots=True)
class TryOutLine:
    """One tried case that differs: what happened then, what would have happened, and by which rule."""

    index: int
    rule_no: str
    would: Mapping[str, Any]
    was: Mapping[str, Any]
    differs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class TryOut:
    """Result of trying rules on past cases: counts, hits per rule, and the lines that differ (bounded).

    ``agreed``: by rule, the positions of the cases in which it would have done what was done.
    """

    cases: int
    matched: int
    same: int
    different: int
    unmatched: int
    hits: Mapping[str, int]
    agreed: Mapping[str, tuple[int, ...]]
    lines: tuple[TryOutLine, ...]
