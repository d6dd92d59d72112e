# SPDX-License-Identifier: Apache-2.0
"""What happens in insight, told to those who subscribe."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class LimitProposed(Fact, frozen=True, kw_only=True):
    """History speaks for another limit."""

    proposal_id: UUID
    stage: str
    item_code: str
    direction: str


class LimitProposalDecided(Fact, frozen=True, kw_only=True):
    """Somebody approved or rejected a proposal; an approved one is in force."""

    proposal_id: UUID
    approved: bool


class OverloadForeseen(Fact, frozen=True, kw_only=True):
    """Units will have more late matters than usual in the week that begins on a day (ISO)."""

    week: str
    units: int
