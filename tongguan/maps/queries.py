# SPDX-License-Identifier: Apache-2.0
"""What a map shows, always within the actor's scope. No statement per row, and none that returns all rows.

Up to ``MOST_SPOTS`` things are given singly and whole: the browser keeps them while the map is moved. Above
that what lies in the part looked at is given: singly when few, else counted by H3 cell in the database.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet

from tongguan.cases import queries as cases
from tongguan.cases.contracts import SOON, CaseFilter
from tongguan.kernel import clock
from tongguan.kernel.geometry import cell_ranges, distance_m
from tongguan.maps.clusters import EDGE_M, gathered, resolution_for, shift_of, within
from tongguan.maps.contracts import Box, Spot, Spread
from tongguan.people.contracts import Actor
from tongguan.people.queries import prefix_q
from tongguan.things import queries as things
from tongguan.things.contracts import ComponentState

__all__ = ["MOST_SPOTS", "cases_spread", "components_spread", "mark"]

MOST_SPOTS: Final = 20_000
#: So many are drawn singly in a part of the map, where the whole is too much.
MOST_NEAR: Final = 2_000
_MIDDLE: Final = 35.0
#: Within so many metres a box is entered by ranges of cells; beyond, reading all of the index is quicker.
_BY_CELLS_M: Final = 6_000.0
_Tell = Callable[[QuerySet[Any]], tuple[Spot, ...]]


def cases_spread(actor: Actor, narrow: CaseFilter, *, view: Box | None = None, zoom: float = 10.0) -> Spread:
    """Give the actor's located cases of a filter for a part of the map (``view``) and a zoom; 3 statements.

    The numbers of clusters without ``view`` add up to the number of the located cases.
    """
    rows = cases.visible(actor).filter(cases.filter_q(narrow), cell__isnull=False)
    late = Q(due_at__lt=clock.now())
    # Of open cases all that is asked stands in one index; a further column would mean to read the rows.
    return _spread(rows, late if narrow.open else late & Q(closed_at__isnull=True), _cases, view, zoom)


def components_spread(
    actor: Actor, class_code: str = "", *, view: Box | None = None, zoom: float = 10.0
) -> Spread:
    """Give the components of the actor's divisions, of a class (or the beginning of its code) or of all.

    ``late`` counts those that are not intact. Removed ones are left out. 3 statements.
    """
    rows = things.visible(actor).exclude(state=ComponentState.REMOVED)
    if class_code:
        rows = rows.filter(prefix_q("class_code", class_code))
    return _spread(rows, ~Q(state=ComponentState.INTACT), _components, view, zoom)


def _spread(rows: QuerySet[Any], late: Q, tell: _Tell, view: Box | None, zoom: float) -> Spread:
    if not _more_than(rows, MOST_SPOTS):
        return Spread(spots=tell(rows), whole=True)
    if view is None:
        return Spread(clusters=tuple(_counted(rows, late, resolution_for(zoom, _MIDDLE))))
    west, south, east, north = view
    seen = rows.filter(_around_q(view, 0), lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    if not _more_than(seen, MOST_NEAR):
        return Spread(spots=tell(seen))
    coarser = resolution_for(zoom, (south + north) / 2)
    around = rows.filter(_around_q(view, 2 * EDGE_M[coarser]))
    return Spread(clusters=within(_counted(around, late, coarser), view))


def _around_q(view: Box, beyond_m: float) -> Q:
    """Give the rows in the cells of the circle around a small box and so much beyond; all for a large one.

    A range of cells is an index range. ``beyond_m`` keeps whole the clusters that reach out of the box.
    """
    west, south, east, north = view
    lon, lat = (west + east) / 2, (south + north) / 2
    radius = float(distance_m(lon, lat, [west, west], [south, north]).max()) + beyond_m
    cells = Q()
    for low, high in cell_ranges(lon, lat, radius) if radius <= _BY_CELLS_M else ():
        cells |= Q(cell__gte=low, cell__lte=high)
    return cells


def _more_than(rows: QuerySet[Any], most: int) -> bool:
    return rows.order_by()[: most + 1].count() > most


def _counted(rows: QuerySet[Any], late: Q, coarser: int) -> list[Any]:
    finer = min(coarser + 1, 10)
    key = F("cell").bitrightshift(shift_of(finer))
    grouped = rows.order_by().values(key=key).annotate(n=Count("cell"), late=Count("cell", filter=late))
    return gathered(grouped.values_list("key", "n", "late"), finer, coarser)


def _cases(rows: QuerySet[Any]) -> tuple[Spot, ...]:
    now = clock.now()
    told = rows.order_by("-opened_at", "-id").values_list("id", "lon", "lat", "title", "due_at", "closed_at")
    return tuple(
        Spot(str(pk), lon, lat, title, mark(due, closed, now))
        for pk, lon, lat, title, due, closed in told[:MOST_SPOTS]
    )


def _components(rows: QuerySet[Any]) -> tuple[Spot, ...]:
    told = rows.order_by("code").values_list("code", "lon", "lat", "name", "state")
    return tuple(
        Spot(code, lon, lat, f"{name} {code}", "calm" if state == ComponentState.INTACT else "late")
        for code, lon, lat, name, state in told[:MOST_SPOTS]
    )


def mark(due_at: datetime | None, closed_at: datetime | None, now: datetime) -> str:
    """Give how a case is marked on a map: ``late``, ``soon``, ``calm``, or ``done``."""
    if closed_at is not None:
        return "done"
    if due_at is None or due_at >= now + SOON:
        return "calm"
    return "late" if due_at < now else "soon"
