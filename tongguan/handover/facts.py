# SPDX-License-Identifier: Apache-2.0
"""What hand-overs tell the house."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class DangerNoticed(Fact, frozen=True, kw_only=True):
    """A telling is feared to mean danger; a hand-over waits for somebody to call the service."""

    handover_id: UUID
    case_id: UUID | None
    service: str


class HandoverMoved(Fact, frozen=True, kw_only=True):
    """A hand-over was made, acknowledged, ended or found a false alarm."""

    handover_id: UUID
    case_id: UUID | None
    state: str
    by: str


class HandoverOverdue(Fact, frozen=True, kw_only=True):
    """A hand-over waited longer than the ladder's step allows."""

    handover_id: UUID
    case_id: UUID | None
    step: int
