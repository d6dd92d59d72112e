# SPDX-License-Identifier: Apache-2.0
"""The systems of departments as those who act: each holds the post 处置部门 in its own unit, nothing else.

A service's system holds no post: it speaks of the hand-overs that were sent to it.
"""

from collections.abc import Sequence
from typing import Final

from tongguan.exchange.models import Link
from tongguan.handover import queries as handovers
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Grant, Post, Scope

KEY: Final = "department:"


def key_of(code: str) -> str:
    """Give the key under which a link's system acts."""
    return f"{KEY}{code}"


def actor_of(link: Link) -> Actor:
    """Give the system as an actor of its unit; a closed unit's, or a service's, holds nothing."""
    if link.unit_id is None:
        return Actor(
            id=None,
            key=key_of(link.code),
            name=link.name,
            unit_id=None,
            unit_name=service_name(link.service),
            scope=Scope(()),
        )
    unit = people.unit(link.unit_id)
    grants = (Grant(Post.DEPARTMENT, unit.division, unit.id, unit.path),) if unit.active else ()
    return Actor(
        id=None,
        key=key_of(link.code),
        name=link.name,
        unit_id=unit.id,
        unit_name=unit.name,
        scope=Scope(grants),
    )


def linked() -> Sequence[tuple[Link, str]]:
    """Give every link of a unit, stopped ones too, with the path of the unit, by id."""
    rows = list(Link.objects.filter(unit__isnull=False).order_by("id"))
    units = people.units(row.unit_id for row in rows if row.unit_id is not None)
    return [(row, units[row.unit_id].path) for row in rows if row.unit_id in units]


def serving() -> Sequence[Link]:
    """Give every link of a service, stopped ones too, by id."""
    return list(Link.objects.filter(service__gt="").order_by("id"))


def service_name(code: str) -> str:
    """Give a service as people call it: "119 消防救援"."""
    known = handovers.services().get(code)
    return code if known is None else f"{known.number} {known.name}"
