# SPDX-License-Identifier: Apache-2.0
"""Writing one change of a case: the row, if nobody was faster, and its line."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final

from tongguan.cases.contracts import CaseInfo, Held
from tongguan.cases.facts import CaseClosed, CaseMoved, CaseReopened
from tongguan.cases.lifecycle import Plan, Process
from tongguan.cases.models import Case, TimelineEntry
from tongguan.cases.visibility import FIELDS
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict
from tongguan.kernel.facts import Fact
from tongguan.people.contracts import Actor
from tongguan.tables import api as tables

#: Columns a move may set besides those of the table.
_SETTABLE: Final = frozenset(
    {
        "item_code",
        "kind",
        "urgency",
        "filing_rule_id",
        "filing",
        "hub",
        "lead_unit_id",
        "lead_unit_path",
        "handler_id",
        "collector_id",
        "held_state",
    }
)


def check_window(process: Process, case: CaseInfo, plan: Plan) -> None:
    """Refuse to reopen what was closed too long ago. Raises Conflict."""
    days = process.settings["reopen_days"]
    if plan.reopened and case.closed_at and (clock.now() - case.closed_at).days >= days:
        raise Conflict(
            "case.too_late",
            f"结案已满 {days} 天，不能重开，请另行立案",
            f"closed {days} days ago or more: open a new case",
            days=days,
        )


def columns_of(held: Held, plan: Plan, at: datetime, values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the columns a planned move changes."""
    unknown = values.keys() - _SETTABLE
    if unknown:
        message = f"a move may not set {sorted(unknown)}"
        raise ValueError(message)
    columns: dict[str, Any] = {**values, "state": plan.to, "stage": plan.stage}
    for name in plan.move.counts:
        columns[name] = getattr(held.case, name) + 1
    if plan.final:
        columns |= {"closed_at": at, "due_at": None}
    elif plan.reopened:
        columns["closed_at"] = None
    if "filing_rule_id" in values:
        columns["filed_at"] = at
    return columns


def write(held: Held, columns: Mapping[str, Any], entry: TimelineEntry) -> Held:
    """Write columns and line if the case is still at the version that was read. Raises Conflict."""
    case = held.case
    changed = {**columns, "version": case.version + 1}
    head = {"line_no": entry.no, "line_hash": entry.hash}
    if not Case.objects.filter(pk=case.id, version=case.version).update(**changed, **head):
        raise Conflict("case.raced", "案件刚被他人更新，请刷新后再试", "somebody else was faster")
    tables.insert([entry])
    shown = {name: changed.get(name, getattr(case, name)) for name in FIELDS}
    return Held(case=CaseInfo(**shown), head=(entry.no, entry.hash))


def facts_of(actor: Actor, after: Held, plan: Plan) -> list[Fact]:
    """Give the facts that a move is told by."""
    case = after.case
    told: list[Fact] = [
        CaseMoved(
            division=case.division,
            case_id=case.id,
            move=plan.move.id,
            frm=plan.frm,
            to=plan.to,
            by=actor.key,
            no=after.head[0],
            lead_unit_id=case.lead_unit_id,
        )
    ]
    if plan.final:
        told.append(CaseClosed(division=case.division, case_id=case.id, state=plan.to))
    elif plan.reopened:
        told.append(CaseReopened(division=case.division, case_id=case.id, state=plan.to))
    return told
