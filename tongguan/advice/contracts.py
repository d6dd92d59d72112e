# SPDX-License-Identifier: Apache-2.0
"""Shapes of advice: which units may act on a case and why; what rules would have done with past cases."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class PastCase:
    """A closed case like this one, and the unit that solved it."""

    case_id: UUID
    number: str
    title: str
    unit_name: str
    score: float


@dataclass(frozen=True, slots=True)
class UnitAdvice:
    """A unit that may act. ``score`` 0 to 1; ``allowed``: lists, rules or rulings name it for this case."""

    unit_id: int
    code: str
    name: str
    score: float
    allowed: bool
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Advice:
    """The likeliest units, at most three, and three past cases; ``version`` of the model, "" for none."""

    units: tuple[UnitAdvice, ...]
    past: tuple[PastCase, ...]
    version: str


@dataclass(frozen=True, slots=True)
class RuleTried:
    """One rule on past cases: how many it matches, in how many it names the unit that has the case."""

    no: str
    name: str
    hits: int
    same: int


@dataclass(frozen=True, slots=True)
class TriedCase:
    """A past case that the rules would have sent elsewhere; ``would`` "" when no known unit is named."""

    case_id: UUID
    number: str
    title: str
    rule_no: str
    would: str
    was: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """What rules would have done with ``cases`` dispatched cases opened between two moments.

    ``before``: further cases that a ruling or the responsibility list decides, where no rule is asked.
    ``unmatched`` are left to first contact, territory and the centre. ``spared``: of the ``same`` ones,
    those that had gone to another unit first and came back. ``more``: older cases were left out. ``lines``:
    at most 200 that differ.
    """

    since: datetime
    until: datetime
    cases: int
    before: int
    more: bool
    matched: int
    unmatched: int
    same: int
    different: int
    spared: int
    rules: tuple[RuleTried, ...]
    lines: tuple[TriedCase, ...]
