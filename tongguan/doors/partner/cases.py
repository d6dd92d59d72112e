# SPDX-License-Identifier: Apache-2.0
"""Partner systems read the cases of their division and make the moves their work needs."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Query, Router
from ninja.files import UploadedFile

from tongguan.doors.common import casework, files, working
from tongguan.doors.common.casework import CasePage, CaseShown, NarrowPage, Timeline
from tongguan.doors.common.document import VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.files import FileShown
from tongguan.doors.common.working import MovesShown, MoveTold, OutcomeShown
from tongguan.doors.partner.auth import Bearer

router = Router(tags=["案件 cases"])
_READ = Bearer("cases:read")
_MOVE = Bearer("cases:move")


@router.get("/cases", auth=_READ, response=answers(CasePage), operation_id="cases")
def list_cases(request: HttpRequest, narrow: Query[NarrowPage]) -> HttpResponse:
    """List the cases of the client's division, newest first or the soonest due first."""
    return casework.list_cases(casework.actor_of(request), narrow)


@router.get("/cases/{uuid:case_id}", auth=_READ, response=answers(CaseShown), operation_id="case")
def show(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give one case; its ETag is its version."""
    return casework.show_case(request, casework.actor_of(request), case_id)


@router.get(
    "/cases/{uuid:case_id}/timeline", auth=_READ, response=answers(Timeline), operation_id="case_timeline"
)
def timeline(request: HttpRequest, case_id: UUID, after: int = Query(0, ge=0, le=2**31 - 1)) -> HttpResponse:
    """Give the history of a case in order, up to 500 lines after a number."""
    return casework.timeline(casework.actor_of(request), case_id, after)


@router.get(
    "/cases/{uuid:case_id}/moves", auth=_MOVE, response=answers(MovesShown), operation_id="case_moves"
)
def moves(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give the moves the client may make now, each with its inputs."""
    return working.allowed(casework.actor_of(request), case_id)


@router.post(
    "/cases/{uuid:case_id}/moves/{move}",
    auth=_MOVE,
    response=answers(OutcomeShown),
    operation_id="case_move",
    openapi_extra=VERSIONED,
)
def move(request: HttpRequest, case_id: UUID, move: str, told: MoveTold) -> HttpResponse:
    """Make a move on the version given in ``If-Match``."""
    return working.perform(request, casework.actor_of(request), case_id, move, told)


@router.post("/files", auth=Bearer("files:write"), response=answers(FileShown, 201), operation_id="keep_file")
def keep(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Keep an attachment for a report or a move."""
    return files.keep(request, casework.actor_of(request), file)
