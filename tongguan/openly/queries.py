# SPDX-License-Identifier: Apache-2.0
"""What everybody may see of cases: what kind, where, how far. No words of others, no names, nothing secret.

A case is public when its item is and no reporter of it asked to stay secret.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter
from tongguan.intake import queries as reports
from tongguan.intake.contracts import PublicMatter, ReportIn
from tongguan.kernel.errors import Invalid
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.tracking import queries as progress

#: From the building on an address tells where somebody lives.
_INDOORS: Final = re.compile(
    r"\s*[0-9A-Za-z一二三四五六七八九十百]+\s*(?:号楼|栋|幢|座|单元|门|室|层|楼|房)(?:.*)$", re.DOTALL
)
_COLUMNS: Final = (
    "id", "number", "item_code", "state", "lon", "lat", "address", "opened_at", "closed_at", "due_at",
    "lead_unit_id",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Narrow:
    """What a public list is narrowed to. ``items`` are the codes that are public, or some of them."""

    items: Collection[str]
    numbers: Sequence[str] = ()
    division: str = ""
    open: bool | None = None
    since: datetime | None = None
    until: datetime | None = None


def matters(
    narrow: Narrow, *, whom: Actor | None = None, offset: int = 0, limit: int = 1_000
) -> list[PublicMatter]:
    """List public cases, newest first, in four statements. To ``whom`` its own words are given back."""
    rows = _public(narrow.items)
    if narrow.numbers:
        rows = rows.filter(number__in=list(narrow.numbers))
    q = cases.filter_q(
        CaseFilter(
            division=narrow.division, open=narrow.open, opened_from=narrow.since, opened_to=narrow.until
        )
    )
    page = list(rows.filter(q).order_by("-opened_at", "-id").values(*_COLUMNS)[offset : offset + limit])
    ids = [row["id"] for row in page]
    changed = cases.touched(PLATFORM, ids)
    units = people.units({row["lead_unit_id"] for row in page if row["lead_unit_id"]})
    own = reports.own_words(whom, ids) if whom is not None else {}
    return [
        PublicMatter(
            id=row["id"],
            number=row["number"],
            item_code=row["item_code"],
            open=row["closed_at"] is None,
            words=progress.words_of(row["state"]),
            opened_at=row["opened_at"],
            changed_at=row["closed_at"] or changed.get(row["id"], row["opened_at"]),
            due_at=row["due_at"],
            lon=row["lon"],
            lat=row["lat"],
            address=outdoors(row["address"]),
            unit=units[row["lead_unit_id"]].name if row["lead_unit_id"] in units else "",
            text=own.get(row["id"], ""),
        )
        for row in page
    ]


def outdoors(address: str) -> str:
    """Give an address without building, entrance and room."""
    return _INDOORS.sub("", address).strip()


def _public(items: Collection[str]) -> QuerySet:
    return cases.visible(PLATFORM).filter(
        Q(item_code__in=list(items)) & Q(reporter_secret=False) & ~reports.any_secret()
    )


def among(items: Collection[str], ids: Collection[UUID]) -> set[UUID]:
    """Give those of these cases that everybody may see."""
    return set(_public(items).filter(pk__in=list(ids)).values_list("pk", flat=True))


def seconded(told: ReportIn, case_id: UUID, items: Collection[str]) -> ReportIn:
    """Give a telling that says "me too" to a public case: of its item, at its place where none is told.

    Raises Invalid when the case is not public (any more).
    """
    row = _public(items).filter(pk=case_id).values("item_code", "lon", "lat", "division", "grid").first()
    if row is None:
        raise Invalid("snap.also", zh="该事项已不公开", en="it is public no longer", field="also")
    told = replace(told, seconds=case_id, item_code=row["item_code"])
    if told.lon is not None:
        return told
    return replace(
        told, lon=row["lon"], lat=row["lat"], system="WGS84", division=row["division"], grid=row["grid"]
    )
