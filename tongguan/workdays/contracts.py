# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of the working calendar."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

HOLIDAY: Final = "holiday"
MAKEUP: Final = "makeup_workday"


@dataclass(frozen=True, slots=True)
class Day:
    """One day of a calendar: ``kind`` is empty for an ordinary day; ``no`` is 0 if never altered."""

    date: date
    working: bool
    kind: str
    name: str
    no: int


@dataclass(frozen=True, slots=True)
class Year:
    """A year of a calendar; ``known``: its holidays have been announced to the platform."""

    calendar: str
    year: int
    known: bool
    days: list[Day]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDay:
    """What a day to come shall be, why, and by which notice.

    ``calendar``: a calendar's code, empty for the national days that calendars follow.
    """

    calendar: str
    date: date
    kind: str
    name: str
    reason: str
    source: str
    recount: bool = False


@dataclass(frozen=True, slots=True)
class Moved:
    """An open case that the reader may see, when it is due and when it would be."""

    case_id: UUID
    number: str
    title: str
    due_at: datetime
    then: datetime


@dataclass(frozen=True, slots=True)
class Effect:
    """How many running clocks would be due sooner or later; the cases that the reader may see."""

    sooner: int
    later: int
    cases: list[Moved]


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a day, never altered afterwards: what it was, what it became."""

    no: int
    calendar: str
    date: date
    was: str
    kind: str
    name: str
    reason: str
    source: str
    by_name: str
    at: datetime
    recounted: int | None


@dataclass(frozen=True, slots=True)
class UnknownYear:
    """A year within the coming 60 days whose holidays nobody has announced to the platform."""

    year: int
    zh: str
    en: str
