# SPDX-License-Identifier: Apache-2.0
"""Projects before complaints (未诉先办) and boards over HTTP (F53, S6). Part of the desk's interface."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.analysis import api as analysis
from tongguan.analysis import queries as reads
from tongguan.analysis.contracts import Board, Project
from tongguan.doors.analysis.routes import opened, shown
from tongguan.doors.analysis.shapes import (
    BehindShown,
    BoardAnswered,
    BoardTold,
    ProjectDecided,
    ProjectsShown,
)
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.document import VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import expected_version, reply

router = Router(tags=["未诉先办 before complaints"])
_OFFSET = Query(0, ge=0, le=1_000_000)


@router.get("/analysis/projects", response=answers(ProjectsShown), operation_id="projects")
def projects(
    request: HttpRequest,
    state: str = Query("", pattern="^(proposed|accepted|rejected)?$"),
    division: str = Query("", max_length=12, pattern=r"^[0-9]*$", description="区划代码前缀"),
    offset: int = _OFFSET,
) -> HttpResponse:
    """Give matters that come back, those first that could spare most cases."""
    rows, total = reads.projects(actor_of(request), state=state, division=division, offset=offset)
    return reply({"rows": rows, "total": total})


@router.get("/analysis/projects/{uuid:project_id}", response=answers(Project), operation_id="project")
def project(request: HttpRequest, project_id: UUID) -> HttpResponse:
    """Give one project with its decisions; the ETag is its version."""
    found = reads.project(actor_of(request), project_id)
    return reply(found, version=found.version)


@router.get(
    "/analysis/projects/{uuid:project_id}/cases",
    response=answers(BehindShown),
    operation_id="project_cases",
)
def cases(request: HttpRequest, project_id: UUID, offset: int = _OFFSET) -> HttpResponse:
    """Give the cases that a project is made of."""
    actor = actor_of(request)
    return reply(opened(actor, reads.project_cases(actor, project_id, offset=offset)))


@router.post(
    "/analysis/projects/{uuid:project_id}/decision",
    response=answers(Project),
    operation_id="decide_project",
    openapi_extra=VERSIONED,
)
def decide(request: HttpRequest, project_id: UUID, told: ProjectDecided) -> HttpResponse:
    """Accept or reject a project with a reason, on the version seen (``If-Match``)."""
    actor, version = actor_of(request), expected_version(request)
    return once(
        request, actor, lambda: analysis.decide(actor, project_id, told.state, told.reason, version), 200
    )


@router.get("/analysis/boards", response=answers(list[Board]), operation_id="boards")
def boards(request: HttpRequest) -> HttpResponse:
    """Give the own boards and those shared with the own posts."""
    return reply(reads.board_list(actor_of(request)))


@router.post("/analysis/boards", response=answers(Board, 201), operation_id="keep_board")
def keep(request: HttpRequest, told: BoardTold) -> HttpResponse:
    """Keep a board under its name; one's own of that name is replaced."""
    actor = actor_of(request)
    return once(request, actor, lambda: analysis.keep_board(actor, told.board()))


@router.get("/analysis/boards/{uuid:board_id}", response=answers(BoardAnswered), operation_id="board")
def board(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """Give a board with the answers of its tiles, in the own scope."""
    found, cubes = reads.board_cubes(actor_of(request), board_id)
    return reply({"board": found, "cubes": [shown(one) for one in cubes]}, version=found.version)


@router.post(
    "/analysis/boards/{uuid:board_id}/removal", response=answers(None, 204), operation_id="drop_board"
)
def drop(request: HttpRequest, board_id: UUID) -> HttpResponse:
    """Drop an own board."""
    analysis.drop_board(actor_of(request), board_id)
    return HttpResponse(status=204)
