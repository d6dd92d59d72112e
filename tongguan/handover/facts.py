# SPDX-License-Identifier: Apache-2.0
"""What hand-overs tell the house."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class DangerNoticed(Fact, frozen=True, kw_only=True):
    """A telling is feared to mean danger; a hand-over waits for somebody to call the service."""

    handover_id: UUID
    case_id: UUID | None
    service: str


class HandoverTold(Fact, frozen=True, kw_only=True):
    """A further telling joined a hand-over, or it got its place: its line ``no`` says which."""

    handover_id: UUID
    case_id: UUID | None
    no: int


class HandoverMoved(Fact, frozen=True, kw_only=True):
    """A hand-over was made, acknowledged, given back, ended or found a false alarm; line ``no`` tells."""

    handover_id: UUID
    case_id: UUID | None
    state: str
    by: str
    no: int = 0


class HandoverOverdue(Fact, frozen=True, kw_only=True):
    """A hand-over waited longer than the ladder's step allows."""

    handover_id: UUID
    case_id: UUID | None
    step: int
