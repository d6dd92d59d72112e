# SPDX-License-Identifier: Apache-2.0
"""Plans: who is to act on a case, gathered set-based from rulings, lists, rules and the registers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from tongguan.cases.contracts import CaseInfo
from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import Responsibility
from tongguan.dispatch import citydata, clocks, collectors, disputes
from tongguan.dispatch.contracts import DispatchPlan, PlanStep, UnitRef
from tongguan.dispatch.models import Ruling, WorkOrder
from tongguan.dispatch.routing import Answer, Choice, Unit, Wanted, choose
from tongguan.kernel.codes import ancestors
from tongguan.people import queries as people
from tongguan.people.contracts import UnitInfo, UserInfo
from tongguan.rules import evaluate
from tongguan.rules import queries as rules

URGENT = frozenset({"urgent", "critical"})
_NIGHT_FROM, _NIGHT_TO = 22, 6


def plan_dispatch(case: CaseInfo, at: datetime) -> DispatchPlan:
    """Give who should act on one case, why, and by when."""
    return plan_many([case], at)[0]


def plan_many(cases: Sequence[CaseInfo], at: datetime, *, new: bool = False) -> list[DispatchPlan]:
    """Give plans in order: three queries for orders (``new`` cases have none), rulings, rules, not more."""
    listed = catalog.responsible_many([(case.item_code, case.division) for case in cases], at)
    rulings = _rulings(cases, at)
    orders = {} if new else _orders([case.id for case in cases])
    steps = _steps()
    compiled = rules.active_many("routing", {case.division for case in cases}, at)
    plans = []
    for case, duty in zip(cases, listed, strict=True):
        first, returned = orders.get(case.id, (None, ()))
        urgent = case.urgency in URGENT
        ruling = rulings.get((case.item_code, case.division))
        answers = _answers(case, at, ruling, duty, compiled[case.division], first)
        plans.append(_plan(case, choose(answers, returned=returned, urgent=urgent), steps, urgent=urgent))
    return plans


def _answers(
    case: CaseInfo,
    at: datetime,
    ruling: Ruling | None,
    duty: Responsibility | None,
    compiled: evaluate.CompiledRules,
    first: int | None,
) -> Iterator[Answer]:
    """Ask one source after the other; who has chosen asks no further."""
    yield _by_ruling(ruling, case)
    yield _by_list(duty, case, at)
    yield _by_rules(compiled, case, at)
    yield _by_first_contact(first, case)
    yield _by_territory(case)
    yield _by_backstop(case)


def _steps() -> tuple[PlanStep, ...]:
    steps = citydata.ladders()["handle"].steps
    return tuple(PlanStep(n, float(s.share), s.to, s.tone, s.zh()) for n, s in enumerate(steps, start=1))


def _plan(case: CaseInfo, choice: Choice, steps: tuple[PlanStep, ...], *, urgent: bool) -> DispatchPlan:
    limit = clocks.stage_limit(case, clocks.HANDLE)
    return DispatchPlan(
        case_id=case.id,
        lead=None if choice.lead is None else _ref(choice.lead),
        co=tuple(_ref(unit) for unit in choice.co),
        basis=choice.basis,
        confidence=choice.confidence,
        urgent=urgent,
        limit_value=None if limit is None else f"{limit.value}",
        limit_unit="" if limit is None else limit.unit.value,
        legal_basis=choice.legal_basis,
        steps=steps,
        explanation=choice.explanation,
        refs=dict(choice.refs),
    )


def _ref(unit: Unit) -> UnitRef:
    return UnitRef(unit.id, unit.code, unit.name, unit.path)


def _unit(info: UnitInfo) -> Unit:
    return Unit(info.id, info.code, info.name, info.path, info.division)


def _by_code(code: str) -> Wanted:
    info = people.unit_by_code(code)
    return Wanted(code, is_duty=False, found=(_unit(info),) if info is not None and info.active else ())


def _by_duty(duty: str, division: str) -> Wanted:
    found = people.units_with_duty(duty, division)
    return Wanted(duty, is_duty=True, found=tuple(_unit(info) for info in found))


def _rulings(cases: Sequence[CaseInfo], at: datetime) -> dict[tuple[str, str], Ruling]:
    """Give the ruling that teaches about each item × division: the nearest division, then the newest."""
    wanted = {(case.item_code, case.division) for case in cases}
    prefixes = {prefix for _, division in wanted for prefix in ancestors(division)}
    rows = (
        Ruling.objects.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=at), teaches=True, valid_from__lte=at)
        .filter(item_code__in={item for item, _ in wanted}, division__in=prefixes)
        .order_by("at", "id")
    )
    latest = {(row.item_code, row.division): row for row in rows}
    found: dict[tuple[str, str], Ruling] = {}
    for item, division in wanted:
        row = next((latest[item, p] for p in ancestors(division) if (item, p) in latest), None)
        if row is not None:
            found[item, division] = row
    return found


def _by_ruling(row: Ruling | None, case: CaseInfo) -> Answer:
    if row is None:
        return Answer("ruling", lines=(f"裁定先例：事项 {case.item_code} 在本区划没有有效裁定",))
    told = f"裁定先例：{disputes.explain(row)}"
    info = people.units([row.unit_id]).get(row.unit_id)
    lead = Wanted(str(row.unit_id), is_duty=False, found=() if info is None else (_unit(info),))
    return Answer("ruling", lead=lead, lines=(told,), ref={"ruling": row.pk})


def _by_list(duty: Responsibility | None, case: CaseInfo, at: datetime) -> Answer:
    if duty is None:
        return Answer("list", lines=catalog.explain_responsible(case.item_code, case.division, at))
    lead = (
        _by_code(duty.lead_unit_code)
        if duty.lead_unit_code
        else _by_duty(duty.lead_duty or "", case.division)
    )
    co = (
        *(_by_code(code) for code in duty.co_unit_codes),
        *(_by_duty(word, case.division) for word in duty.co_duties),
    )
    return Answer(
        "list",
        lead=lead,
        co=co,
        lines=duty.explanation,
        ref={"responsibility": duty.id, "version": duty.version, "row": duty.row_no},
        legal_basis=" ".join(filter(None, (duty.legal_basis, duty.clause))),
    )


def rule_facts(case: CaseInfo, at: datetime) -> dict[str, Any]:
    """Give what routing rules may ask about a case (the vocabulary ``routing``)."""
    local = timezone.localtime(at)
    item = catalog.items([case.item_code]).get(case.item_code)
    return {
        "item": case.item_code,
        "major": "" if item is None else item.major_code,
        "kind": case.kind,
        "division": case.division,
        "grid": case.grid,
        "source": case.source,
        "urgency": case.urgency,
        "title": case.title,
        "text": case.text,
        "address": case.address,
        "component": case.component_code,
        "reporter_count": case.reporter_count,
        "returns": case.returns,
        "at": at,
        "hour": local.hour,
        "weekday": local.isoweekday(),
        "night": local.hour >= _NIGHT_FROM or local.hour < _NIGHT_TO,
    }


def _by_rules(compiled: evaluate.CompiledRules, case: CaseInfo, at: datetime) -> Answer:
    if compiled.version == 0:
        return Answer("rule", lines=("派遣规则：本区划没有发布规则",))
    decision = evaluate.decide(compiled, rule_facts(case, at), at)
    lines = tuple(f"派遣规则：{trace.reason_zh}" for trace in decision.trace)
    ref: Mapping[str, Any] = {"version": compiled.version, "division": compiled.ruleset.division}
    rule = decision.matched
    if rule is None:
        return Answer("rule", lines=lines, ref=ref)
    outcome = decision.outcome
    lead = None
    if outcome.get("lead_unit"):
        lead = _by_code(outcome["lead_unit"])
    elif outcome.get("lead_duty"):
        lead = _by_duty(outcome["lead_duty"], case.division)
    co = (
        *(_by_code(code) for code in outcome.get("co_units", ())),
        *(_by_duty(word, case.division) for word in outcome.get("co_duties", ())),
    )
    return Answer(
        "rule", lead=lead, co=co, lines=lines, ref={**ref, "rule": rule.no}, legal_basis=rule.legal_basis
    )


def _orders(case_ids: Sequence[UUID]) -> dict[UUID, tuple[int | None, tuple[int, ...]]]:
    """Give per case the unit that took it first (signed) and the units that returned it."""
    rows = (
        WorkOrder.objects.filter(case_id__in=case_ids)
        .order_by("case_id", "no")
        .values_list("case_id", "unit_id", "signed_at", "state")
    )
    found: dict[UUID, tuple[int | None, tuple[int, ...]]] = {}
    for case_id, unit_id, signed_at, state in rows:
        first, returned = found.get(case_id, (None, ()))
        if first is None and signed_at is not None:
            first = unit_id
        if state == "returned":
            returned = (*returned, unit_id)
        found[case_id] = (first, returned)
    return found


def _by_first_contact(unit_id: int | None, case: CaseInfo) -> Answer:
    name = "首接负责"
    info = people.units([unit_id]).get(unit_id) if unit_id is not None else None
    if info is None:
        return Answer("first_contact", lines=(f"{name}：尚无单位接办过本案（{case.number}）",))
    lead = Wanted(info.code, is_duty=False, found=(_unit(info),))
    return Answer("first_contact", lead=lead, lines=(f"{name}：最先签收本案的是{info.name}",))


def _by_territory(case: CaseInfo) -> Answer:
    found = people.territorial_units(case.division)
    if not found:
        return Answer("territorial", lines=(f"属地负责：区划 {case.division} 没有登记街道或社区机构",))
    lead = Wanted(case.division, is_duty=False, found=tuple(_unit(info) for info in found))
    return Answer("territorial", lead=lead, lines=(f"属地负责：事发地属{found[0].name}",))


def _by_backstop(case: CaseInfo) -> Answer:
    info = people.nearest_centre(case.division)
    if info is None:
        return Answer("backstop", lines=(f"中心兜底：区划 {case.division} 及上级没有运行中心",))
    lead = Wanted(info.code, is_duty=False, found=(_unit(info),))
    return Answer("backstop", lead=lead, lines=(f"中心兜底：{info.name}",))


def nearest_collector(case: CaseInfo, at: datetime) -> UserInfo | None:
    """Give who should verify or check on site; None when nobody is on duty."""
    return collectors.select(case, at).user
