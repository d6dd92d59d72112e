# SPDX-License-Identifier: Apache-2.0
"""江州市, a city that does not exist: its shapes, names and roads, drawn from one seed. Pure.

Cells of a Voronoi picture of scattered points are the unit grids; those whose point lies within a
crooked outline make the city. Communities, streets and districts are unions of whole cells, so all
neighbours share their borders exactly.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray

from tongguan.kernel.coordinates import Floats

CITY: Final = "9901"
SEED: Final = 9910
WEST, SOUTH, EAST, NORTH = 121.0, 30.8, 121.4, 31.1
_POINTS: Final = 1_100
_STREETS: Final = 12
_COMMUNITIES: Final = 60
_ROADS_EACH_WAY: Final = 20

DISTRICTS: Final = ("江北区", "江南区", "临港区")
_STREET_NAMES: Final = (
    ("望江街道", "钟楼街道", "北塘街道", "青枫街道", "柳营街道", "观澜街道", "映月街道", "春申街道"),
    ("南浦街道", "文昌街道", "桂花街道", "石桥街道", "东园街道", "云台街道", "荷塘街道", "秀水街道"),
    ("海门街道", "渔港街道", "盐仓街道", "听涛街道", "新港街道", "望海街道", "银滩街道", "扬帆街道"),
)
_FIRST: Final = "翠春和康锦兰竹梅松柏枫桂荷莲景明德仁义安泰福瑞祥宁清朝晨金"
_SECOND: Final = "园苑庭湖河桥塘湾岭坡"
_ROAD_FIRST: Final = (
    "长安", "人民", "建设", "和平", "解放", "文化", "学府", "滨江", "中兴", "光明", "新华",
    "朝阳", "东风", "胜利", "团结", "友谊", "青年", "工农", "体育", "迎宾", "环城", "湖滨",
    "凤凰", "紫荆", "梧桐", "银杏", "丹桂", "望江", "钟楼", "古城", "创业", "科技", "港城",
    "海棠", "玉兰", "百合", "星河", "云溪", "天和", "金沙", "听涛", "临海",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Plan:
    """The drawn city: unit grid polygons, their centre points, the code of each, names by division code."""

    polygons: NDArray[np.object_]
    centres: Floats
    codes: list[str]
    names: dict[str, str]


def draw(seed: int = SEED) -> Plan:
    """Draw the city of a seed: about 700 unit grids, 60 communities, 12 streets, 3 districts."""
    rng = np.random.default_rng(seed)
    centres, polygons = _cells(rng)
    community, community_centres = _clusters(centres, _COMMUNITIES, rng)
    street_of, street_centres = _clusters(community_centres, _STREETS, rng)
    district_of = _districts(street_centres, rng)
    names: dict[str, str] = {"99": "示范省", CITY: "江州市"}
    community_code: dict[int, str] = {}
    pairs = [f"{a}{b}" for a in _FIRST for b in _SECOND]
    words = iter(rng.permutation(pairs).tolist())
    for d, district in enumerate(DISTRICTS, start=1):
        district_code = f"{CITY}{d:02d}"
        names[district_code] = district
        streets = _reading_order(np.flatnonzero(district_of == d), street_centres)
        for s, street in enumerate(streets, start=1):
            street_code = f"{district_code}{s:03d}"
            names[street_code] = _STREET_NAMES[d - 1][(s - 1) % 8]
            members = _reading_order(np.flatnonzero(street_of == street), community_centres)
            for c, member in enumerate(members, start=1):
                community_code[member] = f"{street_code}{c:03d}"
                names[community_code[member]] = f"{next(words)}社区"
    codes = [""] * len(polygons)
    for number, code in community_code.items():
        for n, grid in enumerate(_reading_order(np.flatnonzero(community == number), centres), start=1):
            codes[grid] = f"{code}{n:03d}"
    order = np.argsort(np.array(codes))
    return Plan(polygons[order], centres[order], [codes[i] for i in order], names)


def _cells(rng: np.random.Generator) -> tuple[Floats, NDArray[np.object_]]:
    """Scatter points evenly but irregularly; keep the cells of those inside the outline."""
    points = rng.uniform((WEST, SOUTH), (EAST, NORTH), (_POINTS, 2))
    frame = shapely.box(WEST - 0.1, SOUTH - 0.1, EAST + 0.1, NORTH + 0.1)
    for _ in range(2):
        cells = shapely.intersection(_voronoi(points, frame), shapely.box(WEST, SOUTH, EAST, NORTH))
        points = shapely.get_coordinates(shapely.centroid(cells))
    cells = _voronoi(points, frame)
    across, up = (points[:, 0] - 121.2) / 0.2, (points[:, 1] - 30.95) / 0.15
    angle = np.arctan2(up, across)
    rim = 0.90 + 0.05 * np.sin(3 * angle + rng.uniform(0, 6)) + 0.04 * np.sin(7 * angle + rng.uniform(0, 6))
    kept = np.hypot(across, up) < rim
    return points[kept], cells[kept]


def _voronoi(points: Floats, frame: shapely.Geometry) -> NDArray[np.object_]:
    """Give the Voronoi cell of each point, in the order of the points."""
    parts = shapely.get_parts(
        shapely.voronoi_polygons(shapely.multipoints(points), extend_to=frame, ordered=True)
    )
    return np.asarray(parts, dtype=np.object_)


def _clusters(points: Floats, count: int, rng: np.random.Generator) -> tuple[NDArray[np.intp], Floats]:
    """Group points around ``count`` centres of similar weight (Lloyd's rounds)."""
    centres = points[rng.choice(len(points), count, replace=False)]
    nearest = np.zeros(len(points), np.intp)
    for _ in range(30):
        gaps = (points[:, None, :] - centres[None, :, :]) * (0.86, 1.0)
        nearest = np.argmin((gaps**2).sum(axis=2), axis=1)
        centres = np.array(
            [points[nearest == i].mean(axis=0) if (nearest == i).any() else centres[i] for i in range(count)]
        )
    return nearest, centres


def _districts(streets: Floats, rng: np.random.Generator) -> NDArray[np.intp]:
    """Give each street its district's number: the eastern third is 3 (临港), the rest north 1, south 2."""
    cluster, centres = _clusters(streets, len(DISTRICTS), rng)
    east = int(np.argmax(centres[:, 0]))
    north, south = sorted((i for i in range(3) if i != east), key=lambda i: -centres[i, 1])
    return np.array([{north: 1, south: 2, east: 3}[int(c)] for c in cluster])


def _reading_order(members: NDArray[np.intp], centres: Floats) -> list[int]:
    """Sort from north to south in bands, within a band from west to east."""
    return sorted(members.tolist(), key=lambda i: (-round(float(centres[i, 1]), 2), float(centres[i, 0])))


def roads(seed: int = SEED) -> dict[str, Floats]:
    """Give the roads: name → n × 2 points of lon, lat, about 25 m apart, running through the whole frame."""
    rng = np.random.default_rng(seed + 1)
    words = rng.permutation(np.array(_ROAD_FIRST)).tolist()
    lines: dict[str, Floats] = {}
    for i in range(_ROADS_EACH_WAY):
        along = np.linspace(WEST, EAST, 1_500)
        level = SOUTH + (i + 0.5 + rng.uniform(-0.2, 0.2)) * (NORTH - SOUTH) / _ROADS_EACH_WAY
        bend = 0.002 * np.sin((along - WEST) * rng.uniform(15, 40) + rng.uniform(0, 6))
        lines[f"{words[i]}路"] = np.column_stack((along, level + bend))
    for i in range(_ROADS_EACH_WAY):
        along = np.linspace(SOUTH, NORTH, 1_300)
        level = WEST + (i + 0.5 + rng.uniform(-0.2, 0.2)) * (EAST - WEST) / _ROADS_EACH_WAY
        bend = 0.002 * np.sin((along - SOUTH) * rng.uniform(15, 40) + rng.uniform(0, 6))
        lines[f"{words[_ROADS_EACH_WAY + i]}大街"] = np.column_stack((level + bend, along))
    return lines
