# SPDX-License-Identifier: Apache-2.0
"""The wall's interface (大屏): /api/wall, one request for all it shows; its mode; follow-me."""

from dataclasses import asdict
from datetime import date, datetime
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Schema
from pydantic import Field

from tongguan.doors.alarms.shapes import AlarmShown
from tongguan.doors.common import casework
from tongguan.doors.common.casework import CaseRow
from tongguan.doors.common.faces import answers, face
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.pages import stream_url
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.desk.auth import Session, actor_of
from tongguan.kernel import clock
from tongguan.runtime import api as runtime
from tongguan.walls import api as walls
from tongguan.walls import queries
from tongguan.walls.contracts import HourInfo, LedInfo, RankInfo, WallInfo

api = face(
    name="wall",
    title="统管大屏接口",
    description="中心岗位登录后的大屏：一次取全，随后听事件流。修改须带 X-CSRFToken。",
    auth=[Session()],
    throttle=[Bucket("wall", rate=10, burst=60)],
)

_Mark = Literal["late", "soon", "calm"]


class DayShown(Schema):
    """The day: working, weekend, holiday or makeup (调休上班)."""

    date: date
    kind: Literal["working", "weekend", "holiday", "makeup"]


class ModeShown(Schema):
    """The mode of a centre's walls, who set it, when and why; ``at`` is null where it was never set."""

    mode: Literal["daily", "warning", "emergency"]
    reason: str
    by_name: str
    at: datetime | None


class SignShown(Schema):
    """A vital sign of the register; ``change`` is against the same moment of yesterday.

    ``at`` is the time of its data, ``stale`` whether that is too old, ``view`` the desk's
    search line behind it.
    """

    code: str
    zh: str
    en: str
    unit: str
    decimals: int
    value: float | None
    change: float | None
    at: datetime | None
    stale: bool
    state: Literal["calm", "watch", "bad"]
    view: str


class HotRow(Schema):
    """A hot matter, and where its latest case lies."""

    id: UUID
    name: str
    place: str
    people: int
    tellings: int
    last_at: datetime
    case_id: UUID | None
    lon: float | None
    lat: float | None


class NewsRow(Schema):
    """A line of the live feed."""

    seq: int
    name: str
    at: datetime
    case_id: UUID
    title: str
    number: str
    state: str
    state_name: str
    address: str


class PointRow(Schema):
    """Open cases on the map: one, or ``n`` of them around here, ``late`` of them overdue."""

    id: str
    lon: float
    lat: float
    mark: _Mark
    title: str
    n: int
    late: int


class PhotoShown(Schema):
    """A photo of a case: what it shows (before, after, site, told), where it is read, when it came."""

    url: str
    shows: Literal["before", "after", "site", "told"]
    at: datetime
    by_name: str


class LedShown(Schema):
    """The case that the walls follow until a time."""

    push_id: UUID
    case: CaseRow
    note: str
    by_name: str
    at: datetime
    until: datetime
    photos: list[PhotoShown]


class AlarmsShown(Schema):
    """Active alarms by grade, storms once, and the gravest. Never heard any (not ``connected``) is not calm.

    ``suggested``: the mode that an orange or red one suggests while the walls are in the daily one.
    """

    connected: bool
    by_grade: dict[str, int]
    rows: list[AlarmShown]
    suggested: Literal["", "warning"]


class StreamShown(Schema):
    """Where the live stream is, the ticket that opens it for five minutes, the last fact that is shown."""

    url: str
    ticket: str
    after: int


class WallShown(Schema):
    """All a wall shows, as of ``at``. ``clustered``: points stand for the open cases around them."""

    at: datetime
    division: str
    division_name: str
    day: DayShown
    mode: ModeShown
    may_command: bool
    signs: list[SignShown]
    hours: list[HourInfo]
    districts: list[RankInfo]
    items: list[RankInfo]
    pressing: list[CaseRow]
    hot: list[HotRow]
    news: list[NewsRow]
    points: list[PointRow]
    clustered: bool
    duty: list[str]
    led: LedShown | None
    alarms: AlarmsShown
    stream: StreamShown
    csrf: str


class FollowShown(Schema):
    """What the walls follow now; null while they go their own way."""

    led: LedShown | None


class ModeTold(Told):
    """The mode to put the centre's walls into, and why."""

    model_config = example(mode="warning", reason="市气象台发布暴雨橙色预警")

    mode: str = Field(max_length=12)
    reason: str = Field(max_length=400)


class LeadTold(Told):
    """The case to lead the centre's walls to."""

    model_config = example(case_id="0198a1c2-7b00-7000-8000-0000000000a1", note="请看现场")

    case_id: UUID
    note: str = Field("", max_length=400)


@api.get("/state", response=answers(WallShown), operation_id="wall_state", summary="大屏全部内容")
def state(request: HttpRequest) -> HttpResponse:
    """Give all that a wall of the own centre shows now, and the ticket of the live stream."""
    actor = actor_of(request)
    info = queries.wall(actor)
    shown = _wall(info)
    ticket = runtime.stream_ticket(actor.key)
    shown["stream"] = {"url": stream_url(request), "ticket": ticket, "after": info.seq}
    shown["csrf"] = get_token(request)
    return reply(shown)


@api.post("/mode", response=answers(ModeShown), operation_id="set_wall_mode", summary="设置大屏状态")
def set_mode(request: HttpRequest, told: ModeTold) -> HttpResponse:
    """Put all walls of the own centre into a mode; for duty chiefs and leaders, audited."""
    return reply(asdict(walls.set_mode(actor_of(request), told.mode, told.reason)))


@api.get("/follow", response=answers(FollowShown), operation_id="wall_follow", summary="大屏正在跟随")
def follow(request: HttpRequest) -> HttpResponse:
    """Give the case that the own centre's walls follow, with its photos."""
    return reply(_follow(queries.led(actor_of(request))))


@api.post("/follow", response=answers(FollowShown), operation_id="lead_walls", summary="推上大屏")
def lead(request: HttpRequest, told: LeadTold) -> HttpResponse:
    """Lead all walls of the own centre to a case, for ten minutes; audited."""
    return reply(_follow(walls.lead(actor_of(request), told.case_id, told.note)))


@api.post("/follow/end", response=answers(FollowShown), operation_id="release_walls", summary="结束跟随")
def release(request: HttpRequest) -> HttpResponse:
    """Let the walls of the own centre go their own way; audited."""
    walls.release(actor_of(request))
    return reply(_follow(None))


def _follow(led: LedInfo | None) -> dict[str, Any]:
    return {"led": _led(led, clock.now()) if led else None}


def _wall(info: WallInfo) -> dict[str, Any]:
    plain = ("at", "division", "division_name", "may_command", "clustered", "duty")
    listed = ("signs", "hours", "districts", "items", "points")
    return {
        **{name: getattr(info, name) for name in plain},
        **{name: [asdict(one) for one in getattr(info, name)] for name in listed},
        "day": asdict(info.day),
        "mode": asdict(info.mode),
        "pressing": [casework.row(case, info.at) for case in info.pressing],
        "hot": [
            {name: getattr(hot, name) for name in ("id", "name", "place", "people", "tellings", "last_at")}
            | {
                "case_id": case.id if case else None,
                "lon": case.lon if case else None,
                "lat": case.lat if case else None,
            }
            for hot, case in info.hot
        ],
        "news": [_news(one.seq, one.name, one.at, casework.row(one.case, info.at)) for one in info.news],
        "led": _led(info.led, info.at) if info.led else None,
        "alarms": asdict(info.alarms),
    }


def _news(seq: int, name: str, at: datetime, case: dict[str, Any]) -> dict[str, Any]:
    shown = {key: case[key] for key in ("title", "number", "state", "state_name", "address")}
    return {"seq": seq, "name": name, "at": at, "case_id": case["id"], **shown}


def _led(led: LedInfo, now: datetime) -> dict[str, Any]:
    case: dict[str, Any] = casework.row(led.case, now)
    return {
        **{name: getattr(led, name) for name in ("push_id", "note", "by_name", "at", "until")},
        "case": case,
        "photos": [
            {
                "url": f"/api/desk/cases/{led.case.id}/files/{photo.file_id}",
                "shows": photo.shows,
                "at": photo.at,
                "by_name": photo.by_name,
            }
            for photo in led.photos
        ],
    }
