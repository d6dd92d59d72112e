# SPDX-License-Identifier: Apache-2.0
"""Storms: new alarms find those of the same cause, and one of them stands for all.

Done under one lock per city, so that two writers who each raise a part of a storm see each other's part.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final, NamedTuple
from uuid import UUID
from zlib import crc32

from tongguan.alarms import spi, storms
from tongguan.alarms.contracts import Where
from tongguan.alarms.facts import AlarmGrouped
from tongguan.alarms.lifecycle import State
from tongguan.alarms.models import Alarm, Membership
from tongguan.alarms.terms import defaults
from tongguan.kernel.facts import Fact
from tongguan.runtime import outbox
from tongguan.tables import api as tables

_SPACE: Final = 0x6A1A0000
_CITY: Final = 4
_VALUES: Final = (
    "id", "family", "raised_at", "lon", "lat", "streams", "things", "state", "grade", "division",
    "membership__head_id",
)  # fmt: skip


class _One(NamedTuple):
    """An alarm as read for grouping."""

    id: UUID
    family: str
    raised_at: datetime
    lon: float | None
    lat: float | None
    streams: list[int]
    things: list[str]
    state: str
    grade: int
    division: str
    head_id: UUID | None

    @property
    def city(self) -> str:
        """Give the city's digits of the division."""
        return self.division[:_CITY]


def group(rows: Sequence[Alarm], now: datetime) -> dict[UUID, UUID]:
    """Put new (or moved) alarms into storms, within the open transaction; give each one's head.

    What is quiet, or has no place at all, stands alone.
    """
    if not rows:
        return {}
    loud = [row for row in rows if not row.quiet]
    tables.lock(_SPACE, {crc32(row.division[:_CITY].encode()) & 0x7FFFFFFF: True for row in loud})
    ones = _around(loud)
    known = {one.id: one.head_id for one in ones}
    heads = _heads(ones)
    given = {**{row.pk: row.pk for row in rows if row.quiet}, **heads}
    new = [
        tables.fresh(Membership, alarm_id=pk, head_id=head, since=now)
        for pk, head in given.items()
        if not known.get(pk)
    ]
    moved = [pk for pk, head in heads.items() if known[pk] not in {None, head}]
    tables.insert(new)
    tables.update([Membership(alarm_id=pk, head_id=heads[pk], since=now) for pk in moved], ["head", "since"])
    by_id = {one.id: one for one in ones}
    changed = {row.alarm_id for row in new}.union(moved)
    told: list[Fact] = [
        AlarmGrouped(alarm_id=pk, head_id=heads[pk], grade=by_id[pk].grade, division=by_id[pk].division)
        for pk in heads
        if pk in changed and heads[pk] != pk
    ]
    if told:
        outbox.publish(*told)
    return given


def _around(rows: Sequence[Alarm]) -> list[_One]:
    """Give the alarms of the same families and cities near in time, with the whole storms they belong to."""
    if not rows:
        return []
    span = defaults().storm_span
    first, last = min(row.raised_at for row in rows) - span, max(row.raised_at for row in rows) + span
    near = Alarm.objects.filter(
        raised_at__gte=first, raised_at__lte=last, quiet=False, family__in={row.family for row in rows}
    ).exclude(state=State.EVALUATED)
    cities = {row.division[:_CITY] for row in rows}
    found = [one for one in (_One(*values) for values in near.values_list(*_VALUES)) if one.city in cities]
    heads = {one.head_id for one in found if one.head_id is not None}
    if heads:
        rest = Alarm.objects.filter(membership__head__in=heads).exclude(pk__in=[one.id for one in found])
        found += [_One(*values) for values in rest.values_list(*_VALUES)]
    return sorted(found, key=lambda one: str(one.id))


def _heads(ones: Sequence[_One]) -> dict[UUID, UUID]:
    own = defaults()
    span = round(own.storm_span.total_seconds() * 1000)
    spots = [
        storms.Spot(
            str(one.id),
            one.family,
            round(one.raised_at.timestamp() * 1000),
            one.lon,
            one.lat,
            one.state != State.RAISED,
        )
        for one in ones
    ]
    pairs = storms.near_by_metres(spots, own.storm_metres, span)
    places = [Where(tuple(one.streams), tuple(one.things), one.lon, one.lat) for one in ones]
    for network in spi.networks.items().values():
        pairs += storms.within(spots, network(places, own.storm_metres), span)
    return {ones[place].id: ones[head].id for place, head in enumerate(storms.heads(spots, pairs))}
