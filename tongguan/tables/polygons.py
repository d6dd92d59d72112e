# SPDX-License-Identifier: Apache-2.0
"""Points inside a drawn area, decided by the database itself, so that pages, counts and exports agree."""

from collections.abc import Sequence

from django.db.models import Case, F, IntegerField, Q, Value, When
from django.db.models.expressions import Combinable
from django.db.models.lookups import Exact

#: A corner: longitude and latitude in degrees.
Corner = tuple[float, float]


def inside(lon: str, lat: str, ring: Sequence[Corner]) -> Q:
    """Give the rows whose point (columns ``lon``, ``lat``) lies within the ring of at least three corners.

    A ray to the east crosses the ring an odd number of times (even-odd rule, so the parts of a figure of
    eight count and its overlaps do not). Each edge is half open to the north: neighbours share no point.
    """
    crossed: Combinable | None = None
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        if y1 == y2:
            continue
        slope = (x2 - x1) / (y2 - y1)
        beside = Q(**{f"{lon}__lt": Value(x1) + (F(lat) - Value(y1)) * Value(slope)})
        level = Q(**{f"{lat}__gte": min(y1, y2), f"{lat}__lt": max(y1, y2)})
        edge = Case(When(level & beside, then=1), default=0, output_field=IntegerField())
        crossed = edge if crossed is None else crossed + edge
    if crossed is None:
        return Q(pk__in=())
    lons, lats = [x for x, _ in ring], [y for _, y in ring]
    box = Q(
        **{
            f"{lon}__gte": min(lons),
            f"{lon}__lte": max(lons),
            f"{lat}__gte": min(lats),
            f"{lat}__lte": max(lats),
        }
    )
    return box & Q(Exact(crossed.bitand(1), 1))
