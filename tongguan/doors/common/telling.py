# SPDX-License-Identifier: Apache-2.0
"""From a told report to intake's contract, and from its receipt to the answer."""

from typing import Any

from tongguan.doors.common.problems import english
from tongguan.doors.common.reply import encode
from tongguan.doors.common.shapes import ReportTold
from tongguan.intake.contracts import Answer, Receipt, ReporterIn, ReportIn

_APART = {"reporter"}


def report_in(told: ReportTold, *, source: str = "", fallback_id: str = "") -> ReportIn:
    """Give intake's shape. The payload is kept as it came, but for the reporter, who is kept apart."""
    who = told.reporter
    return ReportIn(
        source=source or told.source,
        external_id=told.external_id or fallback_id,
        title=told.title,
        text=told.text,
        item_code=told.item_code,
        lon=told.lon,
        lat=told.lat,
        system=told.system,
        address=told.address,
        division=told.division,
        grid=told.grid,
        told_at=told.told_at,
        reporter=ReporterIn(who.name, who.phone, who.email, who.secret) if who else None,
        attachments=tuple(told.attachments),
        payload=encode(told.model_dump(exclude_unset=True, exclude=_APART)).decode(),
    )


def receipt_shown(receipt: Receipt) -> dict[str, Any]:
    """Give a receipt as callers see it."""
    return {
        "report_id": receipt.report_id,
        "tracking": receipt.tracking,
        "secret": receipt.secret,
        "state": receipt.state,
        "received_at": receipt.received_at,
        "repeated": receipt.repeated,
        "case_id": receipt.case_id,
        "error": receipt.error,
    }


def answer_shown(request: Any, answer: Answer) -> dict[str, Any]:
    """Give one answer of a batch: a receipt, what a gate holds, or what is wrong with this one."""
    if answer.receipt is not None:
        return {"index": answer.index, "ok": True, "receipt": receipt_shown(answer.receipt)}
    if answer.taken is not None:
        return {"index": answer.index, "ok": True, "held": answer.taken.id, "repeated": answer.taken.repeated}
    refusal = answer.refusal
    if refusal is None:
        message = "an answer holds a receipt or a refusal"
        raise ValueError(message)
    return {
        "index": answer.index,
        "ok": False,
        "code": refusal.code,
        "field": refusal.field or "",
        "detail": refusal.en if english(request) else refusal.zh,
    }
