# SPDX-License-Identifier: Apache-2.0
"""The hotline operator's screen: the call, help while typing, and what becomes of each matter (F1, F12)."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.calls import api as calls
from tongguan.calls import queries
from tongguan.calls.contracts import CallInfo, Draft
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import cursor_id, reply, seal
from tongguan.doors.common.shapes import Latitude, Longitude, ReportTold, Told, example
from tongguan.doors.common.telling import receipt_shown, report_in
from tongguan.doors.desk.auth import actor_of
from tongguan.doors.desk.reports import ReportRow
from tongguan.intake.contracts import Receipt
from tongguan.kernel import clock
from tongguan.knowledge import queries as knowledge

router = Router(tags=["热线 hotline"])


class CasePeek(Schema):
    """A case as the operator's screen shows it beside the call."""

    id: UUID
    number: str
    title: str
    item_code: str
    address: str
    state: str
    opened_at: datetime
    due_at: datetime | None
    urges: int


class EarlierShown(Schema):
    """An earlier telling of the number; ``open``: its case may be reminded of."""

    report: ReportRow
    case: CasePeek | None
    open: bool


class StartedShown(Schema):
    """The call, and what the number told before."""

    call: CallInfo
    earlier: list[EarlierShown]


class CallPage(Schema):
    """Calls, newest first."""

    rows: list[CallInfo]
    next: str | None


class AnswerShown(Schema):
    """An answer of the register, and how well it fits."""

    code: str
    number: int
    question: str
    answer: str
    unit: str
    item_code: str
    valid_from: date
    valid_to: date | None
    source: str
    score: float


class HelpShown(Schema):
    """Kinds of matter, places, similar open cases, answers, what to ask, danger."""

    items: list[dict[str, Any]]
    places: list[dict[str, Any]]
    alike: list[dict[str, Any]]
    answers: list[AnswerShown]
    script: list[dict[str, Any]]
    danger: dict[str, Any] | None


class SettledShown(Schema):
    """The call as it is then, and the report's receipt."""

    call: CallInfo
    receipt: Receipt


class StartTold(Told):
    """Who calls, and the recording's number. In the body, so that no number stands in a log."""

    model_config = example(phone="13800000000", recording="REC-20260501-0007")

    phone: str = Field(min_length=1, max_length=40)
    recording: str = Field("", max_length=120)


class DraftTold(Told):
    """What is typed so far."""

    model_config = example(text="人民路 12 号门前井盖破了", address="人民路 12 号")

    text: str = Field("", max_length=4000)
    item_code: str = Field("", max_length=20)
    address: str = Field("", max_length=300)
    division: str = Field("", max_length=12)
    lon: Longitude | None = None
    lat: Latitude | None = None
    system: str = Field("WGS84", max_length=10)


class MatterTold(Told):
    """A matter to be registered; ``no`` counts the matters of the call, so that it is registered once."""

    model_config = example(
        no=1, report={"text": "路灯不亮", "item_code": "01023", "reporter": {"phone": "13800000000"}}
    )

    no: int = Field(1, ge=1, le=20)
    report: ReportTold


class ConsultTold(Told):
    """A question and the answer it was given."""

    model_config = example(
        no=1,
        report={"text": "居住证怎么办", "reporter": {"phone": "13800000000"}},
        reply="持身份证到辖区派出所办理",
        knowledge_code="K01",
    )

    no: int = Field(1, ge=1, le=20)
    report: ReportTold
    reply: str = Field(min_length=1, max_length=5000)
    knowledge_code: str = Field("", max_length=40)


class RemindTold(Told):
    """What the caller urges."""

    model_config = example(no=1, text="三天了还没修")

    no: int = Field(1, ge=1, le=20)
    text: str = Field(min_length=1, max_length=500)


class EndTold(Told):
    """What else is to be known of the call."""

    model_config = example(note="来电人对答复满意")

    note: str = Field("", max_length=500)


@router.post("/calls", response=answers(StartedShown, 201), operation_id="start_call")
def start(request: HttpRequest, told: StartTold) -> HttpResponse:
    """Begin a call: what the number told before, with the cases' states; the look-up is audited."""
    actor = actor_of(request)

    def do() -> dict[str, Any]:
        call, earlier = calls.start(actor, told.phone, recording=told.recording)
        return {
            "call": call,
            "earlier": [
                {"report": one.report, "case": one.case and brief_peek(one.case), "open": one.open}
                for one in earlier
            ],
        }

    return once(request, actor, do)


@router.get("/calls", response=answers(CallPage), operation_id="calls")
def listed(
    request: HttpRequest, after: str = Query("", max_length=600), limit: int = Query(50, ge=1, le=200)
) -> HttpResponse:
    """List one's own calls, for a duty chief those of the division, newest first."""
    rows = queries.calls(actor_of(request), before=cursor_id(after), limit=limit)
    return reply({"rows": rows, "next": seal(str(rows[-1].id)) if len(rows) == limit else None})


@router.post("/calls/help", response=answers(HelpShown), operation_id="call_help")
def assist(request: HttpRequest, told: DraftTold) -> HttpResponse:
    """Give help for what is typed so far; ask again when the operator pauses. Changes nothing."""
    actor = actor_of(request)
    queries.operator_id(actor)
    found = calls.help_with(actor, Draft(**told.model_dump()))
    danger = found.danger
    return reply(
        {
            "items": found.items,
            "places": found.places,
            "alike": [{"case": brief_peek(a.case), "score": a.score, "words": a.words} for a in found.alike],
            "answers": [_answer(a) for a in found.answers],
            "script": found.script,
            "danger": danger
            and {"services": danger.services, "score": danger.score, "words": danger.explanation},
        }
    )


@router.post("/calls/{uuid:call_id}/reports", response=answers(SettledShown, 201), operation_id="call_report")
def register(request: HttpRequest, call_id: UUID, told: MatterTold) -> HttpResponse:
    """Register a matter of the call."""
    actor = actor_of(request)

    def do() -> dict[str, Any]:
        call, receipt = calls.register(actor, call_id, report_in(told.report), no=told.no)
        return {"call": call, "receipt": receipt_shown(receipt)}

    return once(request, actor, do)


@router.post("/calls/{uuid:call_id}/answers", response=answers(SettledShown, 201), operation_id="call_answer")
def answer(request: HttpRequest, call_id: UUID, told: ConsultTold) -> HttpResponse:
    """Close a consultation with its answer: no case is opened."""
    actor = actor_of(request)

    def do() -> dict[str, Any]:
        call, receipt = calls.answer(
            actor,
            call_id,
            report_in(told.report),
            told.reply,
            knowledge_code=told.knowledge_code,
            no=told.no,
        )
        return {"call": call, "receipt": receipt_shown(receipt)}

    return once(request, actor, do)


@router.post(
    "/calls/{uuid:call_id}/reminders/{uuid:case_id}",
    response=answers(CallInfo, 201),
    operation_id="call_reminder",
)
def remind(request: HttpRequest, call_id: UUID, case_id: UUID, told: RemindTold) -> HttpResponse:
    """Pass on that the caller urges an own open case."""
    actor = actor_of(request)
    return once(request, actor, lambda: calls.remind(actor, call_id, case_id, told.text, no=told.no))


@router.post("/calls/{uuid:call_id}/end", response=answers(CallInfo), operation_id="end_call")
def end(request: HttpRequest, call_id: UUID, told: EndTold) -> HttpResponse:
    """End the call."""
    actor = actor_of(request)
    return once(request, actor, lambda: calls.end(actor, call_id, told.note), 200)


@router.get("/knowledge", response=answers(list[AnswerShown]), operation_id="knowledge")
def search(
    request: HttpRequest,
    text: str = Query(max_length=300),
    division: str = Query("", max_length=12),
    item_code: str = Query("", max_length=20),
    limit: int = Query(10, ge=1, le=50),
) -> HttpResponse:
    """Search the answers that hold today, best first."""
    day = timezone.localdate(clock.now())
    found = knowledge.search(text, day, division=division, item_code=item_code, limit=limit)
    return reply([_answer(one) for one in found])


def brief_peek(case: Any) -> dict[str, Any]:
    """Give the few columns that the screen shows."""
    return {name: getattr(case, name) for name in CasePeek.model_fields}


def _answer(found: Any) -> dict[str, Any]:
    shown = {name: getattr(found.entry, name) for name in AnswerShown.model_fields if name != "score"}
    return shown | {"score": found.score}
