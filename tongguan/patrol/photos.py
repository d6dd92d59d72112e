# SPDX-License-Identifier: Apache-2.0
"""Photos that come after, or before, what they belong to: they wait until there is a case to go to."""

from typing import Final

from tongguan.cases import api as cases
from tongguan.intake import queries as reports
from tongguan.patrol.contracts import Kind, Outcome
from tongguan.patrol.models import FieldEntry
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.transactions import atomic

_AT_ONCE: Final = 500


def attach_waiting(user_id: int | None = None) -> int:
    """Give waiting photos (of one collector, or of all) to their cases; give how many entries found one."""
    waiting = FieldEntry.objects.filter(outcome=Outcome.WAITING)
    if user_id is not None:
        waiting = waiting.filter(user_id=user_id)
    if not waiting.exists():
        return 0
    done = 0
    with atomic():
        rows = list(waiting.select_for_update(skip_locked=True).order_by("id")[:_AT_ONCE])
        parents = {
            (row.user_id, row.client_id): row
            for row in FieldEntry.objects.filter(
                user_id__in={row.user_id for row in rows}, client_id__in={row.of for row in rows if row.of}
            )
        }
        placed = reports.cases_of([p.report_id for p in parents.values() if p.report_id is not None])
        for row in rows:
            parent = parents.get((row.user_id, row.of)) if row.of is not None else None
            if parent is None or parent.kind == Kind.PHOTOS:
                continue
            case_id = parent.case_id or (placed.get(parent.report_id) if parent.report_id else None)
            if case_id is None:
                continue
            words = f"{row.user_name}补充现场照片"
            cases.note(PLATFORM, case_id, "attach", {"note": words, "photos": row.body["photos"]})
            row.outcome, row.case_id = Outcome.ACCEPTED, case_id
            row.save(update_fields=["outcome", "case_id"])
            done += 1
    return done
