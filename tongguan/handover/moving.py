# SPDX-License-Identifier: Apache-2.0
"""What every move of a hand-over ends with, a person's or a system's: row, audit, fact."""

from datetime import datetime
from typing import Final

from tongguan.handover import noticing, queries, words
from tongguan.handover.contracts import HandoverInfo, HandoverState
from tongguan.handover.facts import HandoverMoved
from tongguan.handover.models import Handover
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime import audit, outbox

_LENGTHS: Final = {"number": 40, "person": 60, "note": 1000}


def handed(row: Handover, now: datetime) -> None:
    """Let a locked hand-over be handed over, and the next ladder begin; nothing once it was."""
    if row.state == HandoverState.OPEN:
        row.state, row.handed_at, row.rung = HandoverState.HANDED_OVER, now, 0
        row.next_at = noticing.after(words.rules(), row.state, 0, now)


def over(
    actor: Actor, row: Handover, state: HandoverState, note: str, now: datetime, how: str = ""
) -> HandoverInfo:
    """End a locked hand-over with a line."""
    noticing.add_step(actor, row, state.value, now, note=note, how=how)
    row.state, row.ended_at, row.next_at = state, now, None
    return done(actor, row, f"handover.{state.value}", {"note": note})


def done(actor: Actor, row: Handover, verb: str, detail: dict[str, str]) -> HandoverInfo:
    """Store a locked hand-over whose newest line tells what was done; audited and published."""
    row.save()
    audit.record(actor, verb, f"handover:{row.id}", detail)
    outbox.publish(
        HandoverMoved(
            handover_id=row.id,
            case_id=row.case_id,
            state=str(row.state),
            by=actor.key,
            no=row.line_no,
            division=row.division,
        )
    )
    return queries.handover(PLATFORM, row.id)


def texts(**given: str) -> dict[str, str]:
    """Give what was told, trimmed. Raises Invalid naming what is too long."""
    for field, text in given.items():
        if len(text) > _LENGTHS[field] or "\x00" in text:
            raise Invalid(
                "text.too_long",
                zh=f"最多 {_LENGTHS[field]} 个字符",
                en=f"at most {_LENGTHS[field]}",
                field=field,
            )
    return {field: text.strip() for field, text in given.items()}
