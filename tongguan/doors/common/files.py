# SPDX-License-Identifier: Apache-2.0
"""Attachments at every door: taken whole, given back clean."""

from datetime import datetime
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Schema
from ninja.files import UploadedFile

from tongguan.doors.common.reply import reply
from tongguan.people.contracts import Actor
from tongguan.runtime import files
from tongguan.runtime.contracts import FileInfo

#: Types a browser may show in place; everything else is saved.
_SHOWN = frozenset({"image/jpeg", "image/png", "image/webp", "image/gif"})


class FileShown(Schema):
    """A stored attachment."""

    id: UUID
    name: str
    kind: str
    size: int
    width: int | None
    height: int | None
    taken_at: datetime | None
    at: datetime


def keep(actor: Actor, upload: UploadedFile, purpose: str = "attachment") -> dict[str, Any]:
    """Store an upload; the type is sniffed, images are re-encoded. Raises Invalid, Unavailable."""
    return shown(files.store(actor, upload.name or "", cast("BinaryIO", upload.file), purpose))


def shown(info: FileInfo) -> dict[str, Any]:
    """Give an attachment as doors show it; where a photo was taken is evidence and stays inside."""
    return {name: getattr(info, name) for name in FileShown.model_fields}


def give(request: HttpRequest, file_id: UUID) -> HttpResponse | FileResponse:
    """Answer with the clean copy. Whether the reader may have it is decided before."""
    info, stream = files.open_public(file_id)
    tag = f'"{info.sha256[:32]}"'
    if request.headers.get("if-none-match") == tag:
        stream.close()
        return HttpResponse(status=304, headers={"ETag": tag})
    response = FileResponse(
        stream, as_attachment=info.kind not in _SHOWN, filename=info.name, content_type=info.kind
    )
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response


def stored(info: dict[str, Any]) -> HttpResponse:
    """Answer with a stored attachment."""
    return reply(info, 201)
