# SPDX-License-Identifier: Apache-2.0
"""Bulk look-ups by name: many names of many texts in one query each, within the reader's divisions."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Final

from django.db.models import F, Q, Window
from django.db.models.functions import RowNumber

from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q
from tongguan.places.contracts import DivisionInfo, HouseOnRoad, NamedPlace, PlaceInfo
from tongguan.places.gazetteer import KEY_LENGTH, fold
from tongguan.places.labels import GazetteerKind
from tongguan.places.models import Division, Gazetteer, GazetteerKey
from tongguan.tables.api import AMONG

_MOST_HOUSES: Final = 200_000
_PLACE: Final = ("id", "kind", "name", "division", "grid", "lon", "lat")


def named(
    names: Iterable[str], *, whole: Iterable[str] = (), actor: Actor = PLATFORM, most: int = 30
) -> dict[str, list[NamedPlace]]:
    """Give for each name the places whose name or alias ends with it, whole names first; one query.

    Names in ``whole`` meet only places that are called exactly so. At most ``most`` for each name; names
    that meet nothing are left out. Width, case, spaces and punctuation do not matter.
    """
    folded = {name: fold(name) for name in {*names, *whole}}
    exact = {name: folded[name] for name in whole}
    ending = {key[:KEY_LENGTH] for name, key in folded.items() if key and name not in exact}
    alone = {key[:KEY_LENGTH] for key in exact.values() if key} - ending
    if not ending and not alone:
        return {}
    asked = Q(**{f"text__{AMONG}": sorted(ending)}) | Q(**{f"text__{AMONG}": sorted(alone)}, start=0)
    rank = Window(RowNumber(), partition_by=[F("text")], order_by=[F("start"), F("entry_id")])
    rows = (
        GazetteerKey.objects.filter(asked, division_q(actor.scope, "entry__division", *Post))
        .annotate(rank=rank)
        .filter(rank__lte=most)
        .order_by("text", "start", "entry_id")
        .values_list("text", "entry__aliases", *(f"entry__{column}" for column in _PLACE))
    )
    by_key: dict[str, list[tuple[list[str], PlaceInfo]]] = defaultdict(list)
    for key, aliases, *place in rows:
        by_key[key].append((aliases, PlaceInfo(*place)))
    found = {}
    for name, key in folded.items():
        meets = [m for aliases, place in by_key.get(key[:KEY_LENGTH], ()) if (m := _met(place, aliases, key))]
        if name in exact:
            meets = [met for met in meets if not met.before]
        if meets:
            found[name] = sorted(meets, key=lambda met: (len(met.before), met.place.id))
    return found


def _met(place: PlaceInfo, aliases: list[str], key: str) -> NamedPlace | None:
    befores = [own.removesuffix(key) for n in (place.name, *aliases) if (own := fold(n)).endswith(key)]
    return NamedPlace(place, min(befores, key=len)) if befores else None


def houses_on(roads: Iterable[str], *, actor: Actor = PLATFORM) -> dict[str, list[HouseOnRoad]]:
    """Give for each road its standard addresses that have a point, by number; one query."""
    folded = {road: fold(road) for road in set(roads)}
    wanted = sorted({key for key in folded.values() if key})
    if not wanted:
        return {}
    scope = division_q(actor.scope, "division", *Post)
    rows = (
        Gazetteer.objects.filter(scope, ~Q(road=""), **{f"road__{AMONG}": wanted}, kind=GazetteerKind.ADDRESS)
        .filter(number__isnull=False, lon__isnull=False, lat__isnull=False)
        .order_by("road", "number", "id")
        .values_list("road", "number", "lon", "lat", "name", "division")[:_MOST_HOUSES]
    )
    by_road: dict[str, list[HouseOnRoad]] = defaultdict(list)
    for key, number, lon, lat, name, division in rows:
        by_road[key].append(HouseOnRoad(number or 0, lon or 0.0, lat or 0.0, name, division))
    return {road: by_road[key] for road, key in folded.items() if key in by_road}


def divisions_named(names: Iterable[str]) -> dict[str, list[DivisionInfo]]:
    """Give for each name the divisions that are called so, in code order; one query."""
    wanted = {name for name in names if name and "\x00" not in name}
    if not wanted:
        return {}
    found: dict[str, list[DivisionInfo]] = defaultdict(list)
    rows = Division.objects.filter(**{f"name__{AMONG}": sorted(wanted)}).defer("boundary").order_by("code")
    for row in rows:
        found[row.name].append(DivisionInfo(row.code, row.name, row.level, row.parent, row.lon, row.lat))
    return dict(found)
