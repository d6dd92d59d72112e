# SPDX-License-Identifier: Apache-2.0
"""Where collectors were: points kept for some days, and where each was last."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta

from django.conf import settings

from tongguan.dispatch.spi import Position
from tongguan.kernel import clock
from tongguan.patrol.contracts import Point
from tongguan.patrol.models import LastSeen, TrackPoint
from tongguan.people.contracts import Actor, Post

_AT_ONCE = 10_000


def keep(actor: Actor, points: Sequence[Point]) -> None:
    """Store points of a collector in the open transaction; one that is known already stays as it is."""
    if actor.id is None:
        message = "a track belongs to a person"
        raise ValueError(message)
    oldest = clock.now() - timedelta(days=settings.TRACK_DAYS)
    rows = [
        TrackPoint(user_id=actor.id, at=p.at, lon=p.lon, lat=p.lat, accuracy=p.accuracy)
        for p in points
        if p.at >= oldest
    ]
    TrackPoint.objects.bulk_create(rows, ignore_conflicts=True, batch_size=1000)
    last = max(points, key=lambda point: point.at)
    values = {"lon": last.lon, "lat": last.lat, "accuracy": last.accuracy, "at": last.at}
    division = min(actor.scope.divisions(Post.COLLECTOR), key=len)
    made = LastSeen(user_id=actor.id, user_name=actor.name, division=division, **values)
    LastSeen.objects.bulk_create([made], ignore_conflicts=True)
    LastSeen.objects.filter(user_id=actor.id, at__lt=last.at).update(
        user_name=actor.name, division=division, **values
    )


def last_seen(user_ids: Iterable[int]) -> Mapping[int, Position]:
    """Give the last positions of these people, for choosing whom to send."""
    rows = LastSeen.objects.filter(user_id__in=list(user_ids)).values_list("user_id", "lon", "lat", "at")
    return {user_id: Position(lon, lat, at) for user_id, lon, lat, at in rows}


def purge() -> int:
    """Delete points and last positions older than the city keeps them; give how many points."""
    oldest = clock.now() - timedelta(days=settings.TRACK_DAYS)
    ids = list(
        TrackPoint.objects.filter(at__lt=oldest).order_by("id").values_list("id", flat=True)[:_AT_ONCE]
    )
    gone, _ = TrackPoint.objects.filter(id__in=ids).delete()
    LastSeen.objects.filter(at__lt=oldest).delete()
    return gone
