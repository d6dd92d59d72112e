# SPDX-License-Identifier: Apache-2.0
"""Reads of layers: a person sees the features that touch the own divisions, and layers with any such."""

import json

import shapely
from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from tongguan.kernel.errors import NotFound
from tongguan.layers.contracts import FaultInfo, FeatureInfo, LayerInfo
from tongguan.layers.models import Fault, Feature, Layer, Reach
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q

MOST = 5_000
_READERS = tuple(post for post in Post if post is not Post.CITIZEN)
Box = tuple[float, float, float, float]


def _visible(actor: Actor) -> QuerySet[Feature]:
    mine = Reach.objects.filter(division_q(actor.scope, "division", *_READERS), feature=OuterRef("pk"))
    return Feature.objects.filter(Exists(mine))


def layers(actor: Actor = PLATFORM) -> list[LayerInfo]:
    """Give the layers in which the actor sees something, by name, in one statement."""
    seen = _visible(actor).order_by().values("layer").annotate(n=Count("id"))
    counts = dict(seen.values_list("layer", "n"))
    rows = Layer.objects.filter(pk__in=counts)
    return [LayerInfo(r.pk, r.name, r.colour, r.crs, r.changed_at, counts[r.pk]) for r in rows]


def features(actor: Actor, layer_id: int, view: Box | None = None) -> tuple[list[FeatureInfo], bool]:
    """Give the features of a layer that the actor sees (in a box), and whether these are all of them.

    At most 5,000, in the file's order. Raises NotFound when the actor sees nothing of such a layer.
    """
    rows = _visible(actor).filter(layer_id=layer_id)
    if not rows.exists():
        raise NotFound("layer.unknown", zh="没有这个图层", en="no such layer", field="layer")
    if view is not None:
        west, south, east, north = view
        rows = rows.filter(Q(west__lte=east, east__gte=west, south__lte=north, north__gte=south))
    found = list(rows.order_by("number").values_list("number", "title", "told", "shape")[: MOST + 1])
    told = [
        FeatureInfo(number, title, told, json.loads(shapely.to_geojson(shapely.from_wkb(bytes(shape)))))
        for number, title, told, shape in found[:MOST]
    ]
    return told, view is None and len(found) <= MOST


def faults(name: str) -> list[FaultInfo]:
    """Give the features of a layer's file that were not taken; for keepers. Raises NotFound."""
    if not Layer.objects.filter(name=name).exists():
        raise NotFound("layer.unknown", zh=f"没有图层 {name!r}", en="no such layer", field="name")
    rows = Fault.objects.filter(layer__name=name).order_by("number")
    return [FaultInfo(*row) for row in rows.values_list("number", "field", "code", "text")]
