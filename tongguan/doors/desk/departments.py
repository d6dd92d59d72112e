# SPDX-License-Identifier: Apache-2.0
"""Operators look after departments' systems; officials read how reporters rated a case."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.desk.auth import actor_of
from tongguan.exchange import api as exchange
from tongguan.exchange import queries as links
from tongguan.exchange.contracts import LinkState, SentEvent, StuckCase
from tongguan.replies import queries as replies
from tongguan.replies.contracts import AnswerInfo

router = Router(tags=["部门对接 departments"])
_MOST_SEQ = 2**62


class FromTold(Told):
    """From which number on everything is sent again."""

    model_config = example({"from": 12})

    from_: int = Field(alias="from", ge=1, le=_MOST_SEQ)


class RetryTold(Told):
    """Which stuck case is tried again; none named: all."""

    model_config = example(case_id="0198a1c2-7b00-7000-8000-0000000000a1")

    case_id: UUID | None = None


class SkipTold(Told):
    """At which case an event is passed over, and why."""

    model_config = example(case_id="0198a1c2-7b00-7000-8000-0000000000a1", reason="已电话通知")

    case_id: UUID
    reason: str = Field(min_length=1, max_length=500)


class SwitchTold(Told):
    """Whether the link works or is stopped."""

    model_config = example(active=False)

    active: bool


class Counted(Schema):
    """Of how many cases, or which number."""

    cases: int = 0
    seq: int = 0


@router.get("/departments", response=answers(list[LinkState]), operation_id="department_links")
def list_links(request: HttpRequest) -> HttpResponse:
    """Say how every department's system is doing; for system administrators."""
    return reply(links.states(actor_of(request)))


@router.get("/departments/{code}/stuck", response=answers(list[StuckCase]), operation_id="department_stuck")
def list_stuck(request: HttpRequest, code: str, limit: int = Query(50, ge=1, le=200)) -> HttpResponse:
    """List the cases that are stuck; for system administrators."""
    return reply(links.stuck(actor_of(request), code, limit))


@router.get("/departments/{code}/sent", response=answers(list[SentEvent]), operation_id="department_sent")
def list_sent(
    request: HttpRequest,
    code: str,
    after: int = Query(0, ge=0, le=_MOST_SEQ),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """List the events behind a number, in order; for system administrators."""
    return reply(links.sent(actor_of(request), code, after, limit))


@router.post("/departments/{code}/replay", response=answers(Counted), operation_id="replay_department")
def replay(request: HttpRequest, code: str, told: FromTold) -> HttpResponse:
    """Send everything from a number on again, audited; for system administrators."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"cases": exchange.replay(actor, code, told.from_)}, 200)


@router.post("/departments/{code}/retry", response=answers(Counted), operation_id="retry_department")
def retry(request: HttpRequest, code: str, told: RetryTold) -> HttpResponse:
    """Try stuck cases again, audited; for system administrators."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"cases": exchange.retry(actor, code, told.case_id)}, 200)


@router.post("/departments/{code}/skip", response=answers(Counted), operation_id="skip_department_event")
def skip(request: HttpRequest, code: str, told: SkipTold) -> HttpResponse:
    """Pass over the event at which a case is stuck, audited with the reason; for system administrators."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"seq": exchange.skip(actor, code, told.case_id, told.reason)}, 200)


@router.post("/departments/{code}/switch", response=answers(None, 204), operation_id="switch_department")
def switch(request: HttpRequest, code: str, told: SwitchTold) -> HttpResponse:
    """Stop or resume a link, audited; for system administrators."""
    exchange.switch(actor_of(request), code, active=told.active)
    return HttpResponse(status=204)


@router.get("/cases/{uuid:case_id}/ratings", response=answers(list[AnswerInfo]), operation_id="case_ratings")
def ratings(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """List how each reporter of a case rated it, without naming them."""
    return reply(replies.of_case(actor_of(request), case_id))
