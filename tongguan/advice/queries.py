# SPDX-License-Identifier: Apache-2.0
"""Reads of advice: who may act on a case, with reasons and past cases."""

from uuid import UUID

from tongguan.advice.contracts import Advice, PastCase
from tongguan.advice.learned import UNIT
from tongguan.advice.ranking import ranked
from tongguan.advice.trying import leads_of, opened_since, try_rules
from tongguan.cases import queries as cases
from tongguan.dispatch import queries as dispatch
from tongguan.kernel.errors import Conflict
from tongguan.learning import queries as learning
from tongguan.learning.contracts import Suggestion
from tongguan.matching import queries as matters
from tongguan.people import queries as people
from tongguan.people.contracts import Actor

__all__ = ["leads_of", "opened_since", "suggested", "try_rules", "units"]


def units(actor: Actor, case_id: UUID) -> Advice:
    """Suggest at most three units for a visible case (F21). Raises NotFound.

    Duty by list, rule or ruling goes first; the model orders what it leaves open. Without a model the
    plan and the past cases speak alone.
    """
    case = cases.case(actor, case_id)
    said = suggested(f"{case.title}。{case.text}")
    shares = () if said is None else said.shares
    known = {
        code: info for code, _ in shares if (info := people.unit_by_code(code)) is not None and info.active
    }
    past = _past(actor, case_id)
    found = ranked(dispatch.plan_of(actor, case_id), shares, known, past)
    return Advice(found, past, "" if said is None else said.version)


def suggested(text: str) -> Suggestion | None:
    """Give what the active version says of a text; None while there is none."""
    try:
        return learning.predict(UNIT, [text])[0]
    except Conflict:
        return None


def _past(actor: Actor, case_id: UUID) -> tuple[PastCase, ...]:
    likest = matters.similar(actor, case_id)
    found = cases.cases_by_id(actor, [one.case_id for one in likest])
    names = people.units([c.lead_unit_id for c in found.values() if c.lead_unit_id is not None])
    return tuple(
        PastCase(case.id, case.number, case.title, names[case.lead_unit_id].name, one.score)
        for one in likest
        if (case := found.get(one.case_id)) is not None and case.lead_unit_id in names
    )
