# SPDX-License-Identifier: Apache-2.0
"""The desk reads cases: queue, one case, its history, what is near, how many, as a table."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from ninja import Query, Router, Schema

from tongguan.cases import queries as cases
from tongguan.doors.common import casetable, casework
from tongguan.doors.common.casework import Around, CasePage, CaseShown, Narrow, NarrowPage, NearPage, Timeline
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.reply import reply
from tongguan.doors.desk.auth import actor_of

router = Router(tags=["案件 cases"])


class Counts(Schema):
    """Open cases by state, and how many are overdue."""

    states: dict[str, int]
    overdue: int


@router.get("/cases", response=answers(CasePage), operation_id="cases")
def list_cases(request: HttpRequest, narrow: Query[NarrowPage]) -> HttpResponse:
    """List the cases within scope, newest first or the soonest due first, those without a due time last."""
    return casework.list_cases(actor_of(request), narrow)


@router.get("/cases/counts", response=answers(Counts), operation_id="case_counts")
def counts(request: HttpRequest, narrow: Query[Narrow]) -> HttpResponse:
    """Count open cases by state."""
    found = cases.counts(actor_of(request), narrow.filter())
    overdue = found.pop("overdue")
    return reply({"states": found, "overdue": overdue})


@router.get("/cases/near", response=answers(NearPage), operation_id="cases_near")
def near(request: HttpRequest, place: Query[Around]) -> HttpResponse:
    """List cases around a place, the nearest first."""
    return casework.around(actor_of(request), place)


@router.get(
    "/cases/export.csv",
    throttle=[Bucket("export", rate=0.2, burst=10)],
    operation_id="case_export",
    response=answers(None),
    openapi_extra={
        "responses": {200: {"description": "CSV", "content": {"text/csv": {"schema": {"type": "string"}}}}}
    },
)
def export_csv(request: HttpRequest, narrow: Query[Narrow]) -> StreamingHttpResponse:
    """Give the cases within scope as CSV (UTF-8 with BOM), streamed; who took them is audited."""
    return casetable.answer(actor_of(request), narrow.filter())


@router.get("/cases/{uuid:case_id}", response=answers(CaseShown), operation_id="case")
def show(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Give one case; its ETag is its version."""
    return casework.show_case(request, actor_of(request), case_id)


@router.get("/cases/{uuid:case_id}/timeline", response=answers(Timeline), operation_id="case_timeline")
def timeline(request: HttpRequest, case_id: UUID, after: int = Query(0, ge=0, le=2**31 - 1)) -> HttpResponse:
    """Give the history of a case in order, up to 500 lines after a number."""
    return casework.timeline(actor_of(request), case_id, after)
