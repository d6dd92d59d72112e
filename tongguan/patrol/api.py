# SPDX-License-Identifier: Apache-2.0
"""Verbs of field work: take a device's batch, decide on what came too late, look where collectors are."""

from datetime import datetime, timedelta
from typing import Final

from tongguan.cases import api as cases
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid
from tongguan.kernel.importing import text_mistake
from tongguan.patrol import queries
from tongguan.patrol.contracts import EntryInfo, Point, Seen
from tongguan.patrol.models import LastSeen, TrackPoint
from tongguan.patrol.receiving import MOST, submit
from tongguan.people.contracts import Actor
from tongguan.people.queries import division_q
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

__all__ = ["MOST", "decide", "positions", "submit", "track"]

DECISIONS: Final = {"noted": "记入案件", "dismissed": "不采用"}
_LONGEST_TRACK: Final = timedelta(days=1)
_MOST_SEEN: Final = 1_000
_MOST_POINTS: Final = 5_000


def decide(actor: Actor, entry_id: int, decision: str, reason: str) -> EntryInfo:
    """Say what a late answer is worth: noted on the case's timeline with its photos, or dismissed.

    Raises NotFound, Forbidden, Invalid, Conflict (decided already).
    """
    if decision not in DECISIONS:
        raise Invalid(
            "field.decision", zh=f"应为 {'、'.join(DECISIONS)}", en="unknown decision", field="decision"
        )
    wrong = text_mistake(reason, 500)
    if wrong:
        raise Invalid("field.reason", zh=wrong, en="say why", field="reason")
    with atomic():
        row = queries.row_to_review(actor, entry_id)
        if row.reviewed_at is not None:
            raise Conflict("field.decided", zh="已有人处理", en="it was decided already")
        row.reviewed_at, row.reviewed_by = clock.now(), actor.name
        row.decision, row.reason = decision, reason.strip()
        row.save(update_fields=["reviewed_at", "reviewed_by", "decision", "reason"])
        if decision == "noted" and row.case_id is not None:
            words = f"{row.user_name}现场记录（迟到）：{row.body.get('words', '')}。{reason.strip()}"
            cases.note(
                actor, row.case_id, "field_note", {"note": words, "photos": row.body.get("photos", [])}
            )
        audit.record(actor, "field.decide", f"field:{row.pk}", {"decision": decision})
        return queries.info(row)


def positions(actor: Actor, division: str = "") -> list[Seen]:
    """Give where the collectors of the own divisions were last; that one looked is audited.

    Raises Forbidden.
    """
    queries.must_be_centre(actor)
    rows = LastSeen.objects.filter(
        division_q(actor.scope, "division", *queries.CENTRE), division__startswith=division
    )
    fields = tuple(Seen.__dataclass_fields__)
    with atomic():
        found = [Seen(*row) for row in rows.order_by("user_id").values_list(*fields)[:_MOST_SEEN]]
        audit.record(actor, "field.positions", f"user:{actor.id}", {"division": division, "seen": len(found)})
    return found


def track(actor: Actor, user_id: int, since: datetime, until: datetime) -> list[Point]:
    """Give the points of one collector of the own divisions within a day; that one looked is audited.

    Raises Forbidden, Invalid.
    """
    queries.must_be_centre(actor)
    if not timedelta(0) < until - since <= _LONGEST_TRACK:
        raise Invalid("field.span", zh="一次最多查看一天", en="at most a day at once", field="until")
    mine = division_q(actor.scope, "division", *queries.CENTRE)
    with atomic():
        audit.record(
            actor, "field.track", f"user:{user_id}", {"since": since.isoformat(), "until": until.isoformat()}
        )
        if not LastSeen.objects.filter(mine, user_id=user_id).exists():
            return []
        rows = TrackPoint.objects.filter(user_id=user_id, at__gte=since, at__lt=until).order_by("at")
        return [Point(*row) for row in rows.values_list("at", "lon", "lat", "accuracy")[:_MOST_POINTS]]
