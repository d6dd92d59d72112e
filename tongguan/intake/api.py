# SPDX-License-Identifier: Apache-2.0
"""Verbs of intake: receive tellings, triage them, put right what could not be placed or read."""

from uuid import UUID

import msgspec

from tongguan.intake import learned, sealing, triage
from tongguan.intake.answering import receive_answered
from tongguan.intake.contracts import Correction, Receipt, ReporterIn, ReportInfo, ReportState
from tongguan.intake.facts import ReportConsulted
from tongguan.intake.models import Report, ReportCorrection
from tongguan.intake.parcels import accept, dismiss, keep, open_unread, replay, replay_many, settle
from tongguan.intake.parting import put_with, take_out
from tongguan.intake.queries import of_caller, report_row, reviews
from tongguan.intake.receiving import MAX_BATCH, TELLERS, receipt_of, receive, receive_many
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people.contracts import Actor
from tongguan.runtime import audit, outbox, transactions
from tongguan.tellings.checks import check_codes, check_coordinates, check_text

__all__ = [
    "MAX_BATCH",
    "TELLERS",
    "accept",
    "consult",
    "correct_and_replay",
    "dismiss",
    "keep",
    "look_up_caller",
    "open_contact",
    "open_unread",
    "put_with",
    "receive",
    "receive_answered",
    "receive_many",
    "replay",
    "replay_many",
    "settle",
    "take_out",
    "triage_batch",
]


def triage_batch(limit: int = 500) -> int:
    """Triage up to ``limit`` waiting reports; give how many left the waiting state."""
    return triage.batch(limit)


def correct_and_replay(actor: Actor, report_id: UUID, correction: Correction, reason: str) -> Receipt:
    """Add a correction to a quarantined report and triage it again, in one transaction.

    The telling stays as told. Raises NotFound, Forbidden, Invalid, Conflict (not quarantined).
    """
    _may_review(actor)
    check_text(reason, "reason", 500)
    if not reason.strip():
        raise Invalid("report.reason", zh="请写明更正原因", en="say why", field="reason")
    changes = {key: value for key, value in msgspec.to_builtins(correction).items() if value is not None}
    _check_correction(changes)
    with transactions.atomic():
        row = report_row(actor, report_id, lock=True)
        _must_be_quarantined(row)
        ReportCorrection.objects.create(
            report=row,
            changes=changes,
            reason=reason.strip(),
            actor_key=actor.key,
            actor_name=actor.name,
            at=clock.now(),
        )
        if "item_code" in changes:
            learned.corrected(actor, row.id, str(changes["item_code"]))
        triage.run([row.id])
        return receipt_of(Report.objects.get(pk=row.id), repeated=False)


def consult(actor: Actor, report_id: UUID, reply: str) -> Receipt:
    """Answer a quarantined report at once: a question needs no case.

    Raises NotFound, Forbidden, Invalid, Conflict.
    """
    _may_review(actor)
    check_text(reply, "reply", 500)
    if not reply.strip():
        raise Invalid("report.reply", zh="请填写答复", en="write the answer", field="reply")
    with transactions.atomic():
        row = report_row(actor, report_id, lock=True)
        _must_be_quarantined(row)
        now = clock.now()
        ReportCorrection.objects.create(
            report=row,
            changes={"reply": reply.strip()},
            reason="直接答复",
            actor_key=actor.key,
            actor_name=actor.name,
            at=now,
        )
        row.state, row.triaged_at, row.error, row.error_code = ReportState.CONSULTED, now, "", ""
        row.save(update_fields=["state", "triaged_at", "error", "error_code"])
        outbox.publish(ReportConsulted(report_id=str(row.id), division=row.placed))
        return receipt_of(row, repeated=False)


def open_contact(actor: Actor, report_id: UUID, reason: str) -> ReporterIn:
    """Open the sealed contact of a report for a call back; who opened it and why is audited.

    Raises NotFound (also when the reporter left none), Forbidden, Invalid (no reason), Conflict (its
    key is lost; that it was tried is audited all the same).
    """
    _may_review(actor)
    check_text(reason, "reason", 200, line=True)
    if not reason.strip():
        raise Invalid("report.reason", zh="请写明查看原因", en="say why", field="reason")
    with transactions.atomic():
        row = report_row(actor, report_id)
        if not row.contact_seal:
            raise NotFound("report.no_contact", zh="没有留下联系方式", en="no contact was left")
        audit.record(actor, "report.open_contact", f"report:{row.id}", {"reason": reason.strip()})
    return sealing.open_contact(row)


def look_up_caller(actor: Actor, phone: str, limit: int = 20) -> list[ReportInfo]:
    """Find what a telephone number told before, newest first, within scope; audited without the number.

    Raises Forbidden, Invalid (no telephone number).
    """
    _may_review(actor)
    check_text(phone, "phone", 40, line=True)
    key = sealing.caller_key(phone)
    if not key:
        raise Invalid("caller.phone", zh="不是电话号码", en="not a telephone number", field="phone")
    with transactions.atomic():
        audit.record(actor, "caller.look_up", f"caller:{key}", {})
    return of_caller(actor, key, limit=limit)


def _may_review(actor: Actor) -> None:
    if not reviews(actor):
        raise Forbidden(
            "report.not_reviewer", zh="您的岗位不能处理隔离上报", en="your posts may not review reports"
        )


def _must_be_quarantined(row: Report) -> None:
    if row.state != ReportState.QUARANTINED:
        raise Conflict("report.not_quarantined", zh="该上报不在隔离区", en="the report is not quarantined")


def _check_correction(changes: dict[str, object]) -> None:
    if not changes:
        raise Invalid("report.no_change", zh="没有任何更正", en="nothing is corrected", field="item_code")
    lon, lat = changes.get("lon"), changes.get("lat")
    check_coordinates(
        lon if isinstance(lon, float | int) else None,
        lat if isinstance(lat, float | int) else None,
        str(changes.get("system", "WGS84")),
    )
    check_codes(str(changes.get("division", "")), str(changes.get("grid", "")))
    for field, longest in (("item_code", 20), ("address", 300)):
        check_text(str(changes.get(field, "")), field, longest, line=True)
