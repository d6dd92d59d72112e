# SPDX-License-Identifier: Apache-2.0
"""Reads of the register, each within the actor's divisions."""

from collections.abc import Collection
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q
from tongguan.sensors import keys as held
from tongguan.sensors.checking import stream_key
from tongguan.sensors.contracts import Place, Refusing, Stream
from tongguan.sensors.declarations import declared, look_again
from tongguan.sensors.inventory import Coverage, Poles, cover, poles
from tongguan.sensors.keys import read_anew
from tongguan.sensors.listing import Looked, kinds, listed, one
from tongguan.sensors.models import (
    Datastream,
    Location,
    ObservedProperty,
    Refused,
    Sensor,
    Thing,
    Whereabouts,
)
from tongguan.sensors.stamp import stamp
from tongguan.sensors.units import code_of, conversion, known, table

__all__ = [
    "Coverage",
    "Looked",
    "Poles",
    "at",
    "code_of",
    "conversion",
    "cover",
    "datastreams",
    "datastreams_by_key",
    "declared",
    "features",
    "kinds",
    "known",
    "listed",
    "locations",
    "look_again",
    "one",
    "poles",
    "properties",
    "read_anew",
    "refused",
    "sensors",
    "stamp",
    "streams",
    "table",
    "things",
    "whereabouts",
    "within",
]

#: Every post but the citizen's reads the register of its divisions.
_READERS = tuple(post for post in Post if post is not Post.CITIZEN)


def within(actor: Actor, field: str = "division") -> Q:
    """Give the filter of rows whose column ``field`` lies within the actor's divisions."""
    return division_q(actor.scope, field, *_READERS)


def things(actor: Actor) -> QuerySet[Thing]:
    """Give the things within the actor's divisions, for reads of floors above."""
    return Thing.objects.filter(within(actor))


def sensors(actor: Actor) -> QuerySet[Sensor]:
    """Give the sensors within the actor's divisions."""
    return Sensor.objects.filter(within(actor))


def datastreams(actor: Actor) -> QuerySet[Datastream]:
    """Give the streams within the actor's divisions."""
    return Datastream.objects.filter(within(actor))


def properties(actor: Actor) -> QuerySet[ObservedProperty]:
    """Give the observed properties: a vocabulary, the same for everybody who reads the register."""
    everybody = ObservedProperty.objects.all()
    return everybody if actor.scope.posts() & set(_READERS) else everybody.none()


def locations(actor: Actor) -> QuerySet[Location]:
    """Give where things stand or stood, within the actor's divisions."""
    return Location.objects.filter(within(actor), feature=False)


def whereabouts(actor: Actor) -> QuerySet[Whereabouts]:
    """Give where the things within the actor's divisions stood, and since when."""
    return Whereabouts.objects.filter(within(actor, "thing__division"))


def features(actor: Actor) -> QuerySet[Location]:
    """Give what readings are about, within the actor's divisions: told features, places of what measures."""
    measured = Datastream.objects.filter(feature=None, thing__location=OuterRef("pk"))
    return Location.objects.filter(within(actor)).filter(Q(feature=True) | Exists(measured))


def datastreams_by_key(
    keys: Collection[str | tuple[str, str]], actor: Actor = PLATFORM
) -> dict[str | tuple[str, str], Stream]:
    """Give streams by what their senders call them: (thing code, property code), a key, an external key.

    Two statements at most however many keys; answers are held in memory until the register changes. Left
    out: unknown keys and streams outside of the actor's divisions.
    """
    texts = {key: stream_key(*key) if isinstance(key, tuple) else key for key in keys}
    found = held.by_keys(set(texts.values()))
    mine = actor.scope.divisions(*_READERS)
    return {
        key: found[text]
        for key, text in texts.items()
        if text in found and found[text].division.startswith(mine)
    }


def streams(numbers: Collection[int], actor: Actor = PLATFORM) -> dict[int, Stream]:
    """Give streams by their numbers, within the actor's divisions; one statement at most."""
    mine = actor.scope.divisions(*_READERS)
    return {number: one for number, one in held.by_numbers(numbers).items() if one.division.startswith(mine)}


def at(numbers: Collection[int], actor: Actor = PLATFORM) -> dict[int, Place]:
    """Give thing, place and division of streams by number, within the actor's divisions; one statement."""
    if not numbers:
        return {}
    rows = datastreams(actor).filter(pk__among=sorted(numbers)).order_by()
    return {row[0]: Place(*row) for row in rows.values_list(*_PLACE)}


_PLACE = (
    "id",
    "name",
    "thing_id",
    "thing__code",
    "thing__name",
    "thing__kind",
    "division",
    "thing__lon",
    "thing__lat",
    "observed__code",
    "observed__name",
    "unit",
    "thing__component",
    "thing__element",
    "thing__owner_unit_id",
)


def refused(actor: Actor, limit: int = 100, **by: Any) -> list[Refusing]:
    """Give the newest refused rows within the actor's divisions; ``by`` narrows by column (``origin``)."""
    rows = Refused.objects.filter(within(actor), **by)[:limit]
    return [Refusing(row.place, row.field, row.code, row.text, row.raw) for row in rows]
