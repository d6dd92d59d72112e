# SPDX-License-Identifier: Apache-2.0
"""How far straight rules would have carried the cases of the last weeks, beside how far people took them.

A case is looked at as it was when triage opened it: its item, the confidences kept then, no orders yet.
Lists, rules and filing conditions are today's.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tongguan.advice import queries as advice
from tongguan.advice.contracts import RuleTried, Tried, TriedCase
from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo, FilingMet, NewCase
from tongguan.catalog import queries as catalog
from tongguan.dispatch import queries as dispatch
from tongguan.dispatch.contracts import DispatchPlan, Opening
from tongguan.intake import queries as intake
from tongguan.kernel import clock
from tongguan.kernel.ids import new_id
from tongguan.matching import queries as matters
from tongguan.people import queries as people
from tongguan.people.contracts import Actor
from tongguan.rules import evaluate
from tongguan.rules import queries as rules

_MOST_LINES: Final = 200
_REPEATS: Final = frozenset({"suggest", "again"})
_NAMES: Final = {"": "留待人工", "accept": "受理", "register": "立案", "dispatch": "派遣"}


@dataclass(frozen=True, slots=True)
class _Past:
    """One case as it ended, and as it was when it was opened, with what rules may ask of it."""

    case: CaseInfo
    then: CaseInfo
    met: FilingMet
    plan: DispatchPlan
    facts: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Stood:
    """What became of a case at people's hands; ``agrees`` is None while that is not known yet."""

    agrees: bool | None
    words: str


def try_out(actor: Actor, ruleset_id: UUID, *, days: int, division: str) -> Tried:
    """Say what a version of straight rules would have done with cases opened in the last days.

    Compared is each case a rule matches with what people did by now: ``same`` where they went at least as
    far, the same way; ``different`` where they refused it, filed it under another item, sent it elsewhere
    or got it back. Cases that are still on their way are in neither. ``before``: opened by hand, where no
    rule is asked. Raises NotFound, and Invalid for a wrong span.
    """
    version = rules.ruleset(actor, ruleset_id)
    since, found, more = advice.opened_since(actor, version.division, division, days)
    past = _past(found)
    leads, returned = advice.leads_of(found)
    units = people.units({order.unit_id for order in leads.values()})
    compiled = rules.compiled(ruleset_id)
    hits, same = Counter[str](), Counter[str]()
    lines: list[TriedCase] = []
    different = 0
    for one in past:
        decision = evaluate.decide(compiled, one.facts, one.then.opened_at)
        if decision.matched is None:
            continue
        no = decision.matched.no
        hits[no] += 1
        wanted = str(decision.outcome.get("reach", ""))
        reach, words = dispatch.straight_reach(one.then, wanted, f"规则 {no}", one.met, one.plan)
        order = leads.get(one.case.id)
        unit = None if order is None else units[order.unit_id]
        stood = _stood(
            one, reach, None if unit is None else (unit.id, unit.name), returned.get(one.case.id, 0)
        )
        same[no] += stood.agrees is True
        different += stood.agrees is False
        if stood.agrees is False and len(lines) < _MOST_LINES:
            would = _would(one, reach)
            told = f"{words}：会自动办到{would}，实际{stood.words}"
            lines.append(
                TriedCase(one.case.id, one.case.number, one.case.title, no, would, stood.words, told)
            )
    return Tried(
        since=since,
        until=clock.now(),
        cases=len(past),
        before=len(found) - len(past),
        more=more,
        matched=hits.total(),
        unmatched=len(past) - hits.total(),
        same=same.total(),
        different=different,
        spared=0,
        rules=tuple(RuleTried(rule.no, rule.name, hits[rule.no], same[rule.no]) for rule in version.rules),
        lines=tuple(lines),
    )


def _would(one: _Past, reach: str) -> str:
    lead = one.plan.lead
    return f"派遣（{lead.name}）" if reach == "dispatch" and lead is not None else _NAMES[reach]


def _stood(one: _Past, reach: str, lead: tuple[int, str] | None, returned: int) -> _Stood:
    """Say what people made of a case that would have gone so far by itself."""
    case, then = one.case, one.then
    if not reach:
        return _Stood(True, _NAMES[""])
    if case.closed_at is not None and case.filed_at is None:
        return _Stood(False, "未立案即结束")
    if reach == "accept":
        return _Stood(None if case.state == then.state else True, _NAMES["accept"])
    if case.filed_at is None:
        return _Stood(None, "尚未立案")
    if case.item_code != then.item_code:
        return _Stood(False, f"按事项 {case.item_code} 立案")
    return _Stood(True, _NAMES["register"]) if reach == "register" else _sent(one, lead, returned)


def _sent(one: _Past, lead: tuple[int, str] | None, returned: int) -> _Stood:
    """Say where people sent a case that would have been dispatched by itself."""
    if lead is None:
        return _Stood(None if one.case.closed_at is None else False, "没有派遣")
    if one.plan.lead is not None and lead[0] != one.plan.lead.id:
        return _Stood(False, f"派给{lead[1]}")
    return _Stood(False, f"派给{lead[1]}后被退回") if returned else _Stood(True, f"派给{lead[1]}")


def _past(found: Sequence[CaseInfo]) -> list[_Past]:
    """Give those that triage opened, as they were then. A constant number of statements."""
    told = intake.opened_as(case.id for case in found)
    items = catalog.items({code for _, code, _, _ in told.values()})
    mine = [case for case in found if case.id in told and told[case.id][1] in items]
    decided = matters.stored(told[case.id][0] for case in mine)
    thens = [_then(case, told[case.id][1]) for case in mine]
    mets = [cases.filing_met(f"{c.title} {c.text}", catalog.filing_rules(c.item_code)) for c in thens]
    filed = [
        then if met.rule is None else then.changed(**cases.filed_columns(met.rule, items[then.item_code]))
        for then, met in zip(thens, mets, strict=True)
    ]
    plans = dispatch.plan_many(filed, clock.now())
    past = []
    for case, then, met, plan in zip(mine, thens, mets, plans, strict=True):
        report_id, _, item_confidence, place_confidence = told[case.id]
        opening = Opening(
            new=_new(then),
            item_confidence=item_confidence,
            place_confidence=place_confidence,
            likely_repeat=report_id in decided and decided[report_id].zone in _REPEATS,
        )
        facts = dispatch.straight_facts(opening, then, met, plan)
        past.append(_Past(case, then, met, plan, facts))
    return past


def _then(case: CaseInfo, item_code: str) -> CaseInfo:
    """Give a case as it was opened; by an id of its own, so that nothing of its later life is found."""
    process = cases.process_of(case)
    return case.changed(
        id=new_id(),
        item_code=item_code,
        state=process.initial,
        stage=process.states[process.initial].stage,
        filing={},
        filing_rule_id=None,
        filed_at=None,
        closed_at=None,
        lead_unit_id=None,
        lead_unit_path="",
        returns=0,
        reworks=0,
        reporter_count=1,
    )


def _new(case: CaseInfo) -> NewCase:
    return NewCase(
        item_code=case.item_code,
        title=case.title,
        text=case.text,
        division=case.division,
        source=case.source,
    )
