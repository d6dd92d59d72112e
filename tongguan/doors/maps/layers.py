# SPDX-License-Identifier: Apache-2.0
"""Layers of the map at the desk, as GeoJSON within the person's scope. Mounted below ``/api/desk``."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.casework import Narrow, actor_of, box_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.maps import queries as maps
from tongguan.maps.contracts import Spread

router = Router(tags=["地图 map"])


class PointShown(Schema):
    """A GeoJSON point."""

    type: Literal["Point"]
    coordinates: tuple[float, float]


class SpotTold(Schema):
    """What is told of a spot; with ``n`` it stands for so many things around it, ``late`` of them overdue."""

    title: str
    mark: Literal["calm", "soon", "late", "done"]
    n: int
    late: int


class SpotShown(Schema):
    """A GeoJSON feature of one thing or of a cluster."""

    type: Literal["Feature"]
    id: str
    geometry: PointShown
    properties: SpotTold


class SpreadShown(Schema):
    """A GeoJSON collection. ``whole``: everything there is; else what lies in the view that was asked for."""

    type: Literal["FeatureCollection"]
    whole: bool
    clustered: bool
    features: list[SpotShown]


class Looked(Schema):
    """The part of the map that is looked at, and how near."""

    view: str = Field("", max_length=100, description="所看范围：西,南,东,北（WGS-84 度）")
    zoom: float = Field(10.0, ge=0, le=24, allow_inf_nan=False)


@router.get("/map/cases", response=answers(SpreadShown), operation_id="map_cases")
def cases(request: HttpRequest, narrow: Query[Narrow], looked: Query[Looked]) -> HttpResponse:
    """Give the cases of a filter on the map: up to 20,000 singly, above that clustered by H3 for the view."""
    view = box_of(looked.view, "view")
    return reply(spread(maps.cases_spread(actor_of(request), narrow.filter(), view=view, zoom=looked.zoom)))


def spread(found: Spread) -> dict[str, Any]:
    """Give a spread as GeoJSON."""
    spots = [_feature(s.id, s.lon, s.lat, s.title, s.mark, 1, int(s.mark == "late")) for s in found.spots]
    clusters = [
        _feature(f"h3-{c.cell:x}", c.lon, c.lat, str(c.n), "late" if c.late else "calm", c.n, c.late)
        for c in found.clusters
    ]
    return {
        "type": "FeatureCollection",
        "whole": found.whole,
        "clustered": bool(clusters),
        "features": spots + clusters,
    }


def _feature(key: str, lon: float, lat: float, title: str, mark: str, n: int, late: int) -> dict[str, Any]:
    return {
        "type": "Feature",
        "id": key,
        "geometry": {"type": "Point", "coordinates": (lon, lat)},
        "properties": {"title": title, "mark": mark, "n": n, "late": late},
    }
