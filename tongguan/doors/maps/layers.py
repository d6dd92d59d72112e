# SPDX-License-Identifier: Apache-2.0
"""Layers of the map at the desk, as GeoJSON within the person's scope. Mounted below ``/api/desk``."""

from typing import Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.doors.common.casework import Narrow, actor_of, box_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.layers import queries as own
from tongguan.layers.contracts import LayerInfo
from tongguan.maps import queries as maps
from tongguan.maps.contracts import Spread
from tongguan.places import queries as places

router = Router(tags=["地图 map"])
#: How far from a point an address still says where it is, and how many are told.
_NEAR_M = 300.0
_MOST_NEAR = 3


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


class ShapeTold(Schema):
    """What is told of a shape."""

    title: str
    told: dict[str, Any]


class ShapeShown(Schema):
    """A GeoJSON feature of any kind."""

    type: Literal["Feature"]
    id: str
    geometry: dict[str, Any]
    properties: ShapeTold


class ShapesShown(Schema):
    """A GeoJSON collection of shapes. ``whole``: all of them, not only those in view."""

    type: Literal["FeatureCollection"]
    whole: bool
    features: list[ShapeShown]


class NearbyShown(Schema):
    """A named place or address near a point."""

    name: str
    kind: str
    metres: int


class PlaceShown(Schema):
    """Where a point lies; ``""`` for what no register knows. ``near``: at most three, the nearest first."""

    division: str
    division_name: str
    grid: str
    near: list[NearbyShown]


class Looked(Schema):
    """The part of the map that is looked at, and how near."""

    view: str = Field("", max_length=100, description="所看范围：西,南,东,北（WGS-84 度）")
    zoom: float = Field(10.0, ge=0, le=24, allow_inf_nan=False)


@router.get("/map/cases", response=answers(SpreadShown), operation_id="map_cases")
def cases(request: HttpRequest, narrow: Query[Narrow], looked: Query[Looked]) -> HttpResponse:
    """Give the cases of a filter on the map: up to 20,000 singly, above that clustered by H3 for the view."""
    view = box_of(looked.view, "view")
    return reply(spread(maps.cases_spread(actor_of(request), narrow.filter(), view=view, zoom=looked.zoom)))


@router.get("/map/components", response=answers(SpreadShown), operation_id="map_components")
def components(
    request: HttpRequest,
    looked: Query[Looked],
    class_code: str = Query("", max_length=5, pattern="^[0-9]*$", description="类码或其前几位"),
) -> HttpResponse:
    """Give components on the map in the same way; ``late`` are those that are not intact."""
    view = box_of(looked.view, "view")
    return reply(spread(maps.components_spread(actor_of(request), class_code, view=view, zoom=looked.zoom)))


@router.get("/map/grids", response=answers(ShapesShown), operation_id="map_grids")
def grids(
    request: HttpRequest, view: str = Query(..., max_length=100, description="西,南,东,北")
) -> HttpResponse:
    """Give the unit grids of the own divisions in a part of the map, at most 2,000."""
    box = box_of(view, "view")
    found = places.grids_in(actor_of(request), box) if box else []
    return reply(_shapes([(code, name, {"code": code}, shape) for code, name, shape in found], whole=False))


@router.get("/map/place", response=answers(PlaceShown), operation_id="map_place")
def place(
    request: HttpRequest,
    lon: float = Query(..., ge=-180, le=180, allow_inf_nan=False, description="经度（WGS-84）"),
    lat: float = Query(..., ge=-90, le=90, allow_inf_nan=False, description="纬度（WGS-84）"),
) -> HttpResponse:
    """Say in which community and unit grid a point lies, and what addresses of the own divisions are near."""
    community, grid = places.locate_one(lon, lat)
    near = places.places_near(lon, lat, _NEAR_M, actor=actor_of(request), limit=_MOST_NEAR)
    return reply(
        {
            "division": community,
            "division_name": places.division_name(community) if community else "",
            "grid": grid,
            "near": [{"name": one.name, "kind": one.kind, "metres": round(metres)} for one, metres in near],
        }
    )


@router.get("/map/layers", response=answers(list[LayerInfo]), operation_id="map_layers")
def layers(request: HttpRequest) -> HttpResponse:
    """List the city's own layers in which the person sees something."""
    return reply(own.layers(actor_of(request)))


@router.get("/map/layers/{int:layer_id}", response=answers(ShapesShown), operation_id="map_layer")
def layer(
    request: HttpRequest, layer_id: int, view: str = Query("", max_length=100, description="西,南,东,北")
) -> HttpResponse:
    """Give the features of a layer within the own divisions, at most 5,000 (of the part looked at)."""
    found, whole = own.features(actor_of(request), layer_id, box_of(view, "view"))
    return reply(_shapes([(str(f.number), f.title, f.told, f.geometry) for f in found], whole=whole))


def _shapes(found: list[tuple[str, str, dict[str, Any], dict[str, Any]]], *, whole: bool) -> dict[str, Any]:
    features = [
        {"type": "Feature", "id": key, "geometry": shape, "properties": {"title": title, "told": told}}
        for key, title, told, shape in found
    ]
    return {"type": "FeatureCollection", "whole": whole, "features": features}


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
