# SPDX-License-Identifier: Apache-2.0
"""Reads of places. Divisions and grids are public registers; the gazetteer is scoped by division."""

import json
from collections.abc import Iterable
from typing import Any, Final

import numpy as np
import shapely
from django.db import connection
from django.db.models import Q, QuerySet
from django.db.models.functions import Length
from numpy.typing import NDArray

from tongguan.kernel.codes import ancestors
from tongguan.kernel.coordinates import Floats, checked
from tongguan.kernel.geometry import cell_ranges, distance_m
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q, prefix_q
from tongguan.places import layers
from tongguan.places.codes import division_code
from tongguan.places.contracts import DivisionInfo, DutyGridInfo, Located, PlaceInfo
from tongguan.places.gazetteer import KEY_LENGTH, fold
from tongguan.places.labels import GridState
from tongguan.places.models import (
    Division,
    DutyGrid,
    DutyGridCell,
    DutyGridPerson,
    Gazetteer,
    GazetteerKey,
    UnitGrid,
)
from tongguan.places.naming import divisions_named, houses_on, named

__all__ = [
    "boundary",
    "children",
    "collectors_of",
    "communities_touched",
    "division",
    "division_name",
    "division_names",
    "divisions",
    "divisions_named",
    "duty_area",
    "duty_grid_of",
    "grid_exists",
    "grids_in",
    "houses_on",
    "locate",
    "locate_one",
    "named",
    "places_near",
    "search",
    "within",
]

_COMMUNITY_DIGITS: Final = 12
_CITY_DIGITS: Final = 4
#: Words that stand for "the districts right below the province", not for a city.
_NAMELESS_CITIES: Final = frozenset({"市辖区", "县", "省直辖县级行政区划", "自治区直辖县级行政区划", ""})
_SEARCH_FACTOR: Final = 20
_MAX_FOUND: Final = 100


def locate(lons: Floats, lats: Floats) -> Located:
    """Give community and unit grid of n points (WGS-84 degrees), ``""`` when outside; no query per point.

    A point in a unit grid takes its community from the grid's code. Raises Invalid for bad coordinates.
    """
    x, y = checked(lons, lats)
    x, y = np.atleast_1d(x), np.atleast_1d(y)
    grid = layers.index_of(layers.GRID).find(x, y).tolist()
    community = [code[:_COMMUNITY_DIGITS] for code in grid]
    missing = [i for i, code in enumerate(community) if not code]
    if missing:
        found = layers.index_of(layers.COMMUNITY).find(x[missing], y[missing]).tolist()
        for i, code in zip(missing, found, strict=True):
            community[i] = code
    return Located(community, grid)


def locate_one(lon: float, lat: float) -> tuple[str, str]:
    """Give (community, unit grid) of one point, ``""`` for what is not known."""
    located = locate(np.array([lon]), np.array([lat]))
    return located.community[0], located.grid[0]


def division(code: str) -> DivisionInfo | None:
    """Give one division, None when the register has no such code."""
    return divisions([code]).get(code)


def divisions(codes: Iterable[str]) -> dict[str, DivisionInfo]:
    """Give the divisions of these codes; unknown codes are left out."""
    rows = Division.objects.filter(pk__in=set(codes)).defer("boundary")
    return {r.code: DivisionInfo(r.code, r.name, r.level, r.parent, r.lon, r.lat) for r in rows}


def children(code: str) -> list[DivisionInfo]:
    """Give the divisions right below a code, in code order; ``""`` gives the provinces."""
    rows = Division.objects.filter(parent=code).defer("boundary").order_by("code")
    return [DivisionInfo(r.code, r.name, r.level, r.parent, r.lon, r.lat) for r in rows]


def within(code: str, digits: int) -> list[DivisionInfo]:
    """Give the divisions with codes of so many digits within a code (itself, if it is one), in code order."""
    rows = Division.objects.filter(prefix_q("code", code)).annotate(digits=Length("code"))
    rows = rows.filter(digits=digits).defer("boundary").order_by("code")
    return [DivisionInfo(r.code, r.name, r.level, r.parent, r.lon, r.lat) for r in rows]


def division_name(code: str) -> str:
    """Give the full name from the city down (江州市江北区望江街道…); ``""`` when nothing is known.

    The province is named only when there is no city, or the city level is a mere 市辖区.
    """
    return division_names([code]).get(code, "")


def division_names(codes: Iterable[str]) -> dict[str, str]:
    """Give full names of many divisions in one query."""
    wanted = set(codes)
    rows = Division.objects.filter(pk__in={a for code in wanted for a in ancestors(code)})
    names = dict(rows.values_list("code", "name"))
    return {code: _full_name(code, names) for code in wanted}


def _full_name(code: str, names: dict[str, str]) -> str:
    parts = {a: names.get(a, "") for a in reversed(ancestors(code))}
    city = code[:_CITY_DIGITS]
    if parts.get(city, "") in _NAMELESS_CITIES:
        parts[city] = ""
    elif city in parts and len(city) == _CITY_DIGITS:
        parts[code[:2]] = ""
    return "".join(parts.values())


def boundary(code: str) -> dict[str, Any] | None:
    """Give a division's or unit grid's boundary as a GeoJSON geometry in WGS-84, None without one."""
    rows: QuerySet[Any] = (UnitGrid if len(code) > _COMMUNITY_DIGITS else Division).objects.filter(pk=code)
    stored = rows.values_list("boundary", flat=True).first()
    if stored is None:
        return None
    geometry: dict[str, Any] = json.loads(shapely.to_geojson(shapely.from_wkb(bytes(stored))))
    return geometry


def outlines(code: str, digits: int) -> list[tuple[DivisionInfo, Any]]:
    """Give the divisions with codes of so many digits within a code, each with its boundary (shapely).

    In code order, in one query; those without a boundary are left out.
    """
    rows = Division.objects.filter(prefix_q("code", code)).annotate(digits=Length("code"))
    rows = rows.filter(digits=digits, boundary__isnull=False).order_by("code")
    return [
        (
            DivisionInfo(r.code, r.name, r.level, r.parent, r.lon, r.lat),
            shapely.from_wkb(bytes(r.boundary or b"")),
        )
        for r in rows
    ]


def grid_exists(code: str) -> bool:
    """Tell whether a unit grid is registered."""
    return UnitGrid.objects.filter(pk=code).exists()


def grids_in(
    actor: Actor, view: tuple[float, float, float, float], limit: int = 2_000
) -> list[tuple[str, str, dict[str, Any]]]:
    """Give (code, name, GeoJSON boundary) of active unit grids of the actor's divisions in a box."""
    west, south, east, north = view
    rows = UnitGrid.objects.filter(
        division_q(actor.scope, "community", *Post),
        state=GridState.ACTIVE, west__lte=east, east__gte=west, south__lte=north, north__gte=south,
    )  # fmt: skip
    found = rows.order_by("code").values_list("code", "name", "boundary")[:limit]
    return [(c, n, json.loads(shapely.to_geojson(shapely.from_wkb(bytes(b or b""))))) for c, n, b in found]


def communities_touched(shapes: NDArray[np.object_]) -> list[tuple[int, str]]:
    """Give (number of the shape, community code) for every community that each WGS-84 shape touches."""
    index = layers.index_of(layers.COMMUNITY)
    if not len(shapes) or not index.polygons.size:
        return []
    shape, community = index.tree.query(shapes, predicate="intersects")
    return list(zip(shape.tolist(), index.codes[community].tolist(), strict=True))


def duty_grid_of(grid_code: str, kind: str | None = None) -> DutyGridInfo | None:
    """Give the active duty grid that a unit grid belongs to (the lowest code, when several do)."""
    rows = DutyGrid.objects.filter(cells__grid_id=grid_code, active=True).order_by("code")
    row = (rows if kind is None else rows.filter(kind=kind)).first()
    if row is None:
        return None
    people: dict[str, tuple[int, ...]] = {}
    for role, user in row.people.order_by("role", "user_id").values_list("role", "user_id"):
        people[role] = (*people.get(role, ()), user)
    return DutyGridInfo(row.pk, row.code, row.name, row.division, people)


def collectors_of(code: str, role: str = "collector") -> list[int]:
    """Give ids of the people with a role in the duty grids of a unit grid (15 digits) or division prefix."""
    rows = DutyGridPerson.objects.filter(role=role, duty_grid__active=True)
    if len(code) > _COMMUNITY_DIGITS:
        rows = rows.filter(duty_grid__cells__grid_id=code)
    else:
        rows = rows.filter(prefix_q("duty_grid__division", code))
    return sorted(set(rows.values_list("user_id", flat=True)))


def duty_area(user_id: int, role: str = "collector") -> dict[str, Any]:
    """Give the unit grids that a person looks after as a GeoJSON FeatureCollection, in code order."""
    cells = DutyGridCell.objects.filter(
        duty_grid__active=True, duty_grid__people__user_id=user_id, duty_grid__people__role=role
    )
    rows = cells.order_by("grid_id", "duty_grid__code").values_list(
        "grid_id", "duty_grid__code", "duty_grid__name", "grid__boundary"
    )
    features = [
        {
            "type": "Feature",
            "geometry": shape and json.loads(shapely.to_geojson(shapely.from_wkb(bytes(shape)))),
            "properties": {"grid": grid, "duty_grid": code, "name": name},
        }
        for grid, code, name, shape in rows
    ]
    return {"type": "FeatureCollection", "features": features}


def _within(actor: Actor, field: str, division: str) -> Q:
    """Give the filter "in the actor's divisions and below ``division``"; every post reads the gazetteer."""
    below = prefix_q(field, division_code(division, field="division")) if division else Q()
    return division_q(actor.scope, field, *Post) & below


def _place(row: Gazetteer) -> PlaceInfo:
    return PlaceInfo(row.pk, row.kind, row.name, row.division, row.grid, row.lon, row.lat)


def search(
    text: str,
    *,
    actor: Actor = PLATFORM,
    kinds: Iterable[str] = (),
    division: str = "",
    limit: int = 20,
) -> list[PlaceInfo]:
    """Give named places whose name or alias holds the text: whole names, then beginnings, then the rest.

    One indexed query however many places there are; at most 100. Width, case, spaces and punctuation
    do not matter.
    """
    folded = fold(text)
    limit = max(1, min(limit, _MAX_FOUND))
    if not folded:
        return []
    key = folded[:KEY_LENGTH]
    # SQLite cannot use an index for LIKE with ESCAPE; PostgreSQL cannot use a linguistic order as a range.
    begins = (
        Q(text__startswith=key)
        if connection.vendor == "postgresql"
        else Q(text__gte=key, text__lt=key + "\U0010ffff")
    )
    keys = GazetteerKey.objects.filter(begins, _within(actor, "entry__division", division))
    wanted = list(kinds)
    if wanted:
        keys = keys.filter(entry__kind__in=wanted)
    found: dict[int, tuple[tuple[int, int, str, int], Gazetteer]] = {}
    for row in keys.select_related("entry").order_by("text", "id")[: limit * _SEARCH_FACTOR]:
        entry = row.entry
        names = [fold(n) for n in (entry.name, *entry.aliases)]
        if any(folded in n for n in names):
            rank = 0 if folded in names else 1 if any(n.startswith(folded) for n in names) else 2
            found[entry.pk] = ((rank, len(entry.name), entry.name, entry.pk), entry)
    best = sorted(found.values(), key=lambda pair: pair[0])
    return [_place(entry) for _, entry in best[:limit]]


def places_near(
    lon: float,
    lat: float,
    within_m: float,
    *,
    actor: Actor = PLATFORM,
    kinds: Iterable[str] = (),
    limit: int = 5,
) -> list[tuple[PlaceInfo, float]]:
    """Give named places within ``within_m`` metres of a point with their distance, the nearest first."""
    cells = Q()
    for low, high in cell_ranges(lon, lat, within_m):
        cells |= Q(cell__gte=low, cell__lte=high)
    rows = Gazetteer.objects.filter(cells, _within(actor, "division", ""))
    wanted = list(kinds)
    found = list(rows.filter(kind__in=wanted) if wanted else rows)
    metres = distance_m(lon, lat, np.array([r.lon for r in found]), np.array([r.lat for r in found]))
    near = [(m, row.pk, row) for m, row in zip(metres.tolist(), found, strict=True) if m <= within_m]
    near.sort(key=lambda n: n[:2])
    return [(_place(row), m) for m, _, row in near[: max(1, min(limit, _MAX_FOUND))]]
