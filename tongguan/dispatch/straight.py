# SPDX-License-Identifier: Apache-2.0
"""Straight through (直派): what is clear is filed and dispatched in the moment it is opened.

A city says by rules of the kind ``straight`` how far a new case goes by itself; without such rules none
does. The machine makes the moves that people make, with their reasons, and people can take them back.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from django.utils import timezone

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import Carried, CaseInfo, FilingMet, Through
from tongguan.catalog import queries as catalog
from tongguan.dispatch import centre, clocks, orders, planning, turns
from tongguan.dispatch.clocks import Change, Start
from tongguan.dispatch.contracts import DispatchPlan, Opened, Opening, UnitRef
from tongguan.dispatch.models import Clock, WorkOrder
from tongguan.kernel import clock
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post
from tongguan.rules import evaluate
from tongguan.rules import queries as rules
from tongguan.rules.evaluate import CompiledRules
from tongguan.rules.spi import STRAIGHT
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

#: What the platform can give with a move.
_KNOWN: Final = frozenset({"filing_rule_id", "reason"})
#: How far a case may go by itself, the furthest last.
REACHES: Final = ("", "accept", "register", "dispatch")


@dataclass(slots=True)
class _Course:
    """One new case on its way."""

    opening: Opening
    case: CaseInfo
    met: FilingMet
    plan: DispatchPlan
    reach: str
    words: str
    order_rows: tuple[WorkOrder, ...] = ()
    clock_rows: tuple[Clock, ...] = ()


def open_many(actor: Actor, openings: Sequence[Opening]) -> list[Opened]:
    """Open cases in the order given and carry each as far as the city's rules let it go by itself.

    A constant number of statements. Raises what ``cases.api.open_cases`` raises.
    """
    if not openings:
        return []
    at = clock.now()
    courses: list[_Course] = []

    def carry(infos: Sequence[CaseInfo]) -> list[Through]:
        courses.extend(_courses(openings, infos, at))
        begun = clocks.Begun()
        return [_through(course, at, begun) for course in courses]

    with atomic():
        opened = cases.open_cases(actor, [opening.new for opening in openings], carry)
        for course, case in zip(courses, opened, strict=True):
            course.case = case
        _issue(courses)
    return [Opened(course.case, course.reach, course.words, course.plan) for course in courses]


def _courses(openings: Sequence[Opening], infos: Sequence[CaseInfo], at: datetime) -> list[_Course]:
    items = catalog.items({info.item_code for info in infos})
    mets = [case_queries.filing_met(f"{i.title} {i.text}", catalog.filing_rules(i.item_code)) for i in infos]
    filed = [
        info
        if met.rule is None
        else info.changed(**case_queries.filed_columns(met.rule, items[info.item_code]))
        for info, met in zip(infos, mets, strict=True)
    ]
    plans = planning.plan_many(filed, at, new=True)
    compiled = rules.active_many(STRAIGHT.kind, {info.division for info in infos}, at)
    courses = []
    for opening, info, met, plan in zip(openings, infos, mets, plans, strict=True):
        reach, words = _reach(compiled[info.division], opening, info, met, plan)
        courses.append(_Course(opening, info, met, plan, reach, words))
    return courses


def _reach(
    compiled: CompiledRules, opening: Opening, case: CaseInfo, met: FilingMet, plan: DispatchPlan
) -> tuple[str, str]:
    """Give how far the case goes by itself, and why in words."""
    if compiled.version == 0:
        return "", "本区划没有直派规则，由人工受理"
    decision = evaluate.decide(compiled, rule_facts(opening, case, met, plan), case.opened_at)
    if decision.matched is None:
        return "", f"直派规则（第 {compiled.version} 版）无一适用，由人工受理"
    words = f"直派规则 {decision.matched.no}（第 {compiled.version} 版）：{decision.matched.name}"
    return reach_of(case, str(decision.outcome.get("reach", "")), words, met, plan)


def rule_facts(opening: Opening, case: CaseInfo, met: FilingMet, plan: DispatchPlan) -> dict[str, Any]:
    """Give what straight rules may ask about a new case (the vocabulary ``straight``)."""
    local, item = timezone.localtime(case.opened_at), catalog.items([case.item_code]).get(case.item_code)
    return {
        "source": case.source,
        "item": case.item_code,
        "major": "" if item is None else item.major_code,
        "kind": case.kind,
        "division": case.division,
        "urgency": case.urgency,
        "item_confidence": opening.item_confidence,
        "place_confidence": opening.place_confidence,
        "filing_confidence": met.confidence,
        "plan_confidence": plan.confidence,
        "basis": plan.basis,
        "likely_repeat": opening.likely_repeat,
        "hour": local.hour,
        "weekday": local.isoweekday(),
    }


def reach_of(case: CaseInfo, wanted: str, words: str, met: FilingMet, plan: DispatchPlan) -> tuple[str, str]:
    """Give how far a new case gets for which a rule wants so much, and why it stops before."""
    reach = wanted if wanted in REACHES else ""
    if reach in {"register", "dispatch"} and met.rule is None:
        reach, words = "accept", f"{words}；{met.words}"
    elif reach == "dispatch" and plan.lead is None:
        reach, words = "register", f"{words}；没有可派的单位，转人工"
    return _permitted(case, reach, words)


def _permitted(case: CaseInfo, reach: str, words: str) -> tuple[str, str]:
    """Stop before a move that the case's process does not leave to the platform; say so."""
    process, state, done = cases.process_of(case), case.state, ""
    for name in REACHES[1 : REACHES.index(reach) + 1]:
        line = process.moves.get(name)
        if line is None or Post.SYSTEM not in line.by or state not in line.frm or set(line.needs) - _KNOWN:
            return done, f"{words}；{process.name}中「{line.name if line else name}」须由人办理"
        state, done = process.targets(line, state)[0], name
    return done, words


def _moves(course: _Course, at: datetime) -> list[Carried]:
    """Give the moves of the case, in order; orders are made here and stored with the case."""
    case, met, plan = course.case, course.met, course.plan
    far = REACHES.index(course.reach)
    moves = []
    if far >= REACHES.index("accept"):
        moves.append(Carried(move="accept", inputs={"reason": course.words}))
    if far >= REACHES.index("register") and met.rule is not None:
        values = case_queries.filed_columns(met.rule, catalog.item(case.item_code))
        inputs = {"filing_rule_id": met.rule.id, "reason": met.words}
        moves.append(Carried(move="register", inputs=inputs, values=values))
    if far >= REACHES.index("dispatch") and plan.lead is not None:
        kept = centre.frozen(plan, plan.basis)
        units: list[tuple[str, UnitRef]] = [("lead", plan.lead), *(("co", unit) for unit in plan.co)]
        course.order_rows = tuple(
            orders.fresh(case, no, role, unit, kept, at) for no, (role, unit) in enumerate(units, start=1)
        )
        moves.append(
            Carried(
                move="dispatch",
                inputs={"reason": course.words},
                values={"lead_unit_id": plan.lead.id, "lead_unit_path": plan.lead.path, "handler_id": None},
                evidence={"basis": plan.basis, "explanation": list(plan.explanation), "refs": plan.refs},
                facts=(orders.issued(case, course.order_rows, plan.basis),),
            )
        )
    return moves


def _through(course: _Course, at: datetime, begun: clocks.Begun) -> Through:
    """Give how far the case goes; its orders and clocks are made here and stored after it."""
    moves = tuple(_moves(course, at))
    lines = cases.process_of(course.case).moves
    stages = lines[moves[-1].move].starts if moves else (course.case.stage,)
    own = [Start(clocks.HANDLE, row.id, row.role, row.unit_id) for row in course.order_rows]
    filed = next((one.values["filing"] for one in moves if "filing" in one.values), course.case.filing)
    change = Change(course.case.changed(filing=filed), start=(*map(Start, stages), *own))
    rows, due_at = clocks.begin(change, course.order_rows, at=at, begun=begun)
    course.clock_rows = tuple(rows)
    return Through(moves, due_at)


def _issue(courses: Sequence[_Course]) -> None:
    """Store orders and clocks, let the units in, tell them."""
    rows = [row for course in courses for row in course.order_rows]
    tables.insert(rows)
    tables.insert([row for course in courses for row in course.clock_rows])
    cases.involve_in(
        ((c.case, row.unit_id, row.unit_path, row.role) for c in courses for row in c.order_rows), first=True
    )
    heads = people.holders_among(Post.DEPARTMENT, {row.unit_id for row in rows})
    messaging.notify([notice for course in courses for notice in _notices(course, heads)], first=True)


def _notices(course: _Course, heads: Mapping[int, Sequence[int]]) -> list[Notice]:
    names = {unit.id: unit.name for unit in (course.plan.lead, *course.plan.co) if unit is not None}
    due = course.case.filing.get("limit_zh") or "未设时限"
    return [
        notice
        for row in course.order_rows
        for notice in turns.notices(
            course.case, "dispatch", "case.dispatched", heads[row.unit_id], unit=names[row.unit_id], due=due
        )
    ]
