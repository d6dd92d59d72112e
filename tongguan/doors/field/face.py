# SPDX-License-Identifier: Apache-2.0
"""The collector's interface (采集端): offline batches, tasks by difference, the own area. /api/field."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Schema
from ninja.files import UploadedFile
from pydantic import Field, StrictBool

from tongguan.doors.common import files
from tongguan.doors.common.faces import answers, face
from tongguan.doors.common.files import FileShown
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.problems import english
from tongguan.doors.common.reply import encode, reply
from tongguan.doors.common.shapes import FileIds, Latitude, Longitude, Moment, Told, example
from tongguan.doors.common.telling import receipt_shown
from tongguan.doors.desk.auth import Session, actor_of
from tongguan.intake.contracts import Receipt, ReportIn
from tongguan.patrol import api as patrol
from tongguan.patrol import queries
from tongguan.patrol.contracts import Entry, EntryAnswer, Kind, Point

api = face(
    name="field",
    title="统管采集端接口",
    description="信息采集员离线记录的批量上传、任务差量同步与责任网格。修改须带 X-CSRFToken。",
    auth=[Session()],
    throttle=[Bucket("field", rate=20, burst=200)],
)

_FOUND = {
    "client_id": "0198f0aa-0000-7000-8000-000000000001",
    "kind": "report",
    "told_at": "2026-05-01T09:30:00+08:00",
    "report": {"text": "井盖破损", "item_code": "01001", "lon": 121.005, "lat": 30.805},
}


class PointTold(Told):
    """Where the collector was, and when by the device's clock."""

    at: Moment
    lon: Longitude
    lat: Latitude
    accuracy: float = Field(0, ge=0, le=100_000, allow_inf_nan=False)


class FoundTold(Told):
    """What was found on patrol."""

    text: str = Field(min_length=1, max_length=20_000)
    title: str = Field("", max_length=200)
    item_code: str = Field("", max_length=20)
    lon: Longitude | None = None
    lat: Latitude | None = None
    system: str = Field("WGS84", max_length=10)
    address: str = Field("", max_length=300)
    division: str = Field("", max_length=12)
    grid: str = Field("", max_length=20)


class EntryTold(Told):
    """One thing done in the field, under the number the device gave it. See docs/field.md."""

    model_config = example(_FOUND)

    client_id: UUID
    kind: Literal["report", "verify", "check", "photos", "track"]
    told_at: Moment
    report: FoundTold | None = None
    case_id: UUID | None = None
    good: StrictBool = Field(default=False, description="核实：属实；核查：通过")
    words: str = Field("", max_length=2000)
    of: UUID | None = Field(None, description="照片所属记录的 client_id")
    photos: FileIds = []
    points: Annotated[list[PointTold], Field(max_length=2000)] = []


class EntriesTold(Told):
    """What the device did since; in any order, as often as needed."""

    model_config = example(entries=[_FOUND])

    entries: Annotated[list[EntryTold], Field(max_length=patrol.MOST)]


class EntryAnswerShown(Schema):
    """What became of one entry: accepted, repeated, refused (with the field), conflict, waiting."""

    client_id: UUID
    outcome: str
    first: str = ""
    code: str = ""
    field: str = ""
    detail: str = ""
    case_id: UUID | None = None
    receipt: Receipt | None = None


class KnownTold(Told):
    """A task the device knows, with its version."""

    case_id: UUID
    version: int = Field(ge=0, le=2**31 - 1)


class SyncTold(Told):
    """What the device knows; nothing: give all."""

    model_config = example(known=[{"case_id": "0198f0aa-0000-7000-8000-000000000001", "version": 3}])

    known: Annotated[list[KnownTold], Field(max_length=500)] = []


class TaskShown(Schema):
    """A task: verify before filing, or check after handling."""

    case_id: UUID
    version: int
    kind: str
    number: str
    title: str
    item_code: str
    address: str
    division: str
    grid: str
    lon: float | None
    lat: float | None
    urgency: str
    due_at: datetime | None


class SyncShown(Schema):
    """Tasks that are new or changed, and those that are no longer the own."""

    changed: list[TaskShown]
    open: list[UUID]
    gone: list[UUID]


@api.post("/entries", response=answers(list[EntryAnswerShown]), operation_id="submit_entries")
def submit(request: HttpRequest, told: EntriesTold) -> HttpResponse:
    """Take a batch; each entry is answered on its own, in the given order."""
    found = patrol.submit(actor_of(request), [_entry(one) for one in told.entries])
    return reply([_answer(request, one) for one in found])


@api.post("/tasks", response=answers(SyncShown), operation_id="sync_tasks")
def sync(request: HttpRequest, told: SyncTold) -> HttpResponse:
    """Give the difference between what the device knows and the own tasks now."""
    known = {one.case_id: one.version for one in told.known}
    changed, now, gone = queries.sync(actor_of(request), known)
    return reply({"changed": [_task(case) for case in changed], "open": now, "gone": gone})


@api.get("/area", response=answers(dict[str, Any]), operation_id="duty_area")
def area(request: HttpRequest) -> HttpResponse:
    """Give the own duty grids as GeoJSON, for the map without a net."""
    return reply(queries.area(actor_of(request)))


@api.post(
    "/files",
    throttle=[Bucket("field_files", rate=5, burst=60)],
    response=answers(FileShown, 201),
    operation_id="keep_photo",
)
def keep(request: HttpRequest, file: File[UploadedFile]) -> HttpResponse:
    """Keep a photo; its number goes into an entry, before or after."""
    actor = actor_of(request)
    queries.must_be_collector(actor)
    return files.keep(request, actor, file)


def _entry(told: EntryTold) -> Entry:
    report = None
    if told.report is not None:
        payload = encode(told.report.model_dump(exclude_unset=True)).decode()
        report = ReportIn(source="grid", payload=payload, **told.report.model_dump())
    return Entry(
        client_id=told.client_id,
        kind=Kind(told.kind),
        told_at=told.told_at,
        report=report,
        case_id=told.case_id,
        good=told.good,
        words=told.words,
        of=told.of,
        photos=tuple(told.photos),
        points=tuple(Point(p.at, p.lon, p.lat, p.accuracy) for p in told.points),
    )


def _answer(request: HttpRequest, one: EntryAnswer) -> dict[str, Any]:
    refusal = one.refusal
    told = {"client_id": one.client_id, "outcome": one.outcome, "first": one.first, "case_id": one.case_id}
    if refusal is not None:
        detail = refusal.en if english(request) else refusal.zh
        told |= {"code": refusal.code, "field": refusal.field or "", "detail": detail}
    if one.receipt is not None:
        told["receipt"] = receipt_shown(one.receipt)
    return told


def _task(case: Any) -> dict[str, Any]:
    names = [name for name in TaskShown.model_fields if name not in {"case_id", "kind"}]
    kind = "verify" if case.state == "pending_verify" else "check"
    return {"case_id": case.id, "kind": kind, **{name: getattr(case, name) for name in names}}
