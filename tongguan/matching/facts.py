# SPDX-License-Identifier: Apache-2.0
"""What matching tells the house."""

from uuid import UUID

from tongguan.kernel.facts import Fact


class MattersUnited(Fact, frozen=True, kw_only=True):
    """A telling showed that two matters, each with a case of its own, are one."""

    matter: UUID
    absorbed: UUID
    report_id: UUID


class CrowdFormed(Fact, frozen=True, kw_only=True):
    """So many people told of one matter that it is a crowd's (群诉)."""

    matter: UUID
    case_id: UUID
    people: int


class ReportUnmerged(Fact, frozen=True, kw_only=True):
    """A person took a telling out of a case and gave it another."""

    report_id: UUID
    from_case: UUID
    to_case: UUID
