# SPDX-License-Identifier: Apache-2.0
"""The register as people look through it: streams with their thing and device, page by page."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Q, QuerySet

from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import division_q
from tongguan.sensors.contracts import Listed
from tongguan.sensors.models import Datastream

_READERS: Final = tuple(post for post in Post if post is not Post.CITIZEN)
_COLUMNS: Final = {
    "id": "id", "key": "key", "name": "name", "unit": "unit", "low": "low", "high": "high", "every": "every",
    "division": "division", "active": "active", "thing": "thing__code", "thing_name": "thing__name",
    "kind": "thing__kind", "lon": "thing__lon", "lat": "thing__lat", "sensor": "sensor__code",
    "sensor_name": "sensor__name", "model": "sensor__model", "maker": "sensor__maker",
    "observed": "observed__code", "observed_name": "observed__name",
}  # fmt: skip
_FOUND_IN: Final = ("key", "name", "thing__code", "thing__name", "sensor__code", "observed__name")


@dataclass(frozen=True, slots=True)
class Looked:
    """What is looked for; what is empty does not narrow. ``after``: the number of the last one seen."""

    text: str = ""
    kind: str = ""
    observed: str = ""
    division: str = ""
    after: int = 0
    limit: int = 50


def listed(actor: Actor, looked: Looked) -> list[Listed]:
    """Give streams within the actor's divisions by number, at most ``limit``; one statement."""
    narrow = {
        "thing__kind": looked.kind,
        "observed__code": looked.observed,
        "division__startswith": looked.division,
    }
    rows = _seen(actor).filter(
        pk__gt=looked.after, **{name: value for name, value in narrow.items() if value}
    )
    for word in looked.text.split():
        told = Q()
        for column in _FOUND_IN:
            told |= Q(**{f"{column}__icontains": word})
        rows = rows.filter(told)
    return _shown(rows.order_by("id")[: looked.limit])


def one(actor: Actor, stream: int) -> Listed:
    """Give one stream. Raises NotFound, also outside of the actor's divisions."""
    found = _shown(_seen(actor).filter(pk=stream))
    if not found:
        raise NotFound("stream.unknown", zh="没有这条数据流", en="there is no such stream", field="stream")
    return found[0]


def kinds(actor: Actor) -> tuple[list[str], list[tuple[str, str]]]:
    """Give the kinds of things and the (code, name) of properties that the actor's streams have."""
    rows = _seen(actor).order_by()
    things = rows.exclude(thing__kind="").values_list("thing__kind", flat=True).distinct()
    properties = rows.values_list("observed__code", "observed__name").distinct()
    return sorted(things), sorted(properties)


def _seen(actor: Actor) -> "QuerySet[Datastream]":
    return Datastream.objects.filter(division_q(actor.scope, "division", *_READERS))


def _shown(rows: "QuerySet[Datastream]") -> list[Listed]:
    return [Listed(**dict(zip(_COLUMNS, row, strict=True))) for row in rows.values_list(*_COLUMNS.values())]
