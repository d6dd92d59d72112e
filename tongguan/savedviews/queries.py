# SPDX-License-Identifier: Apache-2.0
"""Reads of saved views: one's own, and those that colleagues of the own unit share."""

from typing import Final

from django.db.models import Q, QuerySet

from tongguan.kernel.errors import Forbidden
from tongguan.people.contracts import Actor
from tongguan.savedviews.contracts import ViewInfo
from tongguan.savedviews.models import SavedView

#: How many views a list shows; a person keeps fewer.
MOST_SHOWN: Final = 60
_PLAIN: Final = ("id", "name", "line", "narrow", "order", "owner_name")


def views(actor: Actor) -> list[ViewInfo]:
    """Give the actor's views, then the unit's, each by name. Raises Forbidden for who is no person."""
    own_id = owner_id(actor)
    rows = sorted(visible(actor).order_by("name")[:MOST_SHOWN], key=lambda row: row.owner_id != own_id)
    return [info(row, actor) for row in rows]


def visible(actor: Actor) -> QuerySet[SavedView]:
    """Give the rows that an actor has. Raises Forbidden."""
    mine = Q(owner_id=owner_id(actor))
    return SavedView.objects.filter(mine | Q(unit_id=actor.unit_id) if actor.unit_id else mine)


def owner_id(actor: Actor) -> int:
    """Give whose views they are. Raises Forbidden for who is no person."""
    if actor.id is None:
        raise Forbidden("view.no_person", zh="只有登录人员可以保存视图", en="views are for people")
    return actor.id


def info(row: SavedView, actor: Actor) -> ViewInfo:
    """Give a row as the actor has it."""
    return ViewInfo(
        shared=row.unit_id is not None,
        mine=row.owner_id == actor.id,
        **{name: getattr(row, name) for name in _PLAIN},
    )
