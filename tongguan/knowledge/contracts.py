# SPDX-License-Identifier: Apache-2.0
"""Shapes of the knowledge register: questions with their answers."""

from dataclasses import dataclass
from datetime import date, datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewEntry:
    """An answer as written. ``alike``: other ways to ask it. ``division``: where it holds, "" everywhere.

    ``unit`` is the code of the unit that answers for it; ``source`` the document it comes from.
    """

    code: str
    question: str
    answer: str
    alike: tuple[str, ...] = ()
    unit: str = ""
    item_code: str = ""
    division: str = ""
    valid_from: date
    valid_to: date | None = None
    source: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryInfo:
    """One version of an answer. ``withdrawn``: it no longer holds, and why stands in ``note``."""

    code: str
    number: int
    question: str
    answer: str
    alike: tuple[str, ...]
    unit: str
    item_code: str
    division: str
    valid_from: date
    valid_to: date | None
    source: str
    withdrawn: bool
    note: str
    made_at: datetime
    made_by: str

    def holds_on(self, day: date) -> bool:
        """Tell whether the answer may be given on that day (both dates are included)."""
        return (
            not self.withdrawn and self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer found for what was asked; ``score`` 0 to 1."""

    entry: EntryInfo
    score: float
