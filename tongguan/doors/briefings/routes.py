# SPDX-License-Identifier: Apache-2.0
"""Briefings over HTTP (F54): asked for, read, traced to cases, worded, reviewed, signed, taken as a file."""

from typing import Any, Final
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.briefings import api, queries
from tongguan.briefings.contracts import BriefingInfo
from tongguan.cases import queries as cases
from tongguan.doors.briefings.shapes import (
    BriefingTold,
    BriefingWhole,
    BriefingWhyTold,
    DriftShown,
    FigureShown,
    Form,
    ReachedShown,
    ReadersTold,
    RemarkTold,
    WordingTold,
)
from tongguan.doors.common import casework
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.document import VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import expected_version, reply
from tongguan.doors.common.shapes import Moment
from tongguan.kernel import clock

router = Router(tags=["研判报告 briefings"])
_TYPES: Final = {
    "html": "text/html; charset=utf-8",
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}
_FILE: Final[dict[str, Any]] = {
    "responses": {
        200: {
            "description": "file",
            "content": {kind: {"schema": {"type": "string"}} for kind in _TYPES.values()},
        }
    }
}


@router.get("/briefings", response=answers(list[BriefingInfo]), operation_id="briefings")
def briefings(
    request: HttpRequest,
    kind: str = Query("", max_length=10),
    state: str = Query("", max_length=10),
    before: Moment | None = Query(None, description="上一页最后一份的编制时间"),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """Give the briefings of the person's divisions, the newest first."""
    return reply(queries.briefings(actor_of(request), kind=kind, state=state, before=before, limit=limit))


@router.post("/briefings", response=answers(BriefingInfo, 201), operation_id="write_briefing")
def write(request: HttpRequest, told: BriefingTold) -> HttpResponse:
    """Have a briefing written; the answer's job tells how far it is."""
    actor = actor_of(request)
    return once(request, actor, lambda: api.write(actor, told.asked(told.template)))


@router.get("/briefings/{uuid:briefing_id}", response=answers(BriefingWhole), operation_id="briefing")
def show(request: HttpRequest, briefing_id: UUID) -> HttpResponse:
    """Give a briefing whole; the ETag is its version."""
    found = queries.briefing(actor_of(request), briefing_id)
    whole = {
        "info": found.info,
        "document": found.document,
        "drawings": queries.drawings(found.document) if found.document else [],
        "wordings": found.wordings,
        "sources": found.sources,
        "notes": found.notes,
        "may": found.may,
        "assistant": queries.polishes(),
    }
    return reply(whole, version=found.info.version)


@router.get(
    "/briefings/{uuid:briefing_id}/file",
    response=answers(None),
    operation_id="briefing_file",
    openapi_extra=_FILE,
)
def file(request: HttpRequest, briefing_id: UUID, form: Form = "html") -> HttpResponse:
    """Give it as a page that stands alone, as a Word file or as a PDF."""
    title, body = queries.printed(actor_of(request), briefing_id, form)
    response = HttpResponse(body, content_type=_TYPES[form])
    place = "inline" if form == "html" else "attachment"
    response["Content-Disposition"] = f"{place}; filename*=UTF-8''{quote(f'{title}.{form}', safe='')}"
    response["Content-Security-Policy"] = queries.POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


@router.get(
    "/briefings/{uuid:briefing_id}/figures/{key}",
    response=answers(FigureShown),
    operation_id="briefing_figure",
)
def figure(request: HttpRequest, briefing_id: UUID, key: str) -> HttpResponse:
    """Give the cases behind a figure (at most 200) and whether its count still holds."""
    actor = actor_of(request)
    found = queries.behind(actor, briefing_id, key)
    ids = [UUID(one) for one in found.listed]
    known = cases.cases_by_id(actor, ids)
    now = clock.now()
    return reply(
        {
            "figure": found.figure, "then": found.then, "now": found.now, "same": found.same,
            "listed": len(ids), "cases": [casework.row(known[one], now) for one in ids if one in known],
        }
    )  # fmt: skip


@router.get(
    "/briefings/{uuid:briefing_id}/drift", response=answers(list[DriftShown]), operation_id="briefing_drift"
)
def drift(request: HttpRequest, briefing_id: UUID) -> HttpResponse:
    """Count it anew; give the figures that are other numbers now, none when it reproduces."""
    return reply(queries.compared(actor_of(request), briefing_id))


@router.post(
    "/briefings/{uuid:briefing_id}/cancel", response=answers(None, 200), operation_id="cancel_briefing"
)
def cancel(request: HttpRequest, briefing_id: UUID) -> HttpResponse:
    """Stop its writing."""
    actor = actor_of(request)
    return once(request, actor, lambda: api.cancel(actor, briefing_id), 200)


@router.post(
    "/briefings/{uuid:briefing_id}/wordings",
    response=answers(BriefingInfo),
    operation_id="reword_briefing",
    openapi_extra=VERSIONED,
)
def reword(request: HttpRequest, briefing_id: UUID, told: WordingTold) -> HttpResponse:
    """Word a sentence otherwise; the numbers stay."""
    actor, version = actor_of(request), expected_version(request)
    return once(
        request, actor, lambda: api.reword(actor, briefing_id, told.key, told.text, told.reason, version), 200
    )


@router.post(
    "/briefings/{uuid:briefing_id}/polish",
    response=answers(BriefingInfo),
    operation_id="polish_briefing",
    openapi_extra=VERSIONED,
)
def polish(request: HttpRequest, briefing_id: UUID) -> HttpResponse:
    """Let the assistant polish what nobody worded; each sentence is proved against its source (F100)."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: api.polish(actor, briefing_id, version), 200)


@router.post(
    "/briefings/{uuid:briefing_id}/remarks", response=answers(BriefingInfo), operation_id="remark_briefing"
)
def remark(request: HttpRequest, briefing_id: UUID, told: RemarkTold) -> HttpResponse:
    """Remark on it."""
    actor = actor_of(request)
    return once(request, actor, lambda: api.remark(actor, briefing_id, told.text, told.key), 200)


@router.post(
    "/briefings/{uuid:briefing_id}/review",
    response=answers(BriefingInfo),
    operation_id="review_briefing",
    openapi_extra=VERSIONED,
)
def review(request: HttpRequest, briefing_id: UUID) -> HttpResponse:
    """Find it right."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: api.review(actor, briefing_id, version), 200)


@router.post(
    "/briefings/{uuid:briefing_id}/return",
    response=answers(BriefingInfo),
    operation_id="return_briefing",
    openapi_extra=VERSIONED,
)
def send_back(request: HttpRequest, briefing_id: UUID, told: BriefingWhyTold) -> HttpResponse:
    """Give it back as a draft."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: api.send_back(actor, briefing_id, told.reason, version), 200)


@router.post(
    "/briefings/{uuid:briefing_id}/signature",
    response=answers(BriefingInfo),
    operation_id="sign_briefing",
    openapi_extra=VERSIONED,
)
def sign(request: HttpRequest, briefing_id: UUID) -> HttpResponse:
    """Sign it."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: api.sign(actor, briefing_id, version), 200)


@router.post(
    "/briefings/{uuid:briefing_id}/withdrawal",
    response=answers(BriefingInfo),
    operation_id="withdraw_briefing",
    openapi_extra=VERSIONED,
)
def withdraw(request: HttpRequest, briefing_id: UUID, told: BriefingWhyTold) -> HttpResponse:
    """Declare it void."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: api.withdraw(actor, briefing_id, told.reason, version), 200)


@router.post(
    "/briefings/{uuid:briefing_id}/readers",
    response=answers(ReachedShown),
    operation_id="distribute_briefing",
)
def distribute(request: HttpRequest, briefing_id: UUID, told: ReadersTold) -> HttpResponse:
    """Tell it to the holders of posts, once it is signed."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"people": api.distribute(actor, briefing_id, told.posts)}, 200)
