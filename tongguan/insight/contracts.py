# SPDX-License-Identifier: Apache-2.0
"""Shapes of insight: where matters get stuck, which limits history speaks for, who will be late.

Durations are minutes: ``open`` minutes pass day and night, ``worked`` minutes only while the calendar works
(approved suspensions left out). Shares are between 0 and 1, None where nothing was counted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class Rows(StrEnum):
    """What the rows of the heat table are."""

    UNIT = "unit"
    ITEM = "item"
    FAMILY = "family"
    DISTRICT = "district"
    STREET = "street"


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Which cases are looked at: opened in ``since`` ≤ t < ``until``, and narrowed. Empty: all in scope."""

    since: datetime
    until: datetime
    division: str = ""
    item: str = ""
    unit: int | None = None


@dataclass(frozen=True, slots=True)
class Basis:
    """What a figure was made of.

    ``sampled``: quantiles were taken from this many cases, drawn by their id; counts are always of all.
    ``read_at``: up to when the case book had read; None while it is being built.
    """

    since: datetime
    until: datetime
    cases: int
    sampled: int
    read_at: datetime | None


@dataclass(frozen=True, slots=True)
class Spans:
    """Quantiles of durations in minutes: half, four in five, and nineteen in twenty took at most so long."""

    count: int
    p50: float | None
    p80: float | None
    p95: float | None


@dataclass(frozen=True, slots=True)
class StateNode:
    """A state of the process: how often it was entered, who stands there now, how long one stays (open)."""

    state: str
    name: str
    stage: str
    final: bool
    entered: int
    standing: int
    stay: Spans


@dataclass(frozen=True, slots=True)
class StateLink:
    """A way from a state to another; ``back``: counted as a return or rework by the process."""

    frm: str
    to: str
    count: int
    back: bool


@dataclass(frozen=True, slots=True)
class StateMap:
    """The process as it ran."""

    basis: Basis
    nodes: tuple[StateNode, ...]
    links: tuple[StateLink, ...]


@dataclass(frozen=True, slots=True)
class HeatCell:
    """One stage of one row. ``late``: of the clocks with a limit, the share that was not in time."""

    stage: str
    key: str
    count: int
    running: int
    limited: int
    late: float | None
    open_time: Spans
    worked: Spans


@dataclass(frozen=True, slots=True)
class Heat:
    """Stages × rows; ``rows`` are keys with names, the ones with most time in them first."""

    basis: Basis
    by: Rows
    stages: tuple[tuple[str, str], ...]
    rows: tuple[tuple[str, str], ...]
    cells: tuple[HeatCell, ...]


@dataclass(frozen=True, slots=True)
class UnitTime:
    """Where the time of a unit's work orders went: mean open minutes of each part, adding up to ``whole``.

    ``sign``: dispatched → signed, ``assign``: → given to a person, ``work``: → handed in, ``confirm``: → the
    unit's word, ``rest``: → ended. ``worked``: mean worked minutes of the order's clock.
    """

    unit: int
    name: str
    orders: int
    returned: int
    reworked: int
    sign: float
    assign: float
    work: float
    confirm: float
    rest: float
    whole: float
    worked: float | None

    @property
    def waiting(self) -> float | None:
        """Give the share of the time in which nobody worked on it: before it was given to a person."""
        return (self.sign + self.assign) / self.whole if self.whole > 0 else None


@dataclass(frozen=True, slots=True)
class Variant:
    """One sequence of states of closed cases: how many took it and what came of them."""

    states: tuple[str, ...]
    names: tuple[str, ...]
    cases: int
    share: float
    open_time: Spans
    in_time: float | None
    reworked: float
    reopened: float
    satisfied: float | None
    answers: int


@dataclass(frozen=True, slots=True)
class Variants:
    """The commonest sequences; ``kinds``: how many there are, ``covered``: share of cases in those given."""

    basis: Basis
    kinds: int
    covered: float
    variants: tuple[Variant, ...]


@dataclass(frozen=True, slots=True)
class HandOver:
    """Cases that went from one leading unit to another; ``held``: minutes the first had it (median)."""

    frm: int
    frm_name: str
    to: int
    to_name: str
    count: int
    returned: int
    held: float | None


@dataclass(frozen=True, slots=True)
class PingPong:
    """Cases that went from a unit to another and back again."""

    one: int
    one_name: str
    other: int
    other_name: str
    cases: int


@dataclass(frozen=True, slots=True)
class HandOvers:
    """Who gives cases to whom, and who plays them to and fro."""

    basis: Basis
    links: tuple[HandOver, ...]
    pairs: tuple[PingPong, ...]


@dataclass(frozen=True, slots=True)
class SlowCase:
    """A case behind a cell: its number, how long the stage took, whether it runs still."""

    case_id: UUID
    number: str
    item_name: str
    division: str
    state: str
    minutes: float
    worked: float | None
    running: bool
    late: bool


class ProposalState(StrEnum):
    """Life of a proposal: open until somebody decides, or history no longer speaks for it."""

    OPEN = "open"
    APPROVED = "approved"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposalInfo:
    """A proposal to change a limit, with its evidence.

    ``subject``: ``item`` (filing conditions of an item that have this limit) or ``stage`` (a stage's limit
    by kind and division). ``evidence`` keeps the curve, the classes of units and the replay as figures;
    ``reasons`` are sentences (zh, en). ``applied`` says what became of the approved one.
    """

    id: UUID
    subject: str
    stage: str
    item_code: str
    item_name: str
    kind: str
    division: str
    direction: str
    state: ProposalState
    from_value: float
    to_value: float
    unit: str
    from_zh: str
    to_zh: str
    cases: int
    ends: int
    share_now: float
    share_then: float
    share_low: float
    share_high: float
    made_at: datetime
    period_from: datetime
    period_to: datetime
    rule_version: str
    clause: str
    reasons: tuple[tuple[str, str], ...]
    evidence: Mapping[str, Any] = field(default_factory=dict)
    decided_at: datetime | None = None
    decided_by: str = ""
    reason: str = ""
    applied: str = ""
    version: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Considered:
    """One limit that was looked at, also when nothing is proposed: why not, in words."""

    subject: str
    stage: str
    item_code: str
    item_name: str
    limit_zh: str
    cases: int
    verdict: str
    reasons: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LookInfo:
    """The last look at all limits: when, over which period, and what was considered."""

    at: datetime
    by_name: str
    period_from: datetime
    period_to: datetime
    read_at: datetime | None
    terms: int
    proposed: int
    considered: tuple[Considered, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class OverloadInfo:
    """How many matters of a unit will become late in a week, said before it, and what came.

    ``open_load`` running clocks with a limit, of which ``open_late`` (expected) become late in the week;
    ``inflow`` new ones expected (with bounds), of which ``new_late``. ``late`` is their sum, ``low`` and
    ``high`` hold nine in ten. ``drivers`` are sentences (zh, en), the heaviest first. ``hindcast``: made
    afterwards from what was known before the week. ``came`` and ``came_inflow``: what the week brought; None
    until it is over.
    """

    unit: int
    unit_name: str
    division: str
    week: date
    made_at: datetime
    open_load: int
    open_late: float
    inflow: float
    inflow_low: float
    inflow_high: float
    new_late: float
    late: float
    low: float
    high: float
    usual_late: float
    ratio: float | None
    drivers: tuple[tuple[str, str], ...]
    hindcast: bool = False
    came: int | None = None
    came_inflow: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ForecastRecord:
    """How right past forecasts were: errors in late matters, share of truths inside, against last week's."""

    weeks: int
    forecasts: int
    mae: float | None
    naive_mae: float | None
    inside: float | None
    inflow_mae: float | None
