# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes of rules over readings: what they watch, by which detector, what rehearsing them showed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final

__all__ = [
    "BY",
    "Confidence",
    "Draft",
    "Group",
    "Part",
    "Rehearsal",
    "RuleInfo",
    "Scope",
    "Setting",
    "State",
]


class State(StrEnum):
    """Of one version of a rule: written, rehearsed on history, in force, no longer."""

    DRAFT = "draft"
    REHEARSED = "rehearsed"
    IN_FORCE = "in_force"
    RETIRED = "retired"


class Confidence(StrEnum):
    """How sure the source of a value is; ``own``: the owner's own experience, no standard says it."""

    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    OWN = "own"
    UNKNOWN = "unknown"


#: What a subject is: one stream, the streams of one thing, named groups, a stream with its neighbours.
BY: Final = ("stream", "thing", "group", "near")


@dataclass(frozen=True, slots=True)
class Setting:
    """The value of one parameter and where it comes from. ``value`` None: to be set, nobody knows it yet."""

    value: float | str | None
    source: str = ""
    confidence: Confidence = Confidence.UNKNOWN


@dataclass(frozen=True, slots=True)
class Part:
    """One quantity of a thing: the name conditions use, its observed property, +1 in, −1 out, 0 neither."""

    name: str
    observed: str
    role: int = 0


@dataclass(frozen=True, slots=True)
class Group:
    """Streams judged together, by their keys in the register; ``roles`` as in :class:`Part`, in order."""

    name: str
    streams: tuple[str, ...]
    roles: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Scope:
    """Which streams a rule watches; what is empty does not narrow, but something besides must be given.

    ``tags``: properties of the thing. ``metres`` and ``most``: how far and how many neighbours are asked.
    """

    by: str = "stream"
    observed: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tags: Mapping[str, str] = field(default_factory=dict)
    things: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    groups: tuple[Group, ...] = ()
    metres: float = 0.0
    most: int = 0


@dataclass(frozen=True, slots=True)
class Draft:
    """What an official writes. ``division``: whose readings are watched; ``owners``: codes of units.

    ``tells_from``: the grade from which an alarm is told as a report; ``item_code``: as which item.
    """

    code: str
    zh: str
    detector: str
    settings: Mapping[str, Setting]
    scope: Scope
    division: str
    owners: tuple[str, ...] = ()
    en: str = ""
    family: str = ""
    item_code: str = ""
    tells_from: int = 3
    source: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class RuleInfo(Draft):
    """One version of a rule. ``unset``: parameters still to be set, in words; ``wrong``: what is wrong."""

    version: int = 0
    state: State = State.DRAFT
    unset: tuple[str, ...] = ()
    by_name: str = ""
    at: datetime | None = None
    since: datetime | None = None
    until: datetime | None = None
    rehearsal: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Rehearsal:
    """What a version would have raised. ``raised``: alarms by grade (the worst each reached).

    ``days``: alarms begun by local day. ``subjects``: those with most alarms. ``examples``: the first ones.
    ``before``: the same of the version in force, None without one. ``book``: of the alarms really raised in
    that time, how many were judged true or false, and how many of each this version raises again.
    """

    begin: int
    end: int
    readings: int = 0
    streams: int = 0
    subjects: int = 0
    alarms: int = 0
    raised: dict[int, int] = field(default_factory=dict)
    days: dict[str, int] = field(default_factory=dict)
    most: list[dict[str, Any]] = field(default_factory=list)
    examples: list[dict[str, Any]] = field(default_factory=list)
    before: dict[str, Any] | None = None
    book: dict[str, Any] | None = None
