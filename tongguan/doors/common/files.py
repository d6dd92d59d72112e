# SPDX-License-Identifier: Apache-2.0
"""Attachments at every door: taken whole, given back clean."""

from datetime import datetime
from hashlib import sha256
from typing import Any, BinaryIO, cast
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Schema
from ninja.files import UploadedFile

from tongguan.doors.common.once import key_of, once
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


def keep(
    request: HttpRequest, actor: Actor, upload: UploadedFile, purpose: str = "attachment"
) -> HttpResponse:
    """Store an upload and answer with it; the type is sniffed, images are re-encoded.

    The same ``Idempotency-Key`` stores it once. Raises Invalid, Unavailable, Conflict.
    """
    stream = cast("BinaryIO", upload.file)
    name = upload.name or ""
    mark = b""
    if key_of(request):
        digest = sha256(name.encode())
        for block in upload.chunks():
            digest.update(block)
        mark = digest.digest()
        stream.seek(0)
    return once(request, actor, lambda: shown(files.store(actor, name, stream, purpose)), body=mark)


def shown(info: FileInfo) -> dict[str, Any]:
    """Give an attachment as doors show it; where a photo was taken is evidence and stays inside."""
    return {name: getattr(info, name) for name in FileShown.model_fields}


def give(request: HttpRequest, file_id: UUID) -> HttpResponse | FileResponse:
    """Answer with the clean copy. Whether the reader may have it is decided before."""
    return send(request, *files.open_public(file_id))


def send(
    request: HttpRequest, info: FileInfo, stream: BinaryIO, name: str = ""
) -> HttpResponse | FileResponse:
    """Answer with what was opened, under its own name or another, or 304."""
    tag = f'"{info.sha256[:32]}"'
    if request.headers.get("if-none-match") == tag:
        stream.close()
        return HttpResponse(status=304, headers={"ETag": tag})
    response = FileResponse(
        stream, as_attachment=info.kind not in _SHOWN, filename=name or info.name, content_type=info.kind
    )
    response["ETag"] = tag
    response["Cache-Control"] = "private, max-age=3600"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    return response
