# SPDX-License-Identifier: Apache-2.0
"""People put right what belongs together: take a telling out of a case, or put it with another (F15)."""

from contextlib import suppress
from uuid import UUID

from tongguan.cases import api as cases
from tongguan.cases.contracts import Joining
from tongguan.catalog import queries as catalog
from tongguan.dispatch import api as dispatch
from tongguan.intake import opening, triage
from tongguan.intake.contracts import Receipt, ReportState
from tongguan.intake.models import Report
from tongguan.intake.queries import report_row
from tongguan.intake.receiving import receipt_of
from tongguan.kernel.errors import Conflict, Refusal
from tongguan.matching import api as matching
from tongguan.matching import queries as matters
from tongguan.matching.contracts import Voice
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.runtime import transactions


def take_out(actor: Actor, report_id: UUID, reason: str) -> Receipt:
    """Give a telling a case of its own; the two stay different matters for good, whatever is told later.

    Raises NotFound, Forbidden, Invalid, Conflict (in no case, or the only telling of its case).
    """
    with transactions.atomic():
        row, old = _placed(actor, report_id)
        if not Report.objects.filter(case_id=old).exclude(pk=row.pk).exists():
            raise Conflict("report.alone", "本案只有这一条诉求，无需分出", "it is the case's only telling")
        (told,) = triage.read([row])
        told.item_code = told.item_code or cases.hold(PLATFORM, old).case.item_code
        new = opening.apart(
            told, catalog.items([told.item_code]), f"{actor.name}由原案件分出：{reason.strip()}"
        )
        (done,) = dispatch.open_many(PLATFORM, [new])
        people = _voices(actor, report_id)
        matching.unmerge(actor, report_id, done.case.id, reason)
        _count(old, -people, -1, f"{actor.name}分出一条诉求，另立案件 {done.case.number}：{reason.strip()}")
        return _stands(row, done.case.id, ReportState.OPENED)


def put_with(actor: Actor, report_id: UUID, case_id: UUID, reason: str) -> Receipt:
    """Put a telling into the case that a person found to be its matter; a case left empty is voided.

    Raises NotFound, Forbidden, Invalid, Conflict (in no case, there already, or said never to be one).
    """
    with transactions.atomic():
        row, old = _placed(actor, report_id)
        people = _voices(actor, report_id)
        matching.join(actor, report_id, case_id, reason)
        held = cases.hold_many(PLATFORM, {old, case_id})
        words = f"{actor.name}认定为同一事项：{reason.strip()}"
        cases.join_held(
            PLATFORM,
            held,
            [
                Joining(case_id=old, people=-people, tellings=-1, words=f"移出一条诉求，{words}"),
                Joining(case_id=case_id, people=people, tellings=1, words=f"并入一条诉求，{words}"),
            ],
        )
        receipt = _stands(row, case_id, ReportState.JOINED)
        if not Report.objects.filter(case_id=old).exists():
            with suppress(Refusal):  # work has begun, or another post must say so: it stays to be looked at
                dispatch.perform(actor, old, "void", {"reason": f"全部诉求已并入其他案件，{words}"})
        return receipt


def _placed(actor: Actor, report_id: UUID) -> tuple[Report, UUID]:
    row = report_row(actor, report_id, lock=True)
    if row.case_id is None:
        raise Conflict("report.no_case", "该诉求还没有案件", "the telling is in no case yet")
    return row, row.case_id


def _voices(actor: Actor, report_id: UUID) -> int:
    """Give how many people this telling counts for: nobody when its teller had told before."""
    return int(matters.decision(actor, report_id).voice != Voice.REMINDER)


def _count(case_id: UUID, people: int, tellings: int, words: str) -> None:
    held = cases.hold_many(PLATFORM, [case_id])
    cases.join_held(PLATFORM, held, [Joining(case_id=case_id, people=people, tellings=tellings, words=words)])


def _stands(row: Report, case_id: UUID, state: ReportState) -> Receipt:
    row.case_id, row.state = case_id, state
    row.save(update_fields=["case", "state"])
    return receipt_of(row, repeated=False)
