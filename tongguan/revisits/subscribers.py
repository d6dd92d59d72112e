# SPDX-License-Identifier: Apache-2.0
"""What this room does when it hears of something."""

from uuid import UUID

from tongguan.cases.facts import CaseClosed, CaseOpened, CaseReopened
from tongguan.intake.facts import CaseRecurred
from tongguan.revisits import calls, looking
from tongguan.revisits.facts import RevisitAnswered
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(CaseReopened, name="revisits.withdraw")
def withdraw(batch: list[Delivered]) -> None:
    """Call nobody about a case that is being worked on again."""
    calls.withdraw([one.fact.case_id for one in batch if isinstance(one.fact, CaseReopened)])


@subscribe(CaseClosed, CaseOpened, CaseRecurred, RevisitAnswered, name="revisits.look", batch=500)
def look(batch: list[Delivered]) -> None:
    """Look at what was closed, told again or answered since."""
    facts = [one.fact for one in batch]
    closed = {fact.case_id for fact in facts if isinstance(fact, CaseClosed)}
    opened = {fact.case_id for fact in facts if isinstance(fact, CaseOpened)}
    same = {UUID(f.case_id): UUID(f.closed_case_id) for f in facts if isinstance(f, CaseRecurred)}
    if closed:
        looking.look(closed)
    if opened or same:
        looking.look_again(opened, same)
    answered = {fact.case_id for fact in facts if isinstance(fact, RevisitAnswered)}
    if answered:
        looking.hear_unsolved(answered)
