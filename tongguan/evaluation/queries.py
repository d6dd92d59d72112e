# SPDX-License-Identifier: Apache-2.0
"""Reads of evaluation, scoped: who is scored sees the own line and of others what the set allows."""

from collections.abc import Sequence
from datetime import datetime, tzinfo
from itertools import pairwise
from typing import Final
from uuid import UUID

from django.utils import timezone
from msgspec import convert

from tongguan.evaluation import closing, computing, explaining, periods, reach, scoring, sets, wordings
from tongguan.evaluation.contracts import (
    ClosingInfo,
    Compared,
    Correction,
    ExemptionInfo,
    Explained,
    IndicatorSet,
    Period,
    Score,
    ScoreTable,
    SetVersionInfo,
)
from tongguan.evaluation.models import Closing, Exemption, ScoreLine
from tongguan.evaluation.sets import CountInfo
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.people import queries as people
from tongguan.people.contracts import Actor

__all__ = [
    "CountInfo", "approves", "changes", "closing_info", "closings", "compared", "corrections", "counts",
    "exemption_info", "exemptions", "explain", "holds", "keeps", "kept_out", "live_table", "period", "rates",
    "set_list", "table", "versions", "zone",
]  # fmt: skip

_MOST: Final = 200
counts = sets.counts
rates = sets.rates


def zone() -> tzinfo:
    """Give the city's time zone."""
    return timezone.get_current_timezone()


def period(code: str) -> Period:
    """Give the period that a code names. Raises Invalid."""
    return periods.parse(code, zone())


def table(actor: Actor, code: str, period: str, *, version: int | None = None) -> ScoreTable:
    """Give the scores of a set for a period (``2026-05``, ``2026-Q2``, ``2026``, ``…..…``).

    A closed period as it was closed, unless a version is named. Raises NotFound for an unknown set or
    version, Invalid for a period, Forbidden for who has no part in evaluation, Unavailable.
    """
    reach.must_take_part(actor)
    span = periods.parse(period, zone())
    row = Closing.objects.filter(code=code, period=span.code).first() if version is None else None
    if row is not None:
        return _closed_table(actor, row, span)
    return live_table(actor, wordings.version(code, version), span)


def live_table(actor: Actor, of: IndicatorSet, span: Period) -> ScoreTable:
    """Give what a set scores for a period by the casebook as it is now."""
    counted = computing.count(of, span)
    given = computing.inputs_of(of, span, counted)
    lines = computing.scored(of, counted.cells, given)
    missing = {name: f"{zh} / {en}" for name, (zh, en) in counted.missing.items()}
    return _shown(actor, of, span, lines, missing, read_at=counted.read_at)


def _closed_table(actor: Actor, row: Closing, span: Period) -> ScoreTable:
    of = closing.set_of(row)
    bodies = ScoreLine.objects.filter(closing=row).values_list("body", flat=True)
    lines = scoring.ordered(convert(body, Score) for body in bodies)
    missing = {name: f"{zh} / {en}" for name, (zh, en) in row.inputs["missing"].items()}
    digest = closing.inputs_digest(row.marks_digest, row.inputs)
    return _shown(actor, of, span, lines, missing, read_at=row.read_at, inputs_digest=digest)


def _shown(
    actor: Actor, of: IndicatorSet, span: Period, lines: tuple[Score, ...], missing: dict[str, str], *,
    read_at: datetime | None, inputs_digest: str = "",
) -> ScoreTable:  # fmt: skip
    return ScoreTable(
        set_code=of.code, set_version=of.version, set_digest=of.digest, subject=of.subject, period=span,
        read_at=read_at, closed=bool(inputs_digest), inputs_digest=inputs_digest,
        rows=reach.shown(actor, of, lines), missing=missing,
    )  # fmt: skip


def explain(
    actor: Actor, code: str, period: str, key: str, count: str, *, version: int | None = None,
    left_out: bool = False, after: str = "", limit: int = 50,
) -> Explained:  # fmt: skip
    """Give the marks behind one count of one subject, counted ones or those left out, oldest first.

    Of a closed period those that were frozen. Raises NotFound for a subject the actor does not see, Invalid
    for a count the set does not have, and as ``table``.
    """
    reach.must_take_part(actor)
    if not 1 <= limit <= _MOST:
        raise Invalid("page.limit", f"每页 1 到 {_MOST} 条", f"1 to {_MOST} rows", field="limit")
    span = periods.parse(period, zone())
    row = Closing.objects.filter(code=code, period=span.code).first() if version is None else None
    of = closing.set_of(row) if row is not None else wordings.version(code, version)
    if count not in sets.used_counts(of):
        raise Invalid("evaluation.count", "这个指标集没有此量", "the set has no such count", field="count")
    _must_see(actor, of, key)
    page = explaining.Page(count, key, left_out=left_out, offset=_offset(after), limit=limit)
    return explaining.explained(of, span, page, row)


def _must_see(actor: Actor, of: IndicatorSet, key: str) -> None:
    if not explaining.sound(of.subject, key):
        raise _no_subject()
    line = Score(
        key=key, name="", kin="", counts={}, rates={}, points={}, total=None, grade="", rank=None, among=0
    )
    if key not in reach.reach(actor, of, [line]).seen:
        raise _no_subject()


def _no_subject() -> NotFound:
    return NotFound("evaluation.subject", "没有这个考核对象", "no such subject", field="key")


def _offset(after: str) -> int:
    if not after:
        return 0
    if not (after.isascii() and after.isdigit() and len(after) <= 9):  # noqa: PLR2004 - digits of an offset
        raise Invalid("page.cursor", "翻页游标无效", "the cursor is invalid", field="after")
    return int(after)


def corrections(actor: Actor, code: str, period: str, *, limit: int = _MOST) -> list[Correction]:
    """Give what became known of a period after it was closed, of the subjects the actor watches.

    Marks that would be added or taken away if it were counted now; the kept scores do not move. Raises
    NotFound for a period that is not closed, Forbidden, Unavailable.
    """
    reach.must_take_part(actor)
    span = periods.parse(period, zone())
    row = Closing.objects.filter(code=code, period=span.code).first()
    if row is None:
        raise NotFound(
            "evaluation.open", "该时段尚未关闭，没有更正", "the period is not closed", field="period"
        )
    watched = actor.scope.divisions(*reach.WATCHERS) if actor.scope.posts() & reach.WATCHERS else ()
    with closing.now_and_then(row, span) as connection:
        return explaining.corrections(connection, watched, min(limit, _MOST))


def compared(actor: Actor, code: str, period: str) -> list[Compared]:
    """Give each named subject's total and rank beside those of the period before. Raises as ``table``."""
    now = table(actor, code, period)
    then = {
        one.key: one for one in table(actor, code, periods.before(now.period, zone()).code).rows if one.key
    }
    found = []
    for one in now.rows:
        if one.key:
            was = then.get(one.key)
            found.append(
                Compared(
                    key=one.key, name=one.name, kin=one.kin, before=was.total if was else None, now=one.total,
                    rank_before=was.rank if was else None, rank_now=one.rank,
                )
            )  # fmt: skip
    return found


def keeps(actor: Actor) -> bool:
    """Tell whether the actor words sets and closes periods."""
    return reach.of_the_city(actor, reach.WRITERS)


def approves(actor: Actor) -> bool:
    """Tell whether the actor approves what others worded."""
    return reach.of_the_city(actor, reach.APPROVERS)


def changes(known: Sequence[SetVersionInfo]) -> dict[str, list[dict[str, str]]]:
    """Give version → what it words otherwise than the one before it, of versions the newest first."""
    return {
        str(now.set.version): [
            {"field": field, "was": was, "would": would}
            for field, was, would in wordings.changes(before.body, now.body)
        ]
        for now, before in pairwise(known)
    }


def set_list(actor: Actor) -> list[SetVersionInfo]:
    """Give every set as it is in force; of a set that only has drafts, the newest. Raises Forbidden."""
    reach.must_take_part(actor)
    found = []
    for code in wordings.codes():
        known = wordings.versions(code)
        found.append(next((one for one in known if one.state == "in_force"), known[0]))
    return found


def versions(actor: Actor, code: str) -> list[SetVersionInfo]:
    """Give every version of a set, the newest first. Raises Forbidden, NotFound."""
    reach.must_take_part(actor)
    return wordings.versions(code)


def closings(actor: Actor, code: str = "") -> list[ClosingInfo]:
    """Give the closed periods, of one set or all, the newest first. Raises Forbidden."""
    reach.must_take_part(actor)
    rows = Closing.objects.filter(code=code) if code else Closing.objects.all()
    return [closing_info(row) for row in rows.order_by("-since", "code")[:_MOST]]


def holds(actor: Actor, code: str, period: str) -> bool:
    """Compute a closed period anew from what was frozen; tell whether it gives what was kept.

    Raises Forbidden, NotFound, Unavailable when the frozen marks are damaged.
    """
    reach.must_take_part(actor)
    row = Closing.objects.filter(code=code, period=periods.parse(period, zone()).code).first()
    if row is None:
        raise NotFound("evaluation.open", "该时段尚未关闭", "the period is not closed", field="period")
    return closing.holds(row)


def closing_info(row: Closing) -> ClosingInfo:
    """Give a closed period as others see it."""
    return ClosingInfo(
        id=row.id, set_code=row.code, set_version=row.version, set_digest=row.set_digest,
        period=Period(row.period, row.since, row.until),
        inputs_digest=closing.inputs_digest(row.marks_digest, row.inputs), result_digest=row.result_digest,
        marks=row.marks, read_at=row.read_at, by_name=row.by_name, at=row.at,
    )  # fmt: skip


def exemptions(actor: Actor, case_id: UUID | None = None) -> list[ExemptionInfo]:
    """Give the exemptions of the actor's divisions, the newest first, at most 200. Raises Forbidden."""
    reach.must_take_part(actor)
    rows = Exemption.objects.filter(people.division_q(actor.scope, "division", *reach.WATCHERS))
    if case_id is not None:
        rows = rows.filter(case_id=case_id)
    return [exemption_info(row) for row in rows.order_by("-at")[:_MOST]]


def kept_out() -> tuple[tuple[str, int], ...]:
    """Give every case that officials keep out of scores → bits of the reasons (``marks.counting``)."""
    return tuple(sorted(computing.exempt().items()))


def exemption_info(row: Exemption) -> ExemptionInfo:
    """Give an exemption as others see it."""
    return ExemptionInfo(
        id=row.id, case_id=row.case_id, number=row.number, kind=row.kind, reason=row.reason,
        by_name=row.by_name, at=row.at, revoked_by_name=row.revoked_by_name, revoked_at=row.revoked_at,
        revoked_reason=row.revoked_reason,
    )  # fmt: skip
