# SPDX-License-Identifier: Apache-2.0
"""The register of sensors at the desk: what is covered, which poles carry several, what was refused (F11)."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import ItemKind
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.office.streams import NamedShown
from tongguan.sensors import queries
from tongguan.things import queries as things

router = Router(tags=["传感器 sensors"])
_CODE = "^[0-9]*$"


class CoverAsked(Schema):
    """Which sensors, of which division, how far each reaches; components of a class to be counted."""

    division: str = Field(min_length=2, max_length=15, pattern=_CODE)
    property: str = Field(min_length=1, max_length=64)
    radius_m: float = Field(gt=0, le=5_000)
    component_class: str = Field("", max_length=5, pattern=_CODE)


class UncoveredShown(Schema):
    """A cell (H3, resolution 10) that nothing covers; its number as text, its centre."""

    cell: str
    lon: float
    lat: float


class OverlapShown(Schema):
    """A cell that several sensors cover, and how many; its number as text, its centre."""

    cell: str
    lon: float
    lat: float
    times: int


class BareShown(Schema):
    """A component that no sensor covers."""

    code: str
    name: str
    lon: float
    lat: float


class SensorSpot(Schema):
    """Where a sensor stands."""

    lon: float
    lat: float


class CoverShown(Schema):
    """What is covered; ``histogram``: how many cells so many times.

    The first 5,000 ``gaps`` and ``overlaps`` (the most covered first) with their outlines (GeoJSON), where
    the first 5,000 sensors stand (``spots``), the first 500 components without cover.
    """

    division: str
    property: str
    radius_m: float
    sensors: int
    cells: int
    share: float
    histogram: dict[str, int]
    gaps: list[UncoveredShown]
    overlaps: list[OverlapShown]
    gap_shape: dict[str, Any]
    overlap_shape: dict[str, Any]
    spots: list[SensorSpot]
    components: int
    components_without: int
    without: list[BareShown]


class ClassCounted(Schema):
    """A class of components, its name in the catalogue and how many there are in the own divisions."""

    code: str
    name: str
    components: int


class ChoicesShown(Schema):
    """What can be asked about: properties that are measured, kinds of things, classes of components."""

    properties: list[NamedShown]
    kinds: list[str]
    classes: list[ClassCounted]


class PolesAsked(Schema):
    """Things of a division (and of a kind); how near two are that could be one pole."""

    division: str = Field(min_length=2, max_length=12, pattern=_CODE)
    within_m: float = Field(gt=0, le=200)
    kind: str = Field("", max_length=40)


class PoleShown(Schema):
    """A thing with several devices."""

    thing: str
    name: str
    lon: float
    lat: float
    observed: list[str]
    devices: int


class PairShown(Schema):
    """Two things that one pole could carry, with the place of the first."""

    first: str
    second: str
    metres: float
    first_name: str
    second_name: str
    lon: float
    lat: float


class PolesShown(Schema):
    """Things of the division, those shared, how many without a sensor, the nearest 1,000 of the pairs."""

    things: int
    shared: list[PoleShown]
    bare: int
    mergeable: list[PairShown]
    pairs: int


class RefusedShown(Schema):
    """A row that was not taken: its place in what was sent, field, code, words, the row as told."""

    place: int
    field: str
    code: str
    detail: str
    raw: str


@router.get("/sensors/coverage", response=answers(CoverShown), operation_id="sensor_coverage")
def coverage(request: HttpRequest, asked: Query[CoverAsked]) -> HttpResponse:
    """Give what the sensors of a property cover of a division, and where nothing does."""
    found = queries.cover(
        actor_of(request), asked.division, asked.property, asked.radius_m, asked.component_class
    )
    shown = {name: getattr(found, name) for name in CoverShown.model_fields if hasattr(found, name)}
    told = {
        "property": found.observed,
        "gaps": [{"cell": str(cell), "lon": lon, "lat": lat} for cell, lon, lat in found.gaps],
        "overlaps": [
            {"cell": str(cell), "lon": lon, "lat": lat, "times": times}
            for cell, lon, lat, times in found.overlaps
        ],
        "spots": [{"lon": lon, "lat": lat} for lon, lat in found.spots],
        "histogram": {str(times): cells for times, cells in found.histogram.items()},
    }
    return reply(shown | told)


@router.get("/sensors/coverage/choices", response=answers(ChoicesShown), operation_id="coverage_choices")
def choices(request: HttpRequest) -> HttpResponse:
    """Give what coverage can be asked about within the own divisions."""
    actor = actor_of(request)
    kinds, properties = queries.kinds(actor)
    names = {one.code: one.component_name for one in catalog.items_table(ItemKind.COMPONENT)}
    classes = things.classes(actor).items()
    return reply(
        {
            "properties": [{"code": code, "name": name} for code, name in properties],
            "kinds": kinds,
            "classes": [
                {"code": code, "name": names.get(code) or code, "components": count}
                for code, count in classes
            ],
        }
    )


@router.get("/sensors/poles", response=answers(PolesShown), operation_id="sensor_poles")
def poles(request: HttpRequest, asked: Query[PolesAsked]) -> HttpResponse:
    """Give things that carry several sensors, and neighbours that could be one pole."""
    return reply(queries.poles(actor_of(request), asked.division, asked.within_m, asked.kind))


@router.get("/sensors/refused", response=answers(list[RefusedShown]), operation_id="sensor_refused")
def refused(request: HttpRequest) -> HttpResponse:
    """Give the newest hundred rows of declarations and readings that were not taken."""
    rows = queries.refused(actor_of(request))
    return reply(
        [
            {**{n: getattr(one, n) for n in ("place", "field", "code", "raw")}, "detail": one.zh}
            for one in rows
        ]
    )
