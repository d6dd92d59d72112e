# SPDX-License-Identifier: Apache-2.0
"""Which cases and tellings a fact tells of. Pure."""

from collections.abc import Iterator
from typing import Final
from uuid import UUID

from tongguan.casebook.schema import CASE, TELLING
from tongguan.cases.facts import CaseClosed, CaseDueChanged, CaseMoved, CaseNoted, CaseOpened, CaseReopened
from tongguan.dispatch.facts import (
    ApplicationDecided,
    CaseSupervised,
    ClockOverdue,
    DutyRuled,
    WorkOrderMoved,
    WorkOrdersIssued,
)
from tongguan.intake.facts import (
    CaseRecurred,
    ReportConsulted,
    ReportJoined,
    ReportOpened,
    ReportQuarantined,
)
from tongguan.kernel.facts import Fact
from tongguan.matching.facts import ReportUnmerged
from tongguan.replies.facts import SurveyAnswered
from tongguan.revisits.facts import RevisitAnswered

FACTS: Final[tuple[type[Fact], ...]] = (
    CaseOpened,
    CaseMoved,
    CaseNoted,
    CaseClosed,
    CaseReopened,
    CaseDueChanged,
    ClockOverdue,
    ApplicationDecided,
    CaseSupervised,
    DutyRuled,
    WorkOrdersIssued,
    WorkOrderMoved,
    CaseRecurred,
    ReportOpened,
    ReportJoined,
    ReportConsulted,
    ReportQuarantined,
    ReportUnmerged,
    SurveyAnswered,
    RevisitAnswered,
)
NAMES: Final = frozenset(fact.name for fact in FACTS)
_FIELDS: Final = (("case_id", CASE), ("from_case", CASE), ("to_case", CASE), ("report_id", TELLING))


def told(fact: Fact) -> Iterator[tuple[str, UUID]]:
    """Give (kind of subject, id) of what a fact tells of."""
    for field, subject in _FIELDS:
        value = getattr(fact, field, None)
        if value is not None:
            yield subject, value if isinstance(value, UUID) else UUID(value)
