# SPDX-License-Identifier: Apache-2.0
"""The systems of departments as those who act: each holds the post 处置部门 in its own unit, nothing else."""

from collections.abc import Sequence
from typing import Final

from tongguan.exchange.models import Link
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Grant, Post, Scope

KEY: Final = "department:"


def key_of(code: str) -> str:
    """Give the key under which a link's system acts."""
    return f"{KEY}{code}"


def actor_of(link: Link) -> Actor:
    """Give the system as an actor of its unit; it holds nothing once the unit is closed."""
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
    """Give every link, stopped ones too, with the path of its unit, by id."""
    rows = list(Link.objects.order_by("id"))
    units = people.units(row.unit_id for row in rows)
    return [(row, units[row.unit_id].path) for row in rows if row.unit_id in units]
