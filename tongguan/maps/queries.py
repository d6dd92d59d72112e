# SPDX-License-Identifier: Apache-2.0
"""What a map shows, always within the actor's scope. No statement per row, and none that returns all rows.

Up to ``MOST_SPOTS`` things are given singly and whole: the browser keeps them while the map is moved. Above
that what lies in the part looked at is given: singly when few, else counted by H3 cell in the database. Of
closed cases, which are many and do not change, the counts are kept (:mod:`tongguan.maps.settling`).
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain
from typing import Any, Final

from django.db.models import Count, F, Q, QuerySet, Sum

from tongguan.cases import queries as cases
from tongguan.cases.contracts import SOON, CaseFilter
from tongguan.kernel import clock
from tongguan.kernel.geometry import RESOLUTION, cell_ranges, distance_m
from tongguan.maps.clusters import EDGE_M, gathered, resolution_for, shift_of, within
from tongguan.maps.contracts import Box, Cluster, Spot, Spread
from tongguan.maps.models import Settled, SettledCell
from tongguan.maps.settling import COARSE
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post
from tongguan.people.queries import division_q, prefix_q
from tongguan.things import queries as things
from tongguan.things.contracts import ComponentState

__all__ = ["MOST_SPOTS", "cases_spread", "components_spread", "mark"]

MOST_SPOTS: Final = 20_000
#: So many are drawn singly in a part of the map, where the whole is too much.
MOST_NEAR: Final = 2_000
_MIDDLE: Final = 35.0
#: Within so many metres a box is entered by ranges of cells; beyond, reading all of the index is quicker.
_BY_CELLS_M: Final = 6_000.0
#: Clocks of several machines differ by less.
_AHEAD: Final = timedelta(days=1)
#: Who sees a case by more than its division.
_BY_PART: Final = frozenset({Post.DEPARTMENT, Post.HANDLER, Post.COLLECTOR})
_Tell = Callable[[QuerySet[Any]], tuple[Spot, ...]]
#: Clusters of a resolution, of the rows in some cells.
_CountThem = Callable[[Q, int], list[Cluster]]


def cases_spread(
    actor: Actor, narrow: CaseFilter, *, view: Box | None = None, zoom: float = 10.0, most: int | None = None
) -> Spread:
    """Give the actor's located cases of a filter for a part of the map (``view``) and a zoom; 6 statements.

    Up to ``most`` (``MOST_SPOTS`` unless told) are given singly and whole. The numbers of clusters without
    ``view`` add up to the number of the located cases.
    """
    rows = cases.visible(actor).filter(cases.filter_q(narrow), cell__isnull=False)
    late = Q(due_at__lt=clock.now())

    def count(around: Q, coarser: int) -> list[Cluster]:
        finer = min(coarser + 1, RESOLUTION)
        settled = _settled(actor, narrow)
        if settled is None:
            # Of open cases all that is asked is in one index; a further column would mean to read the rows.
            lateness = late if narrow.open else late & Q(closed_at__isnull=True)
            return gathered(_by_cell(rows.filter(around), lateness, finer), finer, coarser)
        kept, since = settled
        level = COARSE if finer <= COARSE and not around else RESOLUTION
        key = F("cell").bitrightshift(shift_of(finer))
        sums = kept.filter(around, level=level).order_by().values(key=key).annotate(n=Sum("n"))
        # A time with an end is what SQLite needs to see that it narrows more than the division does.
        lately = rows.filter(around, closed_at__gte=since, closed_at__lt=clock.now() + _AHEAD)
        return gathered(
            chain(
                _by_cell(rows.filter(around, closed_at__isnull=True), late, finer),
                _by_cell(lately, Q(closed_at__isnull=True), finer),
                ((key, n, 0) for key, n in sums.values_list("key", "n")),
            ),
            finer,
            coarser,
        )

    return _spread(rows, count, _cases, view, zoom, most)


def _settled(actor: Actor, narrow: CaseFilter) -> tuple[QuerySet[SettledCell], datetime] | None:
    """Give the kept counts that hold for this actor and filter, and since when closed cases are not in them.

    None where they do not help: for filters that they know nothing of, for who sees cases by other things
    than their division, and before the first counting.
    """
    if narrow.open or replace(narrow, division="", open=None) != CaseFilter():
        return None
    if actor.scope.posts() & _BY_PART and "" not in actor.scope.divisions(*CENTRE_POSTS):
        return None
    last = Settled.objects.first()
    if last is None:
        return None
    mine = division_q(actor.scope, "division") & prefix_q("division", narrow.division)
    return SettledCell.objects.filter(mine, generation=last.generation, upto__lte=last.until), last.until


def components_spread(
    actor: Actor, class_code: str = "", *, view: Box | None = None, zoom: float = 10.0
) -> Spread:
    """Give the components of the actor's divisions, of a class (or the beginning of its code) or of all.

    ``late`` counts those that are not intact. Removed ones are left out. 3 statements.
    """
    rows = things.visible(actor).exclude(state=ComponentState.REMOVED)
    if class_code:
        rows = rows.filter(prefix_q("class_code", class_code))

    def count(around: Q, coarser: int) -> list[Cluster]:
        finer = min(coarser + 1, RESOLUTION)
        counted = _by_cell(rows.filter(around), ~Q(state=ComponentState.INTACT), finer)
        return gathered(counted, finer, coarser)

    return _spread(rows, count, _components, view, zoom)


def _spread(
    rows: QuerySet[Any],
    count: _CountThem,
    tell: _Tell,
    view: Box | None,
    zoom: float,
    most: int | None = None,
) -> Spread:
    if not _more_than(rows, MOST_SPOTS if most is None else most):
        return Spread(spots=tell(rows), whole=True)
    if view is None:
        return Spread(clusters=tuple(count(Q(), resolution_for(zoom, _MIDDLE))))
    west, south, east, north = view
    seen = rows.filter(_around_q(view, 0), lon__gte=west, lon__lte=east, lat__gte=south, lat__lte=north)
    if not _more_than(seen, MOST_NEAR):
        return Spread(spots=tell(seen))
    coarser = resolution_for(zoom, (south + north) / 2)
    return Spread(clusters=within(count(_around_q(view, 2 * EDGE_M[coarser]), coarser), view))


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


def _by_cell(rows: QuerySet[Any], late: Q, finer: int) -> QuerySet[Any, tuple[int, int, int]]:
    key = F("cell").bitrightshift(shift_of(finer))
    grouped = rows.order_by().values(key=key).annotate(n=Count("cell"), late=Count("cell", filter=late))
    return grouped.values_list("key", "n", "late")


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
