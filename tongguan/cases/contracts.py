# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes that cases take in and give out."""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from operator import itemgetter
from typing import Any, Final
from uuid import UUID

from tongguan.cases.evidence import Bounds, Photo
from tongguan.cases.filing import FilingMet
from tongguan.cases.lifecycle import Move, Plan, Process, State
from tongguan.kernel.facts import Fact

__all__ = [
    "COUNTERS",
    "SOON",
    "Bounds",
    "Carried",
    "CaseBrief",
    "CaseFilter",
    "CaseInfo",
    "FilingMet",
    "Held",
    "Joining",
    "Move",
    "NearCase",
    "NewCase",
    "Noting",
    "Page",
    "Photo",
    "Plan",
    "Process",
    "ProcessInfo",
    "State",
    "Through",
    "TimelineLine",
    "case_info",
]

#: A case that is due within so long is nearly due.
SOON: Final = timedelta(hours=2)
#: Counters a move may add to; columns of the case row.
COUNTERS: Final = ("returns", "reworks", "extensions", "suspensions", "urges", "reopens")


@dataclass(frozen=True, slots=True, kw_only=True)
class NewCase:
    """What is known when a case is opened. Never the reporter's name, phone or words about himself.

    ``process`` empty: the item's own, or the default. ``hub`` empty: the district's centre.
    ``urgency`` is ``normal``, ``urgent`` or ``critical``. ``reporter_user_id``: the collector who told it.
    """

    item_code: str
    title: str
    text: str
    division: str
    source: str
    kind: str = ""
    grid: str = ""
    lon: float | None = None
    lat: float | None = None
    cell: int | None = None
    address: str = ""
    component_code: str = ""
    process: str = ""
    hub: str = ""
    urgency: str = "normal"
    reported_at: datetime | None = None
    reporter_user_id: int | None = None
    reporter_secret: bool = False
    evidence: Mapping[str, Any] = field(default_factory=dict)
    reason: str = ""
    id: UUID | None = None
    further: "Further | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Further:
    """Further tellings of a case, by how many more people, and why they are the same matter, in words."""

    people: int
    tellings: int
    words: str

    def inputs(self) -> dict[str, Any]:
        """Give what the line of the case's history says of them."""
        return {"reason": self.words, "reports": self.tellings, "people": self.people}


@dataclass(frozen=True, kw_only=True)
class CaseBrief:
    """One case as lists show it. ``hub`` is the division of the centre that runs the case now."""

    id: UUID
    number: str
    item_code: str
    kind: str
    title: str
    division: str
    hub: str
    grid: str
    lon: float | None
    lat: float | None
    cell: int | None
    address: str
    component_code: str
    state: str
    stage: str
    process_code: str
    process_version: int
    version: int
    urgency: str
    source: str
    filing_rule_id: int | None
    opened_at: datetime
    filed_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    lead_unit_id: int | None
    lead_unit_path: str
    handler_id: int | None
    collector_id: int | None
    reporter_user_id: int | None
    returns: int
    reworks: int
    extensions: int
    suspensions: int
    urges: int
    reopens: int
    reporter_count: int


@dataclass(frozen=True, kw_only=True)
class CaseInfo(CaseBrief):
    """One case whole, as others may see it.

    ``filing`` is what was frozen at filing: rule_id, condition_no, filing_condition, closing_condition,
    limit (value, unit).
    """

    text: str
    filing: Mapping[str, Any]

    def changed(self, **columns: Any) -> "CaseInfo":
        """Give the case with other values: as ``replace`` does, at a tenth of its cost."""
        info = CaseInfo.__new__(CaseInfo)
        vars(info).update(vars(self), **columns)
        return info


def case_info(row: Mapping[str, Any]) -> CaseInfo:
    """Give the case of a row's values, its further columns left out; what ``CaseInfo(…)`` gives, but quicker.

    A batch makes several of each case, and a frozen class of fifty fields sets each by a call of its own.
    """
    info = CaseInfo.__new__(CaseInfo)
    vars(info).update(zip(_INFO, _info_values(row), strict=True))
    return info


_INFO: Final = tuple(one.name for one in fields(CaseInfo))
_info_values: Final = itemgetter(*_INFO)


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineLine:
    """One line of a case's history, in words: who, when, which move, from where to where, why."""

    no: int
    move: str
    frm: str
    to: str
    at: datetime
    actor_key: str
    actor_name: str
    unit_name: str
    post: str
    reason: str
    clause: str
    inputs: Mapping[str, Any]
    evidence: Mapping[str, Any]
    hash: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseFilter:
    """What a list is narrowed to; empty values do not narrow. ``bbox`` is west, south, east, north.

    ``area`` holds the corners (longitude, latitude) of a drawn one, three or more.
    ``text`` matches the beginning of the number or of the title. ``division`` is a prefix; ``hubs`` are the
    divisions of the centres that run the cases. ``sign`` names the rows behind a vital sign's value.
    ``soon``: open and nearly due.
    """

    states: tuple[str, ...] = ()
    stages: tuple[str, ...] = ()
    division: str = ""
    items: tuple[str, ...] = ()
    unit_id: int | None = None
    handler_id: int | None = None
    collector_id: int | None = None
    overdue: bool | None = None
    open: bool | None = None
    urgency: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    text: str = ""
    opened_from: datetime | None = None
    opened_to: datetime | None = None
    closed_from: datetime | None = None
    closed_to: datetime | None = None
    soon: bool = False
    bbox: tuple[float, float, float, float] | None = None
    area: tuple[tuple[float, float], ...] = ()
    hubs: tuple[str, ...] = ()
    sign: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page of cases. ``after`` is the cursor of the next page, empty at the end.

    ``total`` is exact up to the counting bound and an estimate above it (``estimated``); on later pages
    it is None: the first page has told it.
    """

    rows: tuple[CaseBrief, ...]
    after: str
    total: int | None
    estimated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """A case locked for the open transaction, with the head of its timeline (number, hash)."""

    case: CaseInfo
    head: tuple[int, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Carried:
    """One move that a case makes in the moment it is opened."""

    move: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    values: Mapping[str, Any] = field(default_factory=dict)
    evidence: Mapping[str, Any] = field(default_factory=dict)
    facts: tuple[Fact, ...] = ()


@dataclass(frozen=True, slots=True)
class Through:
    """How far a case is carried in the moment it is opened: its moves, and when its stage is then due."""

    moves: tuple[Carried, ...] = ()
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Joining(Further):
    """Further tellings of a case that is there."""

    case_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class Noting:
    """A line for a case's timeline that leaves its state: the word, its inputs, the columns it changes."""

    case_id: UUID
    word: str
    inputs: Mapping[str, Any]
    columns: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class NearCase:
    """A case and its distance in metres."""

    case: CaseBrief
    metres: float


@dataclass(frozen=True, slots=True, kw_only=True)
class ProcessInfo:
    """One stored version of a process table."""

    code: str
    version: int
    published_at: datetime
    published_by: str
