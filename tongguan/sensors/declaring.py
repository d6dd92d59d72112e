# SPDX-License-Identifier: Apache-2.0
"""Declaring things, sensors and streams by the thousand: a constant number of statements per batch."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Any, Final

import numpy as np

from tongguan.kernel import clock
from tongguan.kernel.coordinates import system_of
from tongguan.kernel.errors import Forbidden
from tongguan.kernel.geometry import cells_of
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import unit_by_code
from tongguan.places.queries import locate
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic
from tongguan.sensors.checking import COLUMNS, Checked, Row, checked, split
from tongguan.sensors.contracts import Declaration, Import
from tongguan.sensors.facts import SensorsDeclared
from tongguan.sensors.labels import Origin
from tongguan.sensors.models import Datastream, Location, ObservedProperty, Sensor, Thing, Whereabouts
from tongguan.sensors.refused import keep, shown
from tongguan.sensors.stamp import bump
from tongguan.sensors.units import conversion, words
from tongguan.sensors.vocabulary import add_shipped
from tongguan.tables import api as tables

BATCH: Final = 2_000
#: Who may declare: the system administrator, the platform itself, connected systems within their division.
KEEPERS: Final = (Post.SYSADMIN, Post.SYSTEM)
_KEPT: Final = 1_000
_THING: Final = {"kind": "kind", "owner_name": "owner_name", "component": "component", "element": "element"}
_SENSOR: Final = {"model": "model", "maker": "maker", "installed_on": "installed_on"}
_STREAM: Final = ("low", "high", "every", "rate", "tolerance", "still", "active")
_THING_COLUMNS: Final = (
    "name", "kind", "division", "lon", "lat", "cell", "crs", "owner_name", "owner_unit", "component",
    "element", "location", "changed_at",
)  # fmt: skip
_SENSOR_COLUMNS: Final = ("name", "model", "maker", "installed_on", "division", "changed_at")
_STREAM_COLUMNS: Final = (
    "sensor", "external", "name", "unit", "unit_told", *_STREAM, "division", "changed_at",
)  # fmt: skip


def require_keeper(actor: Actor) -> None:
    """Refuse who may declare nothing. Raises Forbidden."""
    if not actor.scope.posts() & set(KEEPERS):
        raise Forbidden(
            "sensors.not_keeper", zh="只有系统管理员可以登记传感器", en="only a system administrator"
        )


def declare(
    actor: Actor,
    rows: Iterable[Declaration],
    *,
    crs: str = "WGS84",
    given: Collection[str] | None = None,
    source: str = "",
) -> Import:
    """Take things, sensors and streams, 2,000 rows a transaction; a code that is there is updated.

    ``given`` names the columns the source has: only these overwrite what is stored. ``crs`` is the system
    of lon and lat. Rows that do not hold are kept with field and reason (``sensors.refused``), the others
    are taken. Raises Forbidden, or Invalid for an unknown coordinate system.
    """
    require_keeper(actor)
    system = system_of(crs).value
    columns = frozenset(COLUMNS if given is None else given)
    report, streaming = Import(), iter(rows)
    while chunk := list(islice(streaming, BATCH)):
        _batch(actor, chunk, system, columns, source, report)
    return report


@dataclass(slots=True)
class _Known:
    """What a batch needs of the register, by code."""

    things: dict[str, Thing]
    sensors: dict[str, Sensor]
    observed: dict[str, ObservedProperty]
    streams: dict[str, Datastream]
    externals: dict[str, str]
    divisions: dict[int, str] = field(default_factory=dict)


def _batch(
    actor: Actor, chunk: list[Declaration], crs: str, given: frozenset[str], source: str, report: Import
) -> None:
    found = checked(chunk, crs)
    located = _located(found)
    with atomic():
        bump()
        known = _known(found.rows)
        split(found, lambda row: _fault(actor, row, known, located))
        now = clock.now()
        created, updated = _store(found.rows, known, given, located, crs, now)
        keep(actor, Origin.IMPORT, source, found.refusals)
        counts = {"created": created, "updated": updated, "refused": len(found.refusals)}
        audit.record(actor, "sensors.declare", "sensors:register", {"source": source, **counts})
        outbox.publish(SensorsDeclared(created=created, updated=updated, refused=len(found.refusals)))
    report.rows += len(chunk)
    report.created += created
    report.updated += updated
    report.things += len({row.values["thing"] for row in found.rows})
    report.streams += len({row.key for row in found.rows if row.key})
    report.refused += len(found.refusals)
    report.refusals += shown(found.refusals)[: _KEPT - len(report.refusals)]


def _located(found: Checked) -> dict[int, str]:
    """Give the community of each placed row by its place in the file."""
    placed = [row for row in found.rows if row.lon is not None]
    if not placed:
        return {}
    lons = np.array([row.lon for row in placed], np.float64)
    lats = np.array([row.lat for row in placed], np.float64)
    communities = locate(lons, lats).community
    return {row.place: code for row, code in zip(placed, communities, strict=True) if code}


def _known(rows: list[Row]) -> _Known:
    observed = {row.values["observed"] for row in rows} - {""}
    add_shipped(observed)
    externals = sorted({row.values["external"] for row in rows} - {""})
    streams = Datastream.objects.filter(key__among=sorted({row.key for row in rows} - {""}))
    return _Known(
        {
            one.code: one
            for one in Thing.objects.filter(code__among=sorted({row.values["thing"] for row in rows}))
        },
        {one.code: one for one in Sensor.objects.filter(code__among=sorted(map(_device, rows)))},
        {one.code: one for one in ObservedProperty.objects.filter(code__among=sorted(observed))},
        {one.key: one for one in streams.select_related("sensor", "thing")},
        {
            external: key
            for external, key in Datastream.objects.filter(external__among=externals).values_list(
                "external", "key"
            )
            if external
        },
    )


def _device(row: Row) -> str:
    """Give the device's identity; a stream without one has a device of its own."""
    return str(row.values["sensor"] or row.key)


def _fault(actor: Actor, row: Row, known: _Known, located: dict[int, str]) -> tuple[str, str, str] | None:
    values, covers = row.values, actor.scope.covers
    thing = known.things.get(values["thing"])
    if thing is not None and not covers(thing.division, *KEEPERS):
        return "thing", "code.taken", f"编码 {values['thing']} 已被使用"
    division = located.get(row.place) or values["division"] or (thing.division if thing else "")
    if not division:
        return "division", "value.missing", "缺少区划代码，经纬度也未落入任何社区"
    if not covers(division, *KEEPERS):
        return "division", "division.out_of_scope", f"区划 {division} 不在本人管理范围"
    return _stream_fault(actor, row, known) if row.key else None


def _stream_fault(actor: Actor, row: Row, known: _Known) -> tuple[str, str, str] | None:
    values = row.values
    observed = known.observed.get(values["observed"])
    if observed is None:
        return "observed", "property.unknown", f"没有观测属性 {values['observed']}"
    sensor = known.sensors.get(_device(row))
    if sensor is not None and not actor.scope.covers(sensor.division, *KEEPERS):
        return "sensor", "code.taken", f"设备标识 {sensor.code} 已被使用"
    if values["unit"] and observed.unit and conversion(values["unit"], observed.unit) is None:
        return "unit", "unit.other_quantity", f"单位 {values['unit']} 不能换算为 {observed.unit}"
    external = values["external"]
    if external and known.externals.setdefault(external, row.key) != row.key:
        return "external", "external.taken", f"外部键 {external} 已属于 {known.externals[external]}"
    stream = known.streams.get(row.key)
    low = values["low"] if values["low"] is not None or stream is None else stream.low
    high = values["high"] if values["high"] is not None or stream is None else stream.high
    if low is not None and high is not None and low >= high:
        return "high", "range.empty", f"上限 {high:g} 应大于下限 {low:g}"
    return None


def _store(
    rows: list[Row], known: _Known, given: frozenset[str], located: dict[int, str], crs: str, now: datetime
) -> tuple[int, int]:
    """Write things, then sensors, then streams; give how many rows of ours are new and how many changed."""
    ours: dict[str, Row] = {}
    for row in rows:
        # Of a thing's rows the last that says where it is decides, else the last.
        code = row.values["thing"]
        if code not in ours or row.lon is not None or ours[code].lon is None:
            ours[code] = row
    new, old = _things(list(ours.values()), known, given, located, crs, now)
    streams = list({row.key: row for row in rows if row.key}.values())
    _sensors(streams, known, given, now)
    more_new, more_old = _streams(streams, known, given, now)
    return new + more_new, old + more_old


def _things(
    rows: list[Row], known: _Known, given: frozenset[str], located: dict[int, str], crs: str, now: datetime
) -> tuple[int, int]:
    created: list[Thing] = []
    updated: list[Thing] = []
    moved: list[Thing] = []
    for row in rows:
        values = row.values
        thing = known.things.get(values["thing"])
        fresh = thing is None
        if thing is None:
            thing = known.things[values["thing"]] = Thing(code=values["thing"], name=values["thing"])
        (created if fresh else updated).append(thing)
        thing.name = values["thing_name"] or thing.name
        for column, name in _THING.items():
            if fresh or column in given:
                setattr(thing, name, values[column])
        if fresh or "owner" in given:
            unit = unit_by_code(values["owner"]) if values["owner"] else None
            thing.owner_unit_id = unit.id if unit else None
            thing.owner_name = thing.owner_name or (unit.name if unit else "")
        if row.lon is not None and (thing.lon, thing.lat) != (row.lon, row.lat):
            thing.lon, thing.lat, thing.crs = row.lon, row.lat, crs
            moved.append(thing)
        was = thing.division
        thing.division = located.get(row.place) or values["division"] or thing.division
        thing.changed_at = now
        if not fresh and was != thing.division:
            known.divisions[thing.pk] = thing.division
    _place(moved, now)
    Thing.objects.bulk_create(created, batch_size=500)
    tables.update(updated, _THING_COLUMNS)
    Whereabouts.objects.bulk_create(
        [Whereabouts(thing=thing, location=thing.location, time=now) for thing in moved], batch_size=500
    )
    return len(created), len(updated)


def _place(moved: list[Thing], now: datetime) -> None:
    """Give things that moved their H3 cell and a location of their own."""
    if not moved:
        return
    cells = cells_of(
        np.array([thing.lon for thing in moved], np.float64),
        np.array([thing.lat for thing in moved], np.float64),
    )
    for thing, cell in zip(moved, cells.tolist(), strict=True):
        thing.cell = cell
        thing.location = Location(
            name=thing.name,
            geometry={"type": "Point", "coordinates": [thing.lon, thing.lat]},
            crs=thing.crs,
            lon=thing.lon,
            lat=thing.lat,
            division=thing.division,
            changed_at=now,
        )
    Location.objects.bulk_create([thing.location for thing in moved if thing.location], batch_size=500)


def _sensors(rows: list[Row], known: _Known, given: frozenset[str], now: datetime) -> None:
    created: list[Sensor] = []
    updated: list[Sensor] = []
    for row in {_device(row): row for row in rows}.values():
        values, code = row.values, _device(row)
        sensor = known.sensors.get(code)
        fresh = sensor is None
        if sensor is None:
            sensor = known.sensors[code] = Sensor(code=code, name=code)
        (created if fresh else updated).append(sensor)
        sensor.name = values["sensor_name"] or sensor.name
        for column, name in _SENSOR.items():
            if fresh or column in given:
                setattr(sensor, name, values[column])
        sensor.division = known.things[values["thing"]].division
        sensor.changed_at = now
    Sensor.objects.bulk_create(created, batch_size=500)
    tables.update(updated, _SENSOR_COLUMNS)


def _streams(rows: list[Row], known: _Known, given: frozenset[str], now: datetime) -> tuple[int, int]:
    created: list[Datastream] = []
    updated: list[Datastream] = []
    for row in rows:
        values = row.values
        thing, observed = known.things[values["thing"]], known.observed[values["observed"]]
        stream = known.streams.get(row.key)
        fresh = stream is None
        if stream is None:
            name = f"{thing.name} {observed.name}{values['channel'] and ' ' + values['channel']}"
            stream = Datastream(key=row.key, thing=thing, observed=observed, name=name[:200])
            stream.unit = observed.unit
        (created if fresh else updated).append(stream)
        if fresh or "sensor" in given:
            stream.sensor = known.sensors[_device(row)]
        stream.name = values["stream_name"] or stream.name
        stream.unit = values["unit"] or stream.unit
        stream.unit_told = words(stream.unit)
        stream.external = values["external"] or stream.external
        for column in _STREAM:
            if fresh or column in given:
                setattr(stream, column, values[column])
        stream.division, stream.changed_at = thing.division, now
    Datastream.objects.bulk_create(created, batch_size=500)
    tables.update(updated, _STREAM_COLUMNS)
    _follow(known.divisions, {stream.pk for stream in updated})
    return len(created), len(updated)


def _follow(divisions: dict[int, str], written: set[Any]) -> None:
    """Let the other streams of things that moved into another division go with them."""
    if not divisions:
        return
    rows = [row for row in Datastream.objects.filter(thing_id__in=sorted(divisions)) if row.pk not in written]
    for row in rows:
        row.division = divisions[row.thing_id]
    tables.update(rows, ("division",))
