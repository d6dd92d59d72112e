# SPDX-License-Identifier: Apache-2.0
"""What cases tell the house."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class CaseOpened(Fact, frozen=True, kw_only=True):
    """A case came into being."""

    case_id: UUID
    item_code: str
    source: str


class CaseMoved(Fact, frozen=True, kw_only=True):
    """A case made one move of its table; ``no`` is the line of its timeline."""

    case_id: UUID
    move: str
    frm: str
    to: str
    by: str
    no: int
    lead_unit_id: int | None = None


class CaseNoted(Fact, frozen=True, kw_only=True):
    """Something was written on a case's timeline that did not change its state."""

    case_id: UUID
    move: str
    by: str
    no: int


class CaseDueChanged(Fact, frozen=True, kw_only=True):
    """A case's due time changed without a move, as when a calendar became known."""

    case_id: UUID


class CaseClosed(Fact, frozen=True, kw_only=True):
    """A case reached a final state: closed, forced_close, voided or not_accepted."""

    case_id: UUID
    state: str


class CaseReopened(Fact, frozen=True, kw_only=True):
    """A closed case was taken up again."""

    case_id: UUID
    state: str
