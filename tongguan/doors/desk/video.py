# SPDX-License-Identifier: Apache-2.0
"""The desk judges what video algorithms found, reads the precision book and keeps the cameras."""

from typing import Annotated, Literal
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field, StrictBool

from tongguan.doors.common import files
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import cursor_id, reply, seal
from tongguan.doors.common.shapes import Latitude, Longitude, Told, example
from tongguan.doors.desk.auth import actor_of
from tongguan.kernel.errors import NotFound
from tongguan.video import api as video
from tongguan.video import queries
from tongguan.video.contracts import CameraIn, FindingInfo

router = Router(tags=["视频 video"])


class CameraTold(Told):
    """A camera to register, or to change by its code."""

    code: str = Field(min_length=1, max_length=64)
    name: str = Field(min_length=1, max_length=100)
    division: str = Field(min_length=6, max_length=12)
    lon: Longitude
    lat: Latitude
    gb_id: str = Field("", max_length=20, description="GB/T 28181 编号，20 位")
    url: str = Field("", max_length=300, description="rtsp 地址，不含账号密码")
    unit_id: Annotated[int, Field(ge=1, le=2**31 - 1)] | None = None
    active: StrictBool = True


class CamerasTold(Told):
    """Cameras, all or none."""

    model_config = example(
        cameras=[
            {
                "code": "CAM-01",
                "name": "人民路口",
                "division": "990101001001",
                "lon": 121.005,
                "lat": 30.805,
                "gb_id": "99010100001320000001",
            }
        ]
    )

    cameras: list[CameraTold] = Field(min_length=1, max_length=video.MOST_CAMERAS)


class CameraShown(CameraTold):
    """A registered camera."""

    id: int
    grid: str


class Registered(Told):
    """How many were registered or changed."""

    cameras: int


class FindingPage(Schema):
    """Findings, newest first."""

    rows: list[FindingInfo]
    next: str | None


class KindShown(Schema):
    """A kind that cameras may find."""

    code: str
    title: str
    item_code: str


class ReasonShown(Schema):
    """Why a finding may be rejected; ``wrong``: that counts against the camera."""

    code: str
    title: str
    wrong: bool


class DeclaredShown(Schema):
    """The kinds, and the reasons in the order of the keys 1 to 9."""

    kinds: list[KindShown]
    reasons: list[ReasonShown]


class AcceptTold(Told):
    """Finds it right."""

    model_config = example(note="确有暴露垃圾")

    note: str = Field("", max_length=500)


class RejectTold(Told):
    """Finds it wrong, for a reason of the list."""

    model_config = example(reason="not_there")

    reason: str = Field(min_length=1, max_length=40)
    note: str = Field("", max_length=500)


class BookShown(Schema):
    """How right a camera was about a kind, by people's judgement."""

    camera_code: str
    kind: str
    reviewed: int
    right: int
    precision: float
    lower: float
    target: float | None
    least: int
    automatic: bool
    words: str


class PassSwitchTold(Told):
    """Turns the automatic pass off, or back to what the book says; without a kind for all of them."""

    model_config = example(camera="CAM-01", kind="exposed_garbage", off=True, reason="镜头被遮挡")

    camera: str = Field(min_length=1, max_length=64)
    kind: str = Field("", max_length=40)
    off: StrictBool
    reason: str = Field(min_length=1, max_length=500)


@router.get("/video/cameras", response=answers(list[CameraShown]), operation_id="cameras")
def cameras(
    request: HttpRequest,
    division: str = Query("", max_length=12),
    after: str = Query("", max_length=64),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """List cameras by code, after one."""
    return reply(queries.cameras(actor_of(request), division=division, after=after, limit=limit))


@router.post("/video/cameras", response=answers(Registered), operation_id="register_cameras")
def register(request: HttpRequest, told: CamerasTold) -> HttpResponse:
    """Register cameras, or change those whose code is known; for system administrators."""
    actor, wanted = actor_of(request), [CameraIn(**one.model_dump()) for one in told.cameras]
    return once(request, actor, lambda: {"cameras": video.register_cameras(actor, wanted)}, 200)


@router.get("/video/kinds", response=answers(DeclaredShown), operation_id="video_kinds")
def kinds(request: HttpRequest) -> HttpResponse:
    """Give the kinds that cameras find and the reasons a finding may be rejected for."""
    known = queries.declaration()
    return reply(
        {
            "kinds": [
                {"code": code, "title": one.title, "item_code": one.item} for code, one in known.kinds.items()
            ],
            "reasons": [
                {"code": code, "title": one.title, "wrong": one.wrong} for code, one in known.reasons.items()
            ],
        }
    )


@router.get("/video/findings", response=answers(FindingPage), operation_id="findings")
def findings(
    request: HttpRequest,
    state: Literal["waiting", "passed", "accepted", "rejected"] = "waiting",
    camera: str = Query("", max_length=64),
    kind: str = Query("", max_length=40),
    after: str = Query("", max_length=600),
    limit: int = Query(50, ge=1, le=200),
) -> HttpResponse:
    """List findings of a state, newest first."""
    rows = queries.findings(
        actor_of(request), state=state, camera=camera, kind=kind, before=cursor_id(after), limit=limit
    )
    return reply({"rows": rows, "next": seal(str(rows[-1].id)) if len(rows) == limit else None})


@router.get(
    "/video/findings/{uuid:finding_id}/picture", response=answers(None), operation_id="finding_picture"
)
def picture(request: HttpRequest, finding_id: UUID) -> HttpResponse | FileResponse:
    """Give the picture that is judged."""
    found = queries.finding(actor_of(request), finding_id).picture
    if found is None:
        raise NotFound("finding.no_picture", zh="没有截图", en="there is no picture")
    return files.give(request, found)


@router.post(
    "/video/findings/{uuid:finding_id}/accept", response=answers(FindingInfo), operation_id="accept_finding"
)
def accept(request: HttpRequest, finding_id: UUID, told: AcceptTold) -> HttpResponse:
    """Find it right: it becomes a report."""
    actor = actor_of(request)
    return once(request, actor, lambda: video.accept(actor, finding_id, told.note), 200)


@router.post(
    "/video/findings/{uuid:finding_id}/reject", response=answers(FindingInfo), operation_id="reject_finding"
)
def reject(request: HttpRequest, finding_id: UUID, told: RejectTold) -> HttpResponse:
    """Find it wrong; one that went through by itself is overruled so."""
    actor = actor_of(request)
    return once(request, actor, lambda: video.reject(actor, finding_id, told.reason, told.note), 200)


@router.get("/video/book", response=answers(list[BookShown]), operation_id="video_book")
def book(
    request: HttpRequest, camera: str = Query("", max_length=64), kind: str = Query("", max_length=40)
) -> HttpResponse:
    """Give the precision book by camera and kind."""
    return reply(queries.book(actor_of(request), camera=camera, kind=kind))


@router.post("/video/switches", response=answers(None, 204), operation_id="switch_video")
def switch(request: HttpRequest, told: PassSwitchTold) -> HttpResponse:
    """Turn the automatic pass of a camera off or back on; for duty chiefs."""
    video.switch(actor_of(request), told.camera, told.kind, off=told.off, reason=told.reason)
    return HttpResponse(status=204)
