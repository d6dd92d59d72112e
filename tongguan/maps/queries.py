# SPDX-License-Identifier: Apache-2.0
"""What a map shows, always within the actor's scope. No statement per row, and none that returns all rows.

Up to ``MOST_SPOTS`` things are given singly and whole: the browser keeps them while the map is moved. Above
that what lies in the part looked at is given: singly when few, else counted by H3 cell in the database.
"""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseFilter
from tongguan.kernel import clock
from tongguan.maps.clusters import gathered, resolution_for, shift_of, within
from tongguan.maps.contracts import Box, Spot, Spread
from tongguan.people.contracts import Actor

__all__ = ["MOST_SPOTS", "cases_spread"]

MOST_SPOTS: Final = 20_000
#: So many are drawn singly in a part of the map, where the whole is too much.
MOST_NEAR: Final = 2_000
_SOON: Final = timedelta(hours=2)
_MIDDLE: Final = 35.0


def cases_spread(actor: Actor, narrow: CaseFilter, *, view: Box | None = None, zoom: float = 10.0) -> Spread:
    """Give the actor's located cases of a filter for a part of the map (``view``) and a zoom; 3 statements.

    The numbers of clusters without ``view`` add up to the number of the located cases.
    """
    found = cases.visible(actor).filter(cases.filter_q(narrow), cell__isnull=False)
    if not _more_than(found, MOST_SPOTS):
        return Spread(spots=_spots(found), whole=True)
    if view is not None:
        seen = cases.visible(actor).filter(cases.filter_q(_narrowed(narrow, view)), cell__isnull=False)
        if not _more_than(seen, MOST_NEAR):
            return Spread(spots=_spots(seen))
    late = Q(closed_at__isnull=True, due_at__lt=clock.now())
    return Spread(clusters=within(_counted(found, late, view, zoom), view))


def _narrowed(narrow: CaseFilter, view: Box) -> CaseFilter:
    """Give the filter for what is both in its own box and in view."""
    if narrow.bbox is None:
        return replace(narrow, bbox=view)
    west, south, east, north = zip(narrow.bbox, view, strict=True)
    return replace(narrow, bbox=(max(west), max(south), min(east), min(north)))


def _more_than(rows: QuerySet[Any], most: int) -> bool:
    return rows.order_by()[: most + 1].count() > most


def _counted(rows: QuerySet[Any], late: Q, view: Box | None, zoom: float) -> list[Any]:
    coarser = resolution_for(zoom, (view[1] + view[3]) / 2 if view else _MIDDLE)
    finer = min(coarser + 1, 10)
    key = F("cell").bitrightshift(shift_of(finer))
    grouped = rows.order_by().values(key=key).annotate(n=Count("cell"), late=Count("cell", filter=late))
    return gathered(grouped.values_list("key", "n", "late"), finer, coarser)


def _spots(rows: QuerySet[Any]) -> tuple[Spot, ...]:
    now = clock.now()
    told = rows.order_by("-opened_at", "-id").values_list("id", "lon", "lat", "title", "due_at", "closed_at")
    return tuple(
        Spot(str(pk), lon, lat, title, _mark(due, closed, now))
        for pk, lon, lat, title, due, closed in told[:MOST_SPOTS]
    )


def _mark(due_at: datetime | None, closed_at: datetime | None, now: datetime) -> str:
    if closed_at is not None:
        return "done"
    if due_at is None or due_at - now > _SOON:
        return "calm"
    return "late" if due_at < now else "soon"
