# SPDX-License-Identifier: Apache-2.0
"""Verbs of hand-overs: look for danger, open, call the service, acknowledge, end, find false."""

from collections.abc import Collection, Sequence
from typing import Final
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.handover import moving, noticing, queries, words
from tongguan.handover.byhand import open_for_case, open_for_report
from tongguan.handover.bysystem import (
    sent_out,
    system_acknowledged,
    system_ended,
    system_gave_back,
    system_progressed,
    system_took,
)
from tongguan.handover.contracts import OPEN, Danger, HandoverInfo, HandoverState
from tongguan.handover.models import Handover, UrgencyWord
from tongguan.handover.noticing import open_for
from tongguan.handover.weighing import keep_urgency, set_urgency, weigh
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime.transactions import atomic

__all__ = [
    "acknowledge",
    "end",
    "false_alarm",
    "hand_over",
    "keep_urgency",
    "look",
    "open_for",
    "open_for_case",
    "open_for_report",
    "sent_out",
    "set_urgency",
    "system_acknowledged",
    "system_ended",
    "system_gave_back",
    "system_progressed",
    "system_took",
    "weigh",
]

HOW: Final = {
    "phone": "电话",
    "transfer": "三方通话转接",
    "system": "系统对接",
    "radio": "对讲机",
    "on_site": "当面",
}


def look(texts: Sequence[str]) -> list[Danger | None]:
    """Give for each telling's text the danger it tells of, or None. Touches no database."""
    return words.rules().look(texts)


def hand_over(
    actor: Actor, handover_id: UUID, *, number: str, person: str = "", how: str = "phone", note: str = ""
) -> HandoverInfo:
    """Say that the service was told: which number, who took it, how. Again is another call, another line.

    Raises NotFound, Forbidden, Invalid, Conflict (it is over).
    """
    if how not in HOW:
        raise Invalid(
            "handover.how",
            zh=f"方式应为 {'、'.join(HOW)}",
            en=f"how must be one of {', '.join(HOW)}",
            field="how",
        )
    told = moving.texts(number=number, person=person, note=note)
    if not told["number"]:
        raise Invalid("handover.number", zh="请填写拨打的号码", en="which number was called?", field="number")
    with atomic():
        row = _held(actor, handover_id, OPEN)
        now = clock.now()
        noticing.add_step(actor, row, "handed_over", now, how=how, **told)
        moving.handed(row, now)
        return moving.done(actor, row, "handover.hand_over", {"number": told["number"], "how": how})


def acknowledge(actor: Actor, handover_id: UUID, *, person: str, note: str = "") -> HandoverInfo:
    """Say who at the service has taken it. Raises NotFound, Forbidden, Invalid, Conflict."""
    told = moving.texts(person=person, note=note)
    if not told["person"]:
        raise Invalid("handover.person", zh="请填写对方接收人", en="who has taken it?", field="person")
    with atomic():
        row = _held(actor, handover_id, (HandoverState.HANDED_OVER,))
        now = clock.now()
        noticing.add_step(actor, row, "acknowledged", now, **told)
        row.state, row.acknowledged_at, row.next_at = HandoverState.ACKNOWLEDGED, now, None
        return moving.done(actor, row, "handover.acknowledge", {"person": told["person"]})


def end(actor: Actor, handover_id: UUID, *, result: str) -> HandoverInfo:
    """Write down the result. Raises NotFound, Forbidden, Invalid, Conflict (nobody was told yet, or over)."""
    told = moving.texts(note=result)
    if not told["note"]:
        raise Invalid("handover.result", zh="请填写处置结果", en="write down the result", field="result")
    with atomic():
        row = _held(actor, handover_id, (HandoverState.HANDED_OVER, HandoverState.ACKNOWLEDGED))
        return moving.over(actor, row, HandoverState.ENDED, told["note"], clock.now())


def false_alarm(actor: Actor, handover_id: UUID, *, reason: str) -> HandoverInfo:
    """Say that there is no danger, and why; the case gets its usual urgency back.

    What rules spoke is counted against them. Raises NotFound, Forbidden, Invalid, Conflict (it is over).
    """
    told = moving.texts(note=reason)
    if not told["note"]:
        raise Invalid("handover.reason", zh="请写明为何是误报", en="say why it is none", field="reason")
    with atomic():
        row = _held(actor, handover_id, OPEN)
        done = moving.over(actor, row, HandoverState.FALSE_ALARM, told["note"], clock.now())
        if row.case_id is not None:
            _calm(actor, row, row.case_id, told["note"])
        return done


def _calm(actor: Actor, row: Handover, case_id: UUID, reason: str) -> None:
    others = Handover.objects.filter(case_id=case_id).exclude(pk=row.pk)
    held = cases.hold(PLATFORM, case_id)
    real = others.exclude(state=HandoverState.FALSE_ALARM).exists()
    decided = UrgencyWord.objects.filter(case_id=case_id, at__gte=row.noticed_at)
    theirs = decided.exclude(actor_key=PLATFORM.key).exists()
    values = {} if real or theirs or not row.urgency_before else {"urgency": row.urgency_before}
    service = words.rules().services.get(row.service)
    whom = service.number if service is not None else row.service
    cases.remark(actor, held, "danger_none", {"reason": f"{whom}：经核实不是险情，{reason}"}, values=values)


def _held(actor: Actor, handover_id: UUID, states: Collection[HandoverState]) -> Handover:
    visible = queries.visible(actor)
    row = visible.select_for_update(of=("self",)).filter(pk=handover_id).first()
    if row is None:
        raise queries.unknown()
    posts = actor.scope.posts()
    covered = actor.scope.covers(row.division, *queries.CALLERS) if row.division else True
    if actor != PLATFORM and not (posts & set(queries.CALLERS) and covered):
        raise Forbidden("handover.not_yours", zh="您的岗位不能办理险情移交", en="your posts may not do this")
    if row.state not in states:
        raise Conflict(
            "handover.state",
            zh="险情移交的当前状态不允许此操作",
            en="its state does not allow this",
            state=row.state,
        )
    return row
