# SPDX-License-Identifier: Apache-2.0
"""Verbs of matching: decide what belongs together, keep it, and let people put it right for good."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.matching import deciding, locks, strategies
from tongguan.matching.candidates import stored_keys
from tongguan.matching.contracts import Alike, Decision, Told, Trace
from tongguan.matching.facts import CrowdFormed, MattersUnited, ReportUnmerged
from tongguan.matching.models import Fingerprint, MatchDecision, NeverPair, TextKey
from tongguan.matching.queries import decided, stored
from tongguan.matching.scoring import PICTURES_KEPT, Zone
from tongguan.matching.strategy import Strategy
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit, outbox, transactions
from tongguan.tables import api as tables

__all__ = ["alike", "join", "match_many", "never", "record", "unmerge"]

#: Who may say that two tellings are, or are not, one matter.
JUDGES = (Post.ACCEPTOR, Post.DISPATCHER, Post.DUTY_CHIEF, Post.SUPERVISOR)
_DISTRICT = 6


def match_many(reports: Sequence[Told]) -> list[Decision]:
    """Decide what becomes of each telling, in the given order; call ``record`` in the same transaction.

    Whoever might decide about the same matter waits until that transaction ends, so it should begin late
    and be short. A telling that was decided before gets that decision again (``recorded``). Constant number
    of statements. Raises RuntimeError outside a transaction.
    """
    if not transactions.in_transaction():
        message = "match_many() needs the transaction in which record() follows"
        raise RuntimeError(message)
    if not reports:
        return []
    batch, before = _begun(reports)
    known = stored(before) if before else {}
    fresh = [t for t in reports if t.report_id not in known]
    if len(fresh) < len(reports):
        batch = deciding.prepare(fresh, batch.strategy, batch.rarity)
    made = {d.report_id: d for d in deciding.decide(batch)}
    return [known.get(t.report_id) or made[t.report_id] for t in reports]


def _begun(reports: Sequence[Told]) -> tuple[deciding.Prepared, list[UUID]]:
    """Take the locks of a batch; give it by the strategy in force, and which of it were decided before."""
    strategy, rarity = strategies.seen()
    while True:
        batch = deciding.prepare(reports, strategy, rarity)
        *_, in_force, before = tables.together(
            [*locks.taking(_locks(batch)), strategies.IN_FORCE, decided(t.report_id for t in reports)]
        )
        strategy, rarity = strategies.of(in_force)
        if (strategy, rarity) == (batch.strategy, batch.rarity):
            return batch, [
                report_id if isinstance(report_id, UUID) else UUID(report_id) for (report_id,) in before
            ]


def _locks(batch: deciding.Prepared) -> dict[int, bool]:
    placed = ((one.cell, one.metres, one.district) for one in batch.asking if one.cell is not None)
    return locks.keys_for(placed, {one.district for one in batch.asking if one.cell is None})


def alike(actor: Actor, told: Told, limit: int = 5) -> list[Alike]:
    """Give visible cases that may be the same matter as a draft, the likest first (F12). Changes nothing."""
    strategy, rarity = strategies.current()
    (decision,) = deciding.decide(deciding.prepare([told], strategy, rarity))
    found = list(decision.suggestions)
    if decision.case_id and decision.compared_with:
        found.insert(0, Alike(decision.case_id, decision.compared_with, decision.score, decision.words))
    seen = cases.cases_by_id(actor, {one.case_id for one in found})
    return [one for one in found if one.case_id in seen][:limit]


def record(decisions: Sequence[Decision], opened: Mapping[UUID, UUID]) -> dict[UUID, UUID]:
    """Keep decisions and prints in the transaction of ``match_many``; give each telling's case.

    ``opened``: the case of each telling that opened one. Matters shown to be one are united. Raises Invalid
    when a leader's case is missing.
    """
    if not transactions.in_transaction():
        message = "record() needs the transaction of match_many()"
        raise RuntimeError(message)
    placed: dict[UUID, UUID] = {}
    for decision in decisions:
        case_id = decision.case_id or opened.get(decision.leader)
        if case_id is None:
            raise Invalid(
                "matching.no_case", "缺少牵头诉求的案件", "the leader's case is missing", field="opened"
            )
        placed[decision.report_id] = case_id
    fresh = [_known_beside(d, placed) for d in decisions if not d.recorded and d.trace is not None]
    if not fresh:
        return placed
    _unite(fresh)
    matters = _matters(set(placed.values()))
    now = clock.now()
    used = {version: strategies.named(version)[0] for version in {d.strategy for d in fresh}}
    prints, keys = [], []
    for decision in fresh:
        trace, case_id = decision.trace, placed[decision.report_id]
        if trace is None:
            continue
        strategy = used[decision.strategy]
        matter = matters.get(case_id) or _matter_of(decision) or case_id
        prints.append(print_of(trace, case_id, matter, strategy))
        district = trace.told.division[:_DISTRICT]
        keys += [(district, key, decision.report_id) for key in stored_keys(trace.keys, trace.cell)]
    tables.insert(prints)
    tables.insert_values(TextKey, ("district", "term", "report_id"), keys)
    tables.insert([_decision_row(d, placed[d.report_id], now) for d in fresh])
    crowds = _new_crowds(fresh, placed, matters, used)
    if crowds:
        outbox.publish(*crowds)
    return placed


def _known_beside(decision: Decision, placed: Mapping[UUID, UUID]) -> Decision:
    """Suggest the cases of tellings of the same batch, now that they have one."""
    if not decision.beside:
        return decision
    found = {one.case_id: one for one in decision.suggestions}
    for one in decision.beside:
        case_id = placed[one.report_id]
        found.setdefault(case_id, Alike(case_id, one.report_id, one.score, one.words))
    found.pop(placed[decision.report_id], None)
    likest = sorted(found.values(), key=lambda one: -one.score)
    return replace(decision, suggestions=tuple(likest))


def print_of(trace: Trace, case_id: UUID, matter: UUID, strategy: Strategy) -> Fingerprint:
    """Give what is compared of a telling later on."""
    told, reach = trace.told, strategy.reach_of(trace.told.item_code)
    lasted = told.told_at + timedelta(days=strategy.open_days)
    return tables.fresh(
        Fingerprint,
        report_id=told.report_id,
        case_id=case_id,
        matter=matter,
        cell=trace.cell,
        lon=told.lon,
        lat=told.lat,
        district=told.division[:_DISTRICT],
        division=told.division,
        item_code=told.item_code,
        told_at=told.told_at,
        lasted=lasted,
        until=lasted + timedelta(days=reach.closed_days),
        person=told.person,
        text_print=trace.print,
        names=list(trace.names),
        pictures=b"".join(p.to_bytes(8, "little") for p in told.pictures[:PICTURES_KEPT]),
    )


def _decision_row(decision: Decision, case_id: UUID, at: datetime) -> MatchDecision:
    return tables.fresh(
        MatchDecision,
        report_id=decision.report_id,
        case_id=case_id,
        zone=decision.zone,
        score=decision.score,
        parts=dict(decision.parts),
        words=decision.words,
        voice=str(decision.voice),
        compared_with=decision.compared_with,
        again=decision.again,
        suggestions=[
            {"case_id": str(s.case_id), "report_id": str(s.report_id), "score": s.score, "words": s.words}
            for s in decision.suggestions
        ],
        strategy=decision.strategy,
        at=at,
    )


def _matter_of(decision: Decision) -> UUID | None:
    """Give the matter that was known before, by the name it has after uniting."""
    return decision.unites[0] if decision.unites else decision.matter


def _matters(case_ids: set[UUID]) -> dict[UUID, UUID]:
    found = Fingerprint.objects.filter(case__pk__among=case_ids).values_list("case_id", "matter").distinct()
    return dict(found)


def _unite(decisions: Sequence[Decision]) -> None:
    """Let matters that tellings of this batch show to be one bear one name; each is told of once."""
    facts: dict[UUID, MattersUnited] = {}
    for decision in decisions:
        for other in decision.unites[1:]:
            if other not in facts:
                root = decision.unites[0]
                facts[other] = MattersUnited(
                    matter=root, absorbed=other, report_id=decision.report_id, division=_division(decision)
                )
    if facts:
        names = {other: fact.matter for other, fact in facts.items()}
        tables.rename(Fingerprint, "matter", names)
        _rename_forbidden(names)
        outbox.publish(*facts.values())


def _rename_forbidden(names: Mapping[UUID, UUID]) -> None:
    """Let what was forbidden of a matter hold for the one that it is now."""
    for pair in list(NeverPair.objects.filter(Q(low__among=names) | Q(high__among=names))):
        ends = {names.get(end, end) for end in (pair.low, pair.high)}
        pair.delete()
        if len(ends) > 1:
            NeverPair.objects.get_or_create(
                low=min(ends), high=max(ends), defaults={"reason": pair.reason, "by": pair.by, "at": pair.at}
            )


def _division(decision: Decision) -> str:
    return decision.trace.told.division if decision.trace else ""


def _new_crowds(
    decisions: Sequence[Decision],
    placed: Mapping[UUID, UUID],
    matters: Mapping[UUID, UUID],
    used: Mapping[str, Strategy],
) -> list[CrowdFormed]:
    found: dict[UUID, CrowdFormed] = {}
    for decision in decisions:
        if decision.people == used[decision.strategy].crowd and decision.voice != "reminder":
            case_id = placed[decision.report_id]
            matter = matters.get(case_id) or _matter_of(decision) or case_id
            found[matter] = CrowdFormed(
                matter=matter, case_id=case_id, people=decision.people, division=_division(decision)
            )
    return list(found.values())


def unmerge(actor: Actor, report_id: UUID, to_case: UUID, reason: str) -> None:
    """Take a telling out of its case and give it to another, which stays another matter for good (F15).

    The caller has opened ``to_case``, or found it. Raises NotFound, Forbidden, Invalid, Conflict.
    """
    with transactions.atomic():
        row, old, new = _move_checked(actor, report_id, to_case, reason)
        matter = _matters({to_case}).get(to_case, to_case)
        if row.matter == matter:
            raise Conflict("matching.same_matter", "两案本为同一事项，请先分开", "both cases are one matter")
        _forbid(actor, row.matter, matter, reason)
        _move(actor, row, new, matter, reason, Zone.NEW)
        outbox.publish(
            ReportUnmerged(report_id=report_id, from_case=old.id, to_case=new.id, division=row.division)
        )


def join(actor: Actor, report_id: UUID, to_case: UUID, reason: str) -> None:
    """Put a telling into the case that a person found to be its matter, also against what was decided.

    Raises NotFound, Forbidden, Invalid, Conflict (the two were said never to be one).
    """
    with transactions.atomic():
        row, _, new = _move_checked(actor, report_id, to_case, reason)
        matter = _matters({to_case}).get(to_case, to_case)
        low, high = sorted((row.matter, matter))
        if NeverPair.objects.filter(low=low, high=high).exists():
            raise Conflict(
                "matching.never", "已认定两案不是同一事项", "they were said never to be one matter"
            )
        _move(actor, row, new, matter, reason, Zone.JOIN)


def never(actor: Actor, case_a: UUID, case_b: UUID, reason: str) -> None:
    """Say that two cases are not, and never will be, one matter. Again is no change.

    Were they taken for one, the second becomes a matter of its own. Raises NotFound, Forbidden, Invalid.
    """
    _reason(reason)
    if case_a == case_b:
        raise Invalid(
            "matching.one_case", "请选择两个不同的案件", "two different cases are wanted", field="case_b"
        )
    with transactions.atomic():
        for case_id in (case_a, case_b):
            _judge(actor, cases.case(actor, case_id))
        matters = _matters({case_a, case_b})
        one, other = matters.get(case_a, case_a), matters.get(case_b, case_b)
        if one == other:
            other = case_b if one != case_b else case_a
            Fingerprint.objects.filter(case_id=other).update(matter=other)
        _forbid(actor, one, other, reason)


def _move_checked(
    actor: Actor, report_id: UUID, to_case: UUID, reason: str
) -> tuple[Fingerprint, CaseInfo, CaseInfo]:
    _reason(reason)
    row = Fingerprint.objects.select_for_update().filter(pk=report_id).first()
    if row is None:
        raise NotFound("matching.unknown", "没有这条诉求的归并记录", "this telling was never matched")
    old, new = cases.case(actor, row.case_id), cases.case(actor, to_case)
    _judge(actor, old)
    _judge(actor, new)
    if old.id == new.id:
        raise Conflict("matching.already", "该诉求已在此案中", "the telling is in this case already")
    return row, old, new


def _move(actor: Actor, row: Fingerprint, new: CaseInfo, matter: UUID, reason: str, zone: Zone) -> None:
    now = clock.now()
    old_case = row.case_id
    MatchDecision.objects.filter(report_id=row.report_id, overruled_at=None).update(
        overruled_at=now, overruled_by=actor.name, reason=reason.strip()
    )
    MatchDecision.objects.create(
        report_id=row.report_id,
        case_id=new.id,
        zone=zone,
        score=1.0,
        words=f"人工认定：{reason.strip()}",
        voice="further",
        strategy=strategies.current()[0].version,
        at=now,
        by=actor.name,
    )
    Fingerprint.objects.filter(pk=row.pk).update(case_id=new.id, matter=matter, closed_at=new.closed_at)
    audit.record(
        actor,
        "matching.move",
        f"report:{row.report_id}",
        {"from": str(old_case), "to": str(new.id), "reason": reason.strip()},
    )


def _forbid(actor: Actor, one: UUID, other: UUID, reason: str) -> None:
    low, high = sorted((one, other))
    _, made = NeverPair.objects.get_or_create(
        low=low, high=high, defaults={"reason": reason.strip(), "by": actor.name, "at": clock.now()}
    )
    if made:
        audit.record(actor, "matching.never", f"matter:{low}", {"other": str(high), "reason": reason.strip()})


def _reason(reason: str) -> None:
    if not 1 <= len(reason.strip()) <= 500:  # noqa: PLR2004  # what the column holds
        raise Invalid(
            "matching.reason", "请写明理由（500 字以内）", "say why, in 500 characters", field="reason"
        )


def _judge(actor: Actor, case: CaseInfo) -> None:
    if not actor.scope.covers(case.division, *JUDGES):
        raise Forbidden("matching.not_yours", "您不能判定此案是否同一事项", "you may not judge this case")
