# SPDX-License-Identifier: Apache-2.0
"""The demo city as map features: what the registers hold, and land, houses, lines and pipes around it. Pure.

Divisions, unit grids and named roads are those of the places' seed, so that cases, addresses and duty grids
lie where the map shows them. Layer and attribute names follow the Protomaps basemap schema, version 4;
``bridges``, ``pipes``, ``transit`` and ``grids`` are layers of our own in the same file.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tongguan.demo.town.buildings import houses
from tongguan.demo.town.shapes import METRE, Land, land, minor_streets
from tongguan.kernel.coordinates import Floats
from tongguan.places.seed import CITY, SEED, Plan, draw, roads

VERSION: Final = 1
_MAJOR_EVERY: Final = 4
#: Digits of a code by level.
_DISTRICT, _COMMUNITY = 6, 12
_PIPES: Final = (
    ("water", "供水管", 600),
    ("drain", "排水管", 1200),
    ("gas", "燃气管", 300),
    ("power", "电缆", 220),
)
_METRO: Final = (("1号线", "#d4343a"), ("2号线", "#2a7de1"), ("3号线", "#3a9d5d"), ("4号线", "#8a4fbf"))


@dataclass(frozen=True, slots=True)
class Feature:
    """One thing on the map: its layer, shape (WGS-84), attributes, and the zoom from which it is drawn."""

    layer: str
    shape: BaseGeometry
    told: dict[str, Any]
    zoom: int


def town(seed: int = SEED) -> list[Feature]:
    """Draw the whole map of a seed; the same seed gives the same features in the same order."""
    plan, rng = draw(seed), np.random.default_rng(seed + 7)
    outline = shapely.union_all(plan.polygons)
    ground = land(outline, rng)
    lines = roads(seed)
    names = list(lines)
    quiet = minor_streets([lines[n] for n in names[:20]]) + minor_streets([lines[n] for n in names[20:]])
    return [
        Feature("earth", outline, {"kind": "earth"}, 6),
        *_grounds(ground),
        *_roads(lines, quiet, outline),
        *_bridges(lines, ground, outline),
        *_metro(lines, plan, outline),
        *_pipes(lines, outline),
        *_buildings(plan, ground, [*lines.values(), *quiet], rng),
        *_divisions(plan),
    ]


def _named(kind: str, name: str, **more: Any) -> dict[str, Any]:
    return {"kind": kind, "name": name, "script": "Han", **more}


def _grounds(ground: Land) -> list[Feature]:
    found = [Feature("water", ground.river, _named("river", "江州江"), 6)]
    found += [Feature("water", shape, _named("canal", name), 11) for name, shape in ground.canals]
    found += [Feature("water", shape, _named("lake", name), 9) for name, shape in ground.lakes]
    for name, shape in ground.parks:
        found.append(Feature("landuse", shape, _named("park", name), 10))
        found.append(Feature("pois", shapely.point_on_surface(shape), _named("park", name), 13))
    return found


def _roads(lines: dict[str, Floats], quiet: list[Floats], outline: BaseGeometry) -> list[Feature]:
    found = []
    for n, (name, line) in enumerate(lines.items()):
        kind, detail, zoom = (
            ("highway", "trunk", 8) if n % _MAJOR_EVERY == 1 else ("major_road", "primary", 10)
        )
        shape = shapely.simplify(shapely.linestrings(line), 4 * METRE).intersection(outline)
        found.append(Feature("roads", shape, _named(kind, name, kind_detail=detail), zoom))
    for line in quiet:
        shape = shapely.simplify(shapely.linestrings(line), 4 * METRE).intersection(outline)
        found.append(Feature("roads", shape, {"kind": "minor_road", "kind_detail": "residential"}, 13))
    return [f for f in found if not f.shape.is_empty]


def _bridges(lines: dict[str, Floats], ground: Land, outline: BaseGeometry) -> list[Feature]:
    found = []
    for name, line in lines.items():
        across = shapely.linestrings(line).intersection(ground.water).intersection(outline)
        for n, part in enumerate(shapely.get_parts(across), start=1):
            if part.geom_type == "LineString" and part.length < 1_500 * METRE:
                told = _named("bridge", f"{name}{n}号桥", height=9, min_height=6)
                found.append(Feature("bridges", shapely.buffer(part, 14 * METRE, cap_style="flat"), told, 12))
    return found


def _metro(lines: dict[str, Floats], plan: Plan, outline: BaseGeometry) -> list[Feature]:
    names = list(lines)
    communities = {code: name for code, name in plan.names.items() if len(code) == _COMMUNITY}
    where = np.array([plan.centres[[c.startswith(k) for c in plan.codes]].mean(axis=0) for k in communities])
    called = [name.removesuffix("社区") for name in communities.values()]
    found, used = [], set()
    for (name, colour), road in zip(_METRO, (names[8], names[12], names[28], names[33]), strict=True):
        shape = shapely.linestrings(lines[road][::6] + 0.0002).intersection(outline)
        told = _named("rail", name, kind_detail="subway", colour=colour)
        found += [Feature("roads", shape, told, 11), Feature("transit", shape, told, 9)]
        for at in np.arange(0.04, 0.97, 0.066):
            spot = shapely.line_interpolate_point(shape, float(at), normalized=True)
            order = np.argsort(np.hypot(where[:, 0] - spot.x, where[:, 1] - spot.y))
            near = next(called[i] for i in order if called[i] not in used)
            used.add(near)
            stop = _named("station", f"{near}站", line=name, colour=colour)
            found += [Feature("pois", spot, stop, 12), Feature("transit", spot, stop, 11)]
    return found


def _pipes(lines: dict[str, Floats], outline: BaseGeometry) -> list[Feature]:
    found = []
    for n, (name, line) in enumerate(lines.items()):
        for k, (kind, called, size) in enumerate(_PIPES):
            if (n + k) % len(_PIPES) == 0:  # under every road one kind is missing
                continue
            shape = shapely.linestrings(line[::8] + (k - 1.5) * 6 * METRE).intersection(outline)
            told = {"kind": kind, "name": f"{name}{called}", "diameter": size, "depth": 1 + k}
            found.append(Feature("pipes", shape, told, 12))
    return found


def _buildings(plan: Plan, ground: Land, streets: list[Floats], rng: np.random.Generator) -> list[Feature]:
    clear = shapely.union_all([ground.water, *(shape for _, shape in ground.parks)])
    return [
        Feature("buildings", shape, {"kind": "building", "height": height, "use": use}, 13)
        for shape, height, use in houses(plan, clear, streets, rng)
    ]


def _divisions(plan: Plan) -> list[Feature]:
    levels = {
        4: ("region", "4", 6),
        6: ("county", "6", 8),
        9: ("locality", "8", 10),
        12: ("locality", "10", 12),
    }
    found = []
    for code, name in sorted(plan.names.items()):
        if len(code) not in levels:
            continue
        kind, detail, zoom = levels[len(code)]
        shape = shapely.union_all(plan.polygons[[c.startswith(code) for c in plan.codes]])
        edge = shapely.boundary(shape)
        told = {"kind": kind, "kind_detail": detail, "code": code, "name": name, "script": "Han"}
        found.append(Feature("boundaries", edge, told, zoom))
        place = "locality" if code == CITY else "neighbourhood" if len(code) > _DISTRICT else "macrohood"
        detail = "city" if code == CITY else place
        told = _named(place, name, kind_detail=detail, code=code, population_rank=14 - len(code))
        found.append(Feature("places", shapely.point_on_surface(shape), told, zoom))
    for code, cell in zip(plan.codes, plan.polygons, strict=True):
        found.append(Feature("grids", cell, {"code": code}, 13))
    return found
