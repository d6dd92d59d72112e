# SPDX-License-Identifier: Apache-2.0
"""Supervision: urge (催办), supervise (督办), instruct (批示), list (挂牌督办), whistle (吹哨报到).

None of them moves the case. Each asks units for a receipt; what has a due time has its own clock, whose
ladder reminds the units still silent and climbs to supervisor and leader.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from types import MappingProxyType
from typing import Final
from uuid import UUID

from django.utils import timezone

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import CaseInfo, Held
from tongguan.dispatch import citydata, clocks, reading
from tongguan.dispatch.contracts import SupervisionInfo
from tongguan.dispatch.facts import CaseSupervised, ClockOverdue, SupervisionAnswered
from tongguan.dispatch.models import Clock, Receipt, Supervision, WorkOrder
from tongguan.dispatch.receivers import Receivers
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.kernel.worktime import Limit, LimitUnit
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post, UnitInfo
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic

OPEN: Final = "open"
LEVELS: Final = ("街道级", "区级", "市级")


@dataclass(frozen=True, slots=True)
class Kind:
    """What one kind of supervision is: who may, whether a due time and an answer are asked, which words."""

    name: str
    by: frozenset[Post]
    due: bool
    answer: bool
    template: str
    stage: str = "supervise"
    counts: tuple[str, ...] = ()


KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        "urge": Kind(
            "催办",
            frozenset({Post.SUPERVISOR, Post.DISPATCHER, Post.LEADER, Post.DUTY_CHIEF}),
            due=False,
            answer=False,
            template="supervision.urged",
            counts=("urges",),
        ),
        "supervise": Kind(
            "督办",
            frozenset({Post.SUPERVISOR, Post.LEADER}),
            due=True,
            answer=True,
            template="supervision.ordered",
        ),
        "instruct": Kind(
            "批示", frozenset({Post.LEADER}), due=False, answer=True, template="supervision.instructed"
        ),
        "list": Kind(
            "挂牌督办",
            frozenset({Post.SUPERVISOR, Post.LEADER}),
            due=True,
            answer=True,
            template="supervision.listed",
        ),
        "whistle": Kind(
            "吹哨",
            frozenset({Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF, Post.LEADER, Post.DEPARTMENT}),
            due=True,
            answer=True,
            template="supervision.whistled",
            stage="arrive",
        ),
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSupervision:
    """What is asked. Without ``unit_ids``: all units at work on the case. ``within`` is the time given.

    A whistle names its units; a listing has a level of ``LEVELS``.
    """

    kind: str
    text: str
    unit_ids: tuple[int, ...] = ()
    within: Limit | None = None
    level: str = ""


def ask(
    actor: Actor, case_id: UUID, new: NewSupervision, expected_version: int | None = None
) -> SupervisionInfo:
    """Urge, supervise, instruct, list or whistle. Raises NotFound, Forbidden, Invalid, Conflict, Stale."""
    now = clock.now()
    kind = _kind(new)
    with atomic():
        held = cases.hold(actor, case_id, expected_version)
        post = _post(actor, held.case, new.kind, kind)
        units = _units(held.case, new)
        row = Supervision(
            case_id=case_id,
            division=held.case.division,
            kind=new.kind,
            level=new.level,
            state=OPEN,
            text=new.text.strip(),
            needs_answer=kind.answer,
            by_id=actor.id,
            by_name=actor.name,
            by_post=post,
            at=now,
        )
        timer = _timer(row, kind, new.within, now)
        row.due_at = None if timer is None else timer.due_at
        row.save(force_insert=True)
        Receipt.objects.bulk_create(
            Receipt(supervision=row, unit_id=unit.id, unit_path=unit.path) for unit in units
        )
        if timer is not None:
            timer.save(force_insert=True)
        cases.involve_in((held.case, unit.id, unit.path, _role(new.kind)) for unit in units)
        told = CaseSupervised(
            case_id=case_id, supervision_id=row.pk, kind=new.kind, division=held.case.division
        )
        line = {"reason": row.text, "note": "、".join(unit.name for unit in units)}
        cases.remark(actor, held, new.kind, line, post=post, counts=kind.counts, facts=(told,))
        _tell_units(held.case, row, kind, units)
    return info(row)


def _kind(new: NewSupervision) -> Kind:
    kind = KINDS.get(new.kind)
    if kind is None:
        raise Invalid("supervision.unknown_kind", "没有这种督办方式", "no such kind", field="kind")
    if not new.text.strip():
        raise Invalid("supervision.text", f"{kind.name}须写明要求", "say what is asked", field="text")
    if kind.due and (new.within is None or not new.within.value):
        raise Invalid("supervision.due", f"{kind.name}须给出期限", "give a time limit", field="within")
    if new.kind == "list" and new.level not in LEVELS:
        raise Invalid(
            "supervision.level", f"挂牌级别应为：{'、'.join(LEVELS)}", "no such level", field="level"
        )
    return kind


def _post(actor: Actor, case: CaseInfo, code: str, kind: Kind) -> str:
    mine = case_queries.acting_posts(actor, case)
    if code == "whistle":
        mine |= _street_posts(actor, case)
    held = sorted(kind.by & mine)
    if not held:
        raise Forbidden("supervision.not_your_post", f"您的岗位不能{kind.name}", f"your posts may not {code}")
    return held[0]


def _street_posts(actor: Actor, case: CaseInfo) -> frozenset[str]:
    """Give posts in a street or community unit on whose territory the case is: they may whistle."""
    local = {unit.id for unit in people.territorial_units(case.division)}
    return frozenset(grant.post for grant in actor.scope.grants if grant.unit_id in local)


def _units(case: CaseInfo, new: NewSupervision) -> list[UnitInfo]:
    if new.unit_ids:
        wanted = tuple(dict.fromkeys(new.unit_ids))
        found = people.units(wanted)
        if len(found) < len(wanted):
            raise Invalid("unit.unknown", "有的机构不存在", "some unit does not exist", field="unit_ids")
        return [found[unit_id] for unit_id in wanted]
    if new.kind == "whistle":
        raise Invalid("supervision.units", "吹哨须指明报到单位", "name the units", field="unit_ids")
    orders = WorkOrder.objects.filter(case_id=case.id, ended_at__isnull=True).order_by("no")
    ids = list(orders.values_list("unit_id", flat=True))
    if not ids and case.lead_unit_id is not None:
        ids = [case.lead_unit_id]
    if not ids:
        raise Conflict("supervision.nobody", "案件尚无承办单位", "no unit is at work on the case")
    return list(people.units(ids).values())


def _role(kind: str) -> str:
    return "whistled" if kind == "whistle" else "supervised"


def _timer(row: Supervision, kind: Kind, within: Limit | None, now: datetime) -> Clock | None:
    """Give the supervision's own clock, not yet stored; None without a time limit."""
    if within is None:
        return None
    timer = Clock(
        case_id=row.case_id,
        supervision=row,
        stage=kind.stage,
        division=row.division,
        started_at=now,
        limit_value=Decimal(str(within.value)),
        limit_unit=LimitUnit(within.unit).value,
    )
    clocks.schedule(timer, now, citydata.ladders()["supervision"])
    return timer


def _tell_units(case: CaseInfo, row: Supervision, kind: Kind, units: Sequence[UnitInfo]) -> None:
    users = set(Receivers().heads(unit.id for unit in units))
    if case.handler_id is not None and row.kind == "urge":
        users.add(case.handler_id)
    params = {
        "number": case.number,
        "title": case.title,
        "by": row.by_name,
        "text": row.text,
        "due": "—" if row.due_at is None else f"{timezone.localtime(row.due_at):%Y-%m-%d %H:%M}",
        "level": row.level,
    }
    messaging.notify([_notice(row, user, kind.template, params, "asked") for user in sorted(users)])


def _notice(row: Supervision, user: int, template: str, params: dict[str, str], what: str) -> Notice:
    return Notice(
        key=f"supervision:{row.pk}:{what}",
        to_user=user,
        template=template,
        params=params,
        case_id=row.case_id,
        division=row.division,
        link=f"/desk/cases/{row.case_id}",
    )


def sign(
    actor: Actor, supervision_id: UUID, unit_id: int | None = None, expected_version: int | None = None
) -> SupervisionInfo:
    """Sign for it (签收); for a whistle: report on the spot (报到). Again is no change.

    Raises NotFound, Forbidden (not asked of your unit), Conflict (it has ended), Stale.
    """
    return _receive(actor, supervision_id, unit_id, None, expected_version)


def answer(
    actor: Actor,
    supervision_id: UUID,
    text: str,
    unit_id: int | None = None,
    expected_version: int | None = None,
) -> SupervisionInfo:
    """Answer (答复), which also signs. When all asked have answered the clock stops and it is done.

    Raises NotFound, Forbidden, Invalid, Conflict (answered or ended already), Stale.
    """
    if not text.strip():
        raise Invalid("supervision.answer", "答复不能为空", "an answer has words", field="text")
    return _receive(actor, supervision_id, unit_id, text.strip(), expected_version)


def _receive(
    actor: Actor, supervision_id: UUID, unit_id: int | None, text: str | None, expected: int | None
) -> SupervisionInfo:
    now = clock.now()
    with atomic():
        held, row = _take(actor, supervision_id, expected)
        receipt = _own_receipt(actor, row, unit_id)
        what = "答复" if text is not None else ("报到" if row.kind == "whistle" else "签收")
        if text is None and receipt.signed_at is not None:
            return info(row)
        if receipt.answered_at is not None:
            raise Conflict("supervision.answered", "贵单位已答复", "your unit has answered already")
        if receipt.signed_at is None:
            receipt.signed_at, receipt.signed_by_name = now, actor.name
            # A whistle is kept by being there, everything else by the answer.
            receipt.late = row.kind == "whistle" and row.due_at is not None and now > row.due_at
        if text is not None:
            receipt.answer, receipt.answered_at, receipt.answered_by_name = text, now, actor.name
            receipt.late |= row.kind != "whistle" and row.due_at is not None and now > row.due_at
        receipt.save()
        _settle(row, now)
        unit = people.unit(receipt.unit_id)
        told = SupervisionAnswered(
            case_id=row.case_id,
            supervision_id=row.pk,
            unit_id=unit.id,
            kind="answer" if text is not None else "sign",
            division=row.division,
        )
        line = {"reason": text or f"{KINDS[row.kind].name}{what}", "note": unit.name}
        word = f"{row.kind}_{'answered' if text is not None else 'signed'}"
        cases.remark(actor, held, word, line, post=Post.DEPARTMENT.value, facts=(told,))
        if row.by_id is not None:
            params = {
                "number": held.case.number,
                "title": held.case.title,
                "unit": unit.name,
                "what": what,
                "text": text or "",
            }
            messaging.notify([_notice(row, row.by_id, "supervision.answered", params, f"{word}:{unit.id}")])
    return info(row)


def _settle(row: Supervision, now: datetime) -> None:
    """Stop the clock when everybody has done what was asked, and close what is then complete."""
    receipts = list(row.receipts.all())
    arrived = all(r.signed_at is not None for r in receipts)
    answered = all(r.answered_at is not None for r in receipts)
    if arrived if row.kind == "whistle" else answered:
        _stop(row, now)
    if (answered and row.kind != "list") or (arrived and not row.needs_answer):
        row.state, row.ended_at = "done", now
    row.version += 1
    row.save()


def end(
    actor: Actor, supervision_id: UUID, reason: str, expected_version: int | None = None
) -> SupervisionInfo:
    """End it: a listing is taken off (摘牌), anything else withdrawn. Raises as ``ask``."""
    now = clock.now()
    if not reason.strip():
        raise Invalid("supervision.reason", "须说明理由", "say why", field="reason")
    with atomic():
        held, row = _take(actor, supervision_id, expected_version)
        post = _post(actor, held.case, row.kind, KINDS[row.kind])
        _stop(row, now)
        row.state = "unlisted" if row.kind == "list" else "withdrawn"
        row.ended_at, row.ended_by_name, row.ended_reason = now, actor.name, reason.strip()
        row.version += 1
        row.save()
        cases.remark(actor, held, f"{row.kind}_ended", {"reason": row.ended_reason}, post=post)
    return info(row)


def _stop(row: Supervision, now: datetime) -> None:
    late: list[ClockOverdue] = []
    running = Clock.objects.select_for_update(of=("self",))
    for timer in running.filter(supervision=row, stopped_at__isnull=True):
        clocks.halt(timer, now, late)
        timer.save()
    if late:
        outbox.publish(*late)


def _take(actor: Actor, supervision_id: UUID, expected: int | None) -> tuple[Held, Supervision]:
    """Lock case, then supervision. Raises NotFound, Conflict, Stale."""
    case_id = Supervision.objects.filter(pk=supervision_id).values_list("case_id", flat=True).first()
    unknown = NotFound("supervision.unknown", "没有这条督办", "no such supervision")
    if case_id is None:
        raise unknown
    try:
        held = cases.hold(actor, case_id)
    except NotFound:
        raise unknown from None
    row = Supervision.objects.select_for_update(of=("self",)).get(pk=supervision_id)
    if expected is not None and row.version != expected:
        raise Stale(
            "supervision.stale", "已被他人更新，请刷新", "changed by somebody else", version=row.version
        )
    if row.state != OPEN:
        raise Conflict("supervision.ended", "该督办已结束", "it has ended", state=row.state)
    return held, row


def _own_receipt(actor: Actor, row: Supervision, unit_id: int | None) -> Receipt:
    paths = tuple(g.unit_path for g in actor.scope.grants if g.post in {Post.DEPARTMENT, Post.HANDLER})
    mine = [
        receipt
        for receipt in row.receipts.order_by("id")
        if any(path and receipt.unit_path.startswith(path) for path in paths)
        and unit_id in {None, receipt.unit_id}
    ]
    if not mine:
        raise Forbidden("supervision.not_yours", "没有要求贵单位", "it was not asked of your unit")
    waiting = [receipt for receipt in mine if receipt.answered_at is None]
    return (waiting or mine)[0]


def info(row: Supervision) -> SupervisionInfo:
    """Give a supervision with its receipts."""
    return reading.supervision(row, row.receipts.order_by("id"))
