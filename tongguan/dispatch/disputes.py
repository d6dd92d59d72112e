# SPDX-License-Identifier: Apache-2.0
"""Disputes about duty (先办后议): when a ruling is needed, who acts meanwhile, and what a ruling teaches."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.db.models import QuerySet
from django.utils import timezone

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.dispatch.facts import DutyRuled
from tongguan.dispatch.models import Ruling, WorkOrder
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, NotFound
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post, UnitInfo
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

#: How long a ruling teaches when nobody says otherwise.
VALID: Final = timedelta(days=365)
_DISTRICT: Final = 6
_RULERS: Final = (Post.DISPATCHER, Post.DUTY_CHIEF, Post.LEADER)


@dataclass(frozen=True, slots=True)
class Standing:
    """How a case stands with its returns. ``must_rule``: no further return, only a ruling."""

    returns: int
    ping_pong: bool
    must_rule: bool
    why: str


def judge(returned_by: Sequence[str], max_returns: int) -> Standing:
    """Judge from the units that returned the case, by name in order of time. Pure.

    Ping-pong (互相推诿): a unit returns what another has returned after its own first return, or returns
    it twice. Then, or when ``max_returns`` is reached, only the higher centre can decide.
    """
    count = len(returned_by)
    twice = next((name for no, name in enumerate(returned_by) if name in returned_by[:no]), None)
    if twice is not None:
        rivals = [name for name in dict.fromkeys(returned_by) if name != twice]
        among = f"与{'、'.join(rivals)}互相推诿" if rivals else "反复回退"
        return Standing(count, True, True, f"{twice}{among}，已回退 {count} 次，须提请上级中心裁定")
    if count >= max_returns:
        names = "、".join(returned_by)
        return Standing(
            count, False, True, f"已被{names}回退 {count} 次，达到上限 {max_returns} 次，须提请上级中心裁定"
        )
    return Standing(count, False, False, f"已回退 {count} 次，上限 {max_returns} 次")


def standing(case: CaseInfo) -> Standing:
    """Judge a case by its returned orders and its process's limit."""
    ids = list(
        WorkOrder.objects.filter(case_id=case.id, state="returned", role="lead")
        .order_by("no")
        .values_list("unit_id", flat=True)
    )
    names = people.units(ids)
    limit = cases.process_of(case).settings["max_returns"]
    return judge([names[i].name if i in names else str(i) for i in ids], limit)


def ruling_centre(case: CaseInfo) -> UnitInfo | None:
    """Give the centre that rules: the nearest above the one that runs the case; at the top the same."""
    hub = case.hub or case.division
    above = people.nearest_centre(hub[:-1])
    return above or people.nearest_centre(hub)


def interim(case: CaseInfo) -> tuple[UnitInfo | None, tuple[str, ...]]:
    """Give who acts while the ruling runs, and why: who signed first, else who had it last, else the place's.

    The matter is handled first and the duty settled after; acting says nothing about whose duty it is.
    """
    rows = WorkOrder.objects.filter(case_id=case.id, role="lead").order_by("no")
    orders = list(rows.values_list("unit_id", "signed_at"))
    first = next((unit_id for unit_id, signed_at in orders if signed_at is not None), None)
    chosen = first if first is not None else (orders[-1][0] if orders else None)
    if chosen is not None and chosen in (known := people.units([chosen])):
        why = "最先签收本案" if first is not None else "最近一次承办本案"
        return known[chosen], (f"先办后议：{known[chosen].name}{why}，裁定期间先行处置",)
    local = people.territorial_units(case.division)
    unit = local[0] if local else people.nearest_centre(case.division)
    if unit is None:
        return None, ("先办后议：没有可先行处置的单位，转人工确定",)
    return unit, (f"先办后议：事发地由{unit.name}先行处置，裁定照常进行",)


def record(
    actor: Actor, case: CaseInfo, unit_id: int, reason: str, *, teaches: bool = True, valid: timedelta = VALID
) -> int:
    """Keep a ruling with the move that makes it; give its id. Needs an open transaction.

    With ``teaches`` planning answers the same item in the same district by it, until it ends; an
    earlier ruling on the same ends now. Raises NotFound for an unknown unit.
    """
    at = clock.now()
    unit = people.unit(unit_id)
    division = case.division[:_DISTRICT]
    if teaches:
        _current(case.item_code, division, at).update(valid_to=at)
    row = Ruling.objects.create(
        case_id=case.id,
        item_code=case.item_code,
        division=division,
        unit_id=unit.id,
        reason=reason,
        by_id=actor.id,
        by_name=actor.name,
        at=at,
        valid_from=at,
        valid_to=at + valid,
        teaches=teaches,
    )
    outbox.publish(DutyRuled(case_id=case.id, ruling_id=row.pk, unit_id=unit.id, division=case.division))
    return row.pk


def _current(item_code: str, division: str, at: datetime) -> QuerySet[Ruling]:
    return Ruling.objects.filter(item_code=item_code, division=division, teaches=True, valid_to__gt=at)


def unteach(actor: Actor, ruling_id: int, reason: str) -> None:
    """End a ruling's validity for later cases; the ruled case stays ruled.

    Only a centre of the ruling's level or above. Raises NotFound, Forbidden, Conflict; audited.
    """
    at = clock.now()
    with atomic():
        row = Ruling.objects.select_for_update().filter(pk=ruling_id).first()
        if row is None or not actor.scope.covers(row.division):
            raise NotFound("ruling.unknown", "没有这条裁定", "no such ruling")
        if not actor.scope.covers(row.division, *_RULERS):
            raise Forbidden("ruling.not_your_post", "您的岗位不能撤销裁定", "your posts may not end it")
        if row.valid_to is not None and row.valid_to <= at:
            raise Conflict("ruling.ended", "该裁定已失效", "it has ended already")
        row.valid_to = at
        row.save(update_fields=["valid_to"])
        audit.record(actor, "ruling.unteach", f"ruling:{row.pk}", {"reason": reason})


def explain(row: Ruling) -> str:
    """Say a ruling in one sentence."""
    until = "长期" if row.valid_to is None else f"{timezone.localtime(row.valid_to):%Y-%m-%d}"
    return f"{row.by_name}于 {timezone.localtime(row.at):%Y-%m-%d} 裁定，有效至 {until}：{row.reason}"
