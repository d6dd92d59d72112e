# SPDX-License-Identifier: Apache-2.0
"""Hand-overs become events for the service's own system, in the order things happened (F26).

One hand-over goes to one system: the service's nearest one, that of the smallest division that holds the
place; what has no place yet goes to the city's. Where none is connected nothing is written, and people
telephone as ever; nothing of one that was over before the engine came to it. What the system did itself is
not told back to it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.exchange import events, mapping, outgoing, systems
from tongguan.exchange.models import Link, OutgoingEvent, SyncedOrder
from tongguan.handover import api as handovers
from tongguan.handover import queries
from tongguan.handover.contracts import OPEN, HandoverInfo, StepInfo
from tongguan.handover.facts import DangerNoticed, HandoverMoved, HandoverTold
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import Said
from tongguan.kernel.coordinates import to_wgs84
from tongguan.kernel.errors import Refusal
from tongguan.kernel.ids import new_id
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.contracts import Delivered
from tongguan.tellings.reading import json_bytes, json_of

OPENED, TOLD, MOVED, ENDED = "handover.opened", "handover.told", "handover.moved", "handover.ended"
#: The line by which a hand-over began, and the one that gives it a place.
_FIRST, _PLACED = 1, "placed"
_WHY: Final = "险情移交 {link}：紧急情况下为保护生命健康所必需（个人信息保护法第十三条第四项）"
_About = DangerNoticed | HandoverTold | HandoverMoved


@dataclass(frozen=True, slots=True)
class _Draft:
    """An event that still needs its number."""

    type: str
    fact: Delivered
    info: HandoverInfo
    line: StepInfo | None
    known: SyncedOrder


@dataclass(frozen=True, slots=True)
class _Stage:
    """Everything one batch reads: a constant number of statements, however long it is."""

    links: Sequence[Link]
    root: str
    infos: Mapping[UUID, HandoverInfo]
    lines: Mapping[tuple[UUID, int], StepInfo]
    cases: Mapping[UUID, CaseInfo]
    said: Mapping[UUID, Said]
    known: dict[UUID, SyncedOrder]


def write(batch: Sequence[Delivered]) -> int:
    """Write the events of a batch of facts, within the cursor's transaction; give how many."""
    told = [(one, one.fact) for one in batch if isinstance(one.fact, _About)]
    links = systems.serving()
    if not told or not links:
        return 0
    stage = _read(links, [fact for _, fact in told])
    drafts = [draft for one, fact in told if (draft := _draft(stage, one, fact)) is not None]
    fresh = [row for row in stage.known.values() if row.pk is None]
    SyncedOrder.objects.bulk_create(fresh, batch_size=500)
    count = sum(_number(stage, link, [d for d in drafts if d.known.link_id == link.pk]) for link in links)
    # Last, and all in one order: whoever holds a hand-over waits for no queue.
    handovers.sent_out({row.order_id: row.link.name for row in fresh})
    return count


def _read(links: Sequence[Link], facts: Sequence[_About]) -> _Stage:
    infos = queries.of_systems({fact.handover_id for fact in facts})
    lines = queries.lines((fact.handover_id, _no(fact)) for fact in facts)
    told_in = {line.report_id for line in lines.values()} | {info.report_id for info in infos.values()}
    known = SyncedOrder.objects.filter(link__service__gt="", order_id__in=infos).select_related("link")
    return _Stage(
        links=links,
        root=queries.root() if any(not info.division for info in infos.values()) else "",
        infos=infos,
        lines=lines,
        cases=cases.cases_by_id(PLATFORM, {one.case_id for one in infos.values() if one.case_id is not None}),
        said=reports.said(one for one in told_in if one is not None),
        known={row.order_id: row for row in known.order_by("id")},
    )


def _no(fact: _About) -> int:
    return _FIRST if isinstance(fact, DangerNoticed) else fact.no


def _draft(stage: _Stage, one: Delivered, fact: _About) -> _Draft | None:
    info = stage.infos.get(fact.handover_id)
    line = stage.lines.get((fact.handover_id, _no(fact)))
    known = stage.known.get(fact.handover_id)
    if info is None:
        return None
    if known is None:
        begins = isinstance(fact, DangerNoticed) or (line is not None and line.kind == _PLACED)
        link = _nearest(stage, info)
        if link is None or not begins or info.state not in OPEN:
            return None
        known = SyncedOrder(link=link, order_id=info.id, case_id=info.id, since=one.at)
        stage.known[info.id] = known
        return _Draft(OPENED, one, info, line, known)
    if isinstance(fact, HandoverMoved):
        if fact.by == systems.key_of(known.link.code):
            return None
        return _Draft(MOVED if fact.state in OPEN else ENDED, one, info, line, known)
    return _Draft(TOLD, one, info, line, known)


def _nearest(stage: _Stage, info: HandoverInfo) -> Link | None:
    """Give the link a hand-over goes to; a stopped one only where none works."""
    where = info.division or stage.root
    good = [one for one in stage.links if one.service == info.service and where.startswith(one.division)]
    return max(good, key=lambda one: (one.active, len(one.division)), default=None)


def _number(stage: _Stage, link: Link, drafts: Sequence[_Draft]) -> int:
    if not drafts:
        return 0
    declaration = mapping.read(link.mapping)

    def written(numbers: Iterable[int]) -> list[OutgoingEvent]:
        return [_event(stage, link, declaration, one, no) for one, no in zip(drafts, numbers, strict=True)]

    return outgoing.enqueue(link, [draft.info.id for draft in drafts], written, drafts[-1].fact.at)


def _event(
    stage: _Stage, link: Link, declaration: mapping.Declaration, draft: _Draft, seq: int
) -> OutgoingEvent:
    info, event_id = draft.info, new_id()
    told = {
        "event": draft.type,
        "link": {"code": link.code, "version": link.version},
        "handover": _handover(stage, draft),
        "case": _case(stage, info),
        "line": _line(stage, draft.line),
    }
    return OutgoingEvent(
        id=event_id,
        link=link,
        seq=seq,
        case_id=info.id,
        order_id=info.id,
        fact_id=draft.fact.id,
        type=draft.type,
        at=draft.fact.at,
        report_id=_caller(stage, link, draft),
        body=events.body(
            event_id=str(event_id),
            kind=draft.type,
            at=draft.fact.at,
            seq=seq,
            subject=str(info.id),
            line=str(info.id),
            data=declaration.shaped(told),
        ),
    )


def _caller(stage: _Stage, link: Link, draft: _Draft) -> UUID | None:
    """Give the telling whose caller's number goes along: where the link is told them, never a secret one."""
    line = draft.line.report_id if draft.line is not None else None
    report_id = draft.info.report_id if draft.type == OPENED else line
    said = stage.said.get(report_id) if link.contact and report_id is not None else None
    return None if said is None or said.reporter_secret else said.id


def _handover(stage: _Stage, draft: _Draft) -> dict[str, Any]:
    info = draft.info
    names = (
        "id", "service", "state", "words", "tellings", "division",
        "noticed_at", "handed_at", "acknowledged_at", "ended_at",
    )  # fmt: skip
    said = stage.said.get(info.report_id) if info.report_id is not None else None
    text = said.text if said is not None else ""
    spoken = [
        {"title": one["title"], "words": one["words"], "at": _at(text, one["words"])} for one in info.spoken
    ]
    told = {name: getattr(info, name) for name in names}
    return {**told, "their_id": info.system_number, "text": text, "spoken": spoken}


def _at(text: str, words: str) -> int | None:
    """Give where words stand in a text, None when they were read in another writing than they stand in."""
    found = text.find(words)
    return found if found >= 0 else None


def _case(stage: _Stage, info: HandoverInfo) -> dict[str, Any]:
    """Give the case, or what the telling says while there is none; who told it is not among it."""
    names = (
        "id",
        "number",
        "item_code",
        "title",
        "text",
        "division",
        "grid",
        "lon",
        "lat",
        "address",
        "urgency",
    )
    case = stage.cases.get(info.case_id) if info.case_id is not None else None
    if case is not None:
        return {name: getattr(case, name) for name in names}
    said = stage.said.get(info.report_id) if info.report_id is not None else None
    told: dict[str, Any] = {**dict.fromkeys(names), "number": "", "division": info.division}
    if said is None:
        return told
    told |= {"title": said.title, "text": said.text, "address": said.address}
    if said.lon is not None and said.lat is not None:
        told["lon"], told["lat"] = to_wgs84(said.lon, said.lat, said.system)
    return told


def _line(stage: _Stage, line: StepInfo | None) -> dict[str, Any]:
    if line is None:
        return {}
    said = stage.said.get(line.report_id) if line.report_id is not None else None
    names = ("no", "kind", "at", "number", "person", "how", "note")
    told = {name: getattr(line, name) for name in names}
    return {**told, "by": line.actor_name, "text": said.text if said is not None else ""}


def body_of(link: Link, row: OutgoingEvent) -> str:
    """Give what is sent of an event: with the caller's number, opened now and audited, where it goes along.

    The number is kept nowhere but where it is sealed; when it cannot be opened the event goes without it.
    """
    if row.report_id is None or not link.contact:
        return row.body
    try:
        contact = intake.open_contact(PLATFORM, row.report_id, _WHY.format(link=link.name))
    except Refusal:
        return row.body
    if not contact.phone:
        return row.body
    event = json_of(row.body.encode())
    event["data"]["contact"] = {"phone": contact.phone}
    return json_bytes(event).decode()
