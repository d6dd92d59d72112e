# SPDX-License-Identifier: Apache-2.0
"""Reads of matching, always through the cases that the actor may see."""

from collections.abc import Collection, Iterable
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Q

from tongguan.cases import queries as cases
from tongguan.kernel.errors import NotFound
from tongguan.matching import candidates, deciding, known, strategies
from tongguan.matching.contracts import Alike, Decision, DecisionInfo, HotInfo, Told, Voice
from tongguan.matching.models import Fingerprint, HotMatter, MatchDecision, NeverPair
from tongguan.matching.scoring import PARTS, score
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.people.queries import division_q
from tongguan.tables import api as tables

__all__ = [
    "crowd_from",
    "decided",
    "decision",
    "decisions_of",
    "heard",
    "hot",
    "people_of",
    "replayed",
    "similar",
    "stored",
    "suggested",
]

_MOST = 200
_COLUMNS = tuple(DecisionInfo.__dataclass_fields__)


def decision(actor: Actor, report_id: UUID) -> DecisionInfo:
    """Give the decision in force on a telling. Raises NotFound, also outside the actor's scope."""
    row = MatchDecision.objects.filter(report_id=report_id, overruled_at=None).first()
    if row is None or not cases.cases_by_id(actor, [row.case_id]):
        raise NotFound("matching.unknown", "没有这条诉求的归并记录", "this telling was never matched")
    return _info(row)


def decisions_of(actor: Actor, case_id: UUID) -> list[DecisionInfo]:
    """Give all decisions, overruled ones too, that put tellings into a case, in order. Raises NotFound."""
    cases.case(actor, case_id)
    return [_info(row) for row in MatchDecision.objects.filter(case_id=case_id).order_by("id")[:_MOST]]


def suggested(actor: Actor, case_id: UUID, limit: int = 10) -> list[Alike]:
    """Give visible cases that a case may be one matter with, as found when its tellings came, likest first.

    Those of which somebody said that they never are one with it are left out. Raises NotFound.
    """
    cases.case(actor, case_id)
    rows = MatchDecision.objects.filter(case_id=case_id, overruled_at=None).exclude(suggestions=[])
    found = sorted(
        (alike for row in rows.order_by("id")[:_MOST] for alike in _again(row).suggestions),
        key=lambda alike: -alike.score,
    )
    best = {alike.case_id: alike for alike in reversed(found) if alike.case_id != case_id}
    for apart in _kept_apart(case_id, best):
        del best[apart]
    seen = cases.cases_by_id(actor, best)
    return [alike for alike in found if best.get(alike.case_id) is alike and alike.case_id in seen][:limit]


def _kept_apart(case_id: UUID, others: Collection[UUID]) -> set[UUID]:
    """Give those of the cases that were said never to be one matter with a case; two statements."""
    rows = Fingerprint.objects.filter(case_id__in=[case_id, *others]).values_list("case_id", "matter")
    matters = {case: case for case in (case_id, *others)} | dict(rows)  # without a print: its own matter
    own = matters.pop(case_id)
    pairs = NeverPair.objects.filter(Q(low=own) | Q(high=own)).values_list("low", "high")
    apart = {matter for pair in pairs for matter in pair} - {own}
    return {case for case, matter in matters.items() if matter in apart}


def similar(actor: Actor, case_id: UUID, limit: int = 3) -> list[Alike]:
    """Give visible closed cases of the district whose words are likest a case's own, the likest first.

    Neither place nor time counts: it is how such things were solved. Raises NotFound.
    """
    case = cases.case(actor, case_id)
    strategy, rarity = strategies.current()
    asked = Told(
        report_id=case.id, title=case.title, text=case.text, told_at=case.opened_at, division=case.division
    )
    rows = candidates.by_words(deciding.prepare([asked], strategy, rarity).asking[0])
    closed = [row for row in rows if row.closed_at is not None and row.case_id != case_id]
    if not closed:
        return []
    kept = [known.of_row(row) for row in closed]
    columns = deciding.features(deciding.prepare([asked], strategy, rarity), kept)
    theirs = np.arange(1, len(closed) + 1)
    likest = score(columns, np.zeros_like(theirs), theirs, strategy, rarity).titles
    best: dict[UUID, Alike] = {}
    for n in np.argsort(-likest, kind="stable").tolist():
        row = closed[n]
        words = f"文字相似 {likest[n]:.2f}"
        best.setdefault(row.case_id, Alike(row.case_id, row.report_id, float(likest[n]), words))
    seen = cases.cases_by_id(actor, best)
    return [one for one in best.values() if one.case_id in seen][:limit]


def people_of(actor: Actor, case_id: UUID) -> tuple[int, int]:
    """Give how many people told of a case's matter, and how many tellings there are. Raises NotFound."""
    cases.case(actor, case_id)
    matters = Fingerprint.objects.filter(case_id=case_id).values("matter")
    persons = list(Fingerprint.objects.filter(matter__in=matters).values_list("person", flat=True))
    return len(set(persons) - {""}) + persons.count(""), len(persons)


def crowd_from() -> int:
    """Give how many people make a crowd (群诉) by the strategy in force."""
    return strategies.current()[0].crowd


def heard(case_ids: Collection[UUID]) -> set[tuple[UUID, str]]:
    """Give who told of each of these cases so far, by their lasting key, for the floor above."""
    if not case_ids:
        return set()
    rows = Fingerprint.objects.filter(case_id__in=case_ids).exclude(person="")
    return set(rows.values_list("case_id", "person"))


def replayed(actor: Actor, report_id: UUID) -> DecisionInfo:
    """Decide again as it was decided then: the kept prints, under the kept strategy.

    Gives the parts and score as they come out now. Raises NotFound when nothing was compared.
    """
    then = decision(actor, report_id)
    rows = {r.report_id: r for r in Fingerprint.objects.filter(pk__in=[report_id, then.compared_with])}
    if then.compared_with is None or len(rows) < 2:  # noqa: PLR2004  # a pair takes two
        raise NotFound("matching.nothing_compared", "该决定没有比对对象", "nothing was compared")
    strategy, rarity = strategies.named(then.strategy)
    both = [known.of_row(rows[report_id]), known.of_row(rows[then.compared_with])]
    columns = deciding.features(deciding.prepare([], strategy, rarity), both)
    left, right = deciding.first_pair()
    scored = score(columns, left, right, strategy, rarity)
    parts = {name: round(float(v), 3) for name, v in zip(PARTS, scored.parts[0].tolist(), strict=True)}
    return DecisionInfo(
        **{
            **{name: getattr(then, name) for name in _COLUMNS},
            "parts": parts,
            "score": float(scored.score[0]),
        }
    )


def decided(report_ids: Iterable[UUID]) -> tables.Question:
    """Give what asks which of these tellings have a decision in force."""
    within, given = tables.among_sql("report_id", "uuid", list(report_ids), connection.vendor)
    return f"SELECT report_id FROM matching_matchdecision WHERE {within} AND overruled_at IS NULL", [given]  # noqa: S608


def stored(report_ids: Iterable[UUID]) -> dict[UUID, Decision]:
    """Give decisions in force on these tellings, for verbs of this floor and the one above."""
    rows = MatchDecision.objects.filter(report_id__in=list(report_ids), overruled_at=None)
    return {row.report_id: _again(row) for row in rows}


def voices(report_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Give whose voice each of these tellings is, as the decision in force has it; one statement."""
    rows = MatchDecision.objects.filter(report_id__among=list(report_ids), overruled_at=None)
    return dict(rows.values_list("report_id", "voice"))


def recurrences(case_ids: Iterable[UUID]) -> dict[UUID, UUID]:
    """Give the closed case that each of these repeats, as the decisions in force have it; one statement."""
    rows = MatchDecision.objects.filter(case__pk__among=list(case_ids), overruled_at=None).order_by("-id")
    found = rows.filter(again__isnull=False).values_list("case_id", "again")
    return {case_id: again for case_id, again in found if again is not None}


def hot(
    actor: Actor,
    *,
    division: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    limit: int = 20,
) -> list[HotInfo]:
    """Rank the hot matters of the actor's divisions, the hottest first; ``division`` narrows by prefix.

    ``since`` and ``until`` narrow to those told of within that time.
    """
    rows = (
        HotMatter.objects.all()
        if actor == PLATFORM
        else HotMatter.objects.filter(division_q(actor.scope, "division"))
    )
    if division:
        rows = rows.filter(division__startswith=division)
    if since is not None:
        rows = rows.filter(last_at__gte=since)
    if until is not None:
        rows = rows.filter(first_at__lt=until)
    return [_hot(row) for row in rows.order_by("-heat", "id")[: min(limit, _MOST)]]


def _hot(row: HotMatter) -> HotInfo:
    shown = {name: getattr(row, name) for name in HotInfo.__dataclass_fields__ if name != "evidence"}
    return HotInfo(**shown, evidence=tuple((UUID(r), UUID(c)) for r, c in row.evidence))


def _info(row: MatchDecision) -> DecisionInfo:
    return DecisionInfo(**{name: getattr(row, name) for name in _COLUMNS})


def _again(row: MatchDecision) -> Decision:
    return Decision(
        report_id=row.report_id,
        zone=row.zone,
        case_id=row.case_id,
        leader=row.report_id,
        score=row.score,
        words=row.words,
        voice=Voice(row.voice),
        people=0,
        crowd=False,
        strategy=row.strategy,
        parts=row.parts,
        compared_with=row.compared_with,
        suggestions=tuple(
            Alike(UUID(s["case_id"]), UUID(s["report_id"]), s["score"], s["words"]) for s in row.suggestions
        ),
        recorded=True,
    )
