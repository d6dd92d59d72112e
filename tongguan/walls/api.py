# SPDX-License-Identifier: Apache-2.0
"""Verbs of walls: put a centre's walls into a mode, lead them to a case, let them go."""

from datetime import timedelta
from typing import Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid
from tongguan.kernel.importing import text_mistake
from tongguan.people.contracts import Actor
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic
from tongguan.walls import queries
from tongguan.walls.contracts import COMMANDERS, LEADERS, LedInfo, Mode, ModeInfo
from tongguan.walls.facts import WallLed, WallModeSet, WallReleased
from tongguan.walls.models import ModeSet, Push

#: How long walls follow a case when nobody lets them go: a wall must not stay on one case for the night.
FOLLOWED: Final = timedelta(minutes=10)
_LONGEST: Final = 200


def set_mode(actor: Actor, mode: str, reason: str) -> ModeInfo:
    """Put the walls of the actor's centre into a mode, with a reason; audited.

    Raises Forbidden (not a duty chief or leader), Invalid (no such mode, no reason).
    """
    division = queries.centre(actor, COMMANDERS)
    if mode not in set(Mode):
        raise Invalid(
            "wall.mode",
            zh="应为 daily、warning 或 emergency",
            en="must be daily, warning or emergency",
            field="mode",
        )
    reason = _line("reason", reason)
    with atomic():
        before = queries.mode_of(division)
        row = ModeSet.objects.create(
            division=division, mode=mode, reason=reason, by_key=actor.key, by_name=actor.name, at=clock.now()
        )
        audit.record(
            actor, "wall.mode", f"wall:{division}", {"mode": mode, "before": before.mode, "reason": reason}
        )
        outbox.publish(WallModeSet(division=division, mode=mode))
    return queries.mode_info(row)


def lead(actor: Actor, case_id: UUID, note: str = "") -> LedInfo:
    """Lead the walls of the actor's centre to a case they may see, for ten minutes; audited.

    Raises Forbidden, NotFound (no such case in scope), Conflict (the case has no place), Invalid (note).
    """
    division = queries.centre(actor, LEADERS)
    note = _line("note", note, empty=True)
    case = cases.case(actor, case_id)
    if case.lon is None or case.lat is None:
        raise Conflict("wall.no_place", zh="此案没有坐标，大屏无处可飞", en="the case has no place on a map")
    with atomic():
        row = _push(actor, division, case_id, note)
        audit.record(actor, "wall.lead", f"wall:{division}", {"case": str(case_id), "note": note})
        outbox.publish(WallLed(division=division, case_id=case_id, push_id=row.id))
    return queries.led_info(actor, row, case)


def release(actor: Actor) -> None:
    """Let the walls of the actor's centre go their own way; audited. Raises Forbidden, Conflict."""
    division = queries.centre(actor, LEADERS)
    with atomic():
        if queries.push_of(division) is None:
            raise Conflict("wall.not_led", zh="大屏没有在跟随案件", en="the walls follow no case")
        row = _push(actor, division, None, "")
        audit.record(actor, "wall.release", f"wall:{division}", {})
        outbox.publish(WallReleased(division=division, push_id=row.id))


def _push(actor: Actor, division: str, case_id: UUID | None, note: str) -> Push:
    now = clock.now()
    return Push.objects.create(
        division=division,
        case_id=case_id,
        note=note,
        by_key=actor.key,
        by_name=actor.name,
        at=now,
        until=now + FOLLOWED,
    )


def _line(field: str, text: str, *, empty: bool = False) -> str:
    told = text.strip()
    if mistake := text_mistake(told, _LONGEST, empty=empty):
        raise Invalid(f"wall.{field}", zh=mistake, en=f"1 to {_LONGEST} printable characters", field=field)
    return told
