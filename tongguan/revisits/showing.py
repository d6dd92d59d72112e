# SPDX-License-Identifier: Apache-2.0
"""Call-backs as people see them: plans, samples, tasks with why they were drawn."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from django.db.models import Count
from django.utils import timezone

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.catalog import queries as catalog
from tongguan.dispatch import queries as dispatch
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.revisits.contracts import AttemptInfo, DrawInfo, PlanIn, PlanInfo, TaskInfo
from tongguan.revisits.declared import calling
from tongguan.revisits.models import Attempt, Draw, Plan, Task

_SAME = ("id", "since", "until", "seed", "method", "population", "size", "division", "words", "by_name", "at")
_TASK = (
    "id", "draw_id", "case_id", "division", "item_code", "closed_at", "state", "attempts", "next_at",
    "caller_name", "taken_at", "unsealed_at", "answered_at", "responded", "solved", "satisfied", "comment",
    "ended_words",
)  # fmt: skip


def plan_info(row: Plan) -> PlanInfo:
    """Give a plan's row as people see it."""
    plain = {name: getattr(row, name) for name in PlanIn.__dataclass_fields__}
    plain |= {"strata": tuple(row.strata), "barred": tuple(row.barred)}
    return PlanInfo(**plain, id=row.pk, version=row.version, by_name=row.by_name, at=row.at)


def draw_infos(rows: Sequence[Draw]) -> list[DrawInfo]:
    """Give samples with how many of their tasks stand where, in one further statement."""
    states: dict[UUID, dict[str, int]] = defaultdict(dict)
    counted = Task.objects.filter(draw_id__in=[row.pk for row in rows]).order_by()
    for draw_id, state, n in counted.values_list("draw_id", "state").annotate(n=Count("id")):
        states[draw_id][state] = n
    return [
        DrawInfo(
            plan_code=row.plan.code,
            plan_version=row.plan.version,
            plan_name=row.plan.name,
            strata=tuple(row.strata),
            left_out=row.left_out,
            states=states[row.pk],
            **{name: getattr(row, name) for name in _SAME},
        )
        for row in rows
    ]


def task_infos(rows: Sequence[Task]) -> list[TaskInfo]:
    """Give tasks (with their draw and plan) with their cases, in five statements whatever the number."""
    ids = {row.case_id for row in rows}
    known = cases.cases_by_id(PLATFORM, ids)
    items = catalog.items({row.item_code for row in rows})
    units = people.units({row.unit_id for row in rows if row.unit_id})
    handled: dict[UUID, str] = {}
    for order in dispatch.orders_of(ids):
        if order.result:
            handled[order.case_id] = order.result
    calls: dict[UUID, list[AttemptInfo]] = defaultdict(list)
    for made in Attempt.objects.filter(task_id__in=[row.pk for row in rows]).order_by("task_id", "no"):
        calls[made.task_id].append(
            AttemptInfo(no=made.no, at=made.at, by_name=made.by_name, outcome=made.outcome, note=made.note)
        )
    return [
        TaskInfo(
            **_of_case(known[row.case_id]),
            item_name=items[row.item_code].name if row.item_code in items else row.item_code,
            unit_name=units[row.unit_id].name if row.unit_id in units else "",
            handled=handled.get(row.case_id, ""),
            why=why(row),
            attempts_most=row.draw.plan.attempts,
            calls=tuple(calls[row.pk]),
            **{name: getattr(row, name) for name in _TASK},
        )
        for row in rows
        if row.case_id in known
    ]


def _of_case(info: CaseInfo) -> dict[str, Any]:
    return {
        "number": info.number,
        "title": info.title,
        "address": info.address,
        "opened_at": info.opened_at,
        "told": info.text,
    }


def why(row: Task) -> str:
    """Explain why a case is in the sample, in words and with the figures that anybody can check."""
    stratum: Mapping[str, Any] = row.draw.strata[row.stratum]
    told = (
        f"本案属“{stratum['words']}”层，该层可回访 {stratum['population']} 件、应抽 {stratum['size']} 件；"
        f"按种子 {row.draw.seed} 得出的随机数 {row.chance:.6f} 在层内由小到大排第 {row.rank + 1}"
    )
    if row.stands_for is not None:
        return f"{told}，因前面的样本未能完成，依次补入。"
    return f"{told}，故入样。" if row.rank < stratum["size"] else f"{told}，列为后备。"


def script_of(info: TaskInfo) -> list[dict[str, str]]:
    """Give what the caller says about this task, line by line, in both languages."""
    told = {
        "title": info.title,
        "told_on": f"{timezone.localtime(info.opened_at):%m月%d日}",
        "closed_on": f"{timezone.localtime(info.closed_at):%m月%d日}",
    }
    return [
        {"ask": line.ask, "zh": line.zh.format(**told), "en": line.en.format(**told)}
        for line in calling().script
    ]
