# SPDX-License-Identifier: Apache-2.0
"""Reads of field work: a collector's own tasks and area; for the centre what needs a look."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.db.models import QuerySet

from tongguan.cases import queries as casebook
from tongguan.cases.contracts import CaseBrief, CaseFilter
from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.patrol.contracts import EntryInfo, Outcome
from tongguan.patrol.models import FieldEntry
from tongguan.patrol.receiving import collector_id
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import division_q
from tongguan.places import queries as places

#: Whose centre a collector belongs to.
CENTRE: Final = (Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF)
_TASK_STATES: Final = ("pending_verify", "checking")
_MOST: Final = 200
_HOUR: Final = 3600


def sync(actor: Actor, known: Mapping[UUID, int]) -> tuple[list[CaseBrief], list[UUID], list[UUID]]:
    """Give a collector's tasks that are new or changed since the versions the device knows.

    Gives (changed, all that are open now, those the device knows that are no longer the own). Three
    statements at most. Raises Forbidden.
    """
    narrow = CaseFilter(collector_id=collector_id(actor), states=_TASK_STATES)
    rows = casebook.cases(actor, narrow, limit=_MOST).rows
    changed = [case for case in rows if known.get(case.id) != case.version]
    now = [case.id for case in rows]
    return changed, now, sorted(set(known) - set(now))


def area(actor: Actor) -> dict[str, Any]:
    """Give the unit grids of the collector's duty grids as a GeoJSON FeatureCollection. Raises Forbidden."""
    return places.duty_area(collector_id(actor))


def to_review(actor: Actor, *, before: int | None = None, limit: int = 50) -> list[EntryInfo]:
    """List answers that came too late for their task, newest first, not yet looked at. Raises Forbidden."""
    rows = _reviewed(actor).filter(outcome=Outcome.CONFLICT, reviewed_at__isnull=True)
    if before is not None:
        rows = rows.filter(id__lt=before)
    return [info(row) for row in rows.order_by("-id")[: max(1, min(limit, _MOST))]]


def row_to_review(actor: Actor, entry_id: int) -> FieldEntry:
    """Lock one of them. Raises NotFound, Forbidden."""
    rows = _reviewed(actor).select_for_update()
    row = rows.filter(pk=entry_id, outcome=Outcome.CONFLICT).first()
    if row is None:
        raise NotFound("field.unknown", zh="没有这条现场记录", en="no such entry")
    return row


def _reviewed(actor: Actor) -> QuerySet[FieldEntry]:
    must_be_centre(actor)
    return FieldEntry.objects.filter(division_q(actor.scope, "division", *CENTRE))


def must_be_collector(actor: Actor) -> None:
    """Refuse who is no collector. Raises Forbidden."""
    collector_id(actor)


def must_be_centre(actor: Actor) -> None:
    """Refuse who is not of a centre. Raises Forbidden."""
    if not actor.scope.posts() & set(CENTRE):
        raise Forbidden("field.not_centre", zh="您的岗位不能查看现场记录", en="your posts may not see it")


def info(row: FieldEntry) -> EntryInfo:
    """Give an entry as the centre reads it."""
    names = [name for name in EntryInfo.__dataclass_fields__ if name != "late"]
    late = round((row.received_at - row.told_at).total_seconds() / _HOUR, 2)
    return EntryInfo(**{name: getattr(row, name) for name in names}, late=late)
