# SPDX-License-Identifier: Apache-2.0
"""Suspicions of false closing at the desk: the list, evidence, judgement, the book (F41)."""

from typing import Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.doors.common import files
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import cursor_id, reply, seal
from tongguan.doors.revisits.shapes import (
    DetectorBookShown,
    DetectorResumeTold,
    SuspicionConfirmTold,
    SuspicionPage,
    SuspicionRejectTold,
    SuspicionShown,
)
from tongguan.revisits import api as revisits
from tongguan.revisits import queries

router = Router(tags=["回访 revisits"])
_ONE = "/suspicions/{uuid:suspicion_id}"


@router.get("/suspicions", response=answers(SuspicionPage), operation_id="suspicions")
def listed(
    request: HttpRequest,
    state: Literal["waiting", "confirmed", "rejected", "held"] = "waiting",
    detector: str = Query("", max_length=20),
    after: str = Query("", max_length=600),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """List suspicions of a state, the newest first."""
    actor = actor_of(request)
    rows = queries.suspicions(actor, state=state, detector=detector, before=cursor_id(after), limit=limit)
    edge = seal(str(rows[-1].id)) if len(rows) == limit else None
    return reply({"rows": rows, "next": edge, "waiting": queries.suspicion_counts(actor)})


@router.get("/suspicions/book", response=answers(list[DetectorBookShown]), operation_id="suspicion_book")
def book(request: HttpRequest) -> HttpResponse:
    """Give how right each detector was, from which score it counts, and whether it is paused."""
    return reply(queries.book(actor_of(request)))


@router.post(
    "/suspicions/detectors/{detector}/resumption", response=answers(None, 204), operation_id="resume_detector"
)
def resume(request: HttpRequest, detector: str, told: DetectorResumeTold) -> HttpResponse:
    """Let a paused detector put its findings to people again."""
    revisits.resume(actor_of(request), detector, told.reason)
    return HttpResponse(status=204)


@router.get(_ONE, response=answers(SuspicionShown), operation_id="suspicion")
def show(request: HttpRequest, suspicion_id: UUID) -> HttpResponse:
    """Give one suspicion."""
    return reply(queries.suspicion(actor_of(request), suspicion_id))


@router.get(_ONE + "/photos/{which}", response=answers(None), operation_id="suspicion_photo")
def photo(
    request: HttpRequest, suspicion_id: UUID, which: Literal["photo", "earlier", "before"]
) -> HttpResponse | FileResponse:
    """Give a photo of the evidence: the one in doubt, the earlier like it, one taken before the handling."""
    return files.give(request, queries.suspicion_photo(actor_of(request), suspicion_id, which))


@router.post(_ONE + "/confirm", response=answers(SuspicionShown, 200), operation_id="confirm_suspicion")
def confirm(request: HttpRequest, suspicion_id: UUID, told: SuspicionConfirmTold) -> HttpResponse:
    """Find it right, and reopen the case or supervise its unit."""
    actor = actor_of(request)
    return once(
        request, actor, lambda: revisits.confirm(actor, suspicion_id, told.action, told.note, told.days), 200
    )


@router.post(_ONE + "/reject", response=answers(SuspicionShown, 200), operation_id="reject_suspicion")
def reject(request: HttpRequest, suspicion_id: UUID, told: SuspicionRejectTold) -> HttpResponse:
    """Find it wrong, and say why."""
    actor = actor_of(request)
    return once(request, actor, lambda: revisits.reject(actor, suspicion_id, told.note), 200)
