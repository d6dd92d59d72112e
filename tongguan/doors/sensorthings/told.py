# SPDX-License-Identifier: Apache-2.0
"""Bodies of SensorThings as column values of our register, with what the standard does not know. Pure."""

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from tongguan.doors.sensorthings.entities import Entity
from tongguan.doors.sensorthings.grammar import moment
from tongguan.kernel.errors import Refusal
from tongguan.sensors.queries import code_of, known

_LONGEST: Final = 200
_SILENT: Final = frozenset({"id", "phenomenonTime", "resultTime", "observedArea"})


class Untold(Refusal):
    """A body that lacks something or tells it wrongly."""

    status = 400


def wrong(field_name: str, zh: str, en: str) -> Untold:
    """Give the refusal of one attribute."""
    return Untold("sensorthings.body", zh=f"{field_name}：{zh}", en=f"{field_name}: {en}", field=field_name)


@contextmanager
def inside(path: str) -> Iterator[None]:
    """Have a refusal within name its field from outside: ``Datastreams[0].Sensor.name``."""
    try:
        yield
    except Refusal as refusal:
        refusal.field = f"{path}.{refusal.field}" if refusal.field else path
        raise


@dataclass(slots=True)
class Told:
    """A body taken apart: columns of ours, related entities by relation."""

    values: dict[str, Any] = field(default_factory=dict)
    related: dict[str, Any] = field(default_factory=dict)


def take_apart(entity: Entity, body: Any, *, whole: bool, before: Mapping[str, Any] | None = None) -> Told:
    """Give columns and relations of a body; what the standard does not know is kept in ``properties``.

    ``whole``: everything the entity needs must be there. ``before``: its present properties, to which
    unknown attributes are added. Raises Untold naming the attribute.
    """
    if not isinstance(body, dict):
        raise wrong("body", "应为 JSON 对象", "must be a JSON object")
    if whole:
        for name in entity.needs:
            if body.get(name) is None:
                raise wrong(name, "缺少", "is missing")
    found = Told()
    beside: dict[str, Any] = {}
    for name, value in body.items():
        if "@" in name or name in _SILENT:
            continue
        if name in entity.relations:
            found.related[name] = value
        elif name in entity.attributes:
            kind, column = entity.attributes[name]
            _attribute(found, name, kind, column, value)
        else:
            beside[name] = value
    _properties(entity, found, beside, before)
    return found


def _attribute(found: Told, name: str, kind: str, column: str, value: Any) -> None:
    if name == "properties":
        if value is not None and not isinstance(value, dict):
            raise wrong(name, "应为 JSON 对象", "must be a JSON object")
        found.values[column] = value or {}
    elif name == "unitOfMeasurement":
        found.values |= _unit(value)
    elif kind == "time":
        found.values[column] = time_of(name, value)
    elif kind == "text":
        if not isinstance(value, str) or (column == "name" and len(value) > _LONGEST):
            raise wrong(name, f"应为至多 {_LONGEST} 字的文本", "must be a text")
        found.values[column] = value
    else:
        found.values[column] = value


def time_of(name: str, value: Any) -> datetime:
    """Give a time, the beginning of an interval. Raises Untold."""
    if not isinstance(value, str):
        raise wrong(name, "应为 ISO 8601 时间", "must be a time of ISO 8601")
    try:
        return moment(value.partition("/")[0].strip())
    except ValueError as error:
        raise wrong(name, "应为 ISO 8601 时间", "must be a time of ISO 8601") from error


def _unit(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise wrong("unitOfMeasurement", "应为对象", "must be an object")
    told = {name: str(value.get(name) or "") for name in ("name", "symbol", "definition")}
    codes = [code_of(told[name]) for name in ("definition", "symbol", "name") if told[name]]
    code = next((one for one in codes if known(one)), told["symbol"] or told["name"])
    return {"unit": code[:40], "unit_told": told}


def _properties(
    entity: Entity, found: Told, beside: dict[str, Any], before: Mapping[str, Any] | None
) -> None:
    """Move the properties that are columns of ours to them; keep what stands beside."""
    if "properties" not in entity.attributes:
        return
    column = entity.attributes["properties"][1]
    if column not in found.values and not beside:
        return
    kept = dict(found.values.get(column, before or {})) | beside
    for name, (kind, target) in entity.known.items():
        if name in kept:
            found.values[target] = _column(name, kind, kept.pop(name))
    found.values[column] = kept


def _column(name: str, kind: str, value: Any) -> Any:
    if kind == "number":
        good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
        if value is not None and not good:
            raise wrong(name, "应为数字", "must be a number")
        return value
    if kind == "flag":
        if not isinstance(value, bool):
            raise wrong(name, "应为 true 或 false", "must be true or false")
        return value
    return "" if value is None else str(value)


def linked(name: str, value: Any) -> int | None:
    """Give the number an object links to by ``@iot.id``, None where it tells a new entity. Raises Untold."""
    if not isinstance(value, dict):
        raise wrong(name, "应为对象", "must be an object")
    if "@iot.id" not in value:
        return None
    key = value["@iot.id"]
    if isinstance(key, str) and key.isascii() and key.isdigit():
        key = int(key[:18])
    if not isinstance(key, int) or isinstance(key, bool):
        raise wrong(name, "@iot.id 有误", "@iot.id is wrong")
    return key


def listed(name: str, value: Any) -> list[Any]:
    """Give the related entities of a relation to many. Raises Untold."""
    if isinstance(value, dict):
        return [value]
    if not isinstance(value, list):
        raise wrong(name, "应为数组", "must be an array")
    return value
