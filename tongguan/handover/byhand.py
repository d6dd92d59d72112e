# SPDX-License-Identifier: Apache-2.0
"""Hand-overs that a person opens: what no word of danger told, an official saw (F26)."""

from collections.abc import Mapping
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.handover import noticing, queries, telling, words
from tongguan.handover.contracts import OPEN, HandoverInfo, HandoverState
from tongguan.handover.facts import DangerNoticed
from tongguan.handover.models import Handover
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

#: Stands where else the version of the danger file stands.
BY_HAND = "by_hand"
_LONGEST = 1000


def open_for_case(actor: Actor, case_id: UUID, *, service: str, reason: str) -> HandoverInfo:
    """Open a hand-over of a case for a service; the case becomes 特急, its timeline tells who said why.

    Raises NotFound (out of sight), Forbidden, Invalid, Conflict (one is open for the service already).
    """
    told = _checked(service, reason)
    with atomic():
        held = cases.hold(actor, case_id)
        case = held.case
        _may_open(actor, case.division)
        if Handover.objects.filter(case_id=case_id, service=service, state__in=OPEN).exists():
            raise _open_already()
        row = _fresh(service, told, actor)
        row.case_id, row.division = case.id, case.division
        row.urgency_before = "normal" if case.urgency == noticing.CRITICAL else case.urgency
        row.save(force_insert=True)
        whom = words.rules().services[service]
        inputs = {"reason": f"人工提出险情，待转{whom.number} {whom.name}：{told}", "services": [service]}
        values = {} if case.urgency == noticing.CRITICAL else {"urgency": noticing.CRITICAL}
        held = cases.remark(actor, held, "danger", inputs, values=values)
        return _told(actor, row, told, {case.id: held.case})


def open_for_report(
    actor: Actor, report_id: UUID, *, division: str, service: str, reason: str
) -> HandoverInfo:
    """Open a hand-over of a telling that has no case yet; whoever calls has found it within scope.

    ``division``: where it is as far as known. Raises Forbidden, Invalid, Conflict (one was opened already).
    """
    told = _checked(service, reason)
    with atomic():
        _may_open(actor, division)
        row = _fresh(service, told, actor)
        row.report_id, row.division = report_id, division
        Handover.objects.bulk_create([row], ignore_conflicts=True)
        mine = Handover.objects.select_for_update().filter(report_id=report_id, service=service).first()
        if mine is None or mine.pk != row.pk:
            raise _open_already()
        return _told(actor, mine, told, {})


def _fresh(service: str, reason: str, actor: Actor) -> Handover:
    rules, now = words.rules(), clock.now()
    return Handover(
        service=service,
        score=1.0,
        words=f"{actor.name}提出：{reason}",
        rules_version=BY_HAND,
        noticed_at=now,
        next_at=noticing.after(rules, HandoverState.OPEN, 0, now),
    )


def _told(actor: Actor, row: Handover, reason: str, known: Mapping[UUID, CaseInfo]) -> HandoverInfo:
    now = clock.now()
    noticing.add_step(actor, row, "opened", now, note=reason, report_id=row.report_id)
    row.save(update_fields=["line_no"])
    audit.record(actor, "handover.open", f"handover:{row.id}", {"service": row.service, "reason": reason})
    outbox.publish(
        DangerNoticed(handover_id=row.id, case_id=row.case_id, service=row.service, division=row.division)
    )
    telling.tell_noticed([row], known, words.rules(), now)
    return queries.handover(PLATFORM, row.id)


def _checked(service: str, reason: str) -> str:
    services = words.rules().services
    if service not in services:
        raise Invalid(
            "handover.service",
            zh=f"移交部门应为 {'、'.join(services)}",
            en=f"one of {', '.join(services)}",
            field="service",
        )
    told = reason.strip()
    if not told or len(told) > _LONGEST or "\x00" in told:
        raise Invalid(
            "handover.reason",
            zh=f"请写明险情（{_LONGEST} 字以内）",
            en="say what the danger is",
            field="reason",
        )
    return told


def _may_open(actor: Actor, division: str) -> None:
    covered = actor.scope.covers(division, *queries.CALLERS) if division else True
    if actor != PLATFORM and not (actor.scope.posts() & set(queries.CALLERS) and covered):
        raise Forbidden("handover.not_yours", zh="您的岗位不能办理险情移交", en="your posts may not do this")


def _open_already() -> Conflict:
    return Conflict("handover.open_already", zh="已有移交该部门的险情", en="it is being handed over already")
