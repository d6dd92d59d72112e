# SPDX-License-Identifier: Apache-2.0
"""Shapes of advice: which units may act on a case, how sure, and why."""

from dataclasses import dataclass
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
