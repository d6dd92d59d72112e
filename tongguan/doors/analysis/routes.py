# SPDX-License-Identifier: Apache-2.0
"""Analysis over HTTP: the explorer with all behind its numbers, forecasts with their record (F53, F98).

Part of the desk's interface. Numbers come from the casebook within the person's scope; cases are opened as
anywhere.
"""

from typing import Any

import h3
from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.analysis import queries as reads
from tongguan.analysis.contracts import Behind, ClusterShown, Cube, Drivers, HotMap, LinkShown
from tongguan.cases import queries as cases
from tongguan.doors.analysis.shapes import (
    Asked,
    BehindShown,
    CubeShown,
    DaysShown,
    HotMapShown,
    OutlookNamed,
    OutlookShown,
    ReadShown,
    SourcesShown,
    VocabularyShown,
)
from tongguan.doors.common import casework, sheets
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.reply import reply
from tongguan.kernel import clock
from tongguan.people.contracts import Actor
from tongguan.runtime import audit

router = Router(tags=["研判 analysis"])
_OFFSET = Query(0, ge=0, le=1_000_000)
_RESOLUTION = Query(9, ge=6, le=9, description="六边形级别")
#: Looking for patterns costs more than summing up.
_HEAVY = Bucket("analysis", rate=0.5, burst=30)


@router.get("/analysis/vocabulary", response=answers(VocabularyShown), operation_id="analysis_vocabulary")
def vocabulary(request: HttpRequest) -> HttpResponse:
    """Give what can be measured and by what it can be cut."""
    actor_of(request)
    return reply({"measures": reads.measure_list(), "slices": reads.slice_list()})


@router.get("/analysis/cube", response=answers(CubeShown), operation_id="analysis_cube")
def cube(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """Give a measure by slices with the period before and the last year, and what is more than chance."""
    return reply(shown(reads.cube(actor_of(request), asked.question())))


@router.get("/analysis/cases", response=answers(BehindShown), operation_id="analysis_cases")
def behind(request: HttpRequest, asked: Query[Asked], offset: int = _OFFSET) -> HttpResponse:
    """Give the cases behind a number, by pages: the query that stands beside it."""
    actor = actor_of(request)
    return reply(opened(actor, reads.behind(actor, asked.question(), offset=offset)))


@router.get(
    "/analysis/sheet",
    throttle=[Bucket("export", rate=0.2, burst=10)],
    response=answers(None),
    operation_id="analysis_sheet",
    openapi_extra=sheets.ANSWER,
)
def sheet(request: HttpRequest, asked: Query[Asked], form: sheets.Form = "csv") -> HttpResponse:
    """Give an answer as a sheet to take away; who took it is audited."""
    actor = actor_of(request)
    found = reads.cube(actor, asked.question())
    audit.record(actor, "analysis.export", f"measure:{found.measure.code}", {"query": found.total.query})
    table = reads.sheet(found)
    return sheets.download((table.headings, *table.rows), form, "analysis")


@router.get("/analysis/hot", throttle=[_HEAVY], response=answers(HotMapShown), operation_id="analysis_hot")
def hot(request: HttpRequest, asked: Query[Asked], resolution: int = _RESOLUTION) -> HttpResponse:
    """Give hot and cold spots by hexagon (Gi*)."""
    return reply(_mapped(reads.hot_spots(actor_of(request), asked.question(), resolution)))


@router.get(
    "/analysis/clusters",
    throttle=[_HEAVY],
    response=answers(list[ClusterShown]),
    operation_id="analysis_clusters",
)
def clusters(
    request: HttpRequest,
    asked: Query[Asked],
    resolution: int = Query(8, ge=6, le=9, description="六边形级别"),
    present: bool = Query(True, description="只看延续到末日的"),  # noqa: FBT001 - of the address
) -> HttpResponse:
    """Give clusters in space and time that chance seldom gives (space-time permutation scan)."""
    return reply(reads.clusters(actor_of(request), asked.question(), resolution, present=present))


@router.get("/analysis/course", response=answers(DaysShown), operation_id="analysis_course")
def course(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """Give a count by day with trend, odd days and changes of level."""
    return reply(reads.course(actor_of(request), asked.question()))


@router.get("/analysis/drivers", response=answers(Drivers), operation_id="analysis_drivers")
def drivers(request: HttpRequest, asked: Query[Asked]) -> HttpResponse:
    """Give which slices drive the change, nothing counted twice."""
    return reply(reads.drivers(actor_of(request), asked.question()))


@router.get(
    "/analysis/links", throttle=[_HEAVY], response=answers(list[LinkShown]), operation_id="analysis_links"
)
def links(
    request: HttpRequest,
    asked: Query[Asked],
    lags: int = Query(7, ge=1, le=28, description="最多滞后几天"),
    stream: list[int] = Query([], max_length=8, description="并列比较的读数流"),
) -> HttpResponse:
    """Give which kinds go before which others by some days; ``by``: of which dimension (one)."""
    question = asked.question()
    by = question.by[0] if question.by else "item"
    return reply(reads.links(actor_of(request), question, by, lags, stream))


@router.get(
    "/analysis/readings/{int:stream}", response=answers(list[ReadShown]), operation_id="analysis_readings"
)
def readings(request: HttpRequest, stream: int, asked: Query[Asked]) -> HttpResponse:
    """Give a stream's mean reading by local day."""
    found = reads.reading_course(actor_of(request), asked.question(), stream)
    return reply([{"day": day, "value": value} for day, value in found])


@router.get("/analysis/sources", response=answers(SourcesShown), operation_id="analysis_sources")
def sources(request: HttpRequest) -> HttpResponse:
    """Give the vital signs and observed properties that the explorer can show the person."""
    signs, observed = reads.sources(actor_of(request))
    return reply(
        {
            "signs": [{"code": o.code, "name": o.zh, "name_en": o.en, "unit": o.unit} for o in signs],
            "readings": [
                {"code": code, "name": name, "name_en": name, "unit": unit} for code, name, unit in observed
            ],
        }
    )


@router.get("/analysis/measured", response=answers(reads.Measured), operation_id="analysis_measured")
def measured(
    request: HttpRequest,
    asked: Query[Asked],
    source: reads.Source = Query(description="signs 体征，readings 读数"),
    code: str = Query(max_length=64, description="体征或观测项的代码"),
    division: str = Query("", max_length=12, description="在哪个区划以内；缺省为全部可见"),
    split: reads.Split = Query("stream", description="读数按 stream 或 division 分"),
) -> HttpResponse:
    """Give a vital sign by centre, or readings by stream or division, compared and day by day."""
    return reply(reads.measured(actor_of(request), source, code, asked.question(), division, split))


@router.get("/analysis/outlooks", response=answers(list[OutlookNamed]), operation_id="analysis_outlooks")
def outlooks(request: HttpRequest) -> HttpResponse:
    """Give what is forecast within the person's scope."""
    found = reads.outlook_list(actor_of(request))
    return reply([{"division": d, "division_name": name, "family": f} for d, name, f in found])


@router.get("/analysis/outlook", response=answers(OutlookShown), operation_id="analysis_outlook")
def outlook(
    request: HttpRequest,
    division: str = Query(max_length=12, pattern=r"^[0-9]*$", description="区划代码"),
    family: str = Query("", max_length=60, description="大类；缺省为全部"),
) -> HttpResponse:
    """Give the newest forecast of a kind in an area, what came lately, and how right earlier ones were."""
    actor = actor_of(request)
    found = reads.outlook(actor, division, family)
    told = {name: getattr(found, name) for name in found.__dataclass_fields__}
    past = [{"day": day, "count": count} for day, count in found.past]
    record = reads.accuracy(actor, division, family)
    return reply(told | {"past": past, "accuracy": record})


def shown(found: Cube) -> dict[str, Any]:
    """Give an answer as it is told."""
    return {
        "measure": found.measure, "since": found.question.since, "until": found.question.until,
        "rows": found.rows, "total": found.total, "rest": found.rest, "read_at": found.read_at,
    }  # fmt: skip


def opened(actor: Actor, found: Behind) -> dict[str, Any]:
    """Give the cases of a page that the person may open, in its order."""
    known = cases.cases_by_id(actor, found.ids)
    now = clock.now()
    rows = [casework.row(known[one], now) for one in found.ids if one in known]
    return {"rows": rows, "total": found.total, "next": found.next}


def _mapped(found: HotMap) -> dict[str, Any]:
    told = {name: getattr(found, name) for name in found.__dataclass_fields__}
    features = [
        {
            "type": "Feature",
            "properties": {"cell": one.cell, "verdict": one.verdict, "count": one.count},
            "geometry": {
                "type": "Polygon",
                "coordinates": [_ring(one.cell)],
            },
        }
        for one in found.cells
    ]
    return told | {"shapes": {"type": "FeatureCollection", "features": features}}


def _ring(cell: str) -> list[list[float]]:
    corners = [[lon, lat] for lat, lon in h3.cell_to_boundary(cell)]
    return [*corners, corners[0]]
