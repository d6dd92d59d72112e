# SPDX-License-Identifier: Apache-2.0
"""Entities made, altered and taken away, with what is told inside of them (deep insert): all or nothing."""

from collections.abc import Mapping
from typing import Any, Final

from tongguan.doors.sensorthings import observations, telling
from tongguan.doors.sensorthings.asking import DECLARE, Answer, Ask
from tongguan.doors.sensorthings.entities import BY_NAME, Entity, shown
from tongguan.doors.sensorthings.patches import patched
from tongguan.doors.sensorthings.reading import follow, rows_of, self_link
from tongguan.doors.sensorthings.resources import Resource, no_such
from tongguan.doors.sensorthings.telling import Reading
from tongguan.doors.sensorthings.told import inside, linked, listed, take_apart, wrong
from tongguan.kernel.errors import Refusal
from tongguan.runtime.transactions import atomic
from tongguan.sensors import api as sensors

_DEEPEST: Final = 6
#: Relations to one, by entity: our column.
_COLUMNS: Final[Mapping[str, Mapping[str, str]]] = {
    "Datastream": {"Thing": "thing_id", "Sensor": "sensor_id", "ObservedProperty": "observed_id"},
    "HistoricalLocation": {"Thing": "thing_id"},
}


class NotHere(Refusal):
    """What this door does not do with such an entity."""

    status = 405


def append_only() -> NotHere:
    """Give the refusal to alter a reading."""
    return NotHere(
        "observations.append_only",
        zh="读数只增不改：更正请另报一条",
        en="readings are never altered: tell a new one",
        field="Observation",
    )


class _Deep:
    """One deep insert: what is made on the way, and the readings that wait until all of it stands."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.readings: list[Reading] = []

    def make(self, entity: Entity, body: Any, given: Mapping[str, Any], depth: int = 0) -> int:
        """Make an entity and what is told inside of it; ``given`` are columns that the place decides."""
        if depth > _DEEPEST:
            raise wrong(entity.name, "嵌套过深", "nested too deep")
        needed = dict.fromkeys(self._given_relations(entity, given), 0)
        told = take_apart(entity, {**needed, **body} if isinstance(body, dict) else body, whole=True)
        values = told.values | dict(given)
        for name, column in _COLUMNS.get(entity.name, {}).items():
            if name in told.related and column not in given:
                values[column] = self._single(name, told.related[name], depth)
        if "Locations" in told.related and "location_id" not in given:
            place = self._place(told.related["Locations"], depth)
            values |= {"location_id": place} if place is not None else {}
        if "FeatureOfInterest" in told.related:
            values["feature_id"] = self._single("FeatureOfInterest", told.related["FeatureOfInterest"], depth)
        number = sensors.create(self.ask.actor, entity.kind, values)
        self._inside(entity, number, told.related, depth)
        return number

    def _given_relations(self, entity: Entity, given: Mapping[str, Any]) -> list[str]:
        """Give the relations that the address has already told."""
        columns = dict(_COLUMNS.get(entity.name, {})) | {"Locations": "location_id"}
        return [name for name, column in columns.items() if column in given and name in entity.needs]

    def _single(self, name: str, value: Any, depth: int) -> int:
        number = linked(name, value)
        if number is not None:
            return number
        with inside(name):
            return self.make(BY_NAME[name], value, {}, depth + 1)

    def _place(self, value: Any, depth: int) -> int | None:
        told = listed("Locations", value)
        if len(told) > 1:
            raise wrong("Locations", "一个监测点只有一个当前位置", "a thing stands at one place")
        number = linked("Locations", told[0]) if told else None
        if number is not None or not told:
            return number
        with inside("Locations[0]"):
            return self.make(BY_NAME["Location"], told[0], {}, depth + 1)

    def _inside(self, entity: Entity, number: int, related: Mapping[str, Any], depth: int) -> None:
        ours = {"Thing": "thing_id", "Sensor": "sensor_id", "ObservedProperty": "observed_id"}
        for n, one in enumerate(listed("Datastreams", related.get("Datastreams") or [])):
            with inside(f"Datastreams[{n}]"):
                self.make(BY_NAME["Datastream"], one, {ours[entity.name]: number}, depth + 1)
        if entity.name == "Location":
            for n, one in enumerate(listed("Things", related.get("Things") or [])):
                with inside(f"Things[{n}]"):
                    self._stands(one, number, depth)
        for n, one in enumerate(listed("Observations", related.get("Observations") or [])):
            with inside(f"Observations[{n}]"):
                self.readings.append(telling.reading_of(one, number))

    def _stands(self, told: Any, place: int, depth: int) -> None:
        known = linked("Things", told)
        if known is not None:
            sensors.change(self.ask.actor, "thing", known, {"location_id": place})
        else:
            self.make(BY_NAME["Thing"], told, {"location_id": place}, depth + 1)


def create(ask: Ask, resource: Resource, body: Any) -> Answer:
    """Make an entity in the collection an address names."""
    step = resource.last
    if resource.single or resource.attribute:
        raise NotHere("request.method", zh="只能向集合新建", en="post to a collection")
    parent = _parent(ask, resource)
    if step.entity.name == "Observation":
        return _tell(ask, resource, body, parent)
    ask.need(DECLARE)
    given: dict[str, Any] = {}
    deep = _Deep(ask)
    with atomic():
        if parent is not None:
            before = resource.steps[-2]
            given = _given(before.entity.name, step.entity.name, parent.pk)
        number = deep.make(step.entity, body, given)
        if parent is not None and step.entity.name == "Location" and before.entity.name == "Thing":
            sensors.change(ask.actor, "thing", parent.pk, {"location_id": number})
        if deep.readings:
            telling.take(ask, deep.readings)
    return _made(ask, step.entity, number)


def _made(ask: Ask, entity: Entity, number: int) -> Answer:
    link = self_link(ask, entity, number)
    row = rows_of(ask, entity).filter(pk=number).first()
    body = {"@iot.id": number, "@iot.selfLink": link} | (shown(entity, row) if row is not None else {})
    return Answer(body, 201, link)


def _parent(ask: Ask, resource: Resource) -> Any:
    if len(resource.steps) == 1:
        return None
    parent = follow(ask, resource.steps[:-1]).first()
    if parent is None:
        raise no_such(ask.path)
    return parent


def _given(parent: str, child: str, number: int) -> dict[str, Any]:
    """Give the column by which a new child belongs to its parent."""
    columns = {
        ("Thing", "Datastream"): "thing_id",
        ("Sensor", "Datastream"): "sensor_id",
        ("ObservedProperty", "Datastream"): "observed_id",
        ("Location", "Thing"): "location_id",
        ("Thing", "HistoricalLocation"): "thing_id",
        ("Location", "HistoricalLocation"): "location_id",
    }
    if (parent, child) == ("Thing", "Location"):
        return {}
    if (parent, child) not in columns:
        raise NotHere("request.method", zh="不能在此新建", en="cannot be made here")
    return {columns[parent, child]: number}


def _tell(ask: Ask, resource: Resource, body: Any, parent: Any) -> Answer:
    if parent is None:
        return telling.create(ask, body, None)
    if resource.steps[-2].entity.name != "Datastream":
        raise NotHere("request.method", zh="观测应报给数据流", en="tell observations to a Datastream")
    return telling.create(ask, body, parent.pk)


def alter(ask: Ask, resource: Resource, body: Any, *, whole: bool) -> Answer:
    """Alter an entity: ``whole`` replaces it (PUT), else only what is told changes (PATCH)."""
    row = _target(ask, resource)
    entity = resource.last.entity
    ask.need(DECLARE)
    if ask.patching:
        body, whole = patched(shown(entity, row), body), False
    needed = dict.fromkeys(entity.relations, 0)
    told = take_apart(
        entity,
        {**needed, **body} if whole and isinstance(body, dict) else body,
        whole=whole,
        before=row.properties if hasattr(row, "properties") and not whole else None,
    )
    values = dict(told.values)
    deep = _Deep(ask)
    with atomic():
        for name, value in told.related.items():
            column = _COLUMNS.get(entity.name, {}).get(name)
            if value == 0:
                continue
            if column is None and name not in {"Locations", "FeatureOfInterest"}:
                raise wrong(name, "请分别修改", "alter them on their own")
            if name == "Locations":
                (place,) = listed(name, value) or (None,)
                values["location_id"] = linked(name, place) if place else None
                if place and values["location_id"] is None:
                    values["location_id"] = deep.make(BY_NAME["Location"], place, {})
            else:
                values[column or "feature_id"] = linked(name, value)
        sensors.change(ask.actor, entity.kind, row.pk, values)
    return Answer({"@iot.id": row.pk, **shown(entity, rows_of(ask, entity).get(pk=row.pk))})


def remove(ask: Ask, resource: Resource) -> Answer:
    """Take an entity away."""
    row = _target(ask, resource)
    ask.need(DECLARE)
    sensors.remove(ask.actor, resource.last.entity.kind, row.pk)
    return Answer(None, 200)


def _target(ask: Ask, resource: Resource) -> Any:
    if not resource.single or resource.attribute:
        raise NotHere("request.method", zh="请指明一个对象", en="name one entity")
    if resource.last.entity.name == "Observation":
        observations.parsed(resource.last.id)
        raise append_only()
    row = follow(ask, resource.steps).first()
    if row is None:
        raise no_such(ask.path)
    return row
