# SPDX-License-Identifier: Apache-2.0
"""The entities of SensorThings and where each of their attributes and relations stands in our register."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from django.db.models import QuerySet

from tongguan.people.contracts import Actor
from tongguan.sensors import queries as sensors


@dataclass(frozen=True, slots=True)
class Relation:
    """The way to related entities: their type, whether many, our path there and back."""

    target: str
    many: bool
    path: str = ""
    back: str = ""


@dataclass(frozen=True, slots=True)
class Entity:
    """An entity type. ``attributes``: name to (kind, our column); ``known``: properties that are columns.

    Kinds: ``text number time flag json geo``. ``needs``: what a new one must tell.
    """

    name: str
    plural: str
    kind: str
    rows: Callable[[Actor], QuerySet[Any]] | None
    attributes: Mapping[str, tuple[str, str]]
    relations: Mapping[str, Relation]
    needs: tuple[str, ...] = ()
    known: Mapping[str, tuple[str, str]] = field(default_factory=dict)


_NAMED: Final = {"name": ("text", "name"), "description": ("text", "description")}
_PROPERTIES: Final = {"properties": ("json", "properties")}
_THING_KNOWN: Final = {
    "code": ("text", "code"),
    "kind": ("text", "kind"),
    "division": ("text", "division"),
    "component": ("text", "component"),
    "element": ("text", "element"),
    "owner": ("text", "owner_name"),
    "active": ("flag", "active"),
}
_STREAM_KNOWN: Final = {
    "key": ("text", "key"),
    "external": ("text", "external"),
    "low": ("number", "low"),
    "high": ("number", "high"),
    "every": ("number", "every"),
    "rate": ("number", "rate"),
    "tolerance": ("number", "tolerance"),
    "still": ("number", "still"),
    "active": ("flag", "active"),
}
_SENSOR_KNOWN: Final = {"code": ("text", "code"), "model": ("text", "model"), "maker": ("text", "maker")}
_PROPERTY_KNOWN: Final = {
    "code": ("text", "code"),
    "name_en": ("text", "name_en"),
    "unit": ("text", "unit"),
    "source": ("text", "source"),
    "confidence": ("text", "confidence"),
}

_ALL: Final = (
    Entity(
        "Thing",
        "Things",
        "thing",
        sensors.things,
        {**_NAMED, **_PROPERTIES},
        {
            "Locations": Relation("Location", True, "location", "things"),
            "HistoricalLocations": Relation("HistoricalLocation", True, "whereabouts", "thing"),
            "Datastreams": Relation("Datastream", True, "datastreams", "thing"),
        },
        ("name", "description"),
        _THING_KNOWN,
    ),
    Entity(
        "Location",
        "Locations",
        "location",
        sensors.locations,
        {
            **_NAMED,
            "encodingType": ("text", "encoding_type"),
            "location": ("geo", "geometry"),
            **_PROPERTIES,
        },
        {
            "Things": Relation("Thing", True, "things", "location"),
            "HistoricalLocations": Relation("HistoricalLocation", True, "whereabouts", "location"),
        },
        ("name", "description", "encodingType", "location"),
        {"division": ("text", "division")},
    ),
    Entity(
        "HistoricalLocation",
        "HistoricalLocations",
        "whereabouts",
        sensors.whereabouts,
        {"time": ("time", "time")},
        {
            "Thing": Relation("Thing", False, "thing", "whereabouts"),
            "Locations": Relation("Location", True, "location", "whereabouts"),
        },
        ("time", "Thing", "Locations"),
    ),
    Entity(
        "Datastream",
        "Datastreams",
        "datastream",
        sensors.datastreams,
        {
            **_NAMED,
            "observationType": ("text", "kind"),
            "unitOfMeasurement": ("json", "unit_told"),
            "observedArea": ("geo", "thing__location__geometry"),
            **_PROPERTIES,
        },
        {
            "Thing": Relation("Thing", False, "thing", "datastreams"),
            "Sensor": Relation("Sensor", False, "sensor", "datastreams"),
            "ObservedProperty": Relation("ObservedProperty", False, "observed", "datastreams"),
            "Observations": Relation("Observation", True),
        },
        (
            "name",
            "description",
            "observationType",
            "unitOfMeasurement",
            "Thing",
            "Sensor",
            "ObservedProperty",
        ),
        _STREAM_KNOWN,
    ),
    Entity(
        "Sensor",
        "Sensors",
        "sensor",
        sensors.sensors,
        {
            **_NAMED,
            "encodingType": ("text", "encoding_type"),
            "metadata": ("json", "metadata"),
            **_PROPERTIES,
        },
        {"Datastreams": Relation("Datastream", True, "datastreams", "sensor")},
        ("name", "description", "encodingType", "metadata"),
        _SENSOR_KNOWN,
    ),
    Entity(
        "ObservedProperty",
        "ObservedProperties",
        "property",
        sensors.properties,
        {**_NAMED, "definition": ("text", "definition"), **_PROPERTIES},
        {"Datastreams": Relation("Datastream", True, "datastreams", "observed")},
        ("name", "definition", "description"),
        _PROPERTY_KNOWN,
    ),
    Entity(
        "FeatureOfInterest",
        "FeaturesOfInterest",
        "feature",
        sensors.features,
        {
            **_NAMED,
            "encodingType": ("text", "encoding_type"),
            "feature": ("geo", "geometry"),
            **_PROPERTIES,
        },
        {"Observations": Relation("Observation", True)},
        ("name", "description", "encodingType", "feature"),
    ),
    Entity(
        "Observation",
        "Observations",
        "",
        None,
        {
            "phenomenonTime": ("time", "at"),
            "resultTime": ("time", "at"),
            "result": ("number", "value"),
            "resultQuality": ("number", "quality"),
        },
        {
            "Datastream": Relation("Datastream", False),
            "FeatureOfInterest": Relation("FeatureOfInterest", False),
        },
        ("result",),
    ),
)
BY_NAME: Final = {one.name: one for one in _ALL}
BY_PLURAL: Final = {one.plural: one for one in _ALL}


def shown(entity: Entity, row: Any) -> dict[str, Any]:
    """Give the attributes of a row of the register as SensorThings tells them."""
    found = {name: _value(row, column) for name, (_, column) in entity.attributes.items()}
    if "properties" in found:
        told = {name: getattr(row, column) for name, (_, column) in entity.known.items()}
        found["properties"] = row.properties | {
            name: value for name, value in told.items() if value not in (None, "")
        }
    return {name: value for name, value in found.items() if value is not None}


def _value(row: Any, column: str) -> Any:
    value = row
    for part in column.split("__"):
        value = getattr(value, part) if value is not None else None
    return iso(value) if isinstance(value, datetime) else value


def iso(value: datetime) -> str:
    """Give a time in UTC, to the millisecond."""
    return value.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
