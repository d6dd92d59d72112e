# SPDX-License-Identifier: Apache-2.0
"""A telling that is answered while it is told: kept as a report, with the answer and no case."""

from tongguan.intake import receiving
from tongguan.intake.contracts import Receipt, ReportIn, ReportState
from tongguan.intake.facts import ReportConsulted
from tongguan.intake.models import Report, ReportCorrection
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid
from tongguan.people.contracts import Actor
from tongguan.runtime import outbox, transactions
from tongguan.tellings.checks import check_report, check_text

_LONGEST = 5_000


def receive_answered(actor: Actor, told: ReportIn, reply: str, why: str = "来电咨询，当场答复") -> Receipt:
    """Keep a telling with the answer it was given; the same source and number again is the first receipt.

    Raises Forbidden, Invalid, Conflict (another client's number).
    """
    receiving.may_tell(actor)
    check_report(told, clock.now())
    check_text(reply, "reply", _LONGEST)
    if not reply.strip():
        raise Invalid("report.reply", zh="请填写答复", en="write the answer", field="reply")
    with transactions.atomic():
        # Triage in another process does not see the row before it is answered: they are one transaction.
        receipt = receiving.keep(actor, told)
        if receipt.repeated:
            return receipt
        row = Report.objects.get(pk=receipt.report_id)
        now = clock.now()
        ReportCorrection.objects.create(
            report=row,
            changes={"reply": reply.strip()},
            reason=why,
            actor_key=actor.key,
            actor_name=actor.name,
            at=now,
        )
        row.state, row.triaged_at = ReportState.CONSULTED, now
        row.save(update_fields=["state", "triaged_at"])
        outbox.publish(ReportConsulted(report_id=str(row.id), division=row.placed))
        return receiving.receipt_of(row, repeated=False)
