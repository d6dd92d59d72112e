# SPDX-License-Identifier: Apache-2.0
"""Verbs of layers: taking a file in, and dropping a layer. Each is one transaction and audited."""

import json
import re
from pathlib import Path
from typing import Final

import numpy as np
import shapely

from tongguan.kernel import clock
from tongguan.kernel.coordinates import System, system_of
from tongguan.kernel.errors import Forbidden, Invalid, NotFound, Refusal
from tongguan.layers.contracts import FaultInfo, Taken
from tongguan.layers.models import Fault, Feature, Layer, Reach
from tongguan.layers.reading import Raw, read
from tongguan.layers.shapes import shape_of, title_of, told_of
from tongguan.people.contracts import Actor, Post
from tongguan.places import queries as places
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

#: The most features of one layer; larger sets belong into the base map file.
MOST: Final = 200_000
COLOUR: Final = "#7a4fbf"
_BATCH: Final = 1_000
_RAW: Final = 2_000
_HEX: Final = re.compile(r"#[0-9a-fA-F]{6}")
_LONGEST_NAME: Final = 60


def import_layer(
    actor: Actor,
    path: Path,
    *,
    name: str,
    crs: str = "",
    zone: int | None = None,
    division: str = "",
    colour: str = COLOUR,
) -> Taken:
    """Take a GeoJSON or Shapefile in as a layer, in place of the one of that name.

    ``crs`` may be empty when the file names its system; ``zone`` makes it CGCS2000 Gauss-Krüger metres.
    Features that are bad are kept as faults with their number and field; the others are taken.
    ``division``: whose people see features that touch no community (none: the platform's alone).
    Raises Forbidden, or Invalid naming ``file``, ``name``, ``crs``, ``colour`` or ``division``.
    """
    _keeper(actor, division)
    _checked_words(name, colour, division)
    named, rows = read(path)
    system = _system(crs, zone, named)
    drafts: list[tuple[Feature, shapely.Geometry]] = []
    faults: list[Fault] = []
    for raw in rows:
        if len(drafts) + len(faults) >= MOST:
            raise Invalid("file.size", zh=f"要素多于 {MOST} 个", en="too many features", field="file")
        found = _draft(raw, system, zone)
        faults.append(found) if isinstance(found, Fault) else drafts.append(found)
    with atomic():
        layer, _ = Layer.objects.update_or_create(
            name=name,
            defaults={
                "colour": colour,
                "division": division,
                "file_name": path.name[:255],
                "crs": system,
                "changed_at": clock.now(),
            },
        )
        _store(layer, drafts, faults)
        done = {"taken": len(drafts), "faults": len(faults), "crs": str(system), "file": path.name[:255]}
        audit.record(actor, "layers.import", f"layer:{layer.pk}", done)
    told = tuple(FaultInfo(f.number, f.field, f.code, f.text) for f in faults)
    return Taken(layer.pk, name, len(drafts), told)


def drop_layer(actor: Actor, name: str) -> None:
    """Drop a layer with all its features. Raises Forbidden or NotFound."""
    with atomic():
        layer = Layer.objects.filter(name=name).first()
        if layer is None:
            raise NotFound("layer.unknown", zh=f"没有图层 {name!r}", en="no such layer", field="name")
        _keeper(actor, layer.division)
        audit.record(actor, "layers.drop", f"layer:{layer.pk}", {"name": name})
        layer.delete()


def _keeper(actor: Actor, division: str) -> None:
    if not actor.scope.covers(division, Post.SYSADMIN, Post.SYSTEM):
        raise Forbidden(
            "layers.not_keeper", zh="只有本区划的系统管理员可以维护图层", en="only a system administrator may"
        )


def _checked_words(name: str, colour: str, division: str) -> None:
    if not name.strip() or len(name) > _LONGEST_NAME or not name.isprintable():
        raise Invalid("layer.name", zh=f"图层名称应为 1 到 {_LONGEST_NAME} 字", en="bad name", field="name")
    if not _HEX.fullmatch(colour):
        raise Invalid("layer.colour", zh="颜色应形如 #2f8be6", en="must look like #2f8be6", field="colour")
    if division and places.division(division) is None:
        raise Invalid("division.unknown", zh=f"没有区划 {division}", en="no such division", field="division")


def _system(crs: str, zone: int | None, named: System | None) -> System:
    told = system_of(crs) if crs else (System.CGCS2000 if zone else None)
    if zone and told is not System.CGCS2000:
        raise Invalid("file.crs", zh="投影带只用于 CGCS2000", en="a zone goes with CGCS2000", field="crs")
    if told and named and told is not named:
        raise Invalid(
            "file.crs", zh=f"文件自称坐标系 {named}，与 {told} 不符", en=f"the file says {named}", field="crs"
        )
    if not told and not named:
        raise Invalid(
            "file.crs",
            zh="文件没有说明坐标系，请用 --crs 指定：WGS84、GCJ02、BD09 或 CGCS2000",
            en="the file names no coordinate system: give --crs",
            field="crs",
        )
    return told or named or System.WGS84


def _draft(raw: Raw, system: System, zone: int | None) -> tuple[Feature, shapely.Geometry] | Fault:
    try:
        if raw.error:
            raise Invalid("feature.unreadable", zh=raw.error, en="the record cannot be read", field="feature")
        told = told_of(raw.told)
        shape = shape_of(raw.geometry, system, zone)
    except Refusal as refusal:
        plain = json.dumps({"properties": raw.told, "geometry": raw.geometry}, ensure_ascii=True, default=str)
        field = (refusal.field or "feature")[:60]
        return Fault(
            number=raw.number, field=field, code=refusal.code[:40], text=refusal.zh[:300], raw=plain[:_RAW]
        )
    west, south, east, north = shapely.bounds(shape).tolist()
    made = Feature(
        number=raw.number, title=title_of(told), told=told, shape=shapely.to_wkb(shape),
        west=west, south=south, east=east, north=north,
    )  # fmt: skip
    return made, shape


def _store(layer: Layer, drafts: list[tuple[Feature, shapely.Geometry]], faults: list[Fault]) -> None:
    layer.features.all().delete()
    layer.faults.all().delete()
    for feature, _ in drafts:
        feature.layer = layer
    for fault in faults:
        fault.layer = layer
    features = Feature.objects.bulk_create([feature for feature, _ in drafts], batch_size=_BATCH)
    Fault.objects.bulk_create(faults, batch_size=_BATCH)
    shapes = np.array([shape for _, shape in drafts], dtype=np.object_)
    touched: dict[int, set[str]] = {}
    for index, community in places.communities_touched(shapes):
        touched.setdefault(index, set()).add(community)
    reaches = [
        Reach(feature=feature, division=division)
        for index, feature in enumerate(features)
        for division in sorted(touched.get(index, {layer.division}))
    ]
    Reach.objects.bulk_create(reaches, batch_size=_BATCH)
