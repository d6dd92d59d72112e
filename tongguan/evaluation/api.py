# SPDX-License-Identifier: Apache-2.0
"""Verbs of evaluation: word and approve sets, close periods, exempt cases, enter numbers."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from msgspec import to_builtins

from tongguan.cases import queries as cases
from tongguan.evaluation import closing, computing, periods, scoring, sets, wordings
from tongguan.evaluation.contracts import (
    ClosingInfo,
    ExemptionInfo,
    ScoreTable,
    SetState,
    SetVersionInfo,
    Subject,
)
from tongguan.evaluation.facts import EvaluationClosed, EvaluationSetApproved
from tongguan.evaluation.models import Closing, Entry, Exemption, ScoreLine, SetVersion
from tongguan.evaluation.queries import closing_info, exemption_info, live_table, zone
from tongguan.evaluation.reach import APPROVERS, must_write
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

_LONGEST_REASON: Final = 500
#: What officials may exempt a case for; the others follow from the case itself.
EXEMPTIONS: Final = ("impossible", "force_majeure", "other")
_LARGEST: Final = 1e6


def draft(actor: Actor, body: Mapping[str, Any], reason: str, expected_version: int) -> SetVersionInfo:
    """Write the next version of a set as a draft on the version seen (0: a new set).

    Raises Forbidden, Invalid (the field named), Stale for an outdated version.
    """
    must_write(actor)
    told = dict(body) | {"version": expected_version + 1}
    of = sets.read(told, expected_version + 1)
    _must_say(reason)
    if wordings.newest(of.code) != expected_version:
        raise _stale()
    with atomic():
        row = SetVersion(
            code=of.code, version=of.version, body=told, digest=of.digest, reason=reason.strip(),
            by=actor.key, by_name=actor.name, at=clock.now(),
        )  # fmt: skip
        try:
            with atomic():
                row.save(force_insert=True)
        except IntegrityError as error:  # the same version, written twice in one moment
            raise _stale() from error
        audit.record(
            actor, "evaluation.draft", f"evaluation:{of.code}", {"version": of.version, "reason": reason}
        )
    return wordings.versions(of.code)[0]


def approve(actor: Actor, code: str, version: int) -> SetVersionInfo:
    """Bring a draft into force, by another than its writer. Raises Forbidden, NotFound, Conflict."""
    must_write(actor, APPROVERS)
    with atomic():
        row = _draft_of(code, version)
        if row.by == actor.key:
            raise Forbidden(
                "evaluation.four_eyes",
                "起草人不能批准自己起草的指标集",
                "a draft is approved by somebody else",
            )
        SetVersion.objects.filter(code=code, state=SetState.IN_FORCE).update(state=SetState.REPLACED)
        row.state, row.approved_by, row.approved_by_name = SetState.IN_FORCE, actor.key, actor.name
        row.approved_at = clock.now()
        row.save()
        audit.record(
            actor, "evaluation.approve", f"evaluation:{code}", {"version": version, "digest": row.digest}
        )
        outbox.publish(EvaluationSetApproved(code=code, version=version))
    return next(one for one in wordings.versions(code) if one.set.version == version)


def drop(actor: Actor, code: str, version: int, reason: str) -> None:
    """Drop a draft; it is kept as dropped. Raises Forbidden, NotFound, Conflict, Invalid."""
    must_write(actor)
    _must_say(reason)
    with atomic():
        row = _draft_of(code, version)
        row.state = SetState.DROPPED
        row.save()
        audit.record(actor, "evaluation.drop", f"evaluation:{code}", {"version": version, "reason": reason})


def rehearse(actor: Actor, body: Mapping[str, Any], period: str) -> ScoreTable:
    """Give what a wording would score for a period if it were in force; nothing is kept.

    Raises Forbidden, Invalid (the field named), Unavailable without a casebook.
    """
    must_write(actor, APPROVERS)
    return live_table(actor, sets.read(dict(body) | {"version": 1}), periods.parse(period, zone()))


def close(actor: Actor, code: str, period: str) -> ClosingInfo:
    """Close a period of a set: freeze its marks, compute and keep its scores. Once; nothing moves them after.

    Raises Forbidden, NotFound, Invalid, Conflict for a period that is closed or not over, Unavailable.
    """
    must_write(actor)
    of, span = wordings.in_force(code), periods.parse(period, zone())
    if Closing.objects.filter(code=code, period=span.code).exists():
        raise _closed()
    with computing.reading(span) as book:
        read_at = book.read_at
        if read_at is None or read_at < span.until:
            raise Conflict(
                "evaluation.not_over", "时段尚未结束，或台账还没有读到期末", "the period is not over yet",
                field="period",
            )  # fmt: skip
    counted, marks = closing.frozen(of, span)
    given = computing.inputs_of(of, span, counted)
    kept = closing.as_json(given)
    lines = computing.scored(of, counted.cells, computing.Inputs(**kept))
    with atomic():
        row = Closing(
            code=code, period=span.code, since=span.since, until=span.until, version=of.version,
            set_body=dict(wordings.body_of(code, of.version)), set_digest=of.digest, marks_digest=marks,
            marks=_rows(marks), inputs=kept, result_digest=scoring.digest_of(lines),
            read_at=counted.read_at or read_at,
            by=actor.key, by_name=actor.name, at=clock.now(),
        )  # fmt: skip
        try:
            with atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise _closed() from error
        ScoreLine.objects.bulk_create(
            ScoreLine(closing=row, key=one.key, body=to_builtins(asdict(one))) for one in lines
        )
        audit.record(
            actor,
            "evaluation.close",
            f"evaluation:{code}",
            {"period": span.code, "result": row.result_digest},
        )
        outbox.publish(EvaluationClosed(code=code, period=span.code, result=row.result_digest))
    return closing_info(row)


def _rows(digest: str) -> int:
    with computing.over_marks(closing.path_of(digest)) as connection:
        (number,) = connection.execute("SELECT count(*) FROM marks").fetchall()[0]
    return int(number)


def exempt(actor: Actor, case_id: UUID, kind: str, reason: str) -> ExemptionInfo:
    """Keep a case of the actor's divisions out of scores. Raises Forbidden, NotFound, Invalid, Conflict."""
    _must_exempt(actor)
    if kind not in EXEMPTIONS:
        raise Invalid(
            "evaluation.kind", f"只能是：{'、'.join(EXEMPTIONS)}", "not a reason to exempt", field="kind"
        )
    _must_say(reason)
    case = cases.case(actor, case_id)
    if not actor.scope.covers(case.division, Post.EVALUATOR):
        raise NotFound("case.unknown", "没有这个案件", "no such case")
    row = Exemption(
        case_id=case_id, number=case.number, division=case.division, kind=kind, reason=reason.strip(),
        by=actor.key, by_name=actor.name, at=clock.now(),
    )  # fmt: skip
    with atomic():
        try:
            with atomic():
                row.save(force_insert=True)
        except IntegrityError as error:
            raise Conflict("evaluation.exempt", "该案件已按此理由不计考核", "it is exempt already") from error
        audit.record(actor, "evaluation.exempt", f"case:{case_id}", {"kind": kind, "reason": reason})
    return exemption_info(row)


def take_back(actor: Actor, exemption_id: UUID, reason: str) -> ExemptionInfo:
    """Take an exemption back; both are kept. Raises Forbidden, NotFound, Invalid, Conflict."""
    _must_exempt(actor)
    _must_say(reason)
    with atomic():
        row = Exemption.objects.select_for_update().filter(pk=exemption_id).first()
        if row is None or not actor.scope.covers(row.division, Post.EVALUATOR):
            raise NotFound("evaluation.exemption", "没有这条记录", "no such exemption")
        if row.revoked_at is not None:
            raise Conflict("evaluation.revoked", "已经撤回", "it was taken back already")
        row.revoked_at, row.revoked_by_name, row.revoked_reason = clock.now(), actor.name, reason.strip()
        row.save()
        audit.record(actor, "evaluation.take_back", f"case:{row.case_id}", {"reason": reason})
    return exemption_info(row)


def enter(actor: Actor, code: str, period: str, key: str, name: str, value: float, reason: str = "") -> None:
    """Enter a number of a subject for a period (大队评分 …); an earlier one is kept and no longer counts.

    Raises Forbidden, NotFound, Invalid, Conflict for a closed period.
    """
    must_write(actor)
    of, span = wordings.in_force(code), periods.parse(period, zone())
    if name not in of.inputs:
        raise Invalid("evaluation.input", "这个指标集没有此评分项", "the set has no such input", field="name")
    if not abs(value) <= _LARGEST:
        raise Invalid("evaluation.value", "数过大", "the number is too large", field="value")
    if not _scorable(of.subject, key):
        raise Invalid("evaluation.key", "没有这个考核对象", "no such subject", field="key")
    if Closing.objects.filter(code=code, period=span.code).exists():
        raise _closed()
    with atomic():
        Entry.objects.create(
            code=code, period=span.code, key=key, name=name, value=value, reason=reason[:300], by=actor.key,
            by_name=actor.name, at=clock.now(),
        )  # fmt: skip
        audit.record(
            actor,
            "evaluation.enter",
            f"evaluation:{code}",
            {"period": span.code, "key": key, "name": name, "value": value},
        )


def _scorable(subject: Subject, key: str) -> bool:
    if subject is Subject.PERSON:
        return key.startswith("user:") and key[5:].isascii() and key[5:].isdigit()
    return key.isascii() and key.isdigit() and len(key) <= 12  # noqa: PLR2004 - the longest division code


def _must_exempt(actor: Actor) -> None:
    if not actor.scope.posts() & {Post.EVALUATOR}:
        raise Forbidden("evaluation.not_your_post", "由考核岗位办理", "evaluators do this")


def _must_say(reason: str) -> None:
    if not 0 < len(reason.strip()) <= _LONGEST_REASON:
        raise Invalid(
            "evaluation.reason", f"请写明理由（最长 {_LONGEST_REASON} 字）", "say why", field="reason"
        )


def _draft_of(code: str, version: int) -> SetVersion:
    row = SetVersion.objects.select_for_update().filter(code=code, version=version).first()
    if row is None:
        raise NotFound(
            "evaluation.set_unknown", "没有这个指标集或版本", "no such set or version", field="version"
        )
    if row.state != SetState.DRAFT:
        raise Conflict("evaluation.not_draft", "只有草稿可以这样办", "it is no draft")
    return row


def _closed() -> Conflict:
    return Conflict("evaluation.closed", "该时段已关闭", "the period is closed", field="period")


def _stale() -> Stale:
    return Stale("version.stale", "指标集已被他人更新，请刷新", "it was changed meanwhile", field="If-Match")
