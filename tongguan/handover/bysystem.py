# SPDX-License-Identifier: Apache-2.0
"""What a service's own system did with a hand-over: got it, acknowledged, goes on, ended, gave it back (F26).

Whoever calls has found that the hand-over is this system's, so no post is asked for. That it got it is one
line, whenever it comes and whoever telephoned meanwhile; what it answers says so, too.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from uuid import UUID

from tongguan.cases import queries as casebook
from tongguan.handover import moving, noticing, queries, telling, words
from tongguan.handover.contracts import OPEN, HandoverInfo, HandoverState
from tongguan.handover.models import Handover, HandoverStep
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime.transactions import atomic

HOW: Final = "system"
_NUMBER, _PERSON = 40, 60


def sent_out(systems: Mapping[UUID, str]) -> None:
    """Say to which system hand-overs are on their way; until it has them people are told to telephone."""
    rows = list(Handover.objects.select_for_update().filter(pk__in=systems).order_by("id"))
    for row in rows:
        row.system = systems[row.id]
    Handover.objects.bulk_update(rows, ["system"])


def system_took(actor: Actor, handover_id: UUID) -> None:
    """Say that the system got it: once a line; an open one is handed over by it. Raises NotFound."""
    with atomic():
        row = _row(handover_id)
        if _take(actor, row, clock.now()):
            moving.done(actor, row, "handover.hand_over", {"number": "", "how": HOW})


def system_acknowledged(
    actor: Actor, handover_id: UUID, *, person: str, number: str = "", note: str = ""
) -> HandoverInfo:
    """Say who at the service has taken it, under which number there; a line holds 40 characters of it.

    Raises NotFound, Conflict (it is over).
    """
    with atomic():
        row, now = _open(handover_id), clock.now()
        _take(actor, row, now)
        row.system_number = number or row.system_number
        told = {"person": person[:_PERSON], "number": row.system_number[:_NUMBER]}
        noticing.add_step(actor, row, "acknowledged", now, how=HOW, note=note, **told)
        if row.state != HandoverState.ACKNOWLEDGED:
            row.state, row.acknowledged_at, row.next_at = HandoverState.ACKNOWLEDGED, now, None
        return moving.done(actor, row, "handover.acknowledge", told)


def system_progressed(actor: Actor, handover_id: UUID, *, note: str) -> HandoverInfo:
    """Write down how far the service is. Raises NotFound, Conflict (it is over)."""
    with atomic():
        row, now = _open(handover_id), clock.now()
        _take(actor, row, now)
        noticing.add_step(actor, row, "progress", now, how=HOW, note=note)
        return moving.done(actor, row, "handover.progress", {"note": note})


def system_ended(actor: Actor, handover_id: UUID, *, result: str) -> HandoverInfo:
    """Write down the service's result. Raises NotFound, Conflict (it is over)."""
    with atomic():
        row, now = _open(handover_id), clock.now()
        _take(actor, row, now)
        return moving.over(actor, row, HandoverState.ENDED, result, now, HOW)


def system_gave_back(actor: Actor, handover_id: UUID, *, reason: str) -> HandoverInfo:
    """Write down that the service's system does not take it, and tell who is on duty: people decide.

    It stands again as people left it: what they were told by telephone holds, else it waits anew and its
    ladder runs. It never ends so. Raises NotFound, Conflict (it is over).
    """
    with atomic():
        row, now = _open(handover_id), clock.now()
        _take(actor, row, now)
        noticing.add_step(actor, row, "returned", now, how=HOW, note=reason)
        _as_people_left_it(actor, row, now)
        done = moving.done(actor, row, "handover.give_back", {"reason": reason})
        known = casebook.cases_by_id(PLATFORM, [row.case_id]) if row.case_id is not None else {}
        telling.tell_returned(row, known, words.rules(), now, reason)
        return done


def _as_people_left_it(actor: Actor, row: Handover, now: datetime) -> None:
    theirs = HandoverStep.objects.filter(handover=row).exclude(actor_key=actor.key)
    said = dict(theirs.order_by("no").values_list("kind", "at"))
    if "acknowledged" in said:
        return
    row.handed_at, row.acknowledged_at, row.rung = said.get("handed_over"), None, 0
    row.state = HandoverState.HANDED_OVER if "handed_over" in said else HandoverState.OPEN
    row.next_at = noticing.after(words.rules(), row.state, 0, now)


def _take(actor: Actor, row: Handover, now: datetime) -> bool:
    """Write that the system got a locked hand-over, if it is the first one hears of it; tell whether."""
    if row.system_took_at is not None:
        return False
    noticing.add_step(actor, row, "handed_over", now, how=HOW)
    row.system_took_at = now
    moving.handed(row, now)
    return True


def _open(handover_id: UUID) -> Handover:
    row = _row(handover_id)
    if row.state not in OPEN:
        raise Conflict(
            "handover.over", zh="险情移交已结束", en=f"the hand-over is over: {row.state}", state=row.state
        )
    return row


def _row(handover_id: UUID) -> Handover:
    row = Handover.objects.select_for_update().filter(pk=handover_id).first()
    if row is None:
        raise queries.unknown()
    return row
