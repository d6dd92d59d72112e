# SPDX-License-Identifier: Apache-2.0
"""What intake does when it hears of something: what people file teaches the model."""

from tongguan.cases.facts import CaseMoved
from tongguan.intake import learned
from tongguan.people import queries as people
from tongguan.runtime.contracts import Delivered
from tongguan.runtime.subscribers import subscribe


@subscribe(CaseMoved, name="intake.teach")
def teach(batch: list[Delivered]) -> None:
    """Keep the item that a person filed a case under beside what the model had said of its tellings."""
    for fact in (d.fact for d in batch if isinstance(d.fact, CaseMoved)):
        kind, _, number = fact.by.partition(":")
        actor = people.actor_by_id(int(number)) if kind == "user" and fact.move == "register" else None
        if actor is not None:
            learned.filed(actor, fact.case_id)
