# SPDX-License-Identifier: Apache-2.0
"""Addresses of SensorThings: what a path names. Pure."""

import re
from dataclasses import dataclass
from typing import Final

from tongguan.doors.sensorthings.entities import BY_NAME, BY_PLURAL, Entity
from tongguan.kernel.errors import NotFound

_SEGMENT: Final = re.compile(r"([A-Za-z]+)(?:\((?:(\d{1,18})|'([^']{1,80})'|\$?id=(\d{1,18}))\))?")
_DEEPEST: Final = 12


@dataclass(frozen=True, slots=True)
class Step:
    """One segment: the entity type it leads to, how it is reached, and an id where one is named."""

    entity: Entity
    relation: str
    many: bool
    id: int | str | None = None


@dataclass(frozen=True, slots=True)
class Resource:
    """What a path names: the steps, then an attribute of the last one, as such or as plain value."""

    steps: tuple[Step, ...]
    attribute: tuple[str, ...] = ()
    value: bool = False
    ref: bool = False

    @property
    def last(self) -> Step:
        """Give the last step."""
        return self.steps[-1]

    @property
    def single(self) -> bool:
        """Tell whether it names one entity, not a collection."""
        return self.last.id is not None or not self.last.many


def no_such(path: str) -> NotFound:
    """Give the refusal of an address."""
    return NotFound("sensorthings.path", zh=f"没有这个地址：{path[:80]}", en=f"no such resource: {path[:80]}")


def resolve(path: str) -> Resource:
    """Give what a path (without the version) names. Raises NotFound."""
    parts = [part for part in path.strip("/").split("/") if part]
    if not parts or len(parts) > _DEEPEST:
        raise no_such(path)
    steps: list[Step] = []
    for place, part in enumerate(parts):
        if steps and part in {"$ref", "$value"}:
            if place != len(parts) - 1 or part == "$value":
                raise no_such(path)
            return Resource(tuple(steps), ref=True)
        step = _step(part, steps)
        if step is None:
            return _attribute(path, tuple(steps), parts[place:])
        steps.append(step)
    return Resource(tuple(steps))


def _step(part: str, steps: list[Step]) -> Step | None:
    match = _SEGMENT.fullmatch(part)
    if match is None:
        return None
    name = match[1]
    number = match[2] or match[4]
    told = int(number) if number else match[3]
    if not steps:
        entity = BY_PLURAL.get(name)
        return Step(entity, "", True, told) if entity else None
    before = steps[-1]
    relation = before.entity.relations.get(name)
    if relation is None or (before.many and before.id is None) or (told is not None and not relation.many):
        return None
    return Step(BY_NAME[relation.target], name, relation.many, told)


def _attribute(path: str, steps: tuple[Step, ...], rest: list[str]) -> Resource:
    if not steps or (steps[-1].many and steps[-1].id is None):
        raise no_such(path)
    value = rest[-1] == "$value"
    names = rest[:-1] if value else rest
    known = {*steps[-1].entity.attributes, "@iot.id", "id", "@iot.selfLink"}
    if not names or names[0] not in known:
        raise no_such(path)
    return Resource(steps, tuple(names), value=value)
