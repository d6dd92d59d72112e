# SPDX-License-Identifier: Apache-2.0
"""Reads of components."""

from collections import defaultdict
from collections.abc import Collection, Sequence

import numpy as np
from django.db.models import Count, Q, QuerySet

from tongguan.kernel.errors import Invalid
from tongguan.kernel.geometry import cell_of, cell_ranges, cells_within, distance_m
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q, prefix_q
from tongguan.things.contracts import ComponentInfo, Near, Spot
from tongguan.things.labels import ComponentState
from tongguan.things.models import Component

#: The widest circle that is still called near.
MAX_NEAR_M = 10_000
#: The widest circle when many are asked for at once.
MAX_MANY_M = 500
#: Every post but the citizen's reads the components of its divisions.
_READERS = tuple(post for post in Post if post is not Post.CITIZEN)


def visible(actor: Actor) -> QuerySet[Component]:
    """Give the components within the actor's division prefixes, for reads of floors above."""
    return Component.objects.filter(division_q(actor.scope, "division", *_READERS))


def _info(row: Component) -> ComponentInfo:
    return ComponentInfo(
        code=row.code,
        class_code=row.class_code,
        name=row.name,
        division=row.division,
        grid=row.grid,
        lon=row.lon,
        lat=row.lat,
        state=row.state,
        supervising_name=row.supervising_name,
        supervising_unit_id=row.supervising_unit_id,
        owner_name=row.owner_name,
        owner_unit_id=row.owner_unit_id,
        maintainer_name=row.maintainer_name,
        maintaining_unit_id=row.maintaining_unit_id,
    )


def component(code: str, actor: Actor = PLATFORM) -> ComponentInfo | None:
    """Give one component by its code; None when there is none within the actor's scope."""
    row = visible(actor).filter(pk=code).first()
    return None if row is None else _info(row)


def components(codes: Collection[str], actor: Actor = PLATFORM) -> dict[str, ComponentInfo]:
    """Give the components among the codes within the actor's scope; one statement, none for none."""
    if not codes:
        return {}
    return {row.code: _info(row) for row in visible(actor).filter(pk__among=sorted(codes))}


def classes(actor: Actor) -> dict[str, int]:
    """Give the class codes of the components within the actor's divisions, each with how many there are."""
    rows = visible(actor).order_by("class_code").values_list("class_code")
    return dict(rows.annotate(Count("code")))


def nearest_many(spots: Sequence[Spot]) -> list[list[tuple[str, str, float]]]:
    """Give for each spot (code, name, metres) of all components of its class, the nearest first.

    One statement however many spots. Removed components are left out. The circles are meant to be small:
    Raises Invalid (``near.too_wide``) beyond 500 m.
    """
    if not spots:
        return []
    if any(not 0 <= spot.within_m <= MAX_MANY_M for spot in spots):
        raise Invalid("near.too_wide", f"半径至多 {MAX_MANY_M} 米", "too wide", field="within_m")
    around = [cells_within(cell_of(spot.lon, spot.lat), spot.within_m) for spot in spots]
    rows = Component.objects.filter(
        cell__among=sorted({cell for cells in around for cell in cells}),
        class_code__in=sorted({spot.class_code for spot in spots}),
    ).exclude(state=ComponentState.REMOVED)
    known = list(rows.order_by().values_list("pk", "name", "lon", "lat", "cell", "class_code"))
    at: defaultdict[tuple[int, str], list[int]] = defaultdict(list)
    for n, row in enumerate(known):
        at[row[4], row[5]].append(n)
    pairs = [
        (n, k)
        for n, (spot, cells) in enumerate(zip(spots, around, strict=True))
        for cell in cells
        for k in at.get((cell, spot.class_code), ())
    ]
    found: list[list[tuple[str, str, float]]] = [[] for _ in spots]
    if not pairs:
        return found
    ours = np.array([(spots[n].lon, spots[n].lat) for n, _ in pairs])
    theirs = np.array([(known[k][2], known[k][3]) for _, k in pairs])
    metres = distance_m(ours[:, 0], ours[:, 1], theirs[:, 0], theirs[:, 1]).tolist()
    for (n, k), away in zip(pairs, metres, strict=True):
        if away <= spots[n].within_m:
            found[n].append((known[k][0], known[k][1], away))
    return [sorted(one, key=lambda near: (near[2], near[0])) for one in found]


def nearest(
    class_code: str | None,
    lon: float,
    lat: float,
    within_m: float,
    *,
    actor: Actor = PLATFORM,
    limit: int = 1,
) -> list[Near]:
    """Give up to ``limit`` components within ``within_m`` metres, the nearest first, in two queries.

    ``class_code`` may be None (any class) or a prefix (major class). Removed components are left out.
    Raises Invalid (``near.too_wide``) beyond 10 km, and for coordinates that do not hold.
    """
    if not 0 <= within_m <= MAX_NEAR_M:
        raise Invalid(
            "near.too_wide",
            zh=f"查找半径应在 0 到 {MAX_NEAR_M} 米之间",
            en=f"the radius must be between 0 and {MAX_NEAR_M} metres",
            field="within_m",
        )
    cells = Q()
    for low, high in cell_ranges(lon, lat, within_m):
        cells |= Q(cell=low) if low == high else Q(cell__gte=low, cell__lte=high)
    rows = visible(actor).filter(cells).exclude(state=ComponentState.REMOVED)
    if class_code:
        rows = rows.filter(prefix_q("class_code", class_code))
    # Positions of all, whole rows of the winners only: a wide circle in a city centre holds 100,000.
    spots = list(rows.order_by().values_list("pk", "lon", "lat"))
    if not spots:
        return []
    codes, lons, lats = zip(*spots, strict=True)
    metres = distance_m(lon, lat, np.array(lons), np.array(lats)).tolist()
    best = sorted((m, code) for m, code in zip(metres, codes, strict=True) if m <= within_m)[: max(1, limit)]
    found = Component.objects.in_bulk([code for _, code in best])
    return [Near(_info(found[code]), m) for m, code in best if code in found]
