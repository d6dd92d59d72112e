# SPDX-License-Identifier: Apache-2.0
"""Single entries of the register made, altered and taken away: checked, scoped, audited, told."""

from collections.abc import Callable, Mapping
from typing import Any, Final

import numpy as np
import shapely
from django.core.exceptions import ValidationError
from django.db.models import Model
from shapely.errors import ShapelyError

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.geometry import cell_of
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import Actor
from tongguan.people.queries import unit_by_code
from tongguan.places.queries import locate_one
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic
from tongguan.sensors.checking import stream_key
from tongguan.sensors.declaring import KEEPERS, require_keeper
from tongguan.sensors.facts import SensorsDeclared
from tongguan.sensors.models import Datastream, Location, ObservedProperty, Sensor, Thing, Whereabouts
from tongguan.sensors.stamp import bump
from tongguan.sensors.units import words

TABLES: Final[Mapping[str, type[Model]]] = {
    "thing": Thing,
    "location": Location,
    "feature": Location,
    "whereabouts": Whereabouts,
    "sensor": Sensor,
    "property": ObservedProperty,
    "datastream": Datastream,
}
_CODED: Final = ("thing", "sensor", "property")
#: What entries point at: the attribute and the kind it must be.
_LINKS: Final = {
    "thing": {"location_id": "location"},
    "whereabouts": {"thing_id": "thing", "location_id": "location"},
    "datastream": {
        "thing_id": "thing",
        "sensor_id": "sensor",
        "observed_id": "property",
        "feature_id": "feature",
    },
}
_OWN: Final = frozenset({"id", "changed_at", "cell"})


def create(actor: Actor, kind: str, values: Mapping[str, Any]) -> int:
    """Make an entry of a kind of ``TABLES`` of column values; give its number.

    Where ``division`` is not told it follows from the place, else from the actor's own scope. Raises
    Forbidden, Invalid with the field, NotFound for what it points at, Conflict for a code that is taken.
    """
    require_keeper(actor)
    with atomic():
        bump()
        row = TABLES[kind]()
        if kind in _CODED and not values.get("code"):
            values = {**values, "code": f"{kind}-{new_id().hex}"}
        if kind == "feature":
            values = {**values, "feature": True}
        _write(actor, kind, row, values)
        outbox.publish(SensorsDeclared(created=1))
        audit.record(actor, f"sensors.create_{kind}", f"{kind}:{row.pk}", _plain(values))
    return int(row.pk)


def change(actor: Actor, kind: str, number: int, values: Mapping[str, Any]) -> None:
    """Alter an entry within the actor's scope; columns that are not named stay. Raises like ``create``."""
    require_keeper(actor)
    with atomic():
        bump()
        row = _row(actor, kind, number)
        before = {name: getattr(row, name, None) for name in values}
        _write(actor, kind, row, values)
        outbox.publish(SensorsDeclared(updated=1))
        detail = {"before": _plain(before), "after": _plain(values)}
        audit.record(actor, f"sensors.change_{kind}", f"{kind}:{number}", detail)


def remove(actor: Actor, kind: str, number: int) -> None:
    """Take an entry away, and what cannot be without it. Readings kept of its streams stay in the store.

    Raises Forbidden, NotFound.
    """
    require_keeper(actor)
    with atomic():
        bump()
        row = _row(actor, kind, number)
        told = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}  # noqa: SLF001
        if kind in {"location", "feature"}:
            for thing in Thing.objects.filter(location_id=number):
                thing.lon = thing.lat = thing.cell = thing.location = None
                thing.save()
        removed, _ = row.delete()
        outbox.publish(SensorsDeclared(removed=removed))
        audit.record(actor, f"sensors.remove_{kind}", f"{kind}:{number}", _plain(told))


def _row(actor: Actor, kind: str, number: int) -> Any:
    rows = TABLES[kind]._default_manager.filter(pk=number)  # noqa: SLF001
    if kind == "location":
        rows = rows.filter(feature=False)
    row: Any = rows.first()
    division = row.thing.division if kind == "whereabouts" and row else getattr(row, "division", None)
    if row is None or not _sees(actor, kind, division or ""):
        raise NotFound("sensors.unknown", zh=f"没有这个对象：{kind} {number}", en=f"no such {kind}")
    return row


def _sees(actor: Actor, kind: str, division: str) -> bool:
    return kind == "property" or actor.scope.covers(division, *KEEPERS)


def _write(actor: Actor, kind: str, row: Any, values: Mapping[str, Any]) -> None:
    unknown = set(values) - {field.attname for field in row._meta.concrete_fields} | set(values) & _OWN  # noqa: SLF001
    if unknown:
        name = min(unknown)
        raise Invalid("sensors.column", zh=f"不能设置 {name}", en=f"{name} cannot be set", field=name)
    if kind == "property" and row.pk and not actor.scope.covers(row.division, *KEEPERS):
        raise Forbidden("sensors.shared", zh="共用的观测属性只能由全域系统修改", en="a shared property")
    for name, target in _LINKS.get(kind, {}).items():
        if values.get(name) is not None:
            _row(actor, target, values[name])
    was = getattr(row, "location_id", None)
    for name, value in values.items():
        setattr(row, name, value)
    _FOLLOWING[kind](actor, row, values)
    if kind != "whereabouts":
        row.changed_at = clock.now()
        if not actor.scope.covers(row.division, *KEEPERS):
            raise Invalid(
                "division.out_of_scope",
                zh=f"区划 {row.division} 不在本人管理范围",
                en="out of scope",
                field="division",
            )
    _check(row)
    row.save()
    if kind == "thing" and row.location_id and row.location_id != was:
        Whereabouts.objects.create(thing=row, location_id=row.location_id, time=clock.now())
    if kind == "thing":
        Datastream.objects.filter(thing=row).exclude(division=row.division).update(
            division=row.division, changed_at=row.changed_at
        )


def _check(row: Any) -> None:
    try:
        row.full_clean(exclude=["cell"])
    except ValidationError as error:
        name, (first, *_) = next(iter(error.error_dict.items()))
        text = "；".join(first.messages)
        if first.code == "unique":
            raise Conflict("code.taken", zh=f"{name} 已被使用", en=f"{name} is taken", field=name) from error
        field = "high" if name == "__all__" else name
        raise Invalid(f"value.{first.code}", zh=f"{field}：{text}", en=text, field=field) from error


def _home(actor: Actor, row: Any) -> str:
    """Give the division of what says none: its own up to now, else where the actor may declare."""
    held = actor.scope.divisions(*KEEPERS)
    return str(row.division) or (held[0] if held else "")


def _place(actor: Actor, row: Location, values: Mapping[str, Any]) -> None:
    if "geometry" in values:
        row.lon, row.lat = point_of(values["geometry"])
    located = locate_one(row.lon, row.lat)[0] if row.lon is not None and row.lat is not None else ""
    row.division = located or values.get("division") or _home(actor, row)
    things = list(Thing.objects.filter(location_id=row.pk)) if row.pk and "geometry" in values else []
    for thing in things:
        _stand(thing, row)
        thing.changed_at = clock.now()
        thing.save()
        Datastream.objects.filter(thing=thing).update(division=thing.division, changed_at=thing.changed_at)


def point_of(geometry: Any) -> tuple[float | None, float | None]:
    """Give longitude and latitude of a point of a GeoJSON geometry or Feature, None for none.

    Raises Invalid naming ``location`` for what is no geometry on the earth.
    """
    told = geometry.get("geometry", geometry) if isinstance(geometry, Mapping) else geometry
    try:
        shape = shapely.geometry.shape(told)
        spot = shape if shape.geom_type == "Point" else shape.representative_point()
        lon, lat = (float(spot.x), float(spot.y)) if not spot.is_empty else (np.nan, np.nan)
    except (ShapelyError, AttributeError, KeyError, TypeError, ValueError, IndexError) as error:
        raise Invalid(
            "location.geometry", zh="不是 GeoJSON 几何", en="not a GeoJSON geometry", field="location"
        ) from error
    if not (abs(lon) <= 180 and abs(lat) <= 90):  # noqa: PLR2004 - degrees
        raise Invalid(
            "coordinates.out_of_range",
            zh="坐标应为 WGS-84 经纬度",
            en="coordinates must be degrees (WGS-84)",
            field="location",
        )
    return lon, lat


def _stand(thing: Thing, place: Location) -> None:
    thing.lon, thing.lat = place.lon, place.lat
    thing.cell = cell_of(place.lon, place.lat) if place.lon is not None and place.lat is not None else None
    thing.division = place.division or thing.division


def _thing(actor: Actor, row: Thing, values: Mapping[str, Any]) -> None:
    if values.get("location_id"):
        _stand(row, Location.objects.get(pk=values["location_id"]))
    elif not row.division:
        row.division = _home(actor, row)
    if row.owner_name and "owner_name" in values:
        unit = unit_by_code(row.owner_name)
        row.owner_unit_id = unit.id if unit else None
        row.owner_name = unit.name if unit else row.owner_name


def _own(actor: Actor, row: Any, values: Mapping[str, Any]) -> None:
    del values
    row.division = _home(actor, row)


def _whereabouts(actor: Actor, row: Whereabouts, values: Mapping[str, Any]) -> None:
    del actor, values
    latest = Whereabouts.objects.filter(thing_id=row.thing_id).order_by("-time").first()
    if latest is None or latest.time < row.time:
        thing = Thing.objects.get(pk=row.thing_id)
        thing.location_id = row.location_id
        _stand(thing, Location.objects.get(pk=row.location_id))
        thing.save()


def _stream(actor: Actor, row: Datastream, values: Mapping[str, Any]) -> None:
    del actor
    for name in ("thing_id", "sensor_id", "observed_id"):
        if getattr(row, name) is None:
            raise Invalid("value.missing", zh=f"缺少 {name}", en=f"{name} is missing", field=name)
    row.division = row.thing.division
    if "unit" in values and "unit_told" not in values:
        row.unit_told = words(row.unit)
    if not row.key:
        key = stream_key(row.thing.code, row.observed.code)
        taken = Datastream.objects.filter(key=key).exists() or len(key) > 160  # noqa: PLR2004 - the column's
        row.key = f"stream-{new_id().hex}" if taken else key
    row.external = row.external or None
    if row.low is not None and row.high is not None and row.low >= row.high:
        raise Invalid("range.empty", zh="上限应大于下限", en="high must be above low", field="high")


def _plain(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value if isinstance(value, int | float | dict | list | None) else str(value)[:500]
            for name, value in values.items()}  # fmt: skip


_FOLLOWING: Final[dict[str, Callable[[Actor, Any, Mapping[str, Any]], None]]] = {
    "thing": _thing,
    "location": _place,
    "feature": _place,
    "whereabouts": _whereabouts,
    "sensor": _own,
    "property": _own,
    "datastream": _stream,
}
