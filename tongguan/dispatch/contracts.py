# SPDX-License-Identifier: Apache-2.0
"""Frozen shapes that dispatch takes and gives."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from tongguan.cases.contracts import CaseBrief, CaseInfo, NewCase


@dataclass(frozen=True, slots=True)
class UnitRef:
    """A unit as a plan names it."""

    id: int
    code: str
    name: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class PlanStep:
    """One rung of the escalation ladder: when (share of the time allowed) and whom to tell."""

    no: int
    share: float
    to: str
    tone: str
    zh: str


@dataclass(frozen=True, slots=True)
class DispatchPlan:
    """Who is to act on a case, by when and why; frozen into the work order.

    ``lead`` None: a person must choose. ``basis`` says what decided: ``ruling``, ``list``, ``rule``,
    ``first_contact``, ``territorial``, ``backstop`` or ``human``. ``explanation`` are sentences for
    officials in the order of consideration; ``refs`` the versions of what was consulted.
    """

    case_id: UUID
    lead: UnitRef | None
    co: tuple[UnitRef, ...] = ()
    basis: str = "human"
    confidence: float = 0.0
    urgent: bool = False
    limit_value: str | None = None
    limit_unit: str = ""
    legal_basis: str = ""
    steps: tuple[PlanStep, ...] = ()
    explanation: tuple[str, ...] = ()
    refs: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ClockInfo:
    """One clock as read. ``remaining`` is counted (working) time, negative when overdue."""

    id: int
    case_id: UUID
    order_id: UUID | None
    supervision_id: UUID | None
    stage: str
    round: int
    started_at: datetime
    stopped_at: datetime | None
    paused_at: datetime | None
    due_at: datetime | None
    limit_zh: str
    extensions: int
    elapsed: timedelta
    remaining: timedelta | None
    overdue: bool
    warning: str
    next_notice_at: datetime | None
    next_notice_zh: str


@dataclass(frozen=True, slots=True)
class ApplicationInfo:
    """An application (延期、挂账、超时申诉) with its decisions."""

    id: UUID
    case_id: UUID
    kind: str
    state: str
    version: int
    level: int
    waits_for: str
    applicant_name: str
    reason: str
    text: str
    until: datetime | None
    created_at: datetime
    decided_at: datetime | None
    steps: tuple[dict[str, Any], ...] = ()
    attachments: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptInfo:
    """One unit's side of a supervision."""

    unit_id: int
    unit_name: str
    signed_at: datetime | None
    signed_by_name: str
    answer: str
    answered_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class SupervisionInfo:
    """An urge, supervision, instruction, listing or whistle with its receipts."""

    id: UUID
    case_id: UUID
    kind: str
    level: str
    state: str
    version: int
    text: str
    by_name: str
    at: datetime
    due_at: datetime | None
    needs_answer: bool
    receipts: tuple[ReceiptInfo, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderInfo:
    """One work order (工单). ``role`` is ``lead`` or ``co``; ``plan`` is what was frozen at dispatch."""

    id: UUID
    case_id: UUID
    no: int
    unit_id: int
    unit_name: str
    unit_path: str
    role: str
    state: str
    handler_id: int | None
    plan: Mapping[str, Any]
    limit_value: Decimal | None
    limit_unit: str
    due_at: datetime | None
    dispatched_at: datetime
    signed_at: datetime | None
    assigned_at: datetime | None
    submitted_at: datetime | None
    confirmed_at: datetime | None
    ended_at: datetime | None
    result: str
    evidence: Mapping[str, Any]
    reworks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What a move led to: the case as it is now, its running orders, and remarks for the person who moved."""

    case: CaseInfo
    orders: tuple[OrderInfo, ...] = ()
    remarks: tuple[str, ...] = ()
    line_no: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AllowedMove:
    """A move the actor may make now. ``needs`` are the names of inputs that must come with it."""

    id: str
    name: str
    to: tuple[str, ...]
    needs: tuple[str, ...]
    optional: tuple[str, ...]
    note: str
    undo: str = ""
    order_id: UUID | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One thing that waits for the actor: a case, what is to be done, until when."""

    kind: str
    case: CaseBrief
    order: OrderInfo | None
    due_at: datetime | None
    moves: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """Why this case was filed, dispatched and joined, in words an official reads."""

    filing: tuple[str, ...] = ()
    dispatch: tuple[str, ...] = ()
    rules: tuple[Mapping[str, Any], ...] = ()
    joining: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """A case to open, and how sure its item and its place are (0 to 1; 1: told or set by a person)."""

    new: NewCase
    item_confidence: float = 1.0
    place_confidence: float = 1.0
    likely_repeat: bool = False


@dataclass(frozen=True, slots=True)
class Opened:
    """An opened case, the last move it made by itself ("" for none), why, and who is to act on it."""

    case: CaseInfo
    reach: str
    words: str
    plan: DispatchPlan
