# SPDX-License-Identifier: Apache-2.0
"""A small city's casebook for tests: streets with steady cases, one lamp that fails every winter."""

from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import h3.api.basic_int as h3
import numpy as np

from tongguan.casebook.testing import write_book

#: The local day on which the stories play; the book was read that morning.
TODAY: Final = date(2026, 9, 1)
NOW: Final = datetime(2026, 9, 1, 2, tzinfo=UTC)
ITEMS: Final = (
    ("010101", "上水井盖", "公用设施"),
    ("010401", "路灯", "公用设施"),
    ("020101", "暴露垃圾", "市容环境"),
)
PLACES: Final = (
    ("990101001001", 121.005, 30.805),
    ("990101002001", 121.025, 30.815),
    ("990102001001", 121.105, 30.855),
    ("990101002001", 121.035, 30.835),
)
_SOURCES: Final = ("hotline", "grid")


def case(
    day: date, place: int = 0, item: int = 0, *, hour: int = 9, source: str = "hotline", **more: Any
) -> dict[str, Any]:
    """Give a case of a local day and hour at one of the places."""
    division, lon, lat = PLACES[place]
    code, name, family = ITEMS[item]
    opened = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(hours=hour - 8)
    return {
        "division": division, "lon": lon, "lat": lat, "cell": h3.latlng_to_cell(lat, lon, 10), "item": code,
        "item_name": name, "family": family, "source": source, "opened_at": opened,
        "closed_at": opened + timedelta(hours=20), "due_at": opened + timedelta(hours=24), "lead_unit": 1,
    } | more  # fmt: skip


def everyday(days: int, per_day: float = 2.0, seed: int = 3, until: date = TODAY) -> list[dict[str, Any]]:
    """Give cases that come by chance, everywhere and of all kinds alike, over the days up to ``until``."""
    rng = np.random.default_rng(seed)
    found = []
    for n in range(days):
        day = until - timedelta(days=days - n)
        for _ in range(rng.poisson(per_day)):
            place, item, source = (int(rng.integers(top)) for top in (3, 3, 2))
            found.append(case(day, place, item, hour=int(rng.integers(7, 20)), source=_SOURCES[source]))
    return found


def lamp(years: Iterable[int] = (2023, 2024, 2025)) -> list[dict[str, Any]]:
    """Give a street lamp, away from all else, that fails four times nine days apart from December on."""
    return [case(date(year, 12, 1) + timedelta(days=9 * n), 3, 1) for year in years for n in range(4)]


def book(home: Path, rows: Iterable[Mapping[str, Any]], **more: Any) -> None:
    """Write the casebook of these cases, with names of divisions and items."""
    divisions = [
        {"code": code, "name": name, "level": level, "parent": code[:-2]}
        for code, name, level in (
            ("9901", "江州市", "city"), ("990101", "江北区", "district"), ("990102", "江南区", "district"),
            ("990101001", "一街道", "street"), ("990101002", "二街道", "street"),
            ("990102001", "三街道", "street"),
        )
    ]  # fmt: skip
    items = [
        {"code": code, "name": name, "family": family, "kind": "component"} for code, name, family in ITEMS
    ]
    numbered = [{"id": f"case{n}", **row} for n, row in enumerate(rows)]
    write_book(home, numbered, read_at=NOW, divisions=divisions, items=items, **more)
