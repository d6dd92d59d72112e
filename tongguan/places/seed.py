# SPDX-License-Identifier: Apache-2.0
"""The demo city in the registers: divisions, unit grids, duty grids, gazetteer. Same seed, same rows."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

import numpy as np
import shapely

from tongguan.kernel.coordinates import Floats
from tongguan.kernel.geometry import cells_of
from tongguan.places import layers
from tongguan.places.codes import level_of, parent_of
from tongguan.places.gazetteer import addressed, keys
from tongguan.places.labels import GazetteerKind
from tongguan.places.models import (
    Division,
    DutyGrid,
    DutyGridCell,
    DutyGridPerson,
    Gazetteer,
    GazetteerKey,
    UnitGrid,
)
from tongguan.places.outlines import areas_m2, columns
from tongguan.places.seed_city import (
    CITY,
    DISTRICTS,
    EAST,
    NORTH,
    SEED,
    SOUTH,
    WEST,
    Plan,
    draw,
    roads,
)
from tongguan.runtime.transactions import atomic

__all__ = [
    "CITY",
    "DISTRICTS",
    "EAST",
    "NORTH",
    "SEED",
    "SOUTH",
    "WEST",
    "Plan",
    "SeededPlaces",
    "attach_people",
    "draw",
    "road_points",
    "roads",
    "seed_places",
]

_SOURCE = "demo"
_BATCH = 1_000
_ESTATES = ("花苑", "新村", "家园", "公寓", "雅居", "名邸", "小区", "华庭")
_ESTATE_FIRST = "翠春和康锦兰竹梅松柏枫桂荷莲景明德仁义安泰福瑞祥宁清朝晨金玉银海江湖云星月"
_POI = (
    "第一小学", "实验小学", "中学", "幼儿园", "菜市场", "社区卫生服务中心", "派出所", "邮政支局",
    "公交首末站", "文化活动中心", "养老服务站", "体育公园", "加油站", "超市", "银行营业部",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SeededPlaces:
    """Codes of what was seeded, ascending."""

    districts: list[str] = field(default_factory=list)
    streets: list[str] = field(default_factory=list)
    communities: list[str] = field(default_factory=list)
    grids: list[str] = field(default_factory=list)
    duty_grids: list[str] = field(default_factory=list)


def seed_places(seed: int = SEED) -> SeededPlaces:
    """Write the demo city; running it again changes nothing. About 700 grids, 4,000 named places."""
    plan = draw(seed)
    with atomic():
        _write_divisions(plan)
        _write_grids(plan)
        duty = _write_duty_grids(plan)
        layers.touch(layers.COMMUNITY, layers.GRID)
        if not Gazetteer.objects.filter(source=_SOURCE).exists():
            _write_gazetteer(plan, np.random.default_rng(seed + 2), seed)
    by_length = {n: sorted(code for code in plan.names if len(code) == n) for n in (6, 9, 12)}
    return SeededPlaces(by_length[6], by_length[9], by_length[12], plan.codes, duty)


def attach_people(assignments: Iterable[tuple[str, int, str]]) -> int:
    """Give people to duty grids: (duty grid code, user id, role); returns how many are new."""
    wanted = list(assignments)
    ids = dict(DutyGrid.objects.values_list("code", "id"))
    before = DutyGridPerson.objects.count()
    rows = [DutyGridPerson(duty_grid_id=ids[code], user_id=user, role=role) for code, user, role in wanted]
    with atomic():
        DutyGridPerson.objects.bulk_create(rows, batch_size=_BATCH, ignore_conflicts=True)
    return DutyGridPerson.objects.count() - before


def road_points(seed: int = SEED) -> dict[str, Floats]:
    """Give the demo city's roads: name → n × 2 points of lon, lat (they run beyond the city's edge)."""
    return roads(seed)


def _write_divisions(plan: Plan) -> None:
    rows = []
    for code, name in sorted(plan.names.items()):
        members = np.array([c.startswith(code) for c in plan.codes])
        shape = shapely.union_all(plan.polygons[members])
        rows.append((code, name, shape))
    outlines = columns(np.array([shape for _, _, shape in rows], dtype=np.object_))
    Division.objects.bulk_create(
        [
            Division(
                code=code, name=name, level=level_of(code), parent=parent_of(code), crs="WGS84", **outline
            )
            for (code, name, _), outline in zip(rows, outlines, strict=True)
        ],
        batch_size=_BATCH,
        ignore_conflicts=True,
    )


def _write_grids(plan: Plan) -> None:
    parts = zip(plan.codes, columns(plan.polygons), areas_m2(plan.polygons).tolist(), strict=True)
    UnitGrid.objects.bulk_create(
        [
            UnitGrid(
                code=code,
                name=f"{plan.names[code[:12]].removesuffix('社区')}{code[12:]}号网格",
                community=code[:12],
                area_m2=round(area, 1),
                crs="WGS84",
                **outline,
            )
            for code, outline, area in parts
        ],
        batch_size=_BATCH,
        ignore_conflicts=True,
    )


def _write_duty_grids(plan: Plan) -> list[str]:
    """Cut each community's unit grids into duty grids of about eight, in code order."""
    parts: dict[str, list[str]] = {}
    for community, members in groupby(plan.codes, key=lambda code: code[:12]):
        grids = list(members)
        pieces = max(1, round(len(grids) / 8))
        for n, piece in enumerate(np.array_split(np.array(grids), pieces), start=1):
            parts[f"ZR{community}{n:02d}"] = piece.tolist()
    DutyGrid.objects.bulk_create(
        [
            DutyGrid(
                code=code,
                name=f"{plan.names[code[2:14]].removesuffix('社区')}第{int(code[14:])}责任网格",
                division=code[2:14],
            )
            for code in parts
        ],
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    ids = dict(DutyGrid.objects.filter(code__in=list(parts)).values_list("code", "id"))
    DutyGridCell.objects.bulk_create(
        [
            DutyGridCell(duty_grid_id=ids[code], grid_id=grid)
            for code, grids in parts.items()
            for grid in grids
        ],
        batch_size=_BATCH,
        ignore_conflicts=True,
    )
    return sorted(parts)


def _write_gazetteer(plan: Plan, rng: np.random.Generator, seed: int) -> None:
    named: list[tuple[str, str, float, float]] = []
    for road, line in roads(seed).items():
        middle = line[len(line) // 2]
        named.append((GazetteerKind.ROAD, road, float(middle[0]), float(middle[1])))
        step = rng.integers(12, 20)
        for number, (lon, lat) in enumerate(line[::step], start=1):
            house = number * 4 - int(rng.integers(0, 3))
            named.append((GazetteerKind.ADDRESS, f"{road}{house}号", lon, lat))
    first = [a + b for a in _ESTATE_FIRST for b in _ESTATE_FIRST if a != b]
    words = iter(rng.permutation(first).tolist())
    for lon, lat in plan.centres.tolist():
        named.append((GazetteerKind.PLACE, f"{next(words)}{rng.choice(_ESTATES)}", lon, lat))
    spots = plan.centres + rng.uniform(-0.002, 0.002, plan.centres.shape)
    for i, (lon, lat) in enumerate(spots[::2].tolist()):
        street = plan.names[plan.codes[2 * i][:12]].removesuffix("社区")
        named.append((GazetteerKind.POI, f"{street}{_POI[i % len(_POI)]}", lon, lat))
    _store(named, plan)


def _store(named: list[tuple[str, str, float, float]], plan: Plan) -> None:
    """Keep what lies within the city, with grid, cell and search keys."""
    lons, lats = np.array([n[2] for n in named]), np.array([n[3] for n in named])
    index = layers.PolygonIndex.of(plan.codes, list(shapely.to_wkb(plan.polygons)))
    grids, cells = index.find(lons, lats).tolist(), cells_of(lons, lats).tolist()
    rows: list[dict[str, Any]] = [
        {
            "kind": kind,
            "name": name,
            "lon": lon,
            "lat": lat,
            "grid": grid,
            "division": grid[:12],
            "cell": cell,
            **addressed(kind, name),
        }
        for (kind, name, lon, lat), grid, cell in zip(named, grids, cells, strict=True)
        if grid
    ]
    entries = Gazetteer.objects.bulk_create(
        [Gazetteer(source=_SOURCE, external_id=f"{n:06d}", **row) for n, row in enumerate(rows, start=1)],
        batch_size=_BATCH,
    )
    GazetteerKey.objects.bulk_create(
        [
            GazetteerKey(entry_id=e.pk, text=text, start=start)
            for e in entries
            for text, start in keys([e.name])
        ],
        batch_size=4 * _BATCH,
    )
