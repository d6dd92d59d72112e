# SPDX-License-Identifier: Apache-2.0
"""What a file is, what a photo says of itself, and what it looks like. No database, no folders."""

import io
import warnings
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, BinaryIO
from zoneinfo import ZoneInfo

import puremagic
from PIL import ExifTags, Image, ImageOps

from tongguan.pictures import prints
from tongguan.pictures.prints import SAME, bands, distances, probes

__all__ = [
    "IMAGE_COPIES",
    "SAME",
    "Photo",
    "Unreadable",
    "bands",
    "distances",
    "examine",
    "print_of",
    "probes",
    "sniff",
]

_SNIFFED = 8192
#: More pixels than this are not decoded: 50 megapixels are 150 MB of memory.
MOST_PIXELS = 50_000_000
#: Longest side of a public copy, in pixels.
PUBLIC_SIDE = 4096
_ZONE = ZoneInfo("Asia/Shanghai")
_FULL_CIRCLE, _QUARTER = 180.0, 90.0

_OFFICE = {
    "word/document.xml": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xl/workbook.xml": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
#: What images become in their public copy: type -> (Pillow format, options).
IMAGE_COPIES: Mapping[str, tuple[str, dict[str, Any]]] = {
    "image/jpeg": ("JPEG", {"quality": 85, "optimize": True}),
    "image/png": ("PNG", {}),
    "image/webp": ("WEBP", {"quality": 85}),
}
_SIMPLE = frozenset({*IMAGE_COPIES, "application/pdf", "video/mp4", "audio/amr", "audio/mpeg", "audio/wav"})
_ALIASES = {"audio/x-wav": "audio/wav", "audio/wave": "audio/wav", "audio/vnd.wave": "audio/wav"}
_MP4_BRANDS = (
    b"isom",
    b"iso2",
    b"iso4",
    b"iso5",
    b"iso6",
    b"mp41",
    b"mp42",
    b"avc1",
    b"M4V ",
    b"qt  ",
    b"3gp",
)


class Unreadable(Exception):  # noqa: N818 - said of the file, not of the program
    """The bytes are not what they say, or too large to decode."""


@dataclass(frozen=True, slots=True)
class Photo:
    """What an image's header and EXIF say. Pixels; WGS-84 degrees; time in UTC.

    ``picture``: its print (see ``prints``), None when it shows too little.
    """

    width: int
    height: int
    taken_at: datetime | None
    lon: float | None
    lat: float | None
    picture: int | None = None


def sniff(path: Path) -> str | None:
    """Give the media type by content, or None when it is not one we keep. Names are never trusted."""
    with path.open("rb") as file:
        head = file.read(_SNIFFED)
    if head[:4] == b"PK\x03\x04":
        return _office_type(path)
    if head[4:8] == b"ftyp":
        return "video/mp4" if head[8:12].startswith(_MP4_BRANDS) else None
    if head.startswith(b"#!AMR"):
        return "audio/amr"
    if head.startswith(b"ID3"):
        return "audio/mpeg"
    try:
        matches = puremagic.magic_string(head)
    except (puremagic.PureError, ValueError):
        return None
    kinds = [_ALIASES.get(match.mime_type, match.mime_type) for match in matches]
    best = matches[0].confidence if matches else 0
    likely = [kind for kind, match in zip(kinds, matches, strict=True) if match.confidence >= best]
    return next((kind for kind in likely if kind in _SIMPLE), None)


def _office_type(path: Path) -> str | None:
    try:
        with zipfile.ZipFile(path) as archive:
            names = set(archive.namelist())
    except (zipfile.BadZipFile, OSError, ValueError):
        return None
    if any(name.endswith("vbaProject.bin") for name in names):
        return None
    return next((kind for part, kind in _OFFICE.items() if part in names), None)


def examine(path: Path) -> tuple[Photo, bytes]:
    """Read an image's metadata first, then give its re-encoded copy without any. Raises Unreadable."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", Image.DecompressionBombWarning)
            with Image.open(path) as image:
                if image.width * image.height > MOST_PIXELS:
                    message = f"{image.width} x {image.height} pixels"
                    raise Unreadable(message)
                photo = _photo(image)
                form, options = IMAGE_COPIES[Image.MIME[image.format or ""]]
                pixels = _upright(image, form)
                copy = _encoded(pixels, form, options)
                return replace(photo, picture=prints.taken(pixels)), copy
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError) as error:
        raise Unreadable(str(error)) from error
    except (Image.DecompressionBombError, KeyError, IndexError, TypeError, ZeroDivisionError) as error:
        raise Unreadable(str(error)) from error


def _photo(image: Image.Image) -> Photo:
    exif = image.getexif()
    camera = exif.get_ifd(ExifTags.IFD.Exif)
    lon, lat = _position(exif.get_ifd(ExifTags.IFD.GPSInfo))
    return Photo(image.width, image.height, _taken_at(camera), lon, lat)


def _taken_at(camera: Mapping[int, Any]) -> datetime | None:
    text = str(camera.get(ExifTags.Base.DateTimeOriginal, "")).strip("\x00 ")
    offset = str(camera.get(ExifTags.Base.OffsetTimeOriginal, "")).strip("\x00 ")
    try:
        local = datetime.strptime(text, "%Y:%m:%d %H:%M:%S").replace(tzinfo=_ZONE)
    except ValueError:
        return None
    try:
        return datetime.strptime(text + offset, "%Y:%m:%d %H:%M:%S%z").astimezone(UTC)
    except ValueError:
        return local.astimezone(UTC)


def _position(gps: Mapping[int, Any]) -> tuple[float | None, float | None]:
    lat = _degrees(gps.get(ExifTags.GPS.GPSLatitude), gps.get(ExifTags.GPS.GPSLatitudeRef), "S", _QUARTER)
    lon = _degrees(
        gps.get(ExifTags.GPS.GPSLongitude), gps.get(ExifTags.GPS.GPSLongitudeRef), "W", _FULL_CIRCLE
    )
    return (None, None) if lat is None or lon is None or (lat == 0 and lon == 0) else (lon, lat)


def _degrees(parts: Any, side: Any, negative: str, most: float) -> float | None:
    try:
        degrees, minutes, seconds = (float(part) for part in parts)
    except (TypeError, ValueError, ZeroDivisionError):
        return None
    value = degrees + minutes / 60 + seconds / 3600
    if not 0 <= value <= most:
        return None
    return round(-value if str(side).strip("\x00 ").upper() == negative else value, 7)


def _upright(image: Image.Image, form: str) -> Image.Image:
    image.draft("RGB", (PUBLIC_SIDE, PUBLIC_SIDE))
    upright = ImageOps.exif_transpose(image)
    upright.thumbnail((PUBLIC_SIDE, PUBLIC_SIDE))
    clear = "A" in upright.getbands() or "transparency" in upright.info
    return upright.convert("RGBA" if clear and form != "JPEG" else "RGB")


def _encoded(pixels: Image.Image, form: str, options: Mapping[str, Any]) -> bytes:
    """Encode the pixels alone, without anything that was said beside them."""
    plain = Image.frombytes(pixels.mode, pixels.size, pixels.tobytes())
    out = io.BytesIO()
    plain.save(out, form, **options)
    return out.getvalue()


def print_of(stream: BinaryIO) -> int | None:
    """Give the print of a kept clean copy, None for what is no readable picture. Never raises for content."""
    try:
        with Image.open(stream) as image:
            if image.width * image.height > MOST_PIXELS:
                return None
            return prints.taken(_upright(image, "JPEG"))
    except (
        OSError,
        ValueError,
        SyntaxError,
        EOFError,
        OverflowError,
        MemoryError,
        Image.DecompressionBombError,
    ):
        return None
