# SPDX-License-Identifier: Apache-2.0
"""The base map: one PMTiles file served in ranges, and what is in it. Public, without sign-in.

A city's own file (``TONGGUAN_MAP_FILE``) takes the place of the demo city's. Header layout: PMTiles
specification, version 3.
"""

import gzip
import hashlib
import json
import re
import struct
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Final, TypeVar

from django.conf import settings
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.http import require_safe
from ninja import Schema

from tongguan.doors.common.faces import answers, face
from tongguan.doors.common.limits import Bucket

_HEADER: Final = struct.Struct("<7sB11Q6B4iB2i")
_RANGE: Final = re.compile(r"bytes=(\d{0,15})-(\d{0,15})")
_GZIP: Final = 2
#: The longest piece of one answer; readers ask for directories and single tiles.
_MOST: Final = 16 * 1024 * 1024

api = face(
    name="map",
    title="统管地图接口",
    description="底图文件与其说明，无需登录。",
    auth=None,
    throttle=[Bucket("map", rate=20, burst=200)],
)


class MapShown(Schema):
    """What the base map holds and how to draw it."""

    name: str
    bounds: tuple[float, float, float, float]
    center: tuple[float, float]
    zoom: int
    min_zoom: int
    max_zoom: int
    url: str
    hash: str
    size: int
    system: str
    review_number: str | None
    attribution: str
    layers: list[str]


_Answer = TypeVar("_Answer", bound=HttpResponseBase)


@dataclass(frozen=True, slots=True)
class _Read:
    """A file's header and metadata."""

    name: str
    attribution: str
    layers: list[str]
    box: tuple[float, float, float, float]
    center: tuple[float, float]
    zooms: tuple[int, int, int]
    digest: str
    size: int


@api.get("/info", response=answers(MapShown), operation_id="map_info", summary="底图说明")
def info(request: HttpRequest) -> MapShown:
    """Give name, bounds, zooms, file address and review number (审图号) of the base map."""
    read = _current()
    return MapShown(
        name=read.name,
        bounds=read.box,
        center=read.center,
        zoom=read.zooms[2],
        min_zoom=read.zooms[0],
        max_zoom=read.zooms[1],
        url=f"/map/city.pmtiles?v={read.digest[:12]}",
        hash=read.digest,
        size=read.size,
        system="WGS84",
        review_number=settings.MAP_REVIEW_NUMBER or None,
        attribution=read.attribution,
        layers=read.layers,
    )


@require_safe
def city_file(request: HttpRequest) -> HttpResponseBase:
    """Give the map file, or the asked range of it (206); 304 when the reader has it, 416 beyond its end."""
    path, read = _path(), _current()
    tag = f'"{read.digest[:32]}"'
    if request.headers.get("If-None-Match") == tag:
        return _answer(304, b"", tag)
    asked = _RANGE.fullmatch(request.headers.get("Range", ""))
    if asked is None or not any(asked.groups()) or request.headers.get("If-Range", tag) != tag:
        return _dressed(FileResponse(path.open("rb")), tag)
    first, last = _span(asked[1], asked[2], read.size)
    if first > last:
        answer = _answer(416, b"", tag)
        answer["Content-Range"] = f"bytes */{read.size}"
        return answer
    last = min(last, first + _MOST - 1)
    with path.open("rb") as file:
        file.seek(first)
        answer = _answer(206, file.read(last - first + 1), tag)
    answer["Content-Range"] = f"bytes {first}-{last}/{read.size}"
    return answer


def _span(first: str, last: str, size: int) -> tuple[int, int]:
    """Give first and last byte of a range (RFC 9110, 14.1.2); an unsatisfiable one ends before it begins."""
    if not first:
        return max(0, size - int(last)), size - 1
    if int(first) >= size:
        return size, size - 1
    return int(first), min(int(last), size - 1) if last else size - 1


def _answer(status: int, body: bytes, tag: str) -> HttpResponse:
    return _dressed(HttpResponse(body, status=status), tag)


def _dressed(answer: _Answer, tag: str) -> _Answer:
    answer["Content-Type"] = "application/vnd.pmtiles"
    answer["Accept-Ranges"] = "bytes"
    answer["ETag"] = tag
    answer["Cache-Control"] = "public, max-age=3600"
    return answer


def _path() -> Path:
    return Path(settings.MAP_FILE)


def _current() -> _Read:
    path = _path()
    stat = path.stat()
    return _read(path, stat.st_mtime_ns, stat.st_size)


@lru_cache(maxsize=4)
def _read(path: Path, changed: int, size: int) -> _Read:
    """Read header and metadata; a replaced file has another time or size."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        begin = file.read(_HEADER.size)
        if len(begin) < _HEADER.size:
            raise ValueError(f"{path} is no PMTiles file")
        head = _HEADER.unpack(begin)
        if head[:2] != (b"PMTiles", 3):
            raise ValueError(f"{path} is no PMTiles file of version 3")
        file.seek(head[4])
        piece = file.read(head[5])
    told = json.loads(gzip.decompress(piece) if head[14] == _GZIP else piece)
    west, south, east, north, zoom, lon, lat = head[19:]
    return _Read(
        name=str(told.get("name", "")),
        attribution=str(told.get("attribution", "")),
        layers=[str(layer["id"]) for layer in told.get("vector_layers", [])],
        box=(west / 1e7, south / 1e7, east / 1e7, north / 1e7),
        center=(lon / 1e7, lat / 1e7),
        zooms=(head[17], head[18], zoom),
        digest=digest,
        size=size,
    )
