# SPDX-License-Identifier: Apache-2.0
"""The operator tells a report for a caller, and looks after those that could not be placed."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import cursor_id, reply, seal
from tongguan.doors.common.shapes import Latitude, Longitude, ReportTold, Told, example
from tongguan.doors.common.telling import receipt_shown, report_in
from tongguan.doors.desk.auth import actor_of
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import Correction, Receipt
from tongguan.tellings.contracts import ReporterIn

router = Router(tags=["上报 reports"])
_DESK = "desk"


class ReporterShortened(Told):
    """Who told, shortened; ``error``: it cannot be opened, and why."""

    name: str
    phone: str
    email: str
    secret: bool
    error: str = ""


class ReportRow(Schema):
    """A report as officials see it; who told is shortened, and shown to reviewers alone."""

    id: UUID
    source: str
    external_id: str
    client: str
    tracking: str
    state: str
    title: str
    text: str
    item_code: str
    lon: float | None
    lat: float | None
    system: str
    address: str
    division: str
    placed: str
    grid: str
    told_at: datetime
    received_at: datetime
    triaged_at: datetime | None
    attachments: list[str]
    case_id: UUID | None
    error_code: str
    error: str
    attempts: int
    reporter_secret: bool
    reporter: ReporterShortened | None


class ReportPage(Schema):
    """Quarantined reports, newest first."""

    rows: list[ReportRow]
    next: str | None


class CorrectionTold(Told):
    """What is put right; what is left out stays as it was told."""

    model_config = example(lon=121.2031, lat=31.0124, system="GCJ02", reason="与来电人核实，位于人民路")

    item_code: str | None = Field(None, max_length=20)
    lon: Longitude | None = None
    lat: Latitude | None = None
    system: str | None = Field(None, max_length=10)
    address: str | None = Field(None, max_length=300)
    division: str | None = Field(None, max_length=12)
    grid: str | None = Field(None, max_length=20)
    reason: str = Field(min_length=1, max_length=500, examples=["与来电人核实，位于人民路"])


class ReplyTold(Told):
    """The answer to a question that needs no case."""

    model_config = example(reply="咨询事项已当场答复")

    reply: str = Field(min_length=1, max_length=500)


class WhyTold(Told):
    """Why the contact is opened; kept in the audit."""

    reason: str = Field(min_length=1, max_length=200, examples=["回访核实地点"])


class CallerTold(Told):
    """Who calls. In the body, so that no number stands in an address or a log."""

    phone: str = Field(min_length=1, max_length=40, examples=["13800000000"])


@router.post("/reports", response=answers(Receipt, 201), operation_id="file_report")
def file_report(request: HttpRequest, told: ReportTold) -> HttpResponse:
    """Tell a report at the desk; it becomes a case at once, or says what keeps it from that."""
    actor = actor_of(request)
    # The sender's own number is the person's: two operators may both have a number 1.
    number = f"{actor.key}:{told.external_id}" if told.external_id else ""
    telling = report_in(told.model_copy(update={"external_id": number}), source=_DESK)
    return once(request, actor, lambda: receipt_shown(intake.receive(actor, telling, open_now=True)))


@router.get("/reports/quarantine", response=answers(ReportPage), operation_id="quarantine")
def quarantine(
    request: HttpRequest, after: str = Query("", max_length=600), limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """List reports that could not be placed or classified, newest first."""
    rows = reports.quarantined(actor_of(request), before=cursor_id(after), limit=limit)
    return reply({"rows": rows, "next": seal(str(rows[-1].id)) if len(rows) == limit else None})


@router.get("/reports/{uuid:report_id}", response=answers(ReportRow), operation_id="report")
def report(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Give one report."""
    return reply(reports.report(actor_of(request), report_id))


@router.post("/reports/{uuid:report_id}/correction", response=answers(Receipt), operation_id="correct_report")
def correct(request: HttpRequest, report_id: UUID, told: CorrectionTold) -> HttpResponse:
    """Put a quarantined report right and triage it again."""
    actor = actor_of(request)
    correction = Correction(**told.model_dump(exclude={"reason"}))
    return once(
        request,
        actor,
        lambda: receipt_shown(intake.correct_and_replay(actor, report_id, correction, told.reason)),
        200,
    )


@router.post("/reports/{uuid:report_id}/reply", response=answers(Receipt), operation_id="reply_report")
def consult(request: HttpRequest, report_id: UUID, told: ReplyTold) -> HttpResponse:
    """Answer a question at once: it needs no case."""
    actor = actor_of(request)
    return once(request, actor, lambda: receipt_shown(intake.consult(actor, report_id, told.reply)), 200)


@router.post("/reports/{uuid:report_id}/contact", response=answers(ReporterIn), operation_id="report_contact")
def contact(request: HttpRequest, report_id: UUID, told: WhyTold) -> HttpResponse:
    """Open the reporter's contact for a call back; who opened it and why is audited."""
    found = intake.open_contact(actor_of(request), report_id, told.reason)
    return reply(found)


@router.get(
    "/reports/{uuid:report_id}/earlier", response=answers(list[ReportRow]), operation_id="earlier_reports"
)
def earlier(request: HttpRequest, report_id: UUID, limit: int = Query(20, ge=1, le=100)) -> HttpResponse:
    """List what the caller of this report told before, newest first."""
    return reply(reports.earlier(actor_of(request), report_id, limit))


@router.post("/callers/reports", response=answers(list[ReportRow]), operation_id="caller_reports")
def caller(request: HttpRequest, told: CallerTold) -> HttpResponse:
    """List what a telephone number told before, newest first; the look-up is audited."""
    return reply(intake.look_up_caller(actor_of(request), told.phone))
