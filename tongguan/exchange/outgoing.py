# SPDX-License-Identifier: Apache-2.0
"""What happens to a department's orders becomes events for its system, numbered, in the order it happened.

Not told: what the department's system did itself (it was answered at once), other units' orders, and
anything of a case before its order came or after it was taken back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo, TimelineLine
from tongguan.cases.facts import CaseMoved, CaseNoted
from tongguan.dispatch import queries as dispatch
from tongguan.dispatch.contracts import OrderInfo
from tongguan.dispatch.facts import WorkOrderMoved, WorkOrdersIssued
from tongguan.exchange import events, mapping, photos, systems
from tongguan.exchange.models import CaseQueue, Link, OutgoingEvent, SyncedOrder
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import PLATFORM
from tongguan.runtime import sequences
from tongguan.runtime.contracts import Delivered, FileInfo

ISSUED, ORDER, CASE, NOTED = "order.issued", "order.moved", "case.moved", "case.noted"
#: Order states in which the order is no longer the unit's.
_GONE: Final = frozenset({"returned", "withdrawn"})
#: Lines that are nobody's but the centre's: how many reported the same matter.
_INTERNAL: Final = frozenset({"join"})
_About = CaseMoved | CaseNoted | WorkOrdersIssued | WorkOrderMoved


@dataclass(frozen=True, slots=True)
class _Draft:
    """An event that still needs its number."""

    type: str
    fact: Delivered
    order: OrderInfo
    moved: Mapping[str, str]
    known: SyncedOrder


@dataclass(slots=True)
class _Stage:
    """Everything one batch reads: a constant number of statements, however long it is."""

    links: Sequence[tuple[Link, str]]
    cases: Mapping[UUID, CaseInfo]
    orders: Mapping[UUID, list[OrderInfo]]
    lines: Mapping[tuple[UUID, int], TimelineLine]
    known: dict[tuple[int, UUID], SyncedOrder]
    photos: Mapping[UUID, list[FileInfo]]


def write(batch: Sequence[Delivered]) -> int:
    """Write the events of a batch of facts for every link, within the cursor's transaction; give how many."""
    told = [(one, one.fact) for one in batch if isinstance(one.fact, _About)]
    links = systems.linked()
    if not told or not links:
        return 0
    stage = _read(links, [fact for _, fact in told])
    drafts = [
        (link, draft)
        for one, fact in told
        for link, path in stage.links
        for draft in _drafts(stage, link, path, one, fact)
    ]
    changed = [row for row in stage.known.values() if row.pk is not None]
    SyncedOrder.objects.bulk_update(changed, ["open"], batch_size=500)
    return sum(_number(stage, link, [d for at, d in drafts if at.pk == link.pk]) for link, _ in stage.links)


def _read(links: Sequence[tuple[Link, str]], facts: Sequence[_About]) -> _Stage:
    case_ids = {fact.case_id for fact in facts}
    orders: dict[UUID, list[OrderInfo]] = {case_id: [] for case_id in case_ids}
    for order in dispatch.orders_of(case_ids):
        orders[order.case_id].append(order)
    wanted = [(f.case_id, f.no) for f in facts if not isinstance(f, WorkOrdersIssued)]
    known = SyncedOrder.objects.filter(case_id__in=case_ids, link__in=[link for link, _ in links])
    return _Stage(
        links=links,
        cases=cases.cases_by_id(PLATFORM, case_ids),
        orders=orders,
        lines=cases.lines(PLATFORM, wanted),
        known={(row.link_id, row.order_id): row for row in known.order_by("id")},
        photos=photos.of_cases(case_ids),
    )


def _drafts(stage: _Stage, link: Link, path: str, one: Delivered, fact: _About) -> Iterable[_Draft]:
    if isinstance(fact, WorkOrdersIssued):
        yield from _issued(stage, link, path, one, fact)
        return
    own = fact.by == systems.key_of(link.code)
    for order in stage.orders.get(fact.case_id, ()):
        known = stage.known.get((link.pk, order.id))
        if known is None:
            continue
        if isinstance(fact, WorkOrderMoved):
            if fact.order_id != order.id:
                continue
            still, known.open = known.open or fact.to not in _GONE, fact.to not in _GONE
            if still and not own:
                yield _Draft(ORDER, one, order, {"from": fact.frm, "to": fact.to}, known)
        elif known.open and not own and fact.move not in _INTERNAL:
            moved = {"from": fact.frm, "to": fact.to} if isinstance(fact, CaseMoved) else {}
            yield _Draft(CASE if moved else NOTED, one, order, moved, known)


def _issued(stage: _Stage, link: Link, path: str, one: Delivered, fact: WorkOrdersIssued) -> Iterable[_Draft]:
    case = stage.cases.get(fact.case_id)
    if case is None or (link.items and not case.item_code.startswith(tuple(link.items))):
        return
    for order in stage.orders.get(fact.case_id, ()):
        if order.id not in fact.order_ids or not order.unit_path.startswith(path):
            continue
        known = SyncedOrder(link=link, order_id=order.id, case_id=fact.case_id, since=one.at)
        stage.known[link.pk, order.id] = known
        yield _Draft(ISSUED, one, order, {"from": "", "to": "pending_sign"}, known)


def _number(stage: _Stage, link: Link, drafts: Sequence[_Draft]) -> int:
    """Give a link's drafts their numbers and put them into their cases' queues."""
    fresh = [row for (at, _), row in stage.known.items() if at == link.pk and row.pk is None]
    SyncedOrder.objects.bulk_create(fresh, batch_size=500)
    if not drafts:
        return 0
    declaration = mapping.read(link.mapping)

    def written(numbers: Iterable[int]) -> list[OutgoingEvent]:
        return [_event(stage, link, declaration, one, no) for one, no in zip(drafts, numbers, strict=True)]

    return enqueue(link, [draft.order.case_id for draft in drafts], written, drafts[-1].fact.at)


def enqueue(
    link: Link,
    case_ids: Sequence[UUID],
    written: Callable[[Iterable[int]], list[OutgoingEvent]],
    at: datetime,
) -> int:
    """Give a link's events, told by their cases, numbers, store what is written of them, and have it sent."""
    CaseQueue.objects.bulk_create(
        [CaseQueue(link=link, case_id=case_id) for case_id in sorted(set(case_ids))], ignore_conflicts=True
    )
    # Locked before the events are there: a sender that ends meanwhile looks again and finds them.
    queues = CaseQueue.objects.select_for_update().filter(link=link, case_id__in=case_ids)
    list(queues.order_by("case_id"))
    rows = written(sequences.take(f"exchange:{link.pk}", len(case_ids)))
    OutgoingEvent.objects.bulk_create(rows, batch_size=500)
    queues.filter(due_at=None, stuck=False).update(due_at=at)
    return len(rows)


def _event(
    stage: _Stage, link: Link, declaration: mapping.Declaration, draft: _Draft, seq: int
) -> OutgoingEvent:
    case = stage.cases[draft.order.case_id]
    event_id = new_id()
    told = {
        "event": draft.type,
        "link": {"code": link.code, "version": link.version},
        "case": _case(case),
        "order": _order(draft),
        "line": _line(stage, draft),
        "files": photos.listed(link, draft.order.id, stage.photos.get(case.id, []), draft.fact.at),
    }
    return OutgoingEvent(
        id=event_id,
        link=link,
        seq=seq,
        case_id=case.id,
        order_id=draft.order.id,
        fact_id=draft.fact.id,
        type=draft.type,
        at=draft.fact.at,
        body=events.body(
            event_id=str(event_id),
            kind=draft.type,
            at=draft.fact.at,
            seq=seq,
            subject=str(draft.order.id),
            line=case.number,
            data=declaration.shaped(told),
        ),
    )


def _case(case: CaseInfo) -> dict[str, Any]:
    """Give what the unit may know of a case; who told it is not among it."""
    names = (
        "id", "number", "item_code", "kind", "title", "text", "division", "grid", "lon", "lat", "address",
        "component_code", "urgency", "state", "due_at",
    )  # fmt: skip
    told = {name: getattr(case, name) for name in names}
    return {**told, "closing_condition": case.filing.get("closing_condition", "")}


def _order(draft: _Draft) -> dict[str, Any]:
    order = draft.order
    return {
        "id": order.id,
        "their_id": draft.known.their_id,
        "no": order.no,
        "role": order.role,
        "unit": order.unit_name,
        "limit": None if order.limit_value is None else str(order.limit_value),
        "limit_unit": order.limit_unit,
        "due_at": order.due_at,
        "dispatched_at": order.dispatched_at,
        "state": order.state,
    }


def _line(stage: _Stage, draft: _Draft) -> dict[str, Any]:
    fact = draft.fact.fact
    told: dict[str, Any] = dict(draft.moved)
    if isinstance(fact, WorkOrdersIssued):
        return {**told, "move": "issue", "basis": fact.basis, "at": draft.fact.at}
    if not isinstance(fact, CaseMoved | CaseNoted | WorkOrderMoved):
        return told
    line = stage.lines.get((fact.case_id, fact.no))
    if line is not None:
        told |= {
            "no": line.no,
            "move": line.move,
            "reason": line.reason,
            "clause": line.clause,
            "at": line.at,
        }
        told |= {"by": line.actor_name, "unit": line.unit_name}
    return told
