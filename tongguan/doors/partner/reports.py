# SPDX-License-Identifier: Apache-2.0
"""Partner systems tell reports, one or up to a thousand, and ask how far one is."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import key_of
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import ReportTold, Told, example
from tongguan.doors.common.telling import answer_shown, receipt_shown, report_in
from tongguan.doors.partner.auth import Bearer
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import Receipt
from tongguan.people.contracts import Actor

router = Router(tags=["上报 reports"])


class BatchTold(Told):
    """Up to a thousand tellings."""

    model_config = example(
        reports=[{"source": "hotline", "external_id": "A-1", "text": "井盖破损", "division": "990101001"}]
    )

    reports: list[ReportTold] = Field(min_length=1, max_length=intake.MAX_BATCH)


class AnswerShown(Schema):
    """The answer to one telling of a batch, in the order they were sent."""

    index: int
    ok: bool
    receipt: Receipt | None = None
    code: str = ""
    field: str = ""
    detail: str = ""


class BatchShown(Schema):
    """The answers to a batch."""

    accepted: int
    refused: int
    answers: list[AnswerShown]


class ReportShown(Schema):
    """A report as its sender sees it."""

    report_id: UUID
    source: str
    external_id: str
    tracking: str
    state: str
    received_at: datetime
    case_id: UUID | None
    error_code: str
    error: str


@router.post(
    "/reports",
    auth=Bearer("reports:write"),
    response=answers(Receipt, 201),
    operation_id="create_report",
)
def create_report(request: HttpRequest, told: ReportTold) -> HttpResponse:
    """Tell one report. Durable when answered.

    The same source and external id is the same report: the first receipt is given again. Without an
    external id the ``Idempotency-Key`` header takes its place.
    """
    actor: Actor = request.auth  # type: ignore[attr-defined]
    key = key_of(request)
    receipt = intake.receive(actor, report_in(told, fallback_id=f"{actor.key}:{key}" if key else ""))
    return reply(receipt_shown(receipt), 200 if receipt.repeated else 201)


@router.post(
    "/reports/batch",
    auth=Bearer("reports:write"),
    response=answers(BatchShown),
    operation_id="create_reports",
)
def create_reports(request: HttpRequest, batch: BatchTold) -> HttpResponse:
    """Tell up to a thousand reports; each is answered on its own."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    key = key_of(request)
    told = [
        report_in(one, fallback_id=f"{actor.key}:{key}:{n}" if key else "")
        for n, one in enumerate(batch.reports)
    ]
    found = intake.receive_many(actor, told)
    shown: list[dict[str, Any]] = [answer_shown(request, answer) for answer in found]
    accepted = sum(1 for answer in shown if answer["ok"])
    return reply({"accepted": accepted, "refused": len(shown) - accepted, "answers": shown})


@router.get(
    "/reports/{tracking}",
    auth=Bearer("reports:read"),
    response=answers(ReportShown),
    operation_id="get_report",
)
def get_report(request: HttpRequest, tracking: str) -> HttpResponse:
    """Give one of the client's own reports by its tracking code."""
    info = reports.by_tracking(request.auth, tracking)  # type: ignore[attr-defined]
    return reply(
        {
            "report_id": info.id,
            "source": info.source,
            "external_id": info.external_id,
            "tracking": info.tracking,
            "state": info.state,
            "received_at": info.received_at,
            "case_id": info.case_id,
            "error_code": info.error_code,
            "error": info.error,
        }
    )
