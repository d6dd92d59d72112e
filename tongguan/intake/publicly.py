# SPDX-License-Identifier: Apache-2.0
"""What everybody may see of cases: what kind, where, how far. No words of others, no names, nothing secret.

A case is public when its item is and no reporter of it asked to stay secret.
"""

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter
from tongguan.intake.contracts import PublicMatter
from tongguan.intake.models import Report
from tongguan.intake.receipts import tracking_form
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
    own = _own_words(whom, ids) if whom is not None else {}
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


def number_of(tracking: str) -> str | None:
    """Give the case number of a telling, "" while there is none; None for an unknown tracking code."""
    row = Report.objects.filter(tracking=tracking_form(tracking)).values("case__number").first()
    return None if row is None else row["case__number"] or ""


def outdoors(address: str) -> str:
    """Give an address without building, entrance and room."""
    return _INDOORS.sub("", address).strip()


def _public(items: Collection[str]) -> QuerySet:
    secret = Report.objects.filter(case_id=OuterRef("pk"), reporter_secret=True)
    return cases.visible(PLATFORM).filter(
        Q(item_code__in=list(items)) & Q(reporter_secret=False) & ~Exists(secret)
    )


def _own_words(whom: Actor, ids: list[UUID]) -> dict[UUID, str]:
    rows = Report.objects.filter(case_id__in=ids, client=whom.key).order_by("-id")
    return dict(rows.values_list("case_id", "text"))
