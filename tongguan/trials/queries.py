# SPDX-License-Identifier: Apache-2.0
"""What rules of any kind would have done with the cases of the last weeks, beside what people did (F19)."""

from uuid import UUID

from tongguan.advice import queries as advice
from tongguan.advice.contracts import Tried
from tongguan.people.contracts import Actor
from tongguan.rules import queries as rules
from tongguan.rules.spi import STRAIGHT
from tongguan.trials import straight


def try_rules(actor: Actor, ruleset_id: UUID, *, days: int = 30, division: str = "") -> Tried:
    """Try a version of dispatch or straight rules, a draft too, on cases opened in the last days.

    Nothing is changed. A number of statements that does not grow with the cases. Raises NotFound, and
    Invalid for a wrong span.
    """
    if rules.ruleset(actor, ruleset_id).kind == STRAIGHT.kind:
        return straight.try_out(actor, ruleset_id, days=days, division=division)
    return advice.try_rules(actor, ruleset_id, days=days, division=division)
