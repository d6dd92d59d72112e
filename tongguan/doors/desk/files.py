# SPDX-License-Identifier: Apache-2.0
"""Attachments at the desk: kept for the one who sends them, shown to those who see the case."""

from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import File, Router
from ninja.files import UploadedFile

from tongguan.cases import queries as cases
from tongguan.doors.common import files
from tongguan.doors.common.faces import answers
from tongguan.doors.common.files import FileShown
from tongguan.doors.common.limits import Bucket
from tongguan.doors.desk.auth import actor_of
from tongguan.intake import queries as reports
from tongguan.kernel.errors import NotFound
from tongguan.runtime import files as stored

router = Router(tags=["附件 files"])


@router.post(
    "/files",
    throttle=[Bucket("files", rate=5, burst=60)],
    response=answers(FileShown, 201),
    operation_id="keep_file",
)
def keep(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Keep an attachment; its type is read from its content, images are re-encoded."""
    return files.keep(request, actor_of(request), file)


@router.get("/files/{uuid:file_id}", response=answers(None), operation_id="own_file")
def own(request: HttpRequest, file_id: UUID) -> HttpResponse | FileResponse:
    """Give back an attachment that one has sent oneself."""
    if stored.info(file_id).actor_key != actor_of(request).key:
        raise NotFound("file.unknown", zh="没有这个附件", en="no such file")
    return files.give(request, file_id)


@router.get("/cases/{uuid:case_id}/files/{uuid:file_id}", response=answers(None), operation_id="case_file")
def of_case(request: HttpRequest, case_id: UUID, file_id: UUID) -> HttpResponse | FileResponse:
    """Give an attachment of a case one may see."""
    if not _belongs(request, case_id, file_id):
        raise NotFound("file.unknown", zh="没有这个附件", en="no such file")
    return files.give(request, file_id)


def _belongs(request: HttpRequest, case_id: UUID, file_id: UUID) -> bool:
    actor = actor_of(request)
    if cases.has_file(actor, case_id, file_id):
        return True
    return any(str(file_id) in told.attachments for told in reports.of_case(actor, case_id))
