# SPDX-License-Identifier: Apache-2.0
"""Process tables at the desk: which variants there are, each as a picture (F33)."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from tongguan.cases import queries as cases
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply

router = Router(tags=["流程 processes"])
_SVG = {
    "responses": {200: {"description": "SVG", "content": {"image/svg+xml": {"schema": {"type": "string"}}}}}
}


class PublishedShown(Schema):
    """One version that is stored."""

    version: int
    published_at: datetime
    published_by: str


class ProcessShown(Schema):
    """A table: how many states and moves its newest version has, and which versions are stored."""

    code: str
    name: str
    states: int
    moves: int
    versions: list[PublishedShown]


@router.get("/processes", response=answers(list[ProcessShown]), operation_id="processes")
def listed(request: HttpRequest) -> HttpResponse:
    """List the process tables with their versions, the newest first."""
    stored: dict[str, list[dict[str, object]]] = {}
    for one in cases.process_versions():
        told = {"version": one.version, "published_at": one.published_at, "published_by": one.published_by}
        stored.setdefault(one.code, []).insert(0, told)
    tables = {table.code: table for table in cases.checked_processes()}
    tables |= {code: cases.process_named(code) for code in stored}
    return reply(
        [
            {
                "code": code,
                "name": table.name,
                "states": len(table.states),
                "moves": len(table.moves),
                "versions": stored.get(code, []),
            }
            for code, table in sorted(tables.items())
        ]
    )


@router.get(
    "/processes/{code}/picture.svg",
    response=answers(None),
    operation_id="process_picture",
    openapi_extra=_SVG,
)
def picture(request: HttpRequest, code: str, version: int = Query(0, ge=0, le=2**31 - 1)) -> HttpResponse:
    """Draw a table, of its newest version unless one is named."""
    response = HttpResponse(cases.process_picture(code, version), content_type="image/svg+xml; charset=utf-8")
    response["Cache-Control"] = "no-store"
    response["Content-Security-Policy"] = "default-src 'none'; style-src 'unsafe-inline'"
    return response
