# SPDX-License-Identifier: Apache-2.0
"""Verbs of cases: open, move, note, involve.

``move`` changes state, timeline and facts; work orders, clocks and notices come with
``dispatch.api.perform``, which is what doors and jobs call.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from tongguan.cases import changes, opening, timeline, versions
from tongguan.cases.contracts import COUNTERS, CaseInfo, Held, NewCase
from tongguan.cases.facts import CaseDueChanged, CaseNoted
from tongguan.cases.joining import hold_many, join_held, remark_held
from tongguan.cases.lifecycle import Process, check
from tongguan.cases.models import Case, Involvement
from tongguan.cases.opening import Carry
from tongguan.cases.reach import acting_posts
from tongguan.cases.visibility import FIELDS, visible_q
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, NotFound, Stale
from tongguan.kernel.facts import Fact
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic
from tongguan.tables import api as tables

__all__ = [
    "Carry",
    "advance",
    "hold",
    "hold_many",
    "involve",
    "involve_in",
    "join_held",
    "move",
    "note",
    "open_cases",
    "process_of",
    "publish_process",
    "remark",
    "remark_held",
    "set_due",
]


def open_cases(actor: Actor, new: Sequence[NewCase], carry: Carry | None = None) -> list[CaseInfo]:
    """Open cases set-based, in the order given. Raises Invalid (naming the row), Forbidden.

    Who opens must hold a post that may report over each case's division. ``carry`` is asked, before
    anything is written, how far each case goes in the moment it is opened.
    """
    if not new:
        return []
    with atomic():
        return opening.open_all(actor, new, carry)


def hold(actor: Actor, case_id: UUID, expected_version: int | None = None) -> Held:
    """Lock a visible case for the open transaction. Raises NotFound, Stale."""
    rows = Case.objects.select_for_update(of=("self",)).filter(visible_q(actor), pk=case_id)
    row = next(iter(rows[:1]), None)
    if row is None:
        raise NotFound("case.unknown", "没有这个案件", "no such case")
    case = CaseInfo(**{name: getattr(row, name) for name in FIELDS})
    if expected_version is not None and case.version != expected_version:
        raise Stale(
            "case.stale",
            f"案件已被他人更新（现为第 {case.version} 版），请刷新后再试",
            f"the case was changed by somebody else; it is at version {case.version}",
            version=case.version,
        )
    return Held(case=case, head=(row.line_no, row.line_hash))


def process_of(case: CaseInfo) -> Process:
    """Give the process version the case began with."""
    return versions.of(case.process_code, case.process_version)


def move(
    actor: Actor,
    case_id: UUID,
    move_id: str,
    inputs: Mapping[str, Any],
    expected_version: int | None = None,
    *,
    to: str | None = None,
    values: Mapping[str, Any] | None = None,
) -> CaseInfo:
    """Make one move of the case's table and give the case as it is then.

    One transaction, at most one winner per version. Raises NotFound, Forbidden, Invalid, Conflict, Stale.
    """
    with atomic():
        return advance(
            actor, hold(actor, case_id, expected_version), move_id, inputs, to=to, values=values
        ).case


def advance(
    actor: Actor,
    held: Held,
    move_id: str,
    inputs: Mapping[str, Any],
    *,
    to: str | None = None,
    posts: Collection[str] | None = None,
    values: Mapping[str, Any] | None = None,
    evidence: Mapping[str, Any] | None = None,
    facts: Iterable[Fact] = (),
) -> Held:
    """Make one move of a case that ``hold`` locked in the open transaction; give it as it is then.

    ``posts``: what the caller found the actor to be towards this case; ``values``: further columns;
    ``facts``: published with the move. Raises Forbidden, Invalid, Conflict.
    """
    case, process = held.case, process_of(held.case)
    line = process.move(move_id)
    mine = acting_posts(actor, case, higher=line.higher) if posts is None else frozenset(posts)
    plan = check(process, case.state, move_id, mine, inputs, to)
    changes.check_window(process, case, plan)
    at = clock.now()
    entry = timeline.entry(
        actor,
        case.id,
        held.head,
        move=move_id,
        frm=plan.frm,
        to=plan.to,
        post=plan.post,
        at=at,
        inputs=inputs,
        evidence=evidence or {},
    )
    after = changes.write(held, changes.columns_of(held, plan, at, values or {}), entry)
    outbox.publish(*changes.facts_of(actor, after, plan), *facts)
    return after


def note(
    actor: Actor, case_id: UUID, word: str, inputs: Mapping[str, Any], *, counts: Collection[str] = ()
) -> CaseInfo:
    """Write a line on a visible case's timeline that leaves its state (催办、督办、批示 …). Raises NotFound.

    The caller has checked that the actor may; ``counts`` are counters that grow with it.
    """
    with atomic():
        return remark(actor, hold(actor, case_id), word, inputs, counts=counts).case


def remark(
    actor: Actor,
    held: Held,
    word: str,
    inputs: Mapping[str, Any],
    *,
    post: str = "",
    counts: Collection[str] = (),
    values: Mapping[str, Any] | None = None,
    evidence: Mapping[str, Any] | None = None,
    facts: Iterable[Fact] = (),
) -> Held:
    """Write a line that leaves the state, on a case that ``hold`` locked; give the case as it is then."""
    unknown = set(counts) - set(COUNTERS)
    if unknown:
        message = f"unknown counters: {sorted(unknown)}"
        raise ValueError(message)
    case = held.case
    entry = timeline.entry(
        actor,
        case.id,
        held.head,
        move=word,
        frm=case.state,
        to=case.state,
        post=post,
        at=clock.now(),
        inputs=inputs,
        evidence=evidence or {},
    )
    columns = {name: getattr(case, name) + 1 for name in counts}
    after = changes.write(held, {**columns, **(values or {})}, entry)
    told = CaseNoted(division=case.division, case_id=case.id, move=word, by=actor.key, no=entry.no)
    outbox.publish(told, *facts)
    return after


def involve(case_id: UUID, units: Iterable[tuple[int, str]], role: str) -> None:
    """Let units (id, path) see and have part in a case; again is no change. For verbs of upper floors."""
    found = Case.objects.filter(pk=case_id).values_list("division", "opened_at").get()
    now = clock.now()
    Involvement.objects.bulk_create(
        [
            Involvement(
                case_id=case_id,
                unit_id=unit_id,
                unit_path=path,
                role=role,
                division=found[0],
                opened_at=found[1],
                since=now,
            )
            for unit_id, path in units
        ],
        ignore_conflicts=True,
    )


def involve_in(parts: Iterable[tuple[CaseInfo, int, str, str]], *, first: bool = False) -> None:
    """Involve units in cases that are at hand, given as (case, unit id, path, role), in one statement.

    ``first``: the cases were opened in this transaction, and each unit stands once.
    """
    now = clock.now()
    rows = [
        tables.fresh(
            Involvement,
            case_id=case.id,
            unit_id=unit_id,
            unit_path=path,
            role=role,
            division=case.division,
            opened_at=case.opened_at,
            since=now,
        )
        for case, unit_id, path, role in parts
    ]
    tables.insert(rows, ignore=not first)


def set_due(due: Mapping[UUID, datetime | None]) -> None:
    """Set when the running stages are due; part of a clock's change, so no line and no new version."""
    tables.update([tables.fresh(Case, id=pk, due_at=due_at) for pk, due_at in due.items()], ["due_at"])


def tell_due_changed(case: CaseInfo) -> None:
    """Announce that a due time was set without a move, which tells of its own."""
    outbox.publish(CaseDueChanged(division=case.division, case_id=case.id))


def publish_process(actor: Actor, body: Mapping[str, Any]) -> Process:
    """Publish a city's process table as a new version. Raises Forbidden, Invalid (all faults named)."""
    if Post.SYSADMIN not in actor.scope.posts() and Post.SYSTEM not in actor.scope.posts():
        raise Forbidden(
            "process.not_your_post", "只有系统管理员可以发布流程", "only a system administrator may"
        )
    with atomic():
        process = versions.publish(body, actor.name)
        audit.record(actor, "process.publish", f"process:{process.code}", {"version": process.version})
    return process
