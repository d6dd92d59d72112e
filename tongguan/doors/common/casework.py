# SPDX-License-Identifier: Apache-2.0
"""Cases at every door: the shape of a row, the filters of a list, moves with their inputs."""

from datetime import datetime
from typing import Annotated, Any, Final
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseBrief, CaseFilter, CaseInfo, TimelineLine
from tongguan.catalog import queries as catalog
from tongguan.doors.common.due import due_mark
from tongguan.doors.common.reply import page, reply, unchanged, unseal
from tongguan.doors.common.shapes import Moment
from tongguan.indicators import queries as indicators
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.people import queries as people
from tongguan.people.contracts import Actor

#: What a case's row never shows: who told it, and the inner head of its process.
_HIDDEN = frozenset({"reporter_user_id", "cell", "lead_unit_path"})
_SHOWN = tuple(name for name in CaseBrief.__dataclass_fields__ if name not in _HIDDEN)
_LINE = tuple(TimelineLine.__dataclass_fields__)
_EAST, _NORTH = 180, 90
_CORNERS = 3, 60
#: Lines of a history that are no moves of the table.
NOTES: Final = {
    "report": "上报",
    "join": "合并上报",
    "danger": "险情提示",
    "attach": "补充照片",
    "field_note": "现场记录",
    "danger_none": "险情排除",
    "component": "关联部件",
    "urgency": "调整紧急程度",
    "progress": "办理进展",
    "reopen_asked": "请求重开",
    "urge": "催办",
    "supervise": "督办",
    "instruct": "批示",
    "list": "挂牌",
    "extend": "延期",
    "suspend": "挂账",
    "resume": "恢复",
    "appeal": "超时申诉",
}


class CaseRow(Schema):
    """A case as lists show it."""

    id: UUID
    number: str
    item_code: str
    item_name: str
    kind: str
    title: str
    division: str
    hub: str
    grid: str
    lon: float | None
    lat: float | None
    address: str
    component_code: str
    state: str
    state_name: str
    stage: str
    process_code: str
    process_version: int
    version: int
    urgency: str
    source: str
    filing_rule_id: int | None
    opened_at: datetime
    filed_at: datetime | None
    closed_at: datetime | None
    due_at: datetime | None
    due_colour: str
    due_words: str
    lead_unit_id: int | None
    lead_unit_name: str
    handler_id: int | None
    collector_id: int | None
    returns: int
    reworks: int
    extensions: int
    suspensions: int
    urges: int
    reopens: int
    reporter_count: int


class CaseShown(CaseRow):
    """A case as its own page shows it."""

    text: str
    filing: dict[str, Any]


class CasePage(Schema):
    """One page of cases; ``next`` is the cursor of the following one. ``total`` comes with the first page."""

    rows: list[CaseRow]
    next: str | None
    total: int | None
    estimated: bool


class LineShown(Schema):
    """One line of a case's history; ``move_name`` is the move in words."""

    no: int
    move: str
    move_name: str
    frm: str
    to: str
    at: datetime
    actor_key: str
    actor_name: str
    unit_name: str
    post: str
    reason: str
    clause: str
    inputs: dict[str, Any]
    evidence: dict[str, Any]
    hash: str


class Timeline(Schema):
    """A part of a case's history in order."""

    rows: list[LineShown]


class Narrow(Schema):
    """The filters of a list. Lists take a word several times: ``state=handling&state=returned``."""

    state: Annotated[list[str], Field(max_length=20)] = []
    stage: Annotated[list[str], Field(max_length=10)] = []
    item: Annotated[list[str], Field(max_length=50)] = []
    urgency: Annotated[list[str], Field(max_length=5)] = []
    source: Annotated[list[str], Field(max_length=20)] = []
    division: str = Field("", max_length=12, pattern=r"^[0-9]*$")
    unit_id: int | None = Field(None, ge=1, le=2**31 - 1)
    handler_id: int | None = Field(None, ge=1, le=2**31 - 1)
    collector_id: int | None = Field(None, ge=1, le=2**31 - 1)
    overdue: bool | None = None
    open: bool | None = None
    text: str = Field("", max_length=100)
    opened_from: Moment | None = None
    opened_to: Moment | None = None
    closed_from: Moment | None = None
    closed_to: Moment | None = None
    soon: bool = Field(default=False, description="在办且两小时内到期")
    bbox: str = Field("", max_length=100, description="西,南,东,北（WGS-84 度）")
    area: str = Field("", max_length=2_000, description="圈选范围：经度,纬度;…（WGS-84 度，3 到 60 个顶点）")
    sign: str = Field("", max_length=120, description="体征数值背后的案件：量~时段~事项~区划")

    def filter(self) -> CaseFilter:
        """Give the contract's filter. Raises Invalid for a box or an area that is none."""
        return CaseFilter(
            states=tuple(self.state),
            stages=tuple(self.stage),
            items=tuple(self.item),
            urgency=tuple(self.urgency),
            sources=tuple(self.source),
            division=self.division,
            unit_id=self.unit_id,
            handler_id=self.handler_id,
            collector_id=self.collector_id,
            overdue=self.overdue,
            open=self.open,
            text=self.text,
            opened_from=self.opened_from,
            opened_to=self.opened_to,
            bbox=box_of(self.bbox),
            area=ring_of(self.area),
            sign=behind_of(self.sign),
            closed_from=self.closed_from,
            closed_to=self.closed_to,
            soon=self.soon,
        )


class NarrowPage(Narrow):
    """The filters of a list, and which page of it."""

    after: str = Field("", max_length=600, description="上一页给出的 next")
    limit: int = Field(50, ge=1, le=200)
    order: str = Field("newest", pattern="^(newest|due)$")


class Around(Schema):
    """A place and how far around it, in metres."""

    lon: float = Field(ge=-180, le=180, allow_inf_nan=False)
    lat: float = Field(ge=-90, le=90, allow_inf_nan=False)
    radius_m: float = Field(500, gt=0, le=20_000)
    limit: int = Field(50, ge=1, le=200)
    open_only: bool = True


class NearRow(Schema):
    """A case and its distance."""

    metres: float
    case: CaseRow


class NearPage(Schema):
    """Cases around a place, the nearest first."""

    rows: list[NearRow]


def actor_of(request: HttpRequest) -> Actor:
    """Give the actor that authentication found."""
    actor: Actor = request.auth  # type: ignore[attr-defined]
    return actor


def row(case: CaseBrief, now: datetime) -> dict[str, Any]:
    """Give a case as lists show it; the names of item, state and unit come from memory."""
    shown = {name: getattr(case, name) for name in _SHOWN}
    item = catalog.items((case.item_code,)).get(case.item_code)
    state = cases.process_of(case).states.get(case.state)
    unit = people.units((case.lead_unit_id,)).get(case.lead_unit_id) if case.lead_unit_id else None
    due = due_mark(case.due_at if case.closed_at is None else None, now)
    shown["item_name"] = item.name if item else ""
    shown["state_name"] = state.name if state else case.state
    shown["lead_unit_name"] = unit.name if unit else ""
    shown["due_colour"], shown["due_words"] = due
    return shown


def whole(case: CaseInfo, now: datetime) -> dict[str, Any]:
    """Give a case as its own page shows it."""
    return row(case, now) | {"text": case.text, "filing": case.filing}


def list_cases(actor: Actor, narrow: NarrowPage) -> HttpResponse:
    """Answer with one page of the actor's cases."""
    found = cases.cases(
        actor, narrow.filter(), after=unseal(narrow.after), limit=narrow.limit, order=narrow.order
    )
    now = clock.now()
    rows = [row(case, now) for case in found.rows]
    return reply(page(rows, found.after, found.total, estimated=found.estimated))


def show_case(request: HttpRequest, actor: Actor, case_id: UUID) -> HttpResponse:
    """Answer with one case and its ETag, or 304."""
    case = cases.case(actor, case_id)
    return unchanged(request, case.version) or reply(whole(case, clock.now()), version=case.version)


def timeline(actor: Actor, case_id: UUID, after: int) -> HttpResponse:
    """Answer with a case's history, its moves in words."""
    lines = cases.timeline(actor, case_id, after_no=after)
    names = move_names(cases.case(actor, case_id))
    shown = [{name: getattr(line, name) for name in _LINE} for line in lines]
    for line in shown:
        line["move_name"] = names.get(line["move"], line["move"])
    return reply({"rows": shown})


def move_names(case: CaseInfo) -> dict[str, str]:
    """Give the moves of a case's process in words, and the notes that are no moves."""
    return {**NOTES, **{move.id: move.name for move in cases.process_of(case).moves.values()}}


def around(actor: Actor, place: Around) -> HttpResponse:
    """Answer with the actor's cases around a place."""
    found = cases.near(
        actor, place.lon, place.lat, place.radius_m, limit=place.limit, open_only=place.open_only
    )
    now = clock.now()
    return reply({"rows": [{"metres": one.metres, "case": row(one.case, now)} for one in found]})


def behind_of(token: str) -> str:
    """Give the token of a vital sign's rows back when it is one, or empty. Raises Invalid."""
    if token:
        indicators.behind(token)
    return token


def box_of(text: str, field: str = "bbox") -> tuple[float, float, float, float] | None:
    """Give the box that is written ``west,south,east,north``, None for nothing. Raises Invalid."""
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError:
        west = south = east = north = float("nan")
    if not (-_EAST <= west <= east <= _EAST and -_NORTH <= south <= north <= _NORTH):
        raise Invalid("filter.bbox", zh="应为 西,南,东,北", en="must be west,south,east,north", field=field)
    return west, south, east, north


def ring_of(text: str) -> tuple[tuple[float, float], ...]:
    """Give the corners of an area written ``lon,lat;lon,lat;…``, () for nothing. Raises Invalid."""
    if not text:
        return ()
    try:
        corners = [tuple(float(part) for part in corner.split(",")) for corner in text.split(";")]
        ring = tuple((lon, lat) for lon, lat in corners)
    except ValueError:
        ring = ()
    if not (
        _CORNERS[0] <= len(ring) <= _CORNERS[1]
        and all(abs(lon) <= _EAST and abs(lat) <= _NORTH for lon, lat in ring)
    ):
        raise Invalid(
            "filter.area",
            zh="应为 3 到 60 个顶点：经度,纬度;…",
            en="must be 3 to 60 corners lon,lat;…",
            field="area",
        )
    return ring
