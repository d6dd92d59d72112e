# SPDX-License-Identifier: Apache-2.0
"""Opening hand-overs for a batch of tellings: once per case and service, told to who is on duty at once."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.cases import queries as casebook
from tongguan.cases.contracts import CaseInfo, Noting
from tongguan.handover import telling, words
from tongguan.handover.contracts import OPEN, HandoverState, Noticed
from tongguan.handover.danger import Rules
from tongguan.handover.facts import DangerNoticed, HandoverTold
from tongguan.handover.models import Handover, HandoverStep
from tongguan.kernel import clock
from tongguan.kernel.facts import Fact
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime import audit, outbox, transactions

CRITICAL: Final = "critical"
_Key = tuple[UUID | None, str]


def open_for(noticed: Sequence[Noticed]) -> list[UUID]:
    """Open hand-overs for these tellings in the open transaction; give the ids of new ones.

    A case that has an open one for the service gets a line instead; a telling counts once, however often
    it is handed in. The cases become 特急. Statements do not grow with the tellings, only with the matters
    that are newly dangerous. Raises RuntimeError outside a transaction.
    """
    if not transactions.in_transaction():
        message = "open_for() needs the transaction that placed the tellings"
        raise RuntimeError(message)
    if not noticed:
        return []
    noticed = list({one.report_id: one for one in noticed}.values())
    rules, now = words.rules(), clock.now()
    known = casebook.cases_by_id(PLATFORM, {n.case_id for n in noticed if n.case_id is not None})
    steps = HandoverStep.objects.filter(report_id__in=[n.report_id for n in noticed])
    told: set[_Key] = {
        (report, service) for report, service in steps.values_list("report_id", "handover__service") if report
    }
    placed = _attach(noticed, told, now)
    fresh = [
        (one, service) for one in noticed for service in one.danger.services
        if (one.report_id, service) not in told
    ]  # fmt: skip
    running = _running(fresh)
    made: dict[_Key, Handover] = {}
    for one, service in fresh:
        key = (one.case_id or one.report_id, service)
        if key not in running and key not in made:
            made[key] = _row(one, service, known, rules, now)
    Handover.objects.bulk_create(made.values(), ignore_conflicts=True)
    running = _running(fresh, lock=True)
    new = [running[key] for key, row in made.items() if key in running and running[key].id == row.id]
    again = _write(fresh, running, {row.id for row in new}, now)
    _mark_critical(new, rules)
    opened = [
        DangerNoticed(handover_id=row.id, case_id=row.case_id, service=row.service, division=row.division)
        for row in new
    ]
    facts: list[Fact] = [*placed, *opened, *again]
    if facts:
        outbox.publish(*facts)
    if new:
        audit.record_many(
            PLATFORM,
            "handover.notice",
            [
                (f"handover:{r.id}", {"service": r.service, "score": r.score, "rules": r.rules_version})
                for r in new
            ],
        )
        telling.tell_noticed(new, known, rules, now)
    return [row.id for row in new]


def _row(one: Noticed, service: str, known: dict[UUID, CaseInfo], rules: Rules, now: datetime) -> Handover:
    case = known.get(one.case_id) if one.case_id is not None else None
    danger = one.danger
    return Handover(
        case_id=None if case is None else case.id,
        report_id=one.report_id,
        service=service,
        division=case.division if case is not None else one.division,
        score=danger.scores[service],
        words=danger.explanation,
        spoken=[asdict(spoken) for spoken in danger.spoken],
        rules_version=danger.version,
        urgency_before=one.usual if case is None or case.urgency == CRITICAL else case.urgency,
        noticed_at=now,
        next_at=after(rules, HandoverState.OPEN, 0, now),
    )


def after(rules: Rules, state: str, rung: int, since: datetime) -> datetime | None:
    """Give when the ladder's rung comes for a state that began ``since``; None after the last."""
    rungs = rules.ladder.get(state, ())
    return since + timedelta(minutes=rungs[rung].minutes) if rung < len(rungs) else None


def _told(row: Handover) -> HandoverTold:
    return HandoverTold(handover_id=row.id, case_id=row.case_id, no=row.line_no, division=row.division)


def _attach(noticed: Sequence[Noticed], told: set[_Key], now: datetime) -> list[HandoverTold]:
    """Give hand-overs of tellings that had no place then the case they have now."""
    placed: dict[UUID | None, tuple[UUID, str]] = {
        n.report_id: (n.case_id, n.division) for n in noticed if n.case_id is not None
    }
    again = {report_id for report_id, _ in told} & placed.keys()
    facts: list[HandoverTold] = []
    if not again:
        return facts
    loose = Handover.objects.select_for_update().filter(
        report_id__in=again, case__isnull=True, state__in=OPEN
    )
    for row in loose.order_by("id"):
        case_id, division = placed[row.report_id]
        if not Handover.objects.filter(case_id=case_id, service=row.service, state__in=OPEN).exists():
            row.case_id = case_id
            row.division = division or row.division
            add_step(PLATFORM, row, "placed", now)
            row.save(update_fields=["case", "division", "line_no"])
            facts.append(_told(row))
    return facts


def _running(fresh: Sequence[tuple[Noticed, str]], *, lock: bool = False) -> dict[_Key, Handover]:
    rows = Handover.objects.filter(
        case_id__in={one.case_id for one, _ in fresh if one.case_id is not None}, state__in=OPEN
    ) | Handover.objects.filter(
        report_id__in={one.report_id for one, _ in fresh if one.case_id is None}, case__isnull=True
    )
    if lock:
        rows = rows.select_for_update()
    return {(row.case_id or row.report_id, row.service): row for row in rows.order_by("id")}


def _write(
    fresh: Sequence[tuple[Noticed, str]], running: dict[_Key, Handover], new: set[UUID], now: datetime
) -> list[HandoverTold]:
    """Write a line for each telling; give the facts of those that found their hand-over there."""
    lines, touched, facts = [], {}, []
    for one, service in fresh:
        row = running.get((one.case_id or one.report_id, service))
        if row is None:
            continue
        kind = "noticed" if row.id in new and row.report_id == one.report_id else "told_again"
        lines.append(step(PLATFORM, row, kind, now, note=one.danger.explanation, report_id=one.report_id))
        touched[row.id] = row
        if kind == "told_again":
            facts.append(_told(row))
    HandoverStep.objects.bulk_create(lines)
    Handover.objects.bulk_update(touched.values(), ["line_no"])
    return facts


def step(actor: Actor, row: Handover, kind: str, at: datetime, **values: object) -> HandoverStep:
    """Give the next line of a locked hand-over, unsaved; the row's number has grown."""
    row.line_no += 1
    return HandoverStep(
        handover=row, no=row.line_no, kind=kind, at=at,
        actor_key=actor.key, actor_name=actor.name, **values,
    )  # fmt: skip


def add_step(actor: Actor, row: Handover, kind: str, at: datetime, **values: object) -> None:
    """Store the next line of a locked hand-over; the caller saves the row."""
    step(actor, row, kind, at, **values).save(force_insert=True)


def _mark_critical(new: Sequence[Handover], rules: Rules) -> None:
    """Write on the cases' timelines that danger was noticed, and make them 特急; all cases at once."""
    by_case: dict[UUID, list[Handover]] = {}
    for row in new:
        if row.case_id is not None:
            by_case.setdefault(row.case_id, []).append(row)
    if not by_case:
        return
    notes = []
    for case_id in sorted(by_case):
        rows = by_case[case_id]
        whom = "、".join(f"{rules.services[r.service].number} {rules.services[r.service].name}" for r in rows)
        told = {"reason": f"疑似险情，待转{whom}。{rows[0].words}", "services": [r.service for r in rows]}
        notes.append(Noting(case_id=case_id, word="danger", inputs=told, columns={"urgency": CRITICAL}))
    cases.remark_held(PLATFORM, cases.hold_many(PLATFORM, by_case), notes)
