# SPDX-License-Identifier: Apache-2.0
"""Shapes of hotline calls: the call, what the caller told before, and help while the operator types."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from tongguan.cases.contracts import CaseBrief
from tongguan.handover.contracts import Danger
from tongguan.intake.contracts import ReportInfo
from tongguan.knowledge.contracts import Answer


class Outcome(StrEnum):
    """What a call led to, one line per matter."""

    REPORTED = "reported"
    ANSWERED = "answered"
    REMINDED = "reminded"


@dataclass(frozen=True, slots=True)
class MatterInfo:
    """One matter of a call."""

    no: int
    outcome: str
    at: datetime
    report_id: UUID | None
    case_id: UUID | None
    knowledge_code: str


@dataclass(frozen=True, slots=True)
class CallInfo:
    """A call as officials see it; the caller's number is shortened and stored nowhere whole."""

    id: UUID
    operator_id: int
    operator_name: str
    division: str
    caller: str
    recording: str
    started_at: datetime
    ended_at: datetime | None
    note: str
    matters: tuple[MatterInfo, ...]


@dataclass(frozen=True, slots=True)
class Earlier:
    """An earlier telling of the same number with its case, as far as the operator may see it."""

    report: ReportInfo
    case: CaseBrief | None
    open: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What the operator has typed so far."""

    text: str = ""
    item_code: str = ""
    address: str = ""
    division: str = ""
    lon: float | None = None
    lat: float | None = None
    system: str = "WGS84"


@dataclass(frozen=True, slots=True)
class ItemGuess:
    """A kind of matter the text may be of. ``alone``: sure enough to be taken without a person."""

    code: str
    name: str
    confidence: float
    alone: bool
    by: str


@dataclass(frozen=True, slots=True)
class PlaceGuess:
    """Where the text may mean, WGS-84, with the words for it. ``sure``: it may be taken without asking."""

    name: str
    division: str
    lon: float | None
    lat: float | None
    score: float
    words: str
    sure: bool


@dataclass(frozen=True, slots=True)
class AlikeCase:
    """A case that may be the same matter."""

    case: CaseBrief
    score: float
    words: str


@dataclass(frozen=True, slots=True)
class Question:
    """What to ask the caller, and why: ``basis`` names the filing condition it comes from."""

    ask: str
    basis: str = ""
    rule_id: int | None = None


@dataclass(frozen=True, slots=True)
class Help:
    """Everything the screen shows beside the text that is being typed."""

    items: tuple[ItemGuess, ...]
    places: tuple[PlaceGuess, ...]
    alike: tuple[AlikeCase, ...]
    answers: tuple[Answer, ...]
    script: tuple[Question, ...]
    danger: Danger | None
