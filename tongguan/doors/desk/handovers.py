# SPDX-License-Identifier: Apache-2.0
"""Danger at the desk: what waits to be handed over to 110, 119 and 120, and what became of it (F26)."""

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import cursor_id, reply, seal
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.desk.auth import actor_of
from tongguan.handover import api as handovers
from tongguan.handover import queries
from tongguan.handover.contracts import HandoverInfo, RuleCount, StepInfo
from tongguan.intake import queries as reports
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import Actor

router = Router(tags=["险情移交 handovers"])


class HandoverShown(Schema):
    """A matter feared dangerous, for one service. ``next_at``: who is told again when nothing happens.

    ``system``: the service's own system it goes to; while ``system_took_at`` is null it is not there yet.
    """

    id: UUID
    case_id: UUID | None
    report_id: UUID | None
    service: str
    service_name: str
    number: str
    division: str
    state: str
    score: float
    words: str
    spoken: list[dict[str, Any]]
    rules_version: str
    tellings: int
    noticed_at: datetime
    handed_at: datetime | None
    acknowledged_at: datetime | None
    ended_at: datetime | None
    next_at: datetime | None
    system: str
    system_number: str
    system_took_at: datetime | None


class HandoverPage(Schema):
    """Hand-overs, newest first."""

    rows: list[HandoverShown]
    next: str | None


class CallTold(Told):
    """Which number was called, who took it, how."""

    model_config = example(number="119", person="接警员 07", how="phone", note="已报地址和被困人数")

    number: str = Field(min_length=1, max_length=40)
    person: str = Field("", max_length=60)
    how: Literal["phone", "transfer", "system", "radio", "on_site"] = "phone"
    note: str = Field("", max_length=1000)


class TakenTold(Told):
    """Who at the service has taken it."""

    model_config = example(person="江北消防救援站", note="两车已出动")

    person: str = Field(min_length=1, max_length=60)
    note: str = Field("", max_length=1000)


class HandoverTold(Told):
    """Of which case, or telling without one, for which service, and what the danger is."""

    model_config = example(
        case_id="0198a1c2-7b00-7000-8000-0000000000a1", service="fire", reason="来电人称楼道内有浓烟"
    )

    case_id: UUID | None = None
    report_id: UUID | None = None
    service: str = Field(min_length=1, max_length=20)
    reason: str = Field(min_length=1, max_length=1000)


class ResultTold(Told):
    """The result, or why it was a false alarm."""

    model_config = example(text="明火已扑灭，无人员伤亡")

    text: str = Field(min_length=1, max_length=1000)


@router.get("/handovers", response=answers(HandoverPage), operation_id="handovers")
def listed(
    request: HttpRequest,
    show: Literal["open", "all"] = Query("open", description="all：也列出已结束的"),
    division: str = Query("", max_length=12),
    after: str = Query("", max_length=600),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """List what waits to be handed over, newest first."""
    rows = queries.listed(
        actor_of(request), open_only=show == "open", division=division, before=cursor_id(after), limit=limit
    )
    more = seal(str(rows[-1].id)) if len(rows) == limit else None
    return reply({"rows": [_shown(row) for row in rows], "next": more})


@router.post("/handovers", response=answers(HandoverShown, 201), operation_id="open_handover")
def open_by_hand(request: HttpRequest, told: HandoverTold) -> HttpResponse:
    """Open a hand-over that no word of danger told of; the case becomes critical."""
    actor = actor_of(request)
    return once(request, actor, lambda: _shown(_opened(actor, told)))


def _opened(actor: Actor, told: HandoverTold) -> HandoverInfo:
    case_id, reason = told.case_id, {"service": told.service, "reason": told.reason}
    if told.report_id is not None and case_id is None:
        report = reports.report(actor, told.report_id)
        if report.case_id is None:
            division = report.placed or report.division
            return handovers.open_for_report(actor, report.id, division=division, **reason)
        case_id = report.case_id
    if case_id is None or (told.case_id and told.report_id):
        raise Invalid("handover.which", zh="应为案件或上报之一", en="a case or a report", field="case_id")
    return handovers.open_for_case(actor, case_id, **reason)


@router.get("/handovers/rules", response=answers(list[RuleCount]), operation_id="danger_rules")
def rules(request: HttpRequest) -> HttpResponse:
    """Count how often each rule spoke and how often it was a false alarm: what to mend in the words."""
    return reply(queries.rule_counts(actor_of(request)))


@router.get("/handovers/{uuid:handover_id}", response=answers(HandoverShown), operation_id="handover")
def one(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Give one hand-over."""
    return reply(_shown(queries.handover(actor_of(request), handover_id)))


@router.get(
    "/handovers/{uuid:handover_id}/steps",
    response=answers(list[StepInfo]),
    operation_id="handover_steps",
)
def steps(request: HttpRequest, handover_id: UUID) -> HttpResponse:
    """Give its history, line by line."""
    return reply(queries.steps(actor_of(request), handover_id))


@router.post("/handovers/{uuid:handover_id}/call", response=answers(HandoverShown), operation_id="hand_over")
def call(request: HttpRequest, handover_id: UUID, told: CallTold) -> HttpResponse:
    """Say that the service was told."""
    actor = actor_of(request)
    return once(
        request, actor, lambda: _shown(handovers.hand_over(actor, handover_id, **told.model_dump())), 200
    )


@router.post(
    "/handovers/{uuid:handover_id}/taken", response=answers(HandoverShown), operation_id="handover_taken"
)
def taken(request: HttpRequest, handover_id: UUID, told: TakenTold) -> HttpResponse:
    """Say who at the service has taken it."""
    actor = actor_of(request)
    return once(
        request, actor, lambda: _shown(handovers.acknowledge(actor, handover_id, **told.model_dump())), 200
    )


@router.post(
    "/handovers/{uuid:handover_id}/result", response=answers(HandoverShown), operation_id="end_handover"
)
def result(request: HttpRequest, handover_id: UUID, told: ResultTold) -> HttpResponse:
    """Write down the result."""
    actor = actor_of(request)
    return once(request, actor, lambda: _shown(handovers.end(actor, handover_id, result=told.text)), 200)


@router.post(
    "/handovers/{uuid:handover_id}/false-alarm", response=answers(HandoverShown), operation_id="false_alarm"
)
def false_alarm(request: HttpRequest, handover_id: UUID, told: ResultTold) -> HttpResponse:
    """Say that there is no danger, and why; counted against the rules that spoke."""
    actor = actor_of(request)
    return once(
        request, actor, lambda: _shown(handovers.false_alarm(actor, handover_id, reason=told.text)), 200
    )


def _shown(info: HandoverInfo) -> dict[str, Any]:
    service = queries.services().get(info.service)
    told = {name: getattr(info, name) for name in HandoverInfo.__dataclass_fields__}
    named = {"service_name": info.service, "number": ""}
    if service is not None:
        named = {"service_name": service.name, "number": service.number}
    return told | named
