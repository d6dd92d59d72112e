# SPDX-License-Identifier: Apache-2.0
"""Bulk look-ups by name: many names of many texts in one query each, within the reader's divisions."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q
from tongguan.places import lookups  # noqa: F401 - registers "among"
from tongguan.places.contracts import DivisionInfo, HouseOnRoad, NamedPlace, PlaceInfo
from tongguan.places.gazetteer import KEY_LENGTH, fold
from tongguan.places.labels import GazetteerKind
from tongguan.places.models import Division, Gazetteer, GazetteerKey

_MOST_HOUSES: Final = 200_000


def named(names: Iterable[str], *, actor: Actor = PLATFORM, most: int = 30) -> dict[str, list[NamedPlace]]:
    """Give for each name the places whose name or alias ends with it, whole names first; one query.

    At most ``most`` for each name; names that meet nothing are left out. Width, case, spaces and
    punctuation do not matter.
    """
    folded = {name: fold(name) for name in set(names)}
    wanted = {key[:KEY_LENGTH] for key in folded.values() if key and "\x00" not in key}
    if not wanted:
        return {}
    rank = Window(RowNumber(), partition_by=[F("text")], order_by=[F("start"), F("entry_id")])
    scope = division_q(actor.scope, "entry__division", *Post)
    rows = (
        GazetteerKey.objects.filter(scope, text__among=sorted(wanted))
        .annotate(rank=rank)
        .filter(rank__lte=most)
        .select_related("entry")
        .order_by("text", "start", "entry_id")
    )
    by_key: dict[str, list[Gazetteer]] = defaultdict(list)
    for row in rows:
        by_key[row.text].append(row.entry)
    found = {}
    for name, key in folded.items():
        meets = [met for entry in by_key.get(key[:KEY_LENGTH], ()) if (met := _met(entry, key)) is not None]
        if meets:
            found[name] = sorted(meets, key=lambda met: (len(met.before), met.place.id))
    return found


def _met(entry: Gazetteer, key: str) -> NamedPlace | None:
    befores = [own.removesuffix(key) for n in (entry.name, *entry.aliases) if (own := fold(n)).endswith(key)]
    return NamedPlace(_place(entry), min(befores, key=len)) if befores else None


def houses_on(roads: Iterable[str], *, actor: Actor = PLATFORM) -> dict[str, list[HouseOnRoad]]:
    """Give for each road its standard addresses that have a point, by number; one query."""
    folded = {road: fold(road) for road in set(roads)}
    wanted = sorted({key for key in folded.values() if key and "\x00" not in key})
    if not wanted:
        return {}
    scope = division_q(actor.scope, "division", *Post)
    rows = Gazetteer.objects.filter(
        scope,
        ~Q(road=""),
        road__among=wanted,
        kind=GazetteerKind.ADDRESS,
        number__isnull=False,
        lon__isnull=False,
    )
    by_road: dict[str, list[HouseOnRoad]] = defaultdict(list)
    for row in rows.order_by("road", "number", "id")[:_MOST_HOUSES]:
        by_road[row.road].append(HouseOnRoad(row.number or 0, _place(row)))
    return {road: by_road[key] for road, key in folded.items() if key in by_road}


def divisions_named(names: Iterable[str]) -> dict[str, list[DivisionInfo]]:
    """Give for each name the divisions that are called so, in code order; one query."""
    wanted = {name for name in names if name and "\x00" not in name}
    if not wanted:
        return {}
    found: dict[str, list[DivisionInfo]] = defaultdict(list)
    rows = Division.objects.filter(name__among=sorted(wanted)).defer("boundary").order_by("code")
    for row in rows:
        found[row.name].append(DivisionInfo(row.code, row.name, row.level, row.parent, row.lon, row.lat))
    return dict(found)


def _place(row: Gazetteer) -> PlaceInfo:
    return PlaceInfo(row.pk, row.kind, row.name, row.division, row.grid, row.lon, row.lat)
