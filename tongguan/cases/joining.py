# SPDX-License-Identifier: Apache-2.0
"""Further tellings of cases that are there: many at once, in statements that do not depend on how many."""

from collections.abc import Collection, Mapping, Sequence
from uuid import UUID

from tongguan.cases import timeline
from tongguan.cases.contracts import CaseInfo, Held, Joining, case_info
from tongguan.cases.facts import CaseNoted
from tongguan.cases.models import Case, TimelineEntry
from tongguan.cases.visibility import FIELDS, visible_q
from tongguan.kernel import clock
from tongguan.people.contracts import Actor
from tongguan.runtime import outbox
from tongguan.tables import api as tables


def hold_many(actor: Actor, case_ids: Collection[UUID]) -> dict[UUID, Held]:
    """Lock visible cases for the open transaction, in one order for everybody; the others are left out."""
    rows = Case.objects.select_for_update(of=("self",)).filter(visible_q(actor), id__among=case_ids)
    found = {}
    for row in rows.order_by("id").values(*FIELDS, "line_no", "line_hash"):
        head = (row.pop("line_no"), row.pop("line_hash"))
        found[row["id"]] = Held(case=case_info(row), head=head)
    return found


def join_held(actor: Actor, held: Mapping[UUID, Held], joins: Sequence[Joining]) -> list[CaseInfo]:
    """Count further tellings on cases that ``hold_many`` locked, one of each; give them as they are then."""
    at = clock.now()
    rows: list[Case] = []
    lines: list[TimelineEntry] = []
    after: list[CaseInfo] = []
    for join in joins:
        case, head = held[join.case_id].case, held[join.case_id].head
        line = timeline.entry(
            actor,
            case.id,
            head,
            move="join",
            frm=case.state,
            to=case.state,
            post="",
            at=at,
            inputs={"reason": join.words, "reports": join.tellings, "people": join.people},
            evidence={},
        )
        grown = case.changed(reporter_count=case.reporter_count + join.people, version=case.version + 1)
        rows.append(
            tables.fresh(
                Case,
                id=case.id,
                reporter_count=grown.reporter_count,
                version=grown.version,
                line_no=line.no,
                line_hash=line.hash,
            )
        )
        lines.append(line)
        after.append(grown)
    tables.update(rows, ["reporter_count", "version", "line_no", "line_hash"])
    tables.insert(lines)
    outbox.publish(
        *(
            CaseNoted(division=case.division, case_id=case.id, move="join", by=actor.key, no=line.no)
            for case, line in zip(after, lines, strict=True)
        )
    )
    return after
