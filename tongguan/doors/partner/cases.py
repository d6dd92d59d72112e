# SPDX-License-Identifier: Apache-2.0
"""Partner systems read the cases of their division and make the moves their work needs."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.doors.common import casework
from tongguan.doors.common.casework import CasePage, CaseShown, NarrowPage, Timeline
from tongguan.doors.common.faces import answers
from tongguan.doors.partner.auth import Bearer

router = Router(tags=["案件 cases"])
_READ = Bearer("cases:read")


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
