# SPDX-License-Identifier: Apache-2.0
"""Applications (延期、挂账、申诉) and supervision (催办、督办、批示、挂牌、吹哨) at the desk."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Final, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as work
from tongguan.dispatch.contracts import ApplicationInfo, ReceiptInfo, SupervisionInfo
from tongguan.doors.common.document import VERSION_SEEN, VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import expected_version, reply, seen_version
from tongguan.doors.common.shapes import FileIds, Moment, Told, example
from tongguan.doors.desk.auth import actor_of
from tongguan.kernel.worktime import Limit, LimitUnit
from tongguan.people.contracts import Actor

router = Router(tags=["申请与督办 asking"])
_KINDS: Final = {
    "extend": "延期",
    "suspend": "挂账",
    "timeout_appeal": "超时申诉",
    "urge": "催办",
    "supervise": "督办",
    "instruct": "批示",
    "list": "挂牌督办",
    "whistle": "吹哨",
}
_STATES: Final = {
    "pending": "审批中",
    "approved": "已批准",
    "rejected": "未批准",
    "withdrawn": "已撤回",
    "lapsed": "已失效",
    "open": "进行中",
    "done": "已完成",
    "unlisted": "已摘牌",
}


class StepShown(Schema):
    """One decision."""

    no: int
    post: str
    decision: str
    note: str
    by_name: str
    at: datetime


class ApplicationShown(Schema):
    """An application with its decisions; ``may_decide``: it is the person's turn, as far as posts tell."""

    id: UUID
    case_id: UUID
    kind: str
    kind_name: str
    state: str
    state_name: str
    version: int
    level: int
    waits_for: str
    may_decide: bool
    applicant_name: str
    reason: str
    text: str
    until: datetime | None
    created_at: datetime
    decided_at: datetime | None
    steps: list[StepShown]
    attachments: list[UUID]


class ApplicationTold(Told):
    """What is applied for and why."""

    model_config = example(
        kind="suspend", text="须待汛期后施工", reason="季节性", until="2026-09-30T18:00:00+08:00"
    )

    kind: str = Field(max_length=30, examples=["extend"])
    text: str = Field(min_length=1, max_length=2000, examples=["地下管线复杂，需加一个工作日"])
    reason: str = Field("", max_length=100, description="挂账事由")
    until: Moment | None = None
    attachments: FileIds = []


class DecisionTold(Told):
    """Approve or reject; a rejection says why."""

    model_config = example(approve=True, note="同意")

    approve: bool
    note: str = Field("", max_length=1000)


class SupervisionShown(Schema):
    """What was asked, and what the units answered."""

    id: UUID
    case_id: UUID
    kind: str
    kind_name: str
    level: str
    state: str
    state_name: str
    version: int
    text: str
    by_name: str
    at: datetime
    due_at: datetime | None
    needs_answer: bool
    receipts: list[ReceiptInfo]


class WithinTold(Told):
    """How much time is given."""

    value: float = Field(gt=0, le=10_000, allow_inf_nan=False)
    unit: LimitUnit


class SupervisionTold(Told):
    """What is asked; without units: of all that work on the case."""

    model_config = example(
        kind="supervise",
        text="请于两个工作时内反馈进展",
        unit_ids=[12],
        within={"value": 2, "unit": "work_hour"},
    )

    kind: Literal["urge", "supervise", "instruct", "list", "whistle"]
    text: str = Field(min_length=1, max_length=2000)
    unit_ids: Annotated[list[Annotated[int, Field(ge=1, le=2**31 - 1)]], Field(max_length=50)] = []
    within: WithinTold | None = None
    level: str = Field("", max_length=20)


class AnswerTold(Told):
    """A unit's answer."""

    model_config = example(text="已到现场，今日内完成")

    text: str = Field(min_length=1, max_length=2000)
    unit_id: int | None = Field(None, ge=1, le=2**31 - 1)


class SupervisionSignedTold(Told):
    """Which unit signs; none: the own one."""

    model_config = example(unit_id=12)

    unit_id: int | None = Field(None, ge=1, le=2**31 - 1)


class SupervisionEndTold(Told):
    """Why."""

    model_config = example(reason="事项已解决")

    reason: str = Field(min_length=1, max_length=1000)


@router.get(
    "/cases/{uuid:case_id}/applications",
    response=answers(list[ApplicationShown]),
    operation_id="case_applications",
)
def applications(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the applications of a case, oldest first."""
    actor = actor_of(request)
    return reply([_application(actor, one) for one in work.applications(actor, case_id)])


@router.post(
    "/cases/{uuid:case_id}/applications", response=answers(ApplicationShown, 201), operation_id="apply"
)
def apply(request: HttpRequest, case_id: UUID, told: ApplicationTold) -> HttpResponse:
    """Apply for an extension, a suspension, or that a timeout be excused."""
    actor = actor_of(request)
    new = dispatch.NewApplication(
        kind=told.kind,
        text=told.text,
        reason=told.reason,
        until=told.until,
        attachments=tuple(str(one) for one in told.attachments),
    )
    return once(request, actor, lambda: _application(actor, dispatch.file_application(actor, case_id, new)))


@router.post(
    "/applications/{uuid:application_id}/decision",
    response=answers(ApplicationShown),
    operation_id="decide_application",
    openapi_extra=VERSIONED,
)
def decide(request: HttpRequest, application_id: UUID, told: DecisionTold) -> HttpResponse:
    """Approve or reject, on the application's version given in ``If-Match``."""
    actor, version = actor_of(request), expected_version(request)

    def do() -> dict[str, Any]:
        made = dispatch.decide_application(
            actor, application_id, approve=told.approve, note=told.note, expected_version=version
        )
        return _application(actor, made)

    return once(request, actor, do, 200)


@router.post(
    "/applications/{uuid:application_id}/withdrawal",
    response=answers(ApplicationShown),
    operation_id="withdraw_application",
    openapi_extra=VERSIONED,
)
def withdraw(request: HttpRequest, application_id: UUID) -> HttpResponse:
    """Take an own application back, on its version given in ``If-Match``."""
    actor, version = actor_of(request), expected_version(request)
    return once(
        request,
        actor,
        lambda: _application(actor, dispatch.withdraw_application(actor, application_id, version)),
        200,
    )


@router.get(
    "/cases/{uuid:case_id}/supervisions",
    response=answers(list[SupervisionShown]),
    operation_id="case_supervisions",
)
def supervisions(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give what was asked about a case, oldest first."""
    return reply([_supervision(one) for one in work.supervisions(actor_of(request), case_id)])


@router.post(
    "/cases/{uuid:case_id}/supervisions", response=answers(SupervisionShown, 201), operation_id="supervise"
)
def supervise(request: HttpRequest, case_id: UUID, told: SupervisionTold) -> HttpResponse:
    """Urge, supervise, instruct, list or whistle."""
    actor = actor_of(request)
    within = Limit(told.within.value, told.within.unit) if told.within else None
    new = dispatch.NewSupervision(
        kind=told.kind, text=told.text, unit_ids=tuple(told.unit_ids), within=within, level=told.level
    )
    return once(request, actor, lambda: _supervision(dispatch.supervise(actor, case_id, new)))


@router.post(
    "/supervisions/{uuid:supervision_id}/receipt",
    response=answers(SupervisionShown),
    operation_id="sign_supervision",
    openapi_extra=VERSION_SEEN,
)
def sign(request: HttpRequest, supervision_id: UUID, told: SupervisionSignedTold) -> HttpResponse:
    """Sign for it; for a whistle: report on the spot."""
    actor, version = actor_of(request), seen_version(request)
    return once(
        request,
        actor,
        lambda: _supervision(dispatch.sign_supervision(actor, supervision_id, told.unit_id, version)),
        200,
    )


@router.post(
    "/supervisions/{uuid:supervision_id}/answer",
    response=answers(SupervisionShown),
    operation_id="answer_supervision",
    openapi_extra=VERSION_SEEN,
)
def answer(request: HttpRequest, supervision_id: UUID, told: AnswerTold) -> HttpResponse:
    """Answer, which also signs."""
    actor, version = actor_of(request), seen_version(request)
    return once(
        request,
        actor,
        lambda: _supervision(
            dispatch.answer_supervision(actor, supervision_id, told.text, told.unit_id, version)
        ),
        200,
    )


@router.post(
    "/supervisions/{uuid:supervision_id}/end",
    response=answers(SupervisionShown),
    operation_id="end_supervision",
    openapi_extra=VERSION_SEEN,
)
def end(request: HttpRequest, supervision_id: UUID, told: SupervisionEndTold) -> HttpResponse:
    """End it: a listing is taken off, anything else withdrawn."""
    actor, version = actor_of(request), seen_version(request)
    return once(
        request,
        actor,
        lambda: _supervision(dispatch.end_supervision(actor, supervision_id, told.reason, version)),
        200,
    )


def _application(actor: Actor, info: ApplicationInfo) -> dict[str, Any]:
    turn = bool(info.waits_for) and info.waits_for in actor.scope.posts()
    return asdict(info) | {
        "kind_name": _KINDS.get(info.kind, info.kind),
        "state_name": _STATES.get(info.state, info.state),
        "may_decide": turn,
    }


def _supervision(info: SupervisionInfo) -> dict[str, Any]:
    return asdict(info) | {
        "kind_name": _KINDS.get(info.kind, info.kind),
        "state_name": _STATES.get(info.state, info.state),
    }
