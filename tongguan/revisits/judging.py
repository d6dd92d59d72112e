# SPDX-License-Identifier: Apache-2.0
"""People judge suspicions: confirm (and reopen or supervise the case) or reject; resume a paused detector."""

from typing import Final
from uuid import UUID

from tongguan.dispatch import api as dispatch
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid, NotFound
from tongguan.kernel.worktime import Limit, LimitUnit
from tongguan.people.contracts import Actor
from tongguan.revisits import bars, reach
from tongguan.revisits.contracts import SuspicionState
from tongguan.revisits.declared import looking
from tongguan.revisits.facts import SuspicionJudged
from tongguan.revisits.models import Suspicion
from tongguan.revisits.precision import Standing
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

#: What follows from a confirmation: nothing further, the case reopened, its unit supervised.
ACTIONS: Final = ("none", "reopen", "supervise")
_LONGEST: Final = 500


def confirm(actor: Actor, pk: UUID, action: str, note: str, days: int | None = None) -> Suspicion:
    """Find it right; with ``supervise`` the unit answers within so many working days.

    Raises Forbidden, NotFound, Invalid, Conflict (judged), and what reopening or supervising raises.
    """
    if action not in ACTIONS:
        raise Invalid("suspicion.action", zh="没有这种处理", en="no such action", field="action")
    if action == "supervise" and not days:
        raise Invalid("suspicion.days", zh="督办须给出期限", en="give a time limit", field="days")
    with atomic():
        row = _claimed(actor, pk, SuspicionState.CONFIRMED, note, action)
        reason = f"虚假办结疑点属实：{row.words}。{note.strip()}"[:_LONGEST]
        if action == "reopen":
            dispatch.perform(actor, row.case_id, "reopen", {"reason": reason})
        elif action == "supervise":
            within = Limit(days or 0, LimitUnit.WORK_DAY)
            asked = dispatch.NewSupervision(kind="supervise", text=reason, within=within)
            dispatch.supervise(actor, row.case_id, asked)
        _learned(actor, row, confirmed=True)
    return row


def reject(actor: Actor, pk: UUID, note: str) -> Suspicion:
    """Find it wrong, and say why. Raises Forbidden, NotFound, Invalid, Conflict."""
    with atomic():
        row = _claimed(actor, pk, SuspicionState.REJECTED, note, "")
        _learned(actor, row, confirmed=False)
    return row


def resume(actor: Actor, detector: str, reason: str) -> None:
    """Let a paused detector put findings to people again, with those it held. Raises Forbidden, Conflict."""
    reach.must_hold(actor, *reach.JUDGES)
    _worded(reason, "reason")
    if detector not in looking().detectors:
        raise NotFound("suspicion.detector", zh="没有这个研判方法", en="no such detector", field="detector")
    with atomic():
        now = bars.standings()[detector]
        if not now.paused:
            raise Conflict("suspicion.not_paused", zh="没有暂停", en="it is not paused")
        words = f"{bars.RESUMED}：{reason.strip()}"
        bars.store(actor, detector, Standing(now.threshold, paused=False, words=words))
        Suspicion.objects.filter(detector=detector, state=SuspicionState.HELD).update(
            state=SuspicionState.WAITING
        )
        audit.record(actor, "suspicion.resume", f"detector:{detector}", {"reason": reason.strip()})


def _claimed(actor: Actor, pk: UUID, state: SuspicionState, note: str, action: str) -> Suspicion:
    """Judge it, if nobody did before. Of two people one wins, the other is told who."""
    reach.must_hold(actor, *reach.JUDGES)
    _worded(note, "note")
    mine = Suspicion.objects.filter(reach.within(actor, *reach.JUDGES))
    row = mine.select_for_update().filter(pk=pk).first()
    if row is None:
        raise NotFound("suspicion.unknown", zh="没有这条疑点", en="no such suspicion")
    told = {
        "state": state, "note": note.strip(), "action": action, "judged_key": actor.key,
        "judged_by": actor.name, "judged_at": clock.now(),
    }  # fmt: skip
    waits = (SuspicionState.WAITING, SuspicionState.HELD)
    if Suspicion.objects.filter(pk=pk, state__in=waits).update(**told) != 1:
        raise Conflict("suspicion.judged", zh=f"{row.judged_by or '他人'}已核定", en="it is judged already")
    row.refresh_from_db()
    return row


def _learned(actor: Actor, row: Suspicion, *, confirmed: bool) -> None:
    bars.learn(actor, row.detector)
    outbox.publish(
        SuspicionJudged(division=row.division, suspicion_id=row.pk, case_id=row.case_id, confirmed=confirmed)
    )
    told = {"detector": row.detector, "confirmed": confirmed, "action": row.action}
    audit.record(actor, "suspicion.judge", f"suspicion:{row.pk}", told)


def _worded(text: str, field: str) -> None:
    if not text.strip() or len(text) > _LONGEST or "\x00" in text:
        raise Invalid(
            f"suspicion.{field}", zh="请写明理由，最多 500 字", en="say why, 500 letters", field=field
        )
