# SPDX-License-Identifier: Apache-2.0
"""Applications: extension (延期), suspension (挂账), timeout appeal (超时申诉): file, decide, withdraw.

Every step is a line on the case's timeline. An approval has its effect in the same transaction.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.cases.contracts import CaseInfo, Held
from tongguan.dispatch import approvals, citydata, clocks
from tongguan.dispatch.approvals import ApprovalRule, Level, Situation
from tongguan.dispatch.contracts import ApplicationInfo
from tongguan.dispatch.facts import ApplicationDecided, ApplicationFiled
from tongguan.dispatch.models import Application, ApplicationStep, Clock
from tongguan.dispatch.reading import DECISIONS_ZH, PENDING
from tongguan.dispatch.reading import application as info
from tongguan.dispatch.receivers import Receivers
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.runtime.transactions import atomic


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApplication:
    """What an applicant fills in; which of them are needed is the rule's. ``attachments`` are file ids."""

    kind: str
    text: str
    reason: str = ""
    until: datetime | None = None
    attachments: tuple[str, ...] = ()


@lru_cache(maxsize=4)
def _parsed(path: str, stamp: int, states: frozenset[str]) -> dict[str, ApprovalRule]:
    del path, stamp  # the cache's key: a changed file is read again
    return citydata.effective("approvals.yaml", lambda body: approvals.parse(body, states))


def rules(case: CaseInfo) -> dict[str, ApprovalRule]:
    """Give the approval rules that count, checked against the case's process."""
    file = citydata.source("approvals.yaml")
    states = frozenset(case_queries.process_of(case).states)
    return _parsed(str(file), file.stat().st_mtime_ns, states)


def file(
    actor: Actor, case_id: UUID, new: NewApplication, expected_version: int | None = None
) -> ApplicationInfo:
    """Apply for something. Raises NotFound, Forbidden, Invalid, Conflict, Stale (the case's version)."""
    now = clock.now()
    with atomic():
        held = cases.hold(actor, case_id, expected_version)
        rule = rules(held.case).get(new.kind)
        if rule is None:
            raise NotFound(
                "application.unknown_kind", "没有这种申请", "no such kind of application", field="kind"
            )
        post = _applicant_post(actor, held.case, rule)
        situation = _situation(held.case, rule, now)
        refused = approvals.refusal(rule, situation)
        if refused is not None:
            raise refused
        way = approvals.choose_way(rule, situation.approved, new.reason)
        approvals.check_inputs(
            rule,
            way,
            text=new.text,
            reason=new.reason,
            until=new.until,
            attachments=new.attachments,
            now=now,
        )
        levels = approvals.levels_for(way, post)
        if new.attachments:
            case_queries.usable_files(actor, case_id, new.attachments, "attachments")
        row = _insert(actor, held.case, rule, new, post, levels, now)
        told = ApplicationFiled(
            case_id=case_id, application_id=row.pk, kind=rule.code, division=held.case.division
        )
        line = {"reason": new.text, "note": new.reason, "application_id": row.pk, "until": _iso(new.until)}
        line["attachments"] = list(new.attachments)
        cases.remark(actor, held, f"{rule.code}_filed", line, post=post, facts=(told,))
        if levels:
            _ask(held.case, rule, row)
        else:  # the city lets this post grant itself: nothing is left to decide
            _approve(actor, cases.hold(actor, case_id), rule, row, post, now)
    return info(row)


def _applicant_post(actor: Actor, case: CaseInfo, rule: ApprovalRule) -> str:
    mine = case_queries.acting_posts(actor, case) & rule.applicants
    if not mine:
        raise Forbidden(
            "application.not_your_post",
            f"您的岗位不能申请{rule.name}",
            f"your posts may not apply: {rule.code}",
        )
    return min(mine)


def _situation(case: CaseInfo, rule: ApprovalRule, now: datetime) -> Situation:
    rows = Application.objects.filter(case_id=case.id, kind=rule.code).values_list("state", flat=True)
    states = list(rows)
    handling = list(
        Clock.objects.filter(
            case_id=case.id, stage=clocks.HANDLE, order__isnull=True, supervision__isnull=True
        )
    )
    current = [row for row in handling if row.stopped_at is None] or handling
    return Situation(
        state=case.state,
        limited=any(row.limit_value is not None and row.stopped_at is None for row in handling),
        overdue=any(clocks.is_overdue(row, now) for row in current),
        suspended=any(row.paused_at is not None for row in handling),
        filed=sum(1 for state in states if state not in {"withdrawn", "lapsed"}),
        approved=states.count("approved"),
        pending=PENDING in states,
    )


def _insert(
    actor: Actor,
    case: CaseInfo,
    rule: ApprovalRule,
    new: NewApplication,
    post: str,
    levels: Sequence[Level],
    now: datetime,
) -> Application:
    unit = people.units([case.lead_unit_id]).get(case.lead_unit_id) if case.lead_unit_id else None
    row = Application(
        case_id=case.id,
        division=case.division,
        kind=rule.code,
        state=PENDING,
        rule_code=rule.code,
        levels=[{"by": level.by, "at": level.at} for level in levels],
        applicant_id=actor.id,
        applicant_name=actor.name,
        applicant_post=post,
        unit_id=None if unit is None else unit.id,
        unit_path="" if unit is None else unit.path,
        reason=new.reason,
        text=new.text.strip(),
        until=new.until,
        attachments=list(new.attachments),
        created_at=now,
    )
    try:
        with transaction.atomic():
            row.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict(
            "application.pending", f"已有{rule.name}申请在审批中", "another is in flight"
        ) from error
    return row


def decide(
    actor: Actor, application_id: UUID, *, approve: bool, note: str = "", expected_version: int | None = None
) -> ApplicationInfo:
    """Approve or reject at the level whose turn it is; a rejection ends the application.

    Nobody decides on an own application; with ``distinct`` nobody decides twice. Raises NotFound, Forbidden,
    Conflict (decided already, or the case has moved on), Stale (the application's version).
    """
    now = clock.now()
    with atomic():
        held, row, rule = _take(actor, application_id, expected_version)
        level = Level(**row.levels[row.level])
        _may_decide(actor, held.case, rule, row, level)
        if not approve and not note.strip():
            raise Invalid("application.note", "不批准须说明理由", "a rejection needs a reason", field="note")
        decision = "approved" if approve else "rejected"
        ApplicationStep.objects.create(
            application=row,
            no=row.level + 1,
            post=level.by,
            decision=decision,
            note=note.strip(),
            by_id=actor.id,
            by_name=actor.name,
            at=now,
        )
        row.level += 1
        if not approve:
            _end(actor, held, rule, row, "rejected", note, level.by, now)
        elif row.level == len(row.levels):
            _approve(actor, held, rule, row, level.by, now, note)
        else:
            _save(row)
            line = {"reason": note or "同意，报下一级", "application_id": row.pk}
            cases.remark(actor, held, f"{rule.code}_passed", line, post=level.by)
            _ask(held.case, rule, row)
    return info(row)


def withdraw(actor: Actor, application_id: UUID, expected_version: int | None = None) -> ApplicationInfo:
    """Take an own application back while it is pending. Raises NotFound, Forbidden, Conflict, Stale."""
    with atomic():
        held, row, rule = _take(actor, application_id, expected_version)
        if actor.id is None or row.applicant_id != actor.id:
            raise Forbidden("application.not_yours", "只有申请人可以撤回", "only the applicant may withdraw")
        _end(actor, held, rule, row, "withdrawn", "申请人撤回", row.applicant_post, clock.now())
    return info(row)


def lapse(case_id: UUID, words: str) -> int:
    """End pending applications of a case whose state no longer allows them; give how many."""
    with atomic():
        held = cases.hold(PLATFORM, case_id)
        known = rules(held.case)
        rows = Application.objects.select_for_update().filter(case_id=case_id, state=PENDING)
        gone = [r for r in rows if r.kind in known and held.case.state not in known[r.kind].states]
        for row in gone:
            held = _end(PLATFORM, held, known[row.kind], row, "lapsed", words, Post.SYSTEM.value, clock.now())
    return len(gone)


def resume(actor: Actor, case_id: UUID, reason: str, expected_version: int | None = None) -> CaseInfo:
    """End a suspension early: what was left runs on. Raises NotFound, Forbidden, Conflict, Stale."""
    with atomic():
        held = cases.hold(actor, case_id, expected_version)
        return _resume(actor, held, reason, None)


def resume_due(limit: int = 200) -> int:
    """End suspensions whose approved end has come; give how many. Locks the case first, like every verb."""
    now = clock.now()
    due = Clock.objects.filter(resume_at__lte=now).order_by("resume_at").values_list("case_id", flat=True)
    ended = 0
    for case_id in list(due[:limit]):
        with atomic():
            held = cases.hold(PLATFORM, case_id)
            # Another worker, or a person, may have been faster while we waited for the case.
            if Clock.objects.filter(case_id=case_id, resume_at__lte=now).exists():
                _resume(PLATFORM, held, "挂账到期，自动恢复", frozenset({Post.SYSTEM.value}))
                ended += 1
    return ended


def _resume(actor: Actor, held: Held, reason: str, posts: Collection[str] | None) -> CaseInfo:
    last = (
        Application.objects.filter(case_id=held.case.id, state="approved", outcome__has_key="held_state")
        .order_by("-decided_at")
        .first()
    )
    back = None if last is None else last.outcome["held_state"]
    moved = cases.advance(actor, held, "resume", {"reason": reason}, to=back, posts=posts).case
    clocks.resume(moved, at=clock.now())
    return moved


def _take(actor: Actor, application_id: UUID, expected: int | None) -> tuple[Held, Application, ApprovalRule]:
    """Lock case, then application (always in this order). Raises NotFound, Conflict, Stale."""
    case_id = Application.objects.filter(pk=application_id).values_list("case_id", flat=True).first()
    unknown = NotFound("application.unknown", "没有这个申请", "no such application")
    if case_id is None:
        raise unknown
    try:
        held = cases.hold(actor, case_id)
    except NotFound:
        raise unknown from None
    row = Application.objects.select_for_update(of=("self",)).get(pk=application_id)
    if expected is not None and row.version != expected:
        raise Stale(
            "application.stale", "申请已被他人处理，请刷新", "changed by somebody else", version=row.version
        )
    if row.state != PENDING:
        word = DECISIONS_ZH[row.state]
        raise Conflict(
            "application.decided", f"该申请{word}", f"the application is {row.state}", state=row.state
        )
    return held, row, rules(held.case)[row.kind]


def _may_decide(actor: Actor, case: CaseInfo, rule: ApprovalRule, row: Application, level: Level) -> None:
    posts = case_queries.acting_posts(actor, case, unit_path=row.unit_path if level.at == "unit" else "")
    if level.by not in posts or actor.id is None:
        raise Forbidden("application.not_your_turn", "该申请现在不由您审批", "it is not yours to decide now")
    if actor.id == row.applicant_id:
        raise Forbidden("application.own", "不能审批自己的申请", "nobody decides on an own application")
    if rule.distinct and row.steps.filter(by_id=actor.id).exists():
        raise Forbidden(
            "application.same_person", "初审与复审不能为同一人", "two different persons must review"
        )


def _approve(
    actor: Actor, held: Held, rule: ApprovalRule, row: Application, post: str, now: datetime, note: str = ""
) -> None:
    """Give the application its effect: the case's move, the clocks, the outcome kept with it."""
    case = held.case
    line = {"reason": note or row.text, "application_id": row.pk, "until": _iso(row.until)}
    posts = frozenset({post, Post.SYSTEM.value})
    if rule.effect == "suspend":
        if row.until is not None and row.until <= now:
            raise Conflict("application.until_past", "挂账期限已过，请驳回后重新申请", "its end has passed")
        row.outcome = {"held_state": case.state}
        held = cases.advance(actor, held, "suspend", line, posts=posts)
        clocks.pause(held.case, at=now, until=row.until)
    elif rule.effect == "extend":
        held = cases.advance(actor, held, "extend", line, posts=posts)
        due = clocks.extend(held.case, at=now)
        row.outcome = {"due_before": _iso(case.due_at), "due_after": _iso(due)}
    else:
        row.outcome = {"excluded": clocks.exclude(case.id)}
    _end(actor, held, rule, row, "approved", note, post, now)


def _end(
    actor: Actor,
    held: Held,
    rule: ApprovalRule,
    row: Application,
    state: str,
    words: str,
    post: str,
    now: datetime,
) -> Held:
    row.state, row.decided_at = state, now
    _save(row)
    told = ApplicationDecided(
        case_id=row.case_id, application_id=row.pk, kind=row.kind, state=state, division=row.division
    )
    line = {"reason": words, "application_id": row.pk}
    after = cases.remark(actor, held, f"{rule.code}_{state}", line, post=post, facts=(told,))
    if row.applicant_id is not None and state != "withdrawn":
        params = {
            "number": held.case.number,
            "title": held.case.title,
            "kind": rule.name,
            "decision": DECISIONS_ZH[state],
            "reason": words,
        }
        messaging.notify([_notice(row, row.applicant_id, "application.decided", params)])
    return after


def _save(row: Application) -> None:
    row.version += 1
    row.save(update_fields=["state", "version", "level", "outcome", "decided_at"])


def _ask(case: CaseInfo, rule: ApprovalRule, row: Application) -> None:
    """Tell those whose turn it is; the applicant is left out."""
    level = Level(**row.levels[row.level])
    receivers = Receivers()
    if level.at == "unit":
        found = receivers.heads([row.unit_id]) if row.unit_id is not None else ()
    else:
        found = receivers.holders(Post(level.by), case.hub or case.division)
    params = {
        "number": case.number,
        "title": case.title,
        "kind": rule.name,
        "by": row.applicant_name,
        "reason": row.text,
    }
    users = [user for user in found if user != row.applicant_id]
    messaging.notify([_notice(row, user, "application.filed", params) for user in users])


def _notice(row: Application, user: int, template: str, params: dict[str, str]) -> Notice:
    return Notice(
        key=f"application:{row.pk}:{row.state}:{row.level}",
        to_user=user,
        template=template,
        params=params,
        case_id=row.case_id,
        division=row.division,
        link=f"/desk/cases/{row.case_id}",
    )


def _iso(at: datetime | None) -> str | None:
    return None if at is None else timezone.localtime(at).isoformat(timespec="minutes")
