# SPDX-License-Identifier: Apache-2.0
"""What independent call-backs and suspicions of false closing tell the house."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class RevisitAnswered(Fact, frozen=True, kw_only=True):
    """A reporter answered a call-back about a closed case."""

    case_id: UUID


class SuspicionRaised(Fact, frozen=True, kw_only=True):
    """A detector finds that a case may have been closed falsely."""

    suspicion_id: UUID
    case_id: UUID
    detector: str


class SuspicionJudged(Fact, frozen=True, kw_only=True):
    """A person confirmed or rejected a suspicion of false closing."""

    suspicion_id: UUID
    case_id: UUID
    confirmed: bool
