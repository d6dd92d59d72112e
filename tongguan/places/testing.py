# SPDX-License-Identifier: Apache-2.0
"""For tests of all packages: a small square city with known borders."""

from collections.abc import Iterable

import numpy as np
import shapely

from tongguan.kernel.geometry import cell_of
from tongguan.places import layers
from tongguan.places.codes import level_of, parent_of
from tongguan.places.gazetteer import addressed, keys
from tongguan.places.models import Division, DutyGrid, DutyGridCell, Gazetteer, GazetteerKey, UnitGrid
from tongguan.places.outlines import columns
from tongguan.places.seed import seed_places

WEST, SOUTH, STEP = 121.0, 30.8, 0.01
NAMES = {
    "99": "示范省",
    "9901": "江州市",
    "990101": "江北区",
    "990102": "江南区",
    "990101001": "望江街道",
    "990102001": "南浦街道",
    "990101001001": "翠园社区",
    "990102001001": "荷塘社区",
}


def demo_city() -> None:
    """Seed the whole demo city of 江州市."""
    seed_places()


def named_place(
    name: str,
    division: str = "990101001001",
    kind: str = "poi",
    aliases: Iterable[str] = (),
    lon: float = 121.2,
    lat: float = 31.0,
) -> Gazetteer:
    """Put a place into the gazetteer as an import would, with its keys."""
    row = Gazetteer.objects.create(
        source="t", external_id=f"{name}/{division}", kind=kind, name=name, aliases=list(aliases),
        division=division, lon=lon, lat=lat, cell=cell_of(lon, lat), **addressed(kind, name),
    )  # fmt: skip
    GazetteerKey.objects.bulk_create(
        GazetteerKey(entry=row, text=text, start=start) for text, start in keys([name, *row.aliases])
    )
    return row


def square_city() -> list[str]:
    """Seed two districts of 2 × 2 unit grids each: 江北 (990101) from 121.00 to 121.02 east, 江南 beside it.

    Each grid is 0.01° square, numbered row by row from the south-west. Returns the grid codes.
    """
    shapes = {}
    for district, community in enumerate(("990101001001", "990102001001")):
        for n in range(4):
            west, south = WEST + (2 * district + n % 2) * STEP, SOUTH + (n // 2) * STEP
            shapes[f"{community}{n + 1:03d}"] = shapely.box(west, south, west + STEP, south + STEP)
    parts = {code: shapely.union_all([s for g, s in shapes.items() if g.startswith(code)]) for code in NAMES}
    Division.objects.bulk_create(
        Division(code=code, name=NAMES[code], level=level_of(code), parent=parent_of(code), **outline)
        for code, outline in zip(parts, columns(np.array(list(parts.values()), dtype=object)), strict=True)
    )
    UnitGrid.objects.bulk_create(
        UnitGrid(code=code, community=code[:12], **outline)
        for code, outline in zip(shapes, columns(np.array(list(shapes.values()), dtype=object)), strict=True)
    )
    for community in ("990101001001", "990102001001"):
        duty = DutyGrid.objects.create(code=f"ZR{community}01", name="第1责任网格", division=community)
        DutyGridCell.objects.bulk_create(
            DutyGridCell(duty_grid=duty, grid_id=code) for code in shapes if code.startswith(community)
        )
    layers.touch(layers.COMMUNITY, layers.GRID)
    return list(shapes)
