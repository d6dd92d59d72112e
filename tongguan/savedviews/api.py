# SPDX-License-Identifier: Apache-2.0
"""Verbs of saved views: keep one, share it with the own unit, drop it."""

from typing import Final
from uuid import UUID

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid, NotFound
from tongguan.kernel.importing import text_mistake
from tongguan.people.contracts import Actor
from tongguan.runtime.transactions import atomic
from tongguan.savedviews import queries
from tongguan.savedviews.contracts import NewView, ViewInfo
from tongguan.savedviews.models import SavedView

#: How many a person keeps.
MOST: Final = 30
_ORDERS: Final = ("newest", "due")


def keep(actor: Actor, view: NewView) -> ViewInfo:
    """Keep a view under its name; one's own of that name is replaced.

    Raises Forbidden, Invalid (name, line, order; sharing without a unit), Conflict (too many).
    """
    owner_id = queries.owner_id(actor)
    _check(actor, view)
    with atomic():
        known = SavedView.objects.filter(owner_id=owner_id)
        name = view.name.strip()
        if not known.filter(name=name).exists() and known.count() >= MOST:
            raise Conflict("view.full", zh=f"最多保存 {MOST} 个视图", en=f"{MOST} views at most")
        row, _ = SavedView.objects.update_or_create(
            owner_id=owner_id,
            name=name,
            defaults={
                "owner_name": actor.name,
                "unit_id": actor.unit_id if view.shared else None,
                "line": view.line.strip(),
                "narrow": dict(view.narrow),
                "order": view.order,
                "made_at": clock.now(),
            },
        )
    return queries.info(row, actor)


def drop(actor: Actor, view_id: UUID) -> None:
    """Drop an own view. Raises NotFound, also for a colleague's; Forbidden."""
    gone, _ = SavedView.objects.filter(pk=view_id, owner_id=queries.owner_id(actor)).delete()
    if not gone:
        raise NotFound("view.unknown", zh="没有这个视图", en="no such view")


def _check(actor: Actor, view: NewView) -> None:
    for field, text, longest in (("name", view.name, 20), ("line", view.line, 2_200)):
        wrong = text_mistake(text, longest, empty=field == "line")
        if wrong:
            raise Invalid(f"view.{field}", zh=wrong, en=f"the {field} is not a short text", field=field)
    if view.order not in _ORDERS:
        raise Invalid("view.order", zh="没有这种排序", en="no such order", field="order")
    if view.shared and not actor.unit_id:
        raise Invalid("view.no_unit", zh="您不属于任何单位，不能共享", en="you have no unit", field="shared")
