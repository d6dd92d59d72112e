# SPDX-License-Identifier: Apache-2.0
"""Attachments: sniffed, bounded, durable; photos tell where and when, their public copies do not."""

import hashlib
import io
import struct
import zipfile
import zlib
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import openpyxl
import pytest
from django.conf import settings
from PIL import ExifTags, Image

from tongguan.kernel.clock import ManualClock
from tongguan.kernel.errors import Invalid, NotFound, Unavailable
from tongguan.runtime import files, lookalikes
from tongguan.runtime.contracts import Lookalike
from tongguan.runtime.models import StoredFile
from tongguan.runtime.testing import Person


def picture(form: str = "JPEG", size: tuple[int, int] = (60, 40), *, exif: Image.Exif | None = None) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, form, **({"exif": exif} if exif else {}))
    return out.getvalue()


def located_exif() -> Image.Exif:
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = 6
    exif[ExifTags.Base.Make] = "SecretPhone"
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    camera[ExifTags.Base.DateTimeOriginal] = "2026:11:23 08:30:00"
    gps = exif.get_ifd(ExifTags.IFD.GPSInfo)
    gps[ExifTags.GPS.GPSLatitudeRef], gps[ExifTags.GPS.GPSLatitude] = "N", (30.0, 54.0, 36.0)
    gps[ExifTags.GPS.GPSLongitudeRef], gps[ExifTags.GPS.GPSLongitude] = "E", (121.0, 12.0, 0.0)
    return exif


def store(actor: Person, content: bytes, name: str = "现场.jpg") -> files.FileInfo:
    return files.store(actor, name, io.BytesIO(content), "evidence")


def kept() -> list[Path]:
    root = Path(settings.FILES_ROOT)
    return sorted(p for p in root.rglob("*") if p.is_file()) if root.exists() else []


@pytest.mark.django_db
def test_a_photo_tells_time_and_place_and_its_public_copy_does_not(
    dispatcher: Person, time: ManualClock
) -> None:
    content = picture(exif=located_exif())
    assert b"SecretPhone" in content
    info = store(dispatcher, content)
    assert (info.kind, info.width, info.height, info.size) == ("image/jpeg", 60, 40, len(content))
    assert info.taken_at == datetime(2026, 11, 23, 0, 30, tzinfo=UTC)
    assert (info.lon, info.lat) == (121.2, 30.91)
    assert (info.actor_key, info.at, info.purpose) == ("user:2", time.now(), "evidence")
    assert info.sha256 == hashlib.sha256(content).hexdigest()

    _, public = files.open_public(info.id)
    with public:
        shown = public.read()
    with Image.open(io.BytesIO(shown)) as copy:
        assert copy.size == (40, 60)  # turned upright
        assert not copy.getexif()
    assert b"SecretPhone" not in shown
    _, original = files.open_original(info.id)
    with original:
        assert original.read() == content


@pytest.mark.django_db
@pytest.mark.parametrize("form", ["PNG", "WEBP"])
def test_pictures_of_other_forms_lose_their_metadata_too(dispatcher: Person, form: str) -> None:
    info = store(dispatcher, picture(form, exif=located_exif()), "x.exe")
    assert info.kind == f"image/{form.lower()}"
    _, public = files.open_public(info.id)
    with public, Image.open(public) as copy:
        assert copy.format == form
        assert not copy.getexif()


@pytest.mark.django_db
def test_content_is_kept_by_hash_once_outside_any_name(dispatcher: Person) -> None:
    one = store(dispatcher, picture(), "../../etc/passwd\x00.jpg")
    other = store(dispatcher, picture(), "b.jpg")
    assert one.name == "passwd.jpg"
    assert one.id != other.id
    assert len(kept()) == 2  # original and public copy
    root = Path(settings.FILES_ROOT)
    assert root / one.sha256[:2] / one.sha256[2:4] / one.sha256 in kept()
    assert lookalikes.reused([one.id]) == {one.id: Lookalike(other, 0, exact=True)}


def office(*parts: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for part in parts:
            archive.writestr(part, "<xml/>")
    return out.getvalue()


def workbook() -> bytes:
    out = io.BytesIO()
    openpyxl.Workbook().save(out)
    return out.getvalue()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n1 0 obj\n", "application/pdf"),
        (b"\x00\x00\x00\x18ftypmp42\x00\x00\x00\x00mp42isom" + bytes(40), "video/mp4"),
        (b"#!AMR\n" + bytes(40), "audio/amr"),
        (b"RIFF\x24\x00\x00\x00WAVEfmt " + bytes(40), "audio/wav"),
        (b"ID3\x03" + bytes(60), "audio/mpeg"),
        (workbook(), "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (
            office("word/document.xml"),
            "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        ),
    ],
)
def test_other_kinds_we_keep(dispatcher: Person, content: bytes, kind: str) -> None:
    info = store(dispatcher, content, "name.bin")
    assert (info.kind, info.width) == (kind, None)
    _, public = files.open_public(info.id)
    with public:
        assert public.read() == content


def bomb() -> bytes:
    """Give a PNG of a few bytes that claims 60,000 x 60,000 pixels."""

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", b"") + chunk(b"IEND", b"")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "file.empty"),
        (b"<html><script>alert(1)</script></html>", "file.kind"),
        (b"<?xml version='1.0'?><svg xmlns='http://www.w3.org/2000/svg'/>", "file.kind"),
        (b"MZ\x90\x00" + bytes(100), "file.kind"),
        (b"GIF89a" + bytes(100), "file.kind"),
        (b"hello world", "file.kind"),
        (office("evil.txt"), "file.kind"),
        (office("word/document.xml", "word/vbaProject.bin"), "file.kind"),
        (b"PK\x03\x04rubbish", "file.kind"),
        (picture()[:200], "file.broken"),
        (picture("PNG")[:60], "file.broken"),
        (bomb(), "file.broken"),
        (b"\xff\xd8\xff\xe0" + bytes(500), "file.broken"),
    ],
)
def test_what_is_not_wanted_is_refused_and_leaves_nothing(
    dispatcher: Person, content: bytes, code: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        store(dispatcher, content)
    assert (refusal.value.code, refusal.value.field) == (code, "file")
    assert kept() == []
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_a_file_too_large_for_its_kind_is_refused(
    dispatcher: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(files.MOST_BYTES, "image", 100)
    with pytest.raises(Invalid) as refusal:
        store(dispatcher, picture())
    assert refusal.value.code == "file.too_large"
    assert kept() == []


class Endless(io.RawIOBase):
    """A sender that never stops."""

    given = 0

    def read(self, size: int = -1) -> bytes:
        self.given += size
        return bytes(size)


@pytest.mark.django_db
def test_an_endless_sender_is_cut_at_the_limit(dispatcher: Person) -> None:
    sender = Endless()
    with pytest.raises(Invalid) as refusal:
        files.store(dispatcher, "x", sender, "evidence")  # type: ignore[arg-type]
    assert refusal.value.code == "file.too_large"
    assert sender.given <= 102 << 20
    assert kept() == []


@pytest.mark.django_db
def test_a_refusing_disk_is_told_plainly(dispatcher: Person, settings: object, tmp_path: Path) -> None:
    (tmp_path / "flat").write_text("not a folder")
    settings.FILES_ROOT = tmp_path / "flat"  # type: ignore[attr-defined]
    with pytest.raises(Unavailable) as refusal:
        store(dispatcher, picture())
    assert refusal.value.params["retry_after"] == 60
    assert not StoredFile.objects.exists()


@pytest.mark.django_db
def test_unknown_and_lost_files_are_not_found(dispatcher: Person) -> None:
    with pytest.raises(NotFound):
        files.open_public(uuid4())
    info = store(dispatcher, picture())
    for path in kept():
        path.unlink()
    with pytest.raises(NotFound) as refusal:
        files.open_public(info.id)
    assert refusal.value.code == "file.lost"
    assert files.infos([info.id, uuid4()]) == {info.id: info}


@pytest.mark.parametrize(
    ("stamp", "offset", "utc"),
    [
        ("2026:11:23 08:30:00", "+09:00", datetime(2026, 11, 22, 23, 30, tzinfo=UTC)),
        ("2026:11:23 08:30:00", "rubbish", datetime(2026, 11, 23, 0, 30, tzinfo=UTC)),
        ("0000:00:00 00:00:00", "", None),
    ],
)
@pytest.mark.django_db
def test_camera_times_with_and_without_zone(
    dispatcher: Person, stamp: str, offset: str, utc: datetime | None
) -> None:
    exif = located_exif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    camera[ExifTags.Base.DateTimeOriginal], camera[ExifTags.Base.OffsetTimeOriginal] = stamp, offset
    assert store(dispatcher, picture(exif=exif)).taken_at == utc


@pytest.mark.django_db
def test_an_impossible_position_is_no_position(dispatcher: Person) -> None:
    exif = located_exif()
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (99.0, 0.0, 0.0)
    info = store(dispatcher, picture(exif=exif))
    assert (info.lon, info.lat) == (None, None)
