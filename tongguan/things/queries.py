# SPDX-License-Identifier: Apache-2.0
"""Reads of components."""

import numpy as np
from django.db.models import Q, QuerySet

from tongguan.kernel.geometry import cell_ranges, distance_m
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q, prefix_q
from tongguan.things.contracts import ComponentInfo, Near
from tongguan.things.labels import ComponentState
from tongguan.things.models import Component

#: Every post but the citizen's reads the components of its divisions.
_READERS = tuple(post for post in Post if post is not Post.CITIZEN)


def _visible(actor: Actor) -> QuerySet[Component]:
    """Give the components within the actor's division prefixes."""
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
    row = _visible(actor).filter(pk=code).first()
    return None if row is None else _info(row)


def nearest(
    class_code: str | None,
    lon: float,
    lat: float,
    within_m: float,
    *,
    actor: Actor = PLATFORM,
    limit: int = 1,
) -> list[Near]:
    """Give up to ``limit`` components within ``within_m`` metres, the nearest first, in one query.

    ``class_code`` may be None (any class) or a prefix (major class). Removed components are left out.
    """
    cells = Q()
    for low, high in cell_ranges(lon, lat, within_m):
        cells |= Q(cell=low) if low == high else Q(cell__gte=low, cell__lte=high)
    rows = _visible(actor).filter(cells).exclude(state=ComponentState.REMOVED)
    if class_code:
        rows = rows.filter(prefix_q("class_code", class_code))
    found = list(rows)
    metres = distance_m(lon, lat, np.array([r.lon for r in found]), np.array([r.lat for r in found]))
    near = sorted(
        (Near(_info(row), m) for row, m in zip(found, metres.tolist(), strict=True) if m <= within_m),
        key=lambda n: (n.metres, n.component.code),
    )
    return near[:limit]
