# SPDX-License-Identifier: Apache-2.0
"""Verbs of intake: receive tellings, triage them, put right what could not be placed."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from django.conf import settings
from django.db import IntegrityError

from tongguan.intake import triage
from tongguan.intake.checks import check_codes, check_coordinates, check_report, check_text
from tongguan.intake.contracts import Answer, Correction, Receipt, ReporterIn, ReportIn, ReportState
from tongguan.intake.facts import ReportConsulted
from tongguan.intake.models import Report, ReportCorrection
from tongguan.intake.pressure import gauge
from tongguan.intake.queries import report_row, reviews
from tongguan.intake.receipts import hash_of, secret_for
from tongguan.intake.spi import seals
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Refusal
from tongguan.kernel.ids import new_id, new_tracking_code
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit, outbox, transactions

MAX_BATCH = 1_000
#: Who may tell: people at the centres, on the streets, citizens and connected systems.
TELLERS = frozenset(
    {
        Post.ACCEPTOR,
        Post.DISPATCHER,
        Post.DUTY_CHIEF,
        Post.DEPARTMENT,
        Post.HANDLER,
        Post.COLLECTOR,
        Post.SUPERVISOR,
        Post.LEADER,
        Post.CITIZEN,
        Post.SYSTEM,
    }
)


def receive(actor: Actor, told: ReportIn, *, open_now: bool = False) -> Receipt:
    """Keep one telling and give its receipt; durable when this returns.

    The same source and external id is the same report under any race: the first receipt is given
    again. ``open_now`` triages it in the same transaction, for operators who wait for the case.
    Raises Forbidden, Invalid, Conflict (another client's number), Unavailable (too many wait).
    """
    _may_tell(actor)
    check_report(told, clock.now())
    if open_now:
        with transactions.atomic():
            receipt = _insert(actor, told)
            if not receipt.repeated:
                triage.run([receipt.report_id])
            return _receipt(report_row_by_id(receipt.report_id), repeated=receipt.repeated)
    gauge.check()
    return _insert(actor, told)


def receive_many(actor: Actor, many: Sequence[ReportIn]) -> list[Answer]:
    """Keep up to 1,000 tellings at once, each answered on its own, in the given order.

    Raises Forbidden, Invalid (too many), Unavailable; what is wrong with one telling is in its answer.
    """
    _may_tell(actor)
    if len(many) > MAX_BATCH:
        raise Invalid(
            "report.batch", zh=f"一次最多 {MAX_BATCH} 条", en=f"at most {MAX_BATCH} at once", field="reports"
        )
    gauge.check()
    now = clock.now()
    answers: list[Answer | None] = [None] * len(many)
    rows: dict[int, Report] = {}
    for index, told in enumerate(many):
        try:
            check_report(told, now)
        except Refusal as refusal:
            answers[index] = Answer(index, refusal=refusal)
        else:
            rows[index] = _row(actor, told)
    with transactions.atomic():
        Report.objects.bulk_create(rows.values(), ignore_conflicts=True)
        kept = _kept(list(rows.values()))
    for index, row in rows.items():
        first = kept[row.source, row.external_id]
        answers[index] = _answer(index, actor, row, first)
    return [answer for answer in answers if answer is not None]


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
        triage.run([row.id])
        return _receipt(report_row_by_id(row.id), repeated=False)


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
        return _receipt(row, repeated=False)


def open_contact(actor: Actor, report_id: UUID) -> ReporterIn:
    """Open the sealed contact of a report for a call back; who opened it is audited.

    Raises NotFound (also when the reporter left none), Forbidden.
    """
    _may_review(actor)
    with transactions.atomic():
        row = report_row(actor, report_id)
        if not row.contact_seal:
            raise NotFound("report.no_contact", zh="没有留下联系方式", en="no contact was left")
        audit.record(actor, "report.open_contact", f"report:{row.id}", {})
    plain = seals.get(row.contact_seal).open(bytes(row.contact_sealed))
    return msgspec.json.decode(plain, type=ReporterIn)


def report_row_by_id(report_id: UUID) -> Report:
    """Give the row again after triage changed it."""
    return Report.objects.get(pk=report_id)


def _may_tell(actor: Actor) -> None:
    if not actor.scope.posts() & TELLERS:
        raise Forbidden("report.not_allowed", zh="您的岗位不能上报", en="your posts may not report")


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


def _insert(actor: Actor, told: ReportIn) -> Receipt:
    row = _row(actor, told)
    try:
        # One statement is its own transaction; inside another one it needs a savepoint, and SQLite
        # wants its writers in the queue that atomic() keeps.
        if transactions.single_statement():
            row.save(force_insert=True)
        else:
            with transactions.atomic():
                row.save(force_insert=True)
    except IntegrityError:
        first = Report.objects.filter(source=row.source, external_id=row.external_id).first()
        if first is None:
            raise
        if first.client != actor.key:
            raise _others_number() from None
        return _receipt(first, repeated=True)
    return _receipt(row, repeated=False)


def _others_number() -> Conflict:
    return Conflict(
        "report.other_client",
        zh="该来源编号已由其他系统使用",
        en="this external id was used by another client",
        field="external_id",
    )


def _row(actor: Actor, told: ReportIn) -> Report:
    report_id = new_id()
    seal, sealed = _sealed(told)
    now = clock.now()
    return Report(
        id=report_id,
        source=told.source,
        external_id=told.external_id or str(report_id),
        client=actor.key,
        payload=told.payload,
        title=told.title.strip(),
        text=told.text,
        item_code=told.item_code.strip(),
        lon=told.lon,
        lat=told.lat,
        system=told.system,
        address=told.address.strip(),
        division=told.division,
        grid=told.grid,
        placed=told.division,
        attachments=[str(file_id) for file_id in told.attachments],
        told_at=told.told_at or now,
        received_at=now,
        tracking=new_tracking_code(),
        secret_hash=hash_of(secret_for(report_id)),
        contact_seal=seal,
        contact_sealed=sealed,
        reporter_secret=told.reporter is not None and told.reporter.secret,
        state=ReportState.WAITING,
    )


def _sealed(told: ReportIn) -> tuple[str, bytes]:
    if told.reporter is None:
        return "", b""
    key = str(getattr(settings, "TONGGUAN_CONTACT_SEAL", "plain"))
    return key, seals.get(key).close(msgspec.json.encode(told.reporter))


def _kept(rows: list[Report]) -> dict[tuple[str, str], Report]:
    sources = {row.source for row in rows}
    numbers = [row.external_id for row in rows]
    found = Report.objects.filter(source__in=sources, external_id__in=numbers)
    return {(row.source, row.external_id): row for row in found}


def _answer(index: int, actor: Actor, row: Report, first: Report) -> Answer:
    if first.client != actor.key:
        return Answer(index, refusal=_others_number())
    return Answer(index, receipt=_receipt(first, repeated=first.id != row.id))


def _receipt(row: Report, *, repeated: bool) -> Receipt:
    return Receipt(
        report_id=row.id,
        tracking=row.tracking,
        secret=secret_for(row.id),
        state=str(row.state),
        received_at=row.received_at,
        repeated=repeated,
        case_id=row.case_id,
        error=row.error,
    )
