# SPDX-License-Identifier: Apache-2.0
"""Figures over all cases of a centre: grouped by the database, from indexes alone where there are many.

Only for centre posts, whose scope is a range of division codes: that range is also the index's.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Q, QuerySet
from django.db.models.functions import Substr

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseBrief
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.people.queries import division_q
from tongguan.walls.contracts import OpenGroup

OPEN: Final = Q(closed_at__isnull=True)
_BRIEF: Final = tuple(CaseBrief.__dataclass_fields__)


def open_groups(actor: Actor, digits: int, now: datetime) -> list[OpenGroup]:
    """Group the open cases by the first ``digits`` of their division and by item; one statement."""
    late = Count("state", filter=Q(due_at__lt=now))
    rows = _own(actor).filter(OPEN).annotate(place=Substr("division", 1, digits)).order_by()
    found = rows.values_list("place", "item_code").annotate(count=Count("state"), late=late)
    return [OpenGroup(*row) for row in found]


def pressing(actor: Actor, now: datetime, limit: int) -> list[CaseBrief]:
    """Give open cases to keep an eye on: urgent ones, then the longest overdue, then what is due next."""
    rows = _own(actor).filter(OPEN)
    urgent = rows.filter(urgency__in=("urgent", "critical")).order_by("urgency", "opened_at")[:limit]
    late = rows.filter(due_at__lt=now).order_by("due_at", "id")[:limit]
    coming = rows.filter(due_at__gte=now).order_by("due_at", "id")[:limit]
    found = {r["id"]: CaseBrief(**r) for some in (urgent, late, coming) for r in some.values(*_BRIEF)}
    return list(found.values())[:limit]


def briefs(actor: Actor, ids: Iterable[UUID]) -> dict[UUID, CaseBrief]:
    """Give those of these cases that lie in the actor's divisions; one statement."""
    rows = _own(actor).filter(pk__in=set(ids)).values(*_BRIEF)
    return {row["id"]: CaseBrief(**row) for row in rows}


def _own(actor: Actor) -> QuerySet[Any]:
    return cases.visible(PLATFORM).filter(division_q(actor.scope, "division"))
