# SPDX-License-Identifier: Apache-2.0
"""Call-backs at the desk: plans, samples, calls, estimates (F40)."""

from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply, seal, unseal
from tongguan.doors.revisits.shapes import (
    DisagreementShown,
    RevisitDeclared,
    RevisitDeskShown,
    RevisitDrawShown,
    RevisitDrawTold,
    RevisitOutcomeTold,
    RevisitPlanShown,
    RevisitPlanTold,
    RevisitTaskPage,
)
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import Actor
from tongguan.revisits import api as revisits
from tongguan.revisits import queries
from tongguan.revisits.contracts import ContactOpened, Outcome, PlanIn, Result, TaskInfo, UnitEstimate

router = Router(tags=["回访 revisits"])
_TASK: Final = "/revisits/calls/{uuid:task_id}"
_DRAW: Final = "/revisits/draws/{uuid:draw_id}"


@router.get("/revisits/declaration", response=answers(RevisitDeclared), operation_id="revisit_declaration")
def declaration(request: HttpRequest) -> HttpResponse:
    """Give the levels, the outcomes of calls and what strata are made of."""
    known = queries.declaration()
    return reply(
        {
            "hold_minutes": known.hold_minutes,
            "levels": [{"code": c, "zh": o.zh, "en": o.en, "leads": ""} for c, o in known.levels.items()],
            "outcomes": [
                {"code": c, "zh": o.zh, "en": o.en, "leads": o.leads} for c, o in known.outcomes.items()
            ],
            "dimensions": [
                {"code": c, "zh": words, "en": c, "leads": ""} for c, words in queries.DIMENSIONS.items()
            ],
        }
    )


@router.get("/revisits/plans", response=answers(list[RevisitPlanShown]), operation_id="revisit_plans")
def plans(request: HttpRequest) -> HttpResponse:
    """List the newest version of each plan."""
    return reply(queries.plans_of(actor_of(request)))


@router.post("/revisits/plans", response=answers(RevisitPlanShown, 201), operation_id="write_revisit_plan")
def write(request: HttpRequest, told: RevisitPlanTold) -> HttpResponse:
    """Write a plan, or a new version of one; for supervisors, evaluators and duty chiefs."""
    actor, given = actor_of(request), told.model_dump()
    wanted = PlanIn(**{**given, "strata": tuple(told.strata), "barred": tuple(told.barred)})
    return once(request, actor, lambda: revisits.write_plan(actor, wanted))


@router.get("/revisits/draws", response=answers(list[RevisitDrawShown]), operation_id="revisit_draws")
def draws(request: HttpRequest, limit: int = Query(50, ge=1, le=200)) -> HttpResponse:
    """List samples, the newest first."""
    return reply(queries.draws(actor_of(request), limit))


@router.post("/revisits/draws", response=answers(RevisitDrawShown, 201), operation_id="draw_revisits")
def draw(request: HttpRequest, told: RevisitDrawTold) -> HttpResponse:
    """Draw a sample by the newest version of a plan."""
    actor = actor_of(request)
    return once(request, actor, lambda: revisits.draw(actor, told.plan, told.since, told.until, told.seed))


@router.get(_DRAW, response=answers(RevisitDrawShown), operation_id="revisit_draw")
def show(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Give one sample."""
    return reply(queries.draw(actor_of(request), draw_id))


@router.get(_DRAW + "/tasks", response=answers(RevisitTaskPage), operation_id="revisit_tasks")
def tasks(
    request: HttpRequest,
    draw_id: UUID,
    state: str = Query("", max_length=12),
    after: str = Query("", max_length=600),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """List a sample's tasks; reserves only when asked for."""
    found = queries.tasks(actor_of(request), draw_id, state=state, after=_cursor(after), limit=limit)
    edge = seal("{} {}".format(*found[-1][1])) if len(found) == limit else None
    return reply({"rows": [info for info, _ in found], "next": edge})


def _cursor(sealed: str) -> tuple[int, int] | None:
    text = unseal(sealed)
    if not text:
        return None
    stratum, _, rank = text.partition(" ")
    if not (stratum.isdigit() and rank.isdigit()):  # a cursor of another list
        raise Invalid("page.cursor", zh="翻页游标无效", en="the cursor is invalid", field="after")
    return int(stratum), int(rank)


@router.get(_DRAW + "/estimates", response=answers(list[UnitEstimate]), operation_id="revisit_estimates")
def estimates(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """Give the shares solved and content with intervals: the whole, then each unit."""
    return reply(queries.estimates(actor_of(request), draw_id))


@router.get(
    _DRAW + "/disagreements", response=answers(list[DisagreementShown]), operation_id="revisit_disagreements"
)
def disagreements(request: HttpRequest, draw_id: UUID) -> HttpResponse:
    """List cases closed as dealt with whose reporters say unsolved."""
    found = queries.disagreements(actor_of(request), draw_id)
    return reply([{"task": info, "survey_solved": said} for info, said in found])


@router.get("/revisits/calls", response=answers(RevisitDeskShown), operation_id="revisit_calls")
def calls(request: HttpRequest) -> HttpResponse:
    """Give how many calls are due and how many come later."""
    return reply(_desk(actor_of(request), None))


@router.post("/revisits/calls/next", response=answers(RevisitDeskShown, 200), operation_id="take_revisit")
def take(request: HttpRequest) -> HttpResponse:
    """Take the next task, or give the one in hand again; none when nothing is due."""
    actor = actor_of(request)
    return once(request, actor, lambda: _desk(actor, revisits.take(actor)), 200)


def _desk(actor: Actor, info: TaskInfo | None) -> dict[str, Any]:
    due, later = queries.waiting(actor)
    script = queries.script_of(info) if info is not None else []
    return {"task": asdict(info) if info is not None else None, "script": script, "due": due, "later": later}


@router.post(_TASK + "/contact", response=answers(ContactOpened, 200), operation_id="revisit_contact")
def contact(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Unseal whom to call, for the caller who has the task in hand; audited, and never kept in an answer."""
    return reply(revisits.unseal(actor_of(request), task_id))


@router.post(_TASK + "/outcome", response=answers(TaskInfo, 200), operation_id="record_revisit")
def record(request: HttpRequest, task_id: UUID, told: RevisitOutcomeTold) -> HttpResponse:
    """Record how a call went."""
    actor = actor_of(request)
    result = Result(**told.result.model_dump()) if told.result is not None else None
    wanted = Outcome(outcome=told.outcome, note=told.note, result=result)
    return once(request, actor, lambda: revisits.record(actor, task_id, wanted), 200)


@router.post(_TASK + "/release", response=answers(TaskInfo, 200), operation_id="release_revisit")
def release(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """Give a task back without a call."""
    actor = actor_of(request)
    return once(request, actor, lambda: revisits.release(actor, task_id), 200)
