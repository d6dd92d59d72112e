# SPDX-License-Identifier: Apache-2.0
"""What is known near a place, as everybody may see it, before somebody tells it again."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

import numpy as np

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter
from tongguan.kernel import clock
from tongguan.kernel.coordinates import to_wgs84
from tongguan.kernel.ids import new_id
from tongguan.matching import api as matching
from tongguan.matching.contracts import Told as Telling
from tongguan.openly import queries as publicly
from tongguan.people.contracts import PLATFORM
from tongguan.places import queries as places
from tongguan.tellings.checks import check_coordinates

_NEAR_M: Final = 300.0
_NEAR_MOST: Final = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class NearMatter:
    """A public case near a place, without anybody's words; ``likely``: it may be the same matter."""

    case_id: UUID
    item_code: str
    metres: float
    opened_at: datetime
    people: int
    likely: bool


@dataclass(frozen=True, slots=True)
class Draft:
    """What somebody is about to tell; the place in ``system``."""

    lon: float
    lat: float
    system: str = "WGS84"
    item_code: str = ""
    text: str = ""


def nearby(draft: Draft, items: Collection[str], limit: int = 5) -> list[NearMatter]:
    """Give open public cases near a draft, those that may be the same matter first. Changes nothing.

    How alike they are is not told, so that nobody learns others' words by asking. Raises Invalid (place).
    """
    check_coordinates(draft.lon, draft.lat, draft.system)
    x, y = to_wgs84(np.array([draft.lon]), np.array([draft.lat]), draft.system)
    lon, lat = float(x[0]), float(y[0])
    wanted = [draft.item_code] if draft.item_code in items else list(items)
    found = cases.near(PLATFORM, lon, lat, _NEAR_M, CaseFilter(items=tuple(wanted)), limit=_NEAR_MOST)
    shown = publicly.among(items, [n.case.id for n in found])
    likely = _likely(draft, lon, lat) if draft.text.strip() else set()
    rows = [
        NearMatter(
            case_id=one.case.id,
            item_code=one.case.item_code,
            metres=one.metres,
            opened_at=one.case.opened_at,
            people=one.case.reporter_count,
            likely=one.case.id in likely,
        )
        for one in found
        if one.case.id in shown
    ]
    return sorted(rows, key=lambda row: (not row.likely, row.metres))[:limit]


def _likely(draft: Draft, lon: float, lat: float) -> set[UUID]:
    division, _ = places.locate_one(lon, lat)
    told = Telling(
        report_id=new_id(),
        title="",
        text=draft.text,
        told_at=clock.now(),
        division=division,
        item_code=draft.item_code,
        lon=lon,
        lat=lat,
    )
    return {one.case_id for one in matching.alike(PLATFORM, told, limit=_NEAR_MOST)}
