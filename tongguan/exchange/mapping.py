# SPDX-License-Identifier: Apache-2.0
"""Pure: a department system's own words by declaration, without any code.

``types``: its event types → ours. ``fields``: our field → where it stands in the event's data (a path, or
several of which the first that holds something counts). ``send``: the key it wants → the path in what we
send; none given: our own shape.
"""

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec

from tongguan.exchange.contracts import Kind
from tongguan.kernel.errors import Invalid

#: What an event of a department may tell, and where it stands when nothing is declared.
OURS: Final = {
    "order_id": ("order_id",),
    "their_id": ("their_id",),
    "text": ("text",),
    "reason": ("reason",),
    "clause": ("clause",),
    "handler": ("handler",),
    "files": ("files",),
}
_MOST: Final = 100


class About(NamedTuple):
    """What a system speaks of: how its types of events begin, and where our id of it stands."""

    prefix: str
    field: str


ORDER: Final = About("department.order.", "order_id")
HANDOVER: Final = About("service.handover.", "handover_id")


class Declaration(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A system's words."""

    types: dict[str, Kind] = {}
    fields: dict[str, str | tuple[str, ...]] = {}
    send: dict[str, str] = {}

    def kind(self, event_type: str, about: About = ORDER) -> Kind | None:
        """Give what an event type means; None for one that means nothing here."""
        if event_type in self.types:
            return self.types[event_type]
        word = event_type.removeprefix(about.prefix)
        return Kind(word) if event_type != word and word in set(Kind) else None

    def paths(self, name: str, about: About = ORDER) -> tuple[str, ...]:
        """Give where one of our fields stands."""
        given = self.fields.get(name, about.field if name == ORDER.field else OURS[name])
        return (given,) if isinstance(given, str) else given

    def shaped(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """Give what we send in the system's own shape: dotted keys become nested objects."""
        if not self.send:
            return dict(told)
        shaped: dict[str, Any] = {}
        for key, path in self.send.items():
            *above, last = key.split(".")
            place = shaped
            for step in above:
                place = place.setdefault(step, {})
            place[last] = at(told, path)
        return shaped


def read(given: Mapping[str, Any]) -> Declaration:
    """Give the declaration. Raises Invalid naming what is wrong."""
    try:
        declaration = msgspec.convert(dict(given), Declaration)
    except msgspec.ValidationError as error:
        raise _wrong(str(error)) from error
    unknown = sorted(set(declaration.fields) - set(OURS))
    if unknown:
        raise _wrong(f"fields: {', '.join(unknown)}")
    if len(declaration.types) + len(declaration.send) > _MOST:
        raise _wrong(f"more than {_MOST}")
    keys = set(declaration.send)
    within = sorted(one for one in keys if any(other.startswith(f"{one}.") for other in keys))
    if within:
        raise _wrong(f"send: {within[0]} is both a value and an object")
    return declaration


def at(told: Any, path: str) -> Any:
    """Give the value at a dotted path, None when there is none."""
    for step in path.split("."):
        if not isinstance(told, Mapping):
            return None
        told = told.get(step)
    return told


def _wrong(what: str) -> Invalid:
    return Invalid("link.mapping", zh=f"字段映射声明有误：{what}", en=f"the mapping: {what}", field="mapping")
