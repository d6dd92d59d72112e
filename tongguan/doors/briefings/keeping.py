# SPDX-License-Identifier: Apache-2.0
"""Templates and schedules of briefings over HTTP (F54)."""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.briefings import api, queries
from tongguan.briefings.contracts import ScheduleInfo, TemplateInfo
from tongguan.doors.briefings.shapes import (
    ChangesShown,
    MeasureWord,
    ScheduleSwitchTold,
    ScheduleTold,
    TemplateTold,
    TrialPageShown,
    TrialPageTold,
)
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.document import VERSION_SEEN
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply, seen_version

router = Router(tags=["研判报告模板 briefing templates"])


@router.get("/briefing-templates", response=answers(list[TemplateInfo]), operation_id="briefing_templates")
def templates(request: HttpRequest) -> HttpResponse:
    """Give the templates in force that are of use to the person."""
    return reply(queries.templates(actor_of(request)))


@router.get("/briefing-templates/{code}", response=answers(TemplateInfo), operation_id="briefing_template")
def template(request: HttpRequest, code: str) -> HttpResponse:
    """Give the template in force; the ETag is its version."""
    found = queries.template(actor_of(request), code)
    return reply(found, version=found.version)


@router.get(
    "/briefing-templates/{code}/versions",
    response=answers(list[TemplateInfo]),
    operation_id="briefing_template_versions",
)
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Give every version, the newest first."""
    return reply(queries.template_versions(actor_of(request), code))


@router.get(
    "/briefing-templates/{code}/changes",
    response=answers(ChangesShown),
    operation_id="briefing_template_changes",
)
def changes(
    request: HttpRequest,
    code: str,
    since: int = Query(ge=1, le=1_000_000),
    until: int = Query(ge=1, le=1_000_000),
) -> HttpResponse:
    """Give what changed between two versions."""
    return reply({"lines": queries.changes(actor_of(request), code, since, until)})


@router.get("/briefing-measures", response=answers(list[MeasureWord]), operation_id="briefing_measures")
def measures(request: HttpRequest) -> HttpResponse:
    """Give the measures that templates may name."""
    actor_of(request)
    return reply(queries.vocabulary())


@router.post(
    "/briefing-templates",
    response=answers(TemplateInfo, 201),
    operation_id="word_briefing_template",
    openapi_extra=VERSION_SEEN,
)
def word(request: HttpRequest, told: TemplateTold) -> HttpResponse:
    """Write a new template, or the next version of the one given in ``If-Match``."""
    actor, version = actor_of(request), seen_version(request) or 0
    return once(request, actor, lambda: api.word(actor, told.text, told.note, version, told.division))


@router.post("/briefing-preview", response=answers(TrialPageShown), operation_id="preview_briefing")
def preview(request: HttpRequest, told: TrialPageTold) -> HttpResponse:
    """Give what a text would make now; nothing is stored."""
    document = api.preview(actor_of(request), told.text, told.asked(""))
    return reply({"document": document, "drawings": queries.drawings(document)})


@router.get("/briefing-schedules", response=answers(list[ScheduleInfo]), operation_id="briefing_schedules")
def schedules(request: HttpRequest) -> HttpResponse:
    """Give what is written by itself in the person's divisions."""
    return reply(queries.schedules(actor_of(request)))


@router.post("/briefing-schedules", response=answers(ScheduleInfo, 201), operation_id="plan_briefing")
def plan(request: HttpRequest, told: ScheduleTold) -> HttpResponse:
    """Have a template written by itself, or change how."""
    actor = actor_of(request)
    return once(
        request,
        actor,
        lambda: api.plan(
            actor, told.template, told.division, told.minute, workdays=told.workdays, posts=told.posts,
            signed_posts=told.signed_posts,
        ),
    )  # fmt: skip


@router.post(
    "/briefing-schedules/{int:schedule_id}/switch",
    response=answers(ScheduleInfo),
    operation_id="switch_briefing_schedule",
)
def switch(request: HttpRequest, schedule_id: int, told: ScheduleSwitchTold) -> HttpResponse:
    """Stop or resume it."""
    actor = actor_of(request)
    return once(request, actor, lambda: api.switch(actor, schedule_id, active=told.active), 200)
