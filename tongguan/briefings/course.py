# SPDX-License-Identifier: Apache-2.0
"""A briefing's course: every step, remark and wording adds a line and a version."""

from uuid import UUID

from tongguan.briefings.contracts import State
from tongguan.briefings.guards import READERS
from tongguan.briefings.models import Briefing, Line
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, NotFound, Stale
from tongguan.people.contracts import Actor
from tongguan.people.queries import division_q


def found(actor: Actor, briefing_id: UUID, *, lock: bool = False) -> Briefing:
    """Give a briefing that the actor may read. Raises NotFound."""
    rows = Briefing.objects.filter(division_q(actor.scope, "division", *READERS), pk=briefing_id)
    row = (rows.select_for_update(of=("self",)) if lock else rows).first()
    if row is None:
        raise NotFound("briefing.unknown", "没有这份报告", "no such briefing")
    return row


def held(actor: Actor, briefing_id: UUID, expected: int | None, *states: State) -> Briefing:
    """Lock a briefing to change it. Raises NotFound, Stale, Conflict (not in one of the states)."""
    row = found(actor, briefing_id, lock=True)
    if expected is not None and expected != row.version:
        raise Stale("version.stale", "报告已被他人更新，请刷新", "it was changed meanwhile", field="If-Match")
    if row.state not in states:
        raise Conflict(
            "briefing.state",
            "报告当前的状态不能这样做",
            "not in the briefing's present state",
            state=row.state,
        )
    return row


def write(
    row: Briefing,
    actor: Actor,
    kind: str,
    *,
    key: str = "",
    before: str = "",
    after: str = "",
    reason: str = "",
) -> None:
    """Add a line and save the row with its next version; in the open transaction."""
    row.line_no += 1
    row.version += 1
    row.save()
    Line.objects.create(
        briefing=row, no=row.line_no, kind=kind, key=key, before=before, after=after, reason=reason[:500],
        by=actor.key, by_name=actor.name, at=clock.now(),
    )  # fmt: skip
