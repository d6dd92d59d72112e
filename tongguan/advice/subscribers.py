# SPDX-License-Identifier: Apache-2.0
"""What advice does when it hears of something: a dispatcher's choice teaches."""

from tongguan.advice import queries
from tongguan.advice.learned import UNIT, subject_of
from tongguan.cases import queries as cases
from tongguan.cases.facts import CaseMoved
from tongguan.learning import api as learning
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(CaseMoved, name="advice.teach")
def teach(batch: list[Delivered]) -> None:
    """Keep the unit that a person dispatched to, beside what the model says of the case."""
    for fact in (d.fact for d in batch if isinstance(d.fact, CaseMoved)):
        kind, _, number = fact.by.partition(":")
        if kind != "user" or fact.move != "dispatch" or fact.lead_unit_id is None:
            continue
        actor, unit = (
            people.actor_by_id(int(number)),
            people.units([fact.lead_unit_id]).get(fact.lead_unit_id),
        )
        case = cases.cases_by_id(PLATFORM, [fact.case_id]).get(fact.case_id)
        said = None if case is None else queries.suggested(f"{case.title}。{case.text}")
        if actor is not None and unit is not None and said is not None:
            learning.correct(actor, UNIT, subject_of(fact.case_id), said, unit.code)
