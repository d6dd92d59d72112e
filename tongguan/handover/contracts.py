# SPDX-License-Identifier: Apache-2.0
"""Shapes of hand-overs to 110, 119 and 120."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from tongguan.handover.danger import Danger, Service, Spoken
from tongguan.handover.urgency import Weighed

__all__ = [
    "OPEN",
    "Danger",
    "HandoverInfo",
    "HandoverState",
    "Noticed",
    "RuleCount",
    "Service",
    "Spoken",
    "StepInfo",
    "UrgencyInfo",
    "Weighed",
]


class HandoverState(StrEnum):
    """Noticed and waiting for a call; called; the service has taken it; over; it was none."""

    OPEN = "open"
    HANDED_OVER = "handed_over"
    ACKNOWLEDGED = "acknowledged"
    ENDED = "ended"
    FALSE_ALARM = "false_alarm"


#: Somebody still has to do something about these.
OPEN: Final = (HandoverState.OPEN, HandoverState.HANDED_OVER, HandoverState.ACKNOWLEDGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Noticed:
    """A telling in which danger was seen. ``case_id`` is None when it could not be placed.

    ``usual``: the case's urgency if there were no danger, for the day when it proves a false alarm.
    """

    report_id: UUID
    danger: Danger
    case_id: UUID | None = None
    division: str = ""
    usual: str = "normal"


@dataclass(frozen=True, slots=True)
class StepInfo:
    """One line of a hand-over's history; lines are never changed."""

    no: int
    kind: str
    at: datetime
    actor_name: str
    number: str
    person: str
    how: str
    note: str
    report_id: UUID | None


@dataclass(frozen=True, slots=True)
class HandoverInfo:
    """A hand-over as officials read it. ``next_at``: when somebody is told again if nothing happens.

    ``report_id`` is None, ``rules_version`` "by_hand" and ``tellings`` 0 when a person opened it from a case.
    ``system``: the service's own system it goes to, "" where none is connected; people telephone until
    ``system_took_at``. ``system_number``: its number there.
    """

    id: UUID
    case_id: UUID | None
    report_id: UUID | None
    service: str
    division: str
    state: str
    score: float
    words: str
    spoken: tuple[dict[str, Any], ...]
    rules_version: str
    tellings: int
    noticed_at: datetime
    handed_at: datetime | None
    acknowledged_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None
    system: str
    system_number: str
    system_took_at: datetime | None


@dataclass(frozen=True, slots=True)
class UrgencyInfo:
    """Why a case is as urgent as it is, in words; ``by_person``: an official said so."""

    at: datetime
    level: str
    words: str
    by_person: bool
    actor_name: str


@dataclass(frozen=True, slots=True)
class RuleCount:
    """How often a rule of the danger file spoke, and what people found it to be."""

    rule: str
    title: str
    rung: int
    confirmed: int
    false_alarms: int
