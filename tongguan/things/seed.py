# SPDX-License-Identifier: Apache-2.0
"""Components of the demo city, along its roads. Same seed, same rows."""

from datetime import date, timedelta
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from tongguan.kernel.geometry import cells_of
from tongguan.places.queries import locate
from tongguan.places.seed import SEED, road_points
from tongguan.runtime.transactions import atomic
from tongguan.things.labels import ComponentState, SurveySource
from tongguan.things.models import Component

#: Class, name, share of the whole, kind of supervising department.
_KINDS: Final = (
    ("01001", "供水井盖", 8, "江州市水务局"),
    ("01002", "污水井盖", 9, "江州市水务局"),
    ("01003", "雨水井盖", 9, "江州市水务局"),
    ("01004", "雨水箅子", 10, "江州市水务局"),
    ("01005", "电力井盖", 5, "江州市供电公司"),
    ("01007", "通信井盖", 7, "江州市通信管理局"),
    ("01011", "燃气井盖", 4, "江州市燃气公司"),
    ("01013", "消防设施", 3, "江州市消防救援支队"),
    ("01037", "路灯", 14, "江州市市政管理局"),
    ("01046", "户外健身设施", 1, "江州市体育局"),
    ("01050", "监控电子眼设施", 3, "江州市公安局"),
    ("01060", "路灯配电箱", 1, "江州市市政管理局"),
    ("02004", "公交站设施", 2, "江州市交通运输局"),
    ("02010", "交通标志牌及标线", 4, "江州市公安局"),
    ("02012", "路名牌", 3, "江州市民政局"),
    ("02014", "交通信号灯", 2, "江州市公安局"),
    ("02017", "交通护栏", 2, "江州市公安局"),
    ("03005", "垃圾箱", 5, "江州市城市管理局"),
    ("03006", "户外广告", 1, "江州市城市管理局"),
    ("04002", "行道树", 9, "江州市园林绿化局"),
)
_PER_BATCH: Final = 2_000
_METRES_PER_DEGREE: Final = 111_195.0


def seed_components(count: int = 4_000, seed: int = SEED, clear_of: BaseGeometry | None = None) -> int:
    """Write about ``count`` components beside the demo city's roads; returns how many there are.

    None lies in ``clear_of``, the city's water.

    Running it again changes nothing. Needs ``places.seed.seed_places`` before it.
    """
    rng = np.random.default_rng(seed + 7)
    line = np.concatenate(list(road_points(seed).values()))
    # Roads run beyond the city, so more spots are drawn than needed.
    spots = line[rng.choice(len(line), count * 3)] + rng.normal(0, 9.0 / _METRES_PER_DEGREE, (count * 3, 2))
    located = locate(spots[:, 0], spots[:, 1])
    fits = np.array(located.grid) != ""
    if clear_of is not None:
        fits &= ~shapely.contains_xy(clear_of, spots[:, 0], spots[:, 1])
    inside = np.flatnonzero(fits)[:count]
    weights = np.array([share for _, _, share, _ in _KINDS], np.float64)
    kinds = rng.choice(len(_KINDS), len(inside), p=weights / weights.sum())
    cells = cells_of(spots[inside, 0], spots[inside, 1]).tolist()
    broken = rng.random(len(inside)) < 0.02
    days = rng.integers(0, 3_000, len(inside)).tolist()
    numbers: dict[tuple[str, str], int] = {}
    rows = []
    for n, (spot, kind) in enumerate(zip(inside.tolist(), kinds.tolist(), strict=True)):
        class_code, name, _, supervisor = _KINDS[kind]
        grid = located.grid[spot]
        number = numbers[grid[:6], class_code] = numbers.get((grid[:6], class_code), 0) + 1
        rows.append(
            Component(
                code=f"{grid[:6]}{class_code}{number:06d}",
                class_code=class_code,
                name=name,
                division=grid[:12],
                grid=grid,
                lon=float(spots[spot, 0]),
                lat=float(spots[spot, 1]),
                cell=cells[n],
                state=ComponentState.BROKEN if broken[n] else ComponentState.INTACT,
                supervising_name=supervisor,
                first_on=date(2015, 1, 1) + timedelta(days=days[n]),
                source=SurveySource.MEASURED,
            )
        )
    with atomic():
        Component.objects.bulk_create(rows, batch_size=_PER_BATCH, ignore_conflicts=True)
    return len(rows)
