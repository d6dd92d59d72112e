# SPDX-License-Identifier: Apache-2.0
"""Attachments: kept outside the web root by content hash, images shown only as clean copies."""

import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import BinaryIO, Final
from uuid import UUID

from django.conf import settings

from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound, Unavailable
from tongguan.pictures.api import IMAGE_COPIES, Photo, Unreadable, bands, examine, sniff
from tongguan.runtime.contracts import Acting, FileInfo
from tongguan.runtime.models import StoredFile

_CHUNK = 1 << 20
_MEGABYTE = 1 << 20
#: Largest size in bytes by the first word of the type.
MOST_BYTES = {
    "image": 20 * _MEGABYTE,
    "application": 30 * _MEGABYTE,
    "audio": 30 * _MEGABYTE,
    "video": 100 * _MEGABYTE,
}
_MOST = max(MOST_BYTES.values())
_LONGEST_NAME = 200
#: The version of the prints' method: pictures looked at by an older one are looked at again.
METHOD: Final = 1
QUARTERS: Final = ("quarter_a", "quarter_b", "quarter_c", "quarter_d")
_SIGN, _WRAP = 1 << 63, 1 << 64


def store(actor: Acting, name: str, stream: BinaryIO, purpose: str, *, field: str = "file") -> FileInfo:
    """Keep an attachment and give its description.

    The type is sniffed from the content. Raises Invalid (with ``field``) for an empty, over-large, broken
    or unwanted file, Unavailable when the disk refuses. Durable before the row is written: a crash may
    leave a file without a row, never a row without a file.
    """
    try:
        incoming, sha256, size = _receive(stream, field)
    except OSError as error:
        raise _disk(error) from error
    try:
        kind = sniff(incoming)
        if kind is None:
            raise _invalid("kind", "不接受此类文件", "files of this kind are not accepted", field)
        if size > MOST_BYTES[kind.partition("/")[0]]:
            raise _too_large(MOST_BYTES[kind.partition("/")[0]], field)
        photo, public = _examined(incoming, kind, field)
        public_sha256 = hashlib.sha256(public).hexdigest() if public else ""
        _settle(incoming, sha256)
        if public:
            _write(public, public_sha256)
    except OSError as error:
        raise _disk(error) from error
    finally:
        incoming.unlink(missing_ok=True)
    row = StoredFile.objects.create(
        sha256=sha256,
        public_sha256=public_sha256,
        name=_tidy(name),
        kind=kind,
        size=size,
        width=photo.width if photo else None,
        height=photo.height if photo else None,
        taken_at=photo.taken_at if photo else None,
        lon=photo.lon if photo else None,
        lat=photo.lat if photo else None,
        purpose=purpose,
        actor_key=actor.key,
        actor_name=actor.name,
        at=clock.now(),
        **print_columns(photo.picture if photo else None),
    )
    return described(row)


def print_columns(picture: int | None) -> dict[str, int | None]:
    """Give a print as the columns of a picture that was looked at: a signed number and its quarters."""
    if picture is None:
        return {"looked": METHOD}
    signed = picture - _WRAP if picture >= _SIGN else picture
    return {"looked": METHOD, "picture": signed, **dict(zip(QUARTERS, bands(picture), strict=True))}


def info(file_id: UUID) -> FileInfo:
    """Describe one attachment. Raises NotFound. Whether the reader may know is the caller's to decide."""
    return described(_row(file_id))


def infos(file_ids: Iterable[UUID]) -> dict[UUID, FileInfo]:
    """Describe many attachments with one query; unknown ones are left out."""
    return {row.id: described(row) for row in StoredFile.objects.filter(id__in=set(file_ids))}


def open_public(file_id: UUID) -> tuple[FileInfo, BinaryIO]:
    """Open what may be shown: the clean copy of an image, other files as they are. Raises NotFound.

    Serve non-images with ``Content-Disposition: attachment``.
    """
    row = _row(file_id)
    return described(row), _open(row.public_sha256 or row.sha256)


def open_original(file_id: UUID) -> tuple[FileInfo, BinaryIO]:
    """Open the bytes as they came, metadata and all: for evidence checks, never for publication."""
    row = _row(file_id)
    return described(row), _open(row.sha256)


def opened(row: StoredFile) -> BinaryIO | None:
    """Open what may be shown of a row of this room, or None when its content is missing."""
    try:
        return _open(row.public_sha256 or row.sha256)
    except NotFound:
        return None


def _row(file_id: UUID) -> StoredFile:
    row = StoredFile.objects.filter(id=file_id).first()
    if row is None:
        raise NotFound("file.unknown", zh="没有这个附件", en="no such file")
    return row


def described(row: StoredFile) -> FileInfo:
    """Give the description of a row of this room."""
    return FileInfo(
        id=row.id,
        sha256=row.sha256,
        name=row.name,
        kind=row.kind,
        size=row.size,
        width=row.width,
        height=row.height,
        taken_at=row.taken_at,
        lon=row.lon,
        lat=row.lat,
        purpose=row.purpose,
        actor_key=row.actor_key,
        at=row.at,
    )


def _receive(stream: BinaryIO, field: str) -> tuple[Path, str, int]:
    """Write the stream to a synced temporary file beside its later place."""
    folder = Path(settings.FILES_ROOT) / "incoming"
    folder.mkdir(parents=True, exist_ok=True)
    digest, size = hashlib.sha256(), 0
    with NamedTemporaryFile(dir=folder, delete=False) as file:
        path = Path(file.name)
        try:
            while size <= _MOST and (block := stream.read(_CHUNK)):
                size += len(block)
                digest.update(block)
                file.write(block)
            _check_size(size, field)
            file.flush()
            os.fsync(file.fileno())
        except BaseException:
            path.unlink(missing_ok=True)
            raise
    return path, digest.hexdigest(), size


def _check_size(size: int, field: str) -> None:
    if size > _MOST:
        raise _too_large(_MOST, field)
    if not size:
        raise _invalid("empty", "文件为空", "the file is empty", field)


def _examined(path: Path, kind: str, field: str) -> tuple[Photo | None, bytes]:
    if kind not in IMAGE_COPIES:
        return None, b""
    try:
        return examine(path)
    except Unreadable as error:
        raise _invalid(
            "broken", "图片损坏或像素过大", "the image is broken or has too many pixels", field
        ) from error


def place_of(sha256: str) -> Path:
    """Give where content lies."""
    return Path(settings.FILES_ROOT) / sha256[:2] / sha256[2:4] / sha256


def _settle(incoming: Path, sha256: str) -> None:
    """Move a synced file to its place by one rename, and make the rename durable."""
    place = place_of(sha256)
    place.parent.mkdir(parents=True, exist_ok=True)
    incoming.chmod(0o640)
    incoming.replace(place)
    for folder in (place.parent, place.parent.parent, place.parent.parent.parent):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


def _write(content: bytes, sha256: str) -> None:
    with NamedTemporaryFile(dir=Path(settings.FILES_ROOT) / "incoming", delete=False) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    _settle(Path(file.name), sha256)


def _open(sha256: str) -> BinaryIO:
    try:
        return place_of(sha256).open("rb")
    except FileNotFoundError as error:
        raise NotFound("file.lost", zh="附件内容缺失", en="the file's content is missing") from error


def _tidy(name: str) -> str:
    """Give the last part of the name, without control characters, its ending kept."""
    last = name.replace("\\", "/").rpartition("/")[2]
    clean = "".join(c for c in last if c.isprintable()).strip() or "file"
    stem, dot, ending = clean.rpartition(".")
    return (
        clean if len(clean) <= _LONGEST_NAME else stem[: _LONGEST_NAME - len(ending) - 1] + dot + ending[:20]
    )


def _invalid(code: str, zh: str, en: str, field: str) -> Invalid:
    return Invalid(f"file.{code}", zh=zh, en=en, field=field)


def _too_large(most: int, field: str) -> Invalid:
    megabytes = most // _MEGABYTE
    return Invalid(
        "file.too_large",
        zh=f"文件超过 {megabytes} MB",
        en=f"the file is larger than {megabytes} MB",
        field=field,
        most=most,
    )


def _disk(error: OSError) -> Unavailable:
    return Unavailable(
        "file.storage",
        zh="附件暂时无法保存，请稍后再试",
        en=f"the file cannot be stored now: {error.strerror}",
        retry_after=60,
    )
