# SPDX-License-Identifier: Apache-2.0
"""Verbs of warnings."""

from uuid import UUID

from tongguan.alarms import api as alarms
from tongguan.alarms.contracts import MissInfo
from tongguan.cases import queries as cases
from tongguan.people.contracts import Actor
from tongguan.warnings.receiving import take as take_cap

__all__ = ["book_miss", "take_cap"]


def book_miss(
    actor: Actor, case_id: UUID, words: str, *, rule: str = "", stream: int | None = None
) -> MissInfo:
    """Book a case the actor may see as one of which there should have been a warning; audited.

    Raises NotFound, Forbidden, Invalid, Conflict (booked already).
    """
    case = cases.case(actor, case_id)
    return alarms.book_miss(actor, case_id, case.division, words, rule=rule, stream=stream)
