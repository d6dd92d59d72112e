# SPDX-License-Identifier: Apache-2.0
"""What dispatch announces."""

from datetime import datetime
from uuid import UUID

from tongguan.kernel.facts import Fact


class ClockWarned(Fact, frozen=True, kw_only=True):
    """A rung of a clock's ladder was reached and somebody was told."""

    case_id: UUID
    clock_id: int
    stage: str
    step: int
    due_at: datetime | None = None


class ClockOverdue(Fact, frozen=True, kw_only=True):
    """A clock passed its due time while running."""

    case_id: UUID
    clock_id: int
    stage: str
    due_at: datetime


class ApplicationFiled(Fact, frozen=True, kw_only=True):
    """Somebody asked for an extension, a suspension or an exemption."""

    case_id: UUID
    application_id: UUID
    kind: str


class ApplicationDecided(Fact, frozen=True, kw_only=True):
    """An application got its final answer: ``approved``, ``rejected`` or ``withdrawn``."""

    case_id: UUID
    application_id: UUID
    kind: str
    state: str


class CaseSupervised(Fact, frozen=True, kw_only=True):
    """A case was urged, supervised, instructed upon, listed, or a street whistled for it."""

    case_id: UUID
    supervision_id: UUID
    kind: str


class SupervisionAnswered(Fact, frozen=True, kw_only=True):
    """A unit signed for, arrived at or answered a supervision."""

    case_id: UUID
    supervision_id: UUID
    unit_id: int
    kind: str


class DutyRuled(Fact, frozen=True, kw_only=True):
    """A higher centre ruled whose duty a case is."""

    case_id: UUID
    ruling_id: int
    unit_id: int


class WorkOrdersIssued(Fact, frozen=True, kw_only=True):
    """A case was given to units: the lead first, then the co-handlers."""

    case_id: UUID
    order_ids: tuple[UUID, ...]
    unit_ids: tuple[int, ...]
    basis: str


class WorkOrderMoved(Fact, frozen=True, kw_only=True):
    """A unit's order changed its state, by whom, with which line of the case's history."""

    case_id: UUID
    order_id: UUID
    unit_id: int
    frm: str
    to: str
    by: str = ""
    no: int = 0


class PingPongSeen(Fact, frozen=True, kw_only=True):
    """A case goes to and fro between units; ``unit_ids`` in the order of the returns."""

    case_id: UUID
    unit_ids: tuple[int, ...]
    kind: str
