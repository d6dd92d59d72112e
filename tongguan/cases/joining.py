# SPDX-License-Identifier: Apache-2.0
"""Lines of many cases that are there, as for further tellings, in statements that do not grow with them."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from tongguan.cases import timeline
from tongguan.cases.contracts import CaseInfo, Held, Joining, Noting, case_info
from tongguan.cases.facts import CaseNoted
from tongguan.cases.models import Case, TimelineEntry
from tongguan.cases.visibility import FIELDS, visible_q
from tongguan.kernel import clock
from tongguan.people.contracts import Actor
from tongguan.runtime import outbox
from tongguan.tables import api as tables


def hold_many(actor: Actor, case_ids: Collection[UUID]) -> dict[UUID, Held]:
    """Lock visible cases for the open transaction, in one order for everybody; the others are left out."""
    if not case_ids:
        return {}
    rows = Case.objects.select_for_update(of=("self",)).filter(visible_q(actor), id__among=case_ids)
    found = {}
    for row in rows.order_by("id").values(*FIELDS, "line_no", "line_hash"):
        head = (row.pop("line_no"), row.pop("line_hash"))
        found[row["id"]] = Held(case=case_info(row), head=head)
    return found


def join_held(actor: Actor, held: Mapping[UUID, Held], joins: Sequence[Joining]) -> list[CaseInfo]:
    """Count further tellings on cases that ``hold_many`` locked, one of each; give them as they are then."""
    notes = []
    for join in joins:
        grown = held[join.case_id].case.reporter_count + join.people
        columns = {"reporter_count": grown}
        notes.append(Noting(case_id=join.case_id, word="join", inputs=join.inputs(), columns=columns))
    return remark_held(actor, held, notes)


def remark_held(actor: Actor, held: Mapping[UUID, Held], notes: Sequence[Noting]) -> list[CaseInfo]:
    """Write a line that leaves the state on each of the cases that ``hold_many`` locked, one line of each.

    Gives them as they are then. Statements do not grow with the cases.
    """
    at = clock.now()
    columns = sorted({name for note in notes for name in note.columns})
    rows: list[Case] = []
    lines: list[TimelineEntry] = []
    after: list[CaseInfo] = []
    for note in notes:
        case, head = held[note.case_id].case, held[note.case_id].head
        line = timeline.entry(
            actor,
            case.id,
            head,
            move=note.word,
            frm=case.state,
            to=case.state,
            post="",
            at=at,
            inputs=note.inputs,
            evidence={},
        )
        grown = case.changed(**note.columns, version=case.version + 1)
        changed = {name: getattr(grown, name) for name in (*columns, "version")}
        rows.append(tables.fresh(Case, id=case.id, line_no=line.no, line_hash=line.hash, **changed))
        lines.append(line)
        after.append(grown)
    tables.update(rows, [*columns, "version", "line_no", "line_hash"])
    tables.insert(lines)
    outbox.publish(
        *(
            CaseNoted(division=case.division, case_id=case.id, move=line.move, by=actor.key, no=line.no)
            for case, line in zip(after, lines, strict=True)
        )
    )
    return after
