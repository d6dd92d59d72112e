# SPDX-License-Identifier: Apache-2.0
"""Reads of dispatch: work orders, clocks, applications, supervision, tasks, explanations. Always scoped."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import Q

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter, CaseInfo, Move, Process
from tongguan.dispatch import citydata, planning, reading, straight
from tongguan.dispatch.contracts import (
    AllowedMove,
    ApplicationInfo,
    ClockInfo,
    DispatchPlan,
    Explanation,
    OrderInfo,
    SupervisionInfo,
    Task,
)
from tongguan.dispatch.models import WorkOrder
from tongguan.dispatch.orderinfo import order_infos
from tongguan.dispatch.turns import ORDER_FROM
from tongguan.kernel import clock
from tongguan.kernel.certainty import percent
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post

#: Moves that come out of an approved application, never by themselves.
_NOT_BY_HAND: Final = frozenset({"suspend", "extend"})
_TASKS_MAX: Final = 200


checked_files = citydata.checked_files
rule_facts, plan_many = planning.rule_facts, planning.plan_many
straight_facts, straight_reach = straight.rule_facts, straight.reach_of
#: Many cases at once, for who may see them: their clocks; those whose lateness an appeal keeps out of scores.
clocks_of, excused, otherwise = reading.clocks_of, reading.excluded, reading.otherwise
#: Many cases' orders and clocks as the analysis keeps them: without plans, words and ladders.
order_marks, clock_marks = reading.order_marks, reading.clock_marks


def work_orders(actor: Actor, case_id: UUID) -> list[OrderInfo]:
    """Give a case's work orders by number. Raises NotFound."""
    cases.case(actor, case_id)
    return order_infos(list(_orders(case_id)))


def plan_of(actor: Actor, case_id: UUID) -> DispatchPlan:
    """Give who should act on a case as of now. Raises NotFound."""
    return planning.plan_dispatch(cases.case(actor, case_id), clock.now())


def solved(limit: int) -> list[tuple[UUID, str, str]]:
    """Give (case, lead unit's code, title and text) of orders that were confirmed, newest first: to learn."""
    rows = WorkOrder.objects.filter(role="lead", state="confirmed").order_by("-confirmed_at", "id")
    found = rows.values_list("case_id", "unit__code", "case__title", "case__text")[:limit]
    return [(case_id, code, f"{title}。{text}") for case_id, code, title, text in found]


def clocks(actor: Actor, case_id: UUID) -> list[ClockInfo]:
    """Give a case's clocks in the order they started. Raises NotFound."""
    cases.case(actor, case_id)
    return reading.clocks_of([case_id], clock.now())[case_id]


def applications(actor: Actor, case_id: UUID) -> list[ApplicationInfo]:
    """Give a case's applications. Raises NotFound."""
    cases.case(actor, case_id)
    return reading.applications_of(case_id)


def supervisions(actor: Actor, case_id: UUID) -> list[SupervisionInfo]:
    """Give what was asked about a case, with receipts. Raises NotFound."""
    cases.case(actor, case_id)
    return reading.supervisions_of(case_id)


def _orders(case_id: UUID) -> Iterable[WorkOrder]:
    return WorkOrder.objects.filter(case_id=case_id).order_by("no")


def running_orders(case_ids: Iterable[UUID]) -> dict[UUID, list[OrderInfo]]:
    """Give the running orders of cases the caller may see, in one statement."""
    found: dict[UUID, list[OrderInfo]] = {case_id: [] for case_id in case_ids}
    rows = WorkOrder.objects.filter(case_id__in=list(found), ended_at__isnull=True).order_by("case_id", "no")
    for info in order_infos(list(rows)):
        found[info.case_id].append(info)
    return found


def orders_of(case_ids: Iterable[UUID]) -> list[OrderInfo]:
    """Give all orders of cases the caller may see, by case and number, in one statement."""
    return order_infos(list(WorkOrder.objects.filter(case_id__in=list(case_ids)).order_by("case_id", "no")))


def allowed_moves(actor: Actor, case: CaseInfo, orders: Iterable[OrderInfo] = ()) -> list[AllowedMove]:
    """Give the moves the actor may make now, each with what it needs; parallel moves once per own order."""
    process = cases.process_of(case)
    running = [order for order in orders if order.ended_at is None]
    found: list[AllowedMove] = []
    for line in process.moves.values():
        if line.id in _NOT_BY_HAND:
            continue
        if line.id in ORDER_FROM:
            found += [
                _allowed(process, line, case, order.id)
                for order in running
                if order.state in ORDER_FROM[line.id]
                and not line.by.isdisjoint(
                    cases.acting_posts(
                        actor,
                        case,
                        unit_path=order.unit_path,
                        handler_id=order.handler_id,
                        higher=line.higher,
                    )
                )
                and (order.role == "co" or case.state in line.frm)
            ]
        elif case.state in line.frm and not line.by.isdisjoint(
            cases.acting_posts(actor, case, higher=line.higher)
        ):
            found.append(_allowed(process, line, case, None))
    return found


def _allowed(process: Process, line: Move, case: CaseInfo, order_id: UUID | None) -> AllowedMove:
    return AllowedMove(
        id=line.id,
        name=line.name,
        to=process.targets(line, case.state),
        needs=line.needs,
        optional=line.optional,
        note=line.note,
        undo=line.undo,
        order_id=order_id,
    )


def my_tasks(actor: Actor, limit: int = 50) -> list[Task]:
    """Give what waits for the actor, soonest due first: own orders, checks to make, cases of the centre.

    At most five statements whatever the size.
    """
    limit = min(limit, _TASKS_MAX)
    tasks = _order_tasks(actor, limit) + _look_tasks(actor, limit)
    if not actor.scope.posts().isdisjoint({Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF}):
        tasks += _centre_tasks(actor, limit)
    return sorted(tasks, key=lambda task: (task.due_at is None, task.due_at or task.case.opened_at))[:limit]


def _order_tasks(actor: Actor, limit: int) -> list[Task]:
    posts = actor.scope.posts()
    mine = Q(pk__in=())
    if Post.DEPARTMENT in posts:
        mine |= people.unit_q(actor.scope, "unit_path", Post.DEPARTMENT) & Q(
            state__in=("pending_sign", "pending_assign", "submitted")
        )
    if Post.HANDLER in posts and actor.id is not None:
        mine |= Q(handler_id=actor.id, state="handling")
    rows = list(WorkOrder.objects.filter(mine, ended_at__isnull=True).order_by("due_at", "id")[:limit])
    known = cases.cases_by_id(actor, {row.case_id for row in rows})
    return [
        Task(kind=f"order.{info.state}", case=known[info.case_id], order=info, due_at=info.due_at)
        for info in order_infos(rows)
        if info.case_id in known
    ]


def _look_tasks(actor: Actor, limit: int) -> list[Task]:
    if Post.COLLECTOR not in actor.scope.posts() or actor.id is None:
        return []
    sent = CaseFilter(collector_id=actor.id, states=("pending_verify", "checking"))
    page = cases.cases(actor, sent, limit=min(limit, 100))
    return [Task(kind=case.state, case=case, order=None, due_at=case.due_at) for case in page.rows]


def _centre_tasks(actor: Actor, limit: int) -> list[Task]:
    posts = actor.scope.posts()
    states: tuple[str, ...] = ()
    if not posts.isdisjoint({Post.ACCEPTOR, Post.DUTY_CHIEF}):
        states += ("reported", "pending_register", "pending_check", "pending_close")
    if not posts.isdisjoint({Post.DISPATCHER, Post.DUTY_CHIEF}):
        states += ("pending_dispatch", "returned", "in_dispute")
    own = actor.scope.divisions(Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF)
    # A city's desk does not list what its districts work on; stages without a limit have no due time.
    wanted = CaseFilter(states=states, hubs=own, open=True)
    page = cases.cases(actor, wanted, limit=min(limit, 100), order="oldest")
    return [Task(kind=case.state, case=case, order=None, due_at=case.due_at) for case in page.rows]


def explain(actor: Actor, case_id: UUID) -> Explanation:
    """Give why the case was filed, dispatched and joined, in words. Raises NotFound."""
    case = cases.case(actor, case_id)
    orders = order_infos(list(_orders(case_id)))
    dispatched: list[str] = []
    rules: list[Mapping[str, Any]] = []
    for order in orders:
        role = "主办" if order.role == "lead" else "协办"
        dispatched.append(f"第 {order.no} 张工单（{role}，{order.unit_name}）：{_basis(order.plan)}")
        dispatched += [str(line) for line in order.plan.get("explanation", ()) if order.role == "lead"]
        rules.append(dict(order.plan.get("refs", {})))
    lines = cases.timeline(actor, case_id)
    joining = tuple(line.reason for line in lines if line.move == "join")
    return Explanation(filing=_filing(case), dispatch=tuple(dispatched), rules=tuple(rules), joining=joining)


_BASES: Final = {
    "ruling": "依据裁定",
    "list": "依据权责清单",
    "rule": "依据派遣规则",
    "first_contact": "首接负责",
    "territorial": "属地负责",
    "backstop": "中心兜底",
    "human": "人工选定",
}


def _basis(plan: Mapping[str, Any]) -> str:
    words = _BASES.get(str(plan.get("basis")), "人工选定")
    sure = plan.get("confidence")
    law = plan.get("legal_basis") or ""
    return words + (f"，把握 {percent(sure)}" if sure else "") + (f"，{law}" if law else "")


def _filing(case: CaseInfo) -> tuple[str, ...]:
    if not case.filing:
        return ()
    filing = case.filing
    return (
        f"立案条件第 {filing.get('condition_no')} 条：{filing.get('filing_condition')}",
        f"结案条件：{filing.get('closing_condition')}",
        f"处置时限：{filing.get('limit_zh') or '未设'}（来源 {filing.get('source')}）",
    )
