# SPDX-License-Identifier: Apache-2.0
"""Verbs on rules over readings: draft, rehearse, switch on, retire. Reads are in ``queries``."""

from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError
from django.db.models import Max

from tongguan.kernel import clock, copies
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime import api as runtime
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic
from tongguan.watch import checking
from tongguan.watch.contracts import Draft, RuleInfo, State
from tongguan.watch.facts import WatchRuleRetired, WatchRuleSwitchedOn
from tongguan.watch.models import WatchRule
from tongguan.watch.queries import NAME
from tongguan.watch.written import draft_of, info_of, row_of

__all__ = ["draft", "rehearse", "retire", "switch_on"]

#: Who may write rules of a division; system administrators and the city's evaluators beside the duty chief.
WRITERS: Final = (Post.DUTY_CHIEF, Post.SYSADMIN, Post.EVALUATOR, Post.SYSTEM)
REHEARSAL_KIND: Final = "watch.rehearsal"
MOST_DAYS: Final = 92


def draft(actor: Actor, told: Draft, expected_version: int = 0) -> RuleInfo:
    """Write a rule (``expected_version`` 0) or the next version of one, on the newest one seen.

    Values nobody knows may be left to be set. Raises Forbidden, Invalid (the first field, all of them in
    ``problems``), Conflict for a taken code, Stale for an outdated version.
    """
    _may_write(actor, told.division)
    found = checking.problems(told)
    if found:
        raise Invalid(
            "watch.wrong", zh=found[0].zh, en=found[0].en, field=found[0].field,
            problems=[{"path": one.field, "zh": one.zh, "en": one.en} for one in found],
        )  # fmt: skip
    with atomic():
        last = WatchRule.objects.filter(code=told.code).order_by("-version").first()
        if last is not None:
            _may_write(actor, last.division)
        elif expected_version:
            raise NotFound("watch.not_found", "没有这条规则", "there is no such rule")
        if expected_version != (last.version if last else 0):
            raise _outdated(expected_version)
        row = row_of(told)
        row.version, row.by, row.by_name, row.at = expected_version + 1, actor.key, actor.name, clock.now()
        try:
            with atomic():
                row.save(force_insert=True)
        except IntegrityError as error:  # the same version, written twice in one moment
            raise _outdated(expected_version) from error
        _record(actor, "watch.draft", row)
    return info_of(row)


def rehearse(actor: Actor, code: str, version: int, days: int = 30) -> UUID:
    """Have a version run over the last days of readings; gives the job. Its result is kept with the version.

    Raises Forbidden, NotFound, Conflict while values are still to be set, Invalid for too many days.
    """
    if not 1 <= days <= MOST_DAYS:
        raise Invalid("watch.days", f"1 到 {MOST_DAYS} 天", f"1 to {MOST_DAYS} days", field="days")
    row = _row(actor, code, version)
    _all_set(row)
    return runtime.start_job(actor, REHEARSAL_KIND, {"code": code, "version": version, "days": days}, 1)


def rehearsed(code: str, version: int, result: dict[str, Any]) -> None:
    """Keep what a rehearsal showed; a draft becomes rehearsed."""
    rows = WatchRule.objects.filter(code=code, version=version)
    rows.update(rehearsal=result)
    rows.filter(state=State.DRAFT).update(state=State.REHEARSED)


def switch_on(actor: Actor, code: str, version: int, reason: str) -> RuleInfo:
    """Bring a rehearsed version in force, in place of the one before.

    Raises Forbidden, NotFound, Conflict (not rehearsed, values still to be set, in force or retired already,
    not the newest), Invalid without a reason.
    """
    _needs(reason)
    with atomic():
        row = _row(actor, code, version, lock=True)
        _all_set(row)
        if row.state == State.DRAFT:
            raise Conflict("watch.not_rehearsed", "请先用历史数据试算再启用", "rehearse it on history first")
        if row.state != State.REHEARSED:
            raise Conflict("watch.state", "该版本已启用过", "that version was switched on before")
        newest = WatchRule.objects.filter(code=code).aggregate(last=Max("version"))["last"]
        if newest != version:
            raise Conflict("watch.not_newest", "已有更新的版本", "there is a newer version")
        now = clock.now()
        before = WatchRule.objects.filter(code=code, state=State.IN_FORCE)
        before.update(state=State.RETIRED, until=now)
        row.state, row.since, row.reason = State.IN_FORCE, now, reason[:500]
        row.save(update_fields=["state", "since", "reason"])
        _record(actor, "watch.switch_on", row)
        outbox.publish(WatchRuleSwitchedOn(code=code, version=version))
    copies.look_again(NAME)
    return info_of(row)


def retire(actor: Actor, code: str, reason: str, expected_version: int) -> RuleInfo:
    """Take the version in force out; its active alarms are cleared by the runner. Raises as ``switch_on``."""
    _needs(reason)
    with atomic():
        row = WatchRule.objects.select_for_update().filter(code=code, state=State.IN_FORCE).first()
        if row is None:
            _row(actor, code, None)
            raise Conflict("watch.not_in_force", "该规则不在用", "the rule is not in force")
        row = _row(actor, code, row.version, lock=True)
        if row.version != expected_version:
            raise _outdated(expected_version)
        row.state, row.until, row.reason = State.RETIRED, clock.now(), reason[:500]
        row.save(update_fields=["state", "until", "reason"])
        _record(actor, "watch.retire", row)
        outbox.publish(WatchRuleRetired(code=code, version=row.version))
    copies.look_again(NAME)
    return info_of(row)


def _needs(reason: str) -> None:
    if not reason.strip():
        raise Invalid("watch.reason", "请写明理由", "say why", field="reason")


def _may_write(actor: Actor, division: str) -> None:
    if actor is PLATFORM or actor.scope.covers(division, *WRITERS):
        return
    raise Forbidden(
        "watch.forbidden", "只有本区划的值班长、考核或系统管理岗位可以维护监测规则",
        "rules are kept by the division's duty chief, evaluators and administrators",
    )  # fmt: skip


def _row(actor: Actor, code: str, version: int | None, *, lock: bool = False) -> WatchRule:
    rows = WatchRule.objects.filter(code=code)
    rows = rows if version is None else rows.filter(version=version)
    rows = rows.select_for_update() if lock else rows
    row = rows.order_by("-version").first()
    if row is None:
        raise NotFound("watch.not_found", "没有这条规则", "there is no such rule")
    _may_write(actor, row.division)
    return row


def _all_set(row: WatchRule) -> None:
    lacking = checking.unset(draft_of(row))
    if lacking:
        raise Conflict(
            "watch.unset", f"尚待设定：{'、'.join(lacking[:5])}", "values are still to be set",
            unset=list(lacking),
        )  # fmt: skip


def _outdated(expected: int) -> Conflict | Stale:
    if not expected:
        return Conflict("watch.code_taken", "已有这个代码的规则", "the code is taken", field="code")
    return Stale("version.stale", "规则已被他人更新，请刷新", "it was changed meanwhile", field="If-Match")


def _record(actor: Actor, verb: str, row: WatchRule) -> None:
    detail = {
        "version": row.version, "detector": row.detector, "settings": row.settings, "scope": row.scope,
        "division": row.division, "reason": row.reason,
    }  # fmt: skip
    audit.record(actor, verb, f"watch:{row.code}", detail)
