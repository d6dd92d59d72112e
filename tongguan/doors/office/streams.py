# SPDX-License-Identifier: Apache-2.0
"""Devices and their streams at the desk: looked up, newest values, courses, strangers, files (F4, F11)."""

from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, Literal

import numpy as np
from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Query, Router, Schema
from ninja.files import UploadedFile
from pydantic import Field

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told
from tongguan.gateways import queries as gateways
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound, Unavailable
from tongguan.kernel.frames import Quality
from tongguan.sensing import queries as readings
from tongguan.sensors import api as sensors
from tongguan.sensors import queries

router = Router(tags=["感知设备 devices"])
_MOST: Final = 2**62
_DAYS: Final = {"day": 1, "week": 7, "year": 366}
#: A stream that has said nothing for so many of its own spans is late.
_LATE_SPANS: Final = 3
_FILES: Final = (".csv", ".json", ".jsonl", ".ndjson")


class NewestShown(Schema):
    """The newest reading: value, when (ms since 1970, UTC), how old in seconds, what is to be said of it.

    ``late``: older than three of the stream's own spans; null where no span is declared.
    """

    value: float | None
    at: int
    age_s: float
    quality: list[str]
    late: bool | None


class DeviceStream(Schema):
    """A stream with its thing and device; ``newest`` null: nothing was ever heard, or readings are away."""

    id: int
    key: str
    name: str
    unit: str
    low: float | None
    high: float | None
    every: float | None
    division: str
    active: bool
    thing: str
    thing_name: str
    kind: str
    lon: float | None
    lat: float | None
    sensor: str
    sensor_name: str
    model: str
    maker: str
    observed: str
    observed_name: str
    newest: NewestShown | None


class NamedShown(Schema):
    """A code with its name."""

    code: str
    name: str


class StreamsShown(Schema):
    """A page of streams; ``away``: who keeps the readings cannot be asked just now."""

    rows: list[DeviceStream]
    next: int | None
    away: bool
    kinds: list[str]
    properties: list[NamedShown]


class StreamsAsked(Schema):
    """What is looked for; what is empty does not narrow."""

    text: str = Field("", max_length=60)
    kind: str = Field("", max_length=40)
    observed: str = Field("", max_length=64)
    division: str = Field("", max_length=12, pattern="^[0-9]*$")
    after: int = Field(0, ge=0, le=_MOST)
    limit: int = Field(50, ge=1, le=200)


class StreamCourse(Schema):
    """A stream's course in columns that lose neither a peak nor a trough.

    ``at``: ms since 1970 (UTC). ``step``: ms of the sums it was drawn from, 0: single readings. ``flagged``:
    of how many columns something is to be said. ``limits``: the declared range.
    """

    stream: int
    name: str
    unit: str
    begin: int
    end: int
    step: int
    at: list[int]
    low: list[float | None]
    high: list[float | None]
    mean: list[float | None]
    flagged: int
    limits: list[float | None]


class StrangerShown(Schema):
    """A device that told readings and is not registered; ``broker``: over which it came."""

    broker: str
    thing: str
    property: str
    unit: str
    value: float | None
    count: int
    first_at: str
    last_at: str


class DevicesTold(Told):
    """In which coordinate system the file's places are."""

    crs: Literal["WGS84", "GCJ02", "BD09", "CGCS2000"] = "WGS84"


class NotTaken(Schema):
    """A row that was not taken."""

    row: int
    field: str
    detail: str
    raw: str


class DevicesTaken(Schema):
    """What became of a file; the first 1,000 of the rows that were not taken."""

    rows: int
    things: int
    streams: int
    created: int
    updated: int
    refused: int
    refusals: list[NotTaken]


@router.get("/streams", response=answers(StreamsShown), operation_id="streams")
def streams(request: HttpRequest, asked: Query[StreamsAsked]) -> HttpResponse:
    """Give registered streams with their newest values, by number, page by page."""
    actor = actor_of(request)
    rows = queries.listed(actor, queries.Looked(**asked.model_dump()))
    newest, away = _newest([row.id for row in rows])
    kinds, properties = queries.kinds(actor)
    return reply(
        {
            "rows": [_stream(row, newest) for row in rows],
            "next": rows[-1].id if len(rows) == asked.limit else None,
            "away": away,
            "kinds": kinds,
            "properties": [{"code": code, "name": name} for code, name in properties],
        }
    )


@router.get("/streams/strangers", response=answers(list[StrangerShown]), operation_id="stream_strangers")
def strangers(request: HttpRequest) -> HttpResponse:
    """Give devices that tell readings and wait to be registered, over brokers of the own divisions."""
    actor = actor_of(request)
    return reply(
        [
            {
                **{name: getattr(note, name) for name in ("thing", "property", "unit", "value", "count")},
                "broker": broker.name,
                "first_at": note.first_at.isoformat(),
                "last_at": note.last_at.isoformat(),
            }
            for broker in gateways.brokers(actor)
            for note in gateways.notes(actor, broker.name)
        ]
    )


@router.get("/streams/{int:stream}", response=answers(DeviceStream), operation_id="stream")
def show(request: HttpRequest, stream: int) -> HttpResponse:
    """Give one stream with its newest value."""
    row = queries.one(actor_of(request), _bounded(stream))
    return reply(_stream(row, _newest([row.id])[0]))


@router.get("/streams/{int:stream}/course", response=answers(StreamCourse), operation_id="stream_course")
def course(
    request: HttpRequest,
    stream: int,
    span: Literal["day", "week", "year"] = "day",
    pixels: int = Query(640, ge=50, le=2_000),
) -> HttpResponse:
    """Give a stream's course over the last day, week or year."""
    row = queries.one(actor_of(request), _bounded(stream))
    now = clock.now()
    begin, end = (round(at.timestamp() * 1000) for at in (now - timedelta(days=_DAYS[span]), now))
    found = readings.chart(row.id, begin, end, pixels)
    columns = {name: _plain(getattr(found, name)) for name in ("low", "high", "mean")}
    about = {"stream": row.id, "name": row.name, "unit": row.unit, "begin": begin, "end": end}
    return reply(
        {
            **about,
            **columns,
            "step": int(found.step),
            "at": found.at.tolist(),
            "flagged": int(np.count_nonzero(found.quality)),
            "limits": [row.low, row.high],
        }
    )


@router.post(
    "/streams",
    throttle=[Bucket("devices", rate=0.2, burst=10)],
    response=answers(DevicesTaken, 201),
    operation_id="take_devices",
)
def take(request: HttpRequest, told: Form[DevicesTold], file: File[UploadedFile]) -> HttpResponse:
    """Register things, devices and streams from CSV or JSON; rows that do not hold are told and kept."""
    ending = Path(file.name or "").suffix.lower()
    if ending not in _FILES:
        raise Invalid("file.kind", "请上传 CSV 或 JSON 文件", "send a CSV or JSON file", field="file")
    with TemporaryDirectory() as folder:
        path = Path(folder) / f"devices{ending}"
        path.write_bytes(file.read())
        done = sensors.import_file(actor_of(request), path, crs=told.crs)
    refusals = [
        {"row": one.place, "field": one.field, "detail": one.zh, "raw": one.raw} for one in done.refusals
    ]
    counts = ("rows", "things", "streams", "created", "updated", "refused")
    return reply({**{name: getattr(done, name) for name in counts}, "refusals": refusals}, 201)


def _bounded(stream: int) -> int:
    if stream > _MOST:
        raise NotFound("stream.unknown", "没有这条数据流", "there is no such stream", field="stream")
    return stream


def _newest(numbers: list[int]) -> tuple[dict[int, tuple[int, float, int]], bool]:
    """Give (at, value, quality) of streams by number, and whether the readings cannot be asked."""
    if not numbers:
        return {}, False
    try:
        found = readings.latest(numbers)
    except Unavailable:
        return {}, True
    rows = zip(
        found.stream.tolist(), found.at.tolist(), found.value.tolist(), found.quality.tolist(), strict=True
    )
    return {stream: (at, value, quality) for stream, at, value, quality in rows}, False


def _stream(row: Any, newest: dict[int, tuple[int, float, int]]) -> dict[str, Any]:
    shown = {name: getattr(row, name) for name in DeviceStream.model_fields if name != "newest"}
    if row.id not in newest:
        return {**shown, "newest": None}
    at, value, quality = newest[row.id]
    age = max(0.0, clock.now().timestamp() - at / 1000)
    told = [str(flag.name).lower() for flag in Quality if flag and flag in Quality(quality)]
    late = None if not row.every else age > _LATE_SPANS * row.every
    number = None if value != value else value  # noqa: PLR0124 - NaN is not itself
    return {**shown, "newest": {"value": number, "at": at, "age_s": age, "quality": told, "late": late}}


def _plain(values: Any) -> list[float | None]:
    return [value if value == value else None for value in values.tolist()]  # noqa: PLR0124 - NaN is not itself
