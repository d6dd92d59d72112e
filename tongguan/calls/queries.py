# SPDX-License-Identifier: Apache-2.0
"""Reads of calls: one's own, and for a duty chief those of the divisions."""

from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from tongguan.calls.contracts import CallInfo, MatterInfo
from tongguan.calls.models import Call
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.queries import division_q

#: Who sits at the hotline.
OPERATORS: Final = (Post.ACCEPTOR, Post.DUTY_CHIEF)
_MOST: Final = 200
_FIELDS: Final = tuple(name for name in CallInfo.__dataclass_fields__ if name != "matters")
_MATTER: Final = tuple(MatterInfo.__dataclass_fields__)


def visible(actor: Actor) -> QuerySet[Call]:
    """Give the calls the actor may see. Raises Forbidden."""
    if actor == PLATFORM:
        return Call.objects.all()
    operator_id(actor)
    return Call.objects.filter(Q(operator_id=actor.id) | division_q(actor.scope, "division", Post.DUTY_CHIEF))


def operator_id(actor: Actor) -> int:
    """Give the id of who sits at the hotline. Raises Forbidden for others."""
    if actor.id is None or not actor.scope.posts() & set(OPERATORS):
        raise Forbidden("call.not_operator", zh="您的岗位不接听热线", en="your posts take no calls")
    return actor.id


def call(actor: Actor, call_id: UUID) -> CallInfo:
    """Give one call. Raises NotFound, Forbidden."""
    row = visible(actor).filter(pk=call_id).prefetch_related("matters").first()
    if row is None:
        raise unknown()
    return info(row)


def calls(actor: Actor, *, before: UUID | None = None, limit: int = 50) -> list[CallInfo]:
    """List calls, the newest first. Raises Forbidden."""
    rows = visible(actor).prefetch_related("matters")
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [info(row) for row in rows.order_by("-id")[: max(1, min(limit, _MOST))]]


def info(row: Call) -> CallInfo:
    """Give a call as officials see it."""
    matters = tuple(MatterInfo(*(getattr(one, name) for name in _MATTER)) for one in row.matters.all())
    return CallInfo(**{name: getattr(row, name) for name in _FIELDS}, matters=matters)


def unknown() -> NotFound:
    """Give the refusal for a call that is not there or not to be seen."""
    return NotFound("call.unknown", zh="没有这次来电", en="no such call")
