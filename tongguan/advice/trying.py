# SPDX-License-Identifier: Apache-2.0
"""What dispatch rules would have done with the cases of the last weeks, beside what people did (F19)."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from tongguan.advice.contracts import RuleTried, Tried, TriedCase
from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter, CaseInfo
from tongguan.dispatch import queries as dispatch
from tongguan.dispatch.contracts import OrderInfo
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, UnitInfo
from tongguan.rules import api as rules
from tongguan.rules import queries as versions

#: So many cases are looked at, the newest first.
MOST_CASES: Final = 5_000
MOST_DAYS: Final = 366
#: What is asked before rules: there they change nothing.
_BEFORE: Final = frozenset({"ruling", "list"})
_LEAD: Final = "lead"


def try_rules(actor: Actor, ruleset_id: UUID, *, days: int = 30, division: str = "") -> Tried:
    """Say what a version of dispatch rules, a draft too, would have done with cases opened in the last days.

    Looked at are the dispatched cases that the actor sees in the divisions of the rules, the newest 5,000.
    Compared is the unit a rule names with the unit that has the case now; where a ruling or the
    responsibility list decided, no rule is asked, and such cases are only counted. Nothing is changed. A
    constant number of statements. Raises NotFound, and Invalid for rules of another kind or a wrong span.
    """
    version = versions.ruleset(actor, ruleset_id)
    if version.kind != "routing":
        raise Invalid(
            "rules.not_routing",
            "只有派遣规则可以用往期案件试算",
            "only dispatch rules can be tried on past cases",
            field="ruleset_id",
        )
    since, found, more = opened_since(actor, version.division, division, days)
    leads, returned = leads_of(found)
    tried = [c for c in found if c.id in leads and leads[c.id].plan.get("basis") not in _BEFORE]
    units = people.units({leads[case.id].unit_id for case in tried})
    told = rules.try_out(
        actor,
        ruleset_id,
        [_facts(case, leads[case.id], returned[case.id]) for case in tried],
        [{_LEAD: units[leads[case.id].unit_id]} for case in tried],
        read=lambda n, outcome: {_LEAD: _named(outcome, tried[n].division)},
    )
    return Tried(
        since=since,
        until=clock.now(),
        cases=len(tried),
        before=len(leads) - len(tried),
        more=more,
        matched=told.matched,
        unmatched=told.unmatched,
        same=told.same,
        different=told.different,
        spared=sum(returned[tried[n].id] > 0 for at in told.agreed.values() for n in at),
        rules=tuple(
            RuleTried(rule.no, rule.name, told.hits[rule.no], len(told.agreed[rule.no]))
            for rule in version.rules
        ),
        lines=tuple(
            _line(tried[line.index], line.rule_no, line.would[_LEAD], line.was[_LEAD]) for line in told.lines
        ),
    )


def _within(of_rules: str, wanted: str) -> str | None:
    """Give the narrower of two divisions, None when they do not meet."""
    if wanted.startswith(of_rules):
        return wanted
    return of_rules if of_rules.startswith(wanted) else None


def opened_since(
    actor: Actor, of_rules: str, division: str, days: int
) -> tuple[datetime, list[CaseInfo], bool]:
    """Give since when, the cases opened in the last days where both divisions meet, and if there are more.

    The newest 5,000 that the actor sees. Raises Invalid for a wrong span.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("rules.days", f"天数为 1 到 {MOST_DAYS}", f"1 to {MOST_DAYS} days", field="days")
    since, within = clock.now() - timedelta(days=days), _within(of_rules, division)
    if within is None:
        return since, [], False
    found = cases.whole(actor, CaseFilter(division=within, opened_from=since), MOST_CASES + 1)
    return since, found[:MOST_CASES], len(found) > MOST_CASES


def leads_of(found: Sequence[CaseInfo]) -> tuple[dict[UUID, OrderInfo], dict[UUID, int]]:
    """Give per dispatched case the order of the unit that leads now, and how often it came back before."""
    leads: dict[UUID, OrderInfo] = {}
    returned: dict[UUID, int] = {}
    for order in dispatch.orders_of(case.id for case in found):
        if order.role != _LEAD:
            continue
        if order.state in {"returned", "withdrawn"}:
            returned[order.case_id] = returned.get(order.case_id, 0) + (order.state == "returned")
            continue
        leads[order.case_id] = order
    return leads, {case_id: returned.get(case_id, 0) for case_id in leads}


def _facts(case: CaseInfo, order: OrderInfo, returns: int) -> dict[str, Any]:
    """Give what a rule could ask when the order was issued; how many people told of it is today's number."""
    return dispatch.rule_facts(case, order.dispatched_at) | {"returns": returns}


def _named(outcome: Mapping[str, Any], division: str) -> UnitInfo | None:
    """Give the unit a rule names by code or duty; None when the register has none, or it names none."""
    if outcome.get("lead_unit"):
        unit = people.unit_by_code(outcome["lead_unit"])
        return unit if unit is not None and unit.active else None
    if outcome.get("lead_duty"):
        return next(iter(people.units_with_duty(outcome["lead_duty"], division)), None)
    return None


def _line(case: CaseInfo, rule_no: str, would: UnitInfo | None, was: UnitInfo) -> TriedCase:
    named = "" if would is None else would.name
    words = (
        f"规则 {rule_no} 会派给{named}，实际由{was.name}办理"
        if named
        else f"规则 {rule_no} 未指明登记在册的单位，实际由{was.name}办理"
    )
    return TriedCase(case.id, case.number, case.title, rule_no, named, was.name, words)
