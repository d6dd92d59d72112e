# SPDX-License-Identifier: Apache-2.0
"""What a department's system tells becomes the moves a person of the unit would make, each event once.

What a service's tells becomes lines of its hand-over (``answering``), by the same rules.

Outcome of an event: done; done before (the same source and id); or refused, and then kept whole in the
list of what could not be read, with the reason, until it is sent again, replayed by an official or set
aside. An event older than what its order was last told (by ``sequence``, else by ``time``) is out of date
and refused; only a person's replay overrides that. Progress is never out of date.
"""

import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any, Final
from uuid import UUID

from django.db.models import F

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.dispatch import api as dispatch
from tongguan.dispatch import queries as orders
from tongguan.dispatch.contracts import OrderInfo
from tongguan.exchange import answering, completeness, credentials, events, mapping, systems
from tongguan.exchange.contracts import Kind, Taken
from tongguan.exchange.events import Told
from tongguan.exchange.models import IncomingEvent, Link, SyncedOrder
from tongguan.intake import api as intake
from tongguan.intake.contracts import Answer, Parcel
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal, Unauthenticated
from tongguan.messaging import api as messaging
from tongguan.people import queries as people
from tongguan.people.contracts import Actor
from tongguan.runtime import files
from tongguan.runtime.transactions import atomic

#: The channel under which refused events are listed.
CHANNEL: Final = "department"
DONE, REPEATED, REFUSED = "done", "repeated", "refused"


@dataclass(frozen=True, slots=True)
class _Work:
    """One event with all it is about."""

    actor: Actor
    link: Link
    told: Told
    order: OrderInfo

    def attach(self) -> list[str]:
        """Keep the event's files as the system's own; give their ids. Raises Invalid naming the file."""
        return [
            str(files.store(self.actor, m.name, io.BytesIO(m.body), "evidence", field=f"data.files.{n}").id)
            for n, m in enumerate(self.told.files)
        ]

    def move(self, name: str, **inputs: Any) -> None:
        """Make a move on the order."""
        given = {key: value for key, value in inputs.items() if value not in ("", [], None)}
        dispatch.perform(self.actor, self.order.case_id, name, {**given, "order_id": str(self.order.id)})


def authenticate(code: str, headers: Mapping[str, str], content: bytes) -> Link:
    """Give the link whose secret signed these bytes just now; header names are lower-case.

    Raises Unauthenticated, in the same words for unknown links, wrong signatures and old ones, and
    Forbidden when the link is stopped.
    """
    link = Link.objects.filter(code=code).first()
    now = clock.now()
    if link is None or not messaging.genuine(headers, credentials.opened(link, now), content, now):
        raise Unauthenticated("link.signature", zh="签名无效或已过期", en="the signature is wrong or too old")
    if not link.active:
        raise Forbidden("link.stopped", zh="该部门对接已停用", en="the link is stopped")
    return link


def take(link: Link, parcel: Parcel) -> list[Taken]:
    """Take every event of a parcel, each on its own and durable when answered.

    Raises Invalid when the body holds no events: nothing is kept then.
    """
    return [_take(link, index, one) for index, one in enumerate(events.alone(parcel))]


def _take(link: Link, index: int, parcel: Parcel) -> Taken:
    try:
        told = _told(link, parcel)
    except Refusal as refusal:
        return _keep(link, parcel, Taken(index=index, event_id="", state=REFUSED, refusal=refusal))
    with atomic():
        taken = replace(_once(link, told, again=False), index=index)
        if taken.refusal is not None:
            return _keep(link, parcel, taken)
        # It was refused before and is right now: nothing is left to look after.
        intake.settle(systems.key_of(link.code), CHANNEL, parcel)
    return taken


def _told(link: Link, parcel: Parcel) -> Told:
    about = mapping.HANDOVER if link.service else mapping.ORDER
    return events.read(parcel, mapping.read(link.mapping), about)


def _keep(link: Link, parcel: Parcel, taken: Taken) -> Taken:
    if taken.refusal is None:
        return taken
    kept = intake.keep(systems.actor_of(link), CHANNEL, parcel, taken.refusal)
    return replace(taken, kept=kept, event_id=taken.event_id or events.event_id_of(parcel))


def _once(link: Link, told: Told, *, again: bool) -> Taken:
    """Do an event that was not done yet, within the open transaction; a refusal leaves only itself behind."""
    now = clock.now()
    IncomingEvent.objects.bulk_create(
        [
            IncomingEvent(
                link=link, key=told.key, event_id=told.event_id, kind=told.kind, state=REFUSED,
                first_at=now, last_at=now,
            )
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    row = IncomingEvent.objects.select_for_update().get(link=link, key=told.key)
    seen = IncomingEvent.objects.filter(pk=row.pk)
    if row.state == DONE:
        seen.update(times=F("times") + 1, last_at=now)
        return Taken(index=0, event_id=told.event_id, state=REPEATED, order_id=row.order_id, **row.answer)
    try:
        with atomic():
            order_id, answer = _do(link, told, again=again)
    except Refusal as refusal:
        seen.update(times=F("times") + 1, last_at=now, code=refusal.code[:60])
        return Taken(index=0, event_id=told.event_id, state=REFUSED, refusal=refusal)
    counted: dict[str, Any] = {}
    if not link.service:
        counted["fields_due"] = len(completeness.DUE[told.kind])
        counted["lacks"] = list(completeness.lacking(told))
    seen.update(
        times=F("times") + 1, last_at=now, state=DONE, code="", answer=answer, order_id=order_id, done_at=now,
        **counted,
    )  # fmt: skip
    return Taken(index=0, event_id=told.event_id, state=DONE, order_id=order_id, **answer)


def _do(link: Link, told: Told, *, again: bool) -> tuple[UUID, dict[str, Any]]:
    known = _known(link, told)
    if told.kind is not Kind.PROGRESS and not again and _is_old(known, told):
        raise Conflict(
            "link.out_of_date",
            zh=f"事件早于该{_noun(link)}已处理的事件，未采用",
            en="the event is older than the newest one that was done",
        )
    actor = systems.actor_of(link)
    if link.service:
        answer = answering.answer(actor, known.order_id, told)
    else:
        answer = _moved(actor, link, told, known)
    known.their_id = _their_id(link, known, told)
    if told.kind is not Kind.PROGRESS and not again:
        known.told_number = told.number if told.number is not None else known.told_number
        known.told_at = max(filter(None, (told.at, known.told_at)), default=None)
    known.save(update_fields=["their_id", "told_number", "told_at"])
    return known.order_id, answer


def _moved(actor: Actor, link: Link, told: Told, known: SyncedOrder) -> dict[str, Any]:
    """Make the moves of an event of an order; give how its case and it stand then."""
    order = next(one for one in orders.orders_of([known.case_id]) if one.id == known.order_id)
    _refuse_ended(order, told.kind)
    _VERBS[told.kind](_Work(actor, link, told, order))
    case = case_queries.case(actor, known.case_id)
    after = next(one for one in orders.orders_of([known.case_id]) if one.id == known.order_id)
    return {"case_number": case.number, "case_state": case.state, "order_state": after.state}


def _noun(link: Link) -> str:
    return "险情移交" if link.service else "工单"


def _refuse_ended(order: OrderInfo, kind: Kind) -> None:
    """Refuse what can no longer be said of an order; a confirmed one may still be seen and progress."""
    confirmed = order.state == "confirmed" and kind in {Kind.ACCEPTED, Kind.PROGRESS}
    if order.ended_at is not None and not confirmed:
        raise Conflict(
            "order.ended",
            zh="工单已办结、退回或撤销",
            en=f"the order has ended: {order.state}",
            state=order.state,
        )


def _known(link: Link, told: Told) -> SyncedOrder:
    """Find and lock the order an event is about, by our id, else by theirs.

    Theirs binds, but for a service: one alarm of its may be several hand-overs of ours.
    """
    rows = SyncedOrder.objects.select_for_update().filter(link=link)
    ours = _uuid(told.order_id)
    row = None if ours is None else rows.filter(order_id=ours).first()
    theirs = rows.filter(their_id=told.their_id).first() if told.their_id else None
    row = row or theirs
    if row is None:
        raise NotFound(
            "handover.unknown" if link.service else "order.unknown",
            zh=f"没有发给贵系统的这一{_noun(link)}",
            en="nothing like it was sent to you",
            field="data.handover_id" if link.service else "data.order_id",
        )
    if link.service:
        return row
    clash = row.their_id and told.their_id and row.their_id != told.their_id
    if clash or (theirs is not None and theirs.pk != row.pk):
        raise Conflict(
            "order.their_id",
            zh=f"贵方编号已对应另一{_noun(link)}，或该{_noun(link)}已有另一编号",
            en="their number belongs to another one, or this one has another number",
        )
    return row


def _their_id(link: Link, known: SyncedOrder, told: Told) -> str:
    """Give the number by which theirs is found from now on; of several hand-overs the first has it."""
    others = SyncedOrder.objects.filter(link=link, their_id=told.their_id).exclude(pk=known.pk)
    if not told.their_id or (link.service and others.exists()):
        return known.their_id
    return told.their_id


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _is_old(known: SyncedOrder, told: Told) -> bool:
    if told.number is not None and known.told_number is not None:
        return told.number <= known.told_number
    return told.at is not None and known.told_at is not None and told.at < known.told_at


def _accept(work: _Work) -> None:
    """签收. An order that is further along was signed for already: nothing changes."""
    if work.order.state in {"pending_assign", "handling", "submitted", "confirmed"}:
        return
    work.move("sign")


def _progress(work: _Work) -> None:
    """Write a line of progress on the case's history, with its files."""
    if not work.told.text:
        raise Invalid("event.text", zh="没有内容", en="says nothing", field="data.text")
    given = {"note": work.told.text, "attachments": work.attach(), "order_id": str(work.order.id)}
    cases.note(work.actor, work.order.case_id, "progress", given)


def _done(work: _Work) -> None:
    """指派（未指派时）、提交结果、部门确认: the department's system has checked its own staff's work."""
    if work.order.state in {"pending_sign", "pending_assign"}:
        work.move("assign", handler_id=_handler(work))
    if work.order.state != "submitted":
        work.move("submit", result=work.told.text, photos_after=work.attach())
    work.move("dept_confirm")


def _handler(work: _Work) -> int:
    if work.told.handler:
        return people.user_named(work.told.handler).id
    if work.link.handler_id is None:
        raise Invalid(
            "event.handler",
            zh="未说明处置人员，对接也没有登记默认人员",
            en="names no handler, and the link has none",
            field="data.handler",
        )
    return work.link.handler_id


def _return(work: _Work) -> None:
    """部门回退, taking the assignment back first when there is one."""
    if work.order.state == "handling":
        work.move("revoke_assign")
    work.move("return_dispatcher", reason=work.told.reason or work.told.text, clause=work.told.clause)


def _extension(work: _Work) -> None:
    """申请延期; the answer comes as an event when it is decided."""
    wanted = dispatch.NewApplication(kind="extend", text=work.told.reason or work.told.text)
    dispatch.file_application(work.actor, work.order.case_id, wanted)


_VERBS: Final[Mapping[Kind, Callable[[_Work], None]]] = MappingProxyType(
    {
        Kind.ACCEPTED: _accept,
        Kind.PROGRESS: _progress,
        Kind.DONE: _done,
        Kind.RETURNED: _return,
        Kind.EXTENSION: _extension,
    }
)


class DepartmentTaker:
    """Takes a kept event again when an official replays it."""

    title = "部门系统"

    def take(self, sender: Actor, parcel: Parcel) -> Sequence[Answer]:
        """Do a kept event as its department's, also one that is out of date: a person has decided so."""
        link = Link.objects.filter(code=sender.key.removeprefix(systems.KEY)).first()
        if link is None:
            return [Answer(0, refusal=NotFound("link.unknown", zh="没有这个部门对接", en="no such link"))]
        try:
            told = _told(link, parcel)
        except Refusal as refusal:
            return [Answer(0, refusal=refusal)]
        return [Answer(0, refusal=_once(link, told, again=True).refusal)]
