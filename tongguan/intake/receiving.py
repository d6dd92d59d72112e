# SPDX-License-Identifier: Apache-2.0
"""Receiving: a telling is durable before it gets its receipt, once per source and number."""

from collections.abc import Sequence

from django.db import IntegrityError

from tongguan.cases import queries as cases
from tongguan.intake import sealing, triage
from tongguan.intake.contracts import Answer, Receipt, ReportIn, ReportState
from tongguan.intake.models import Report
from tongguan.intake.pressure import gauge
from tongguan.intake.receipts import hash_of, secret_for
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, Refusal
from tongguan.kernel.ids import new_id, new_tracking_code
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import files, transactions
from tongguan.tellings.checks import check_report

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
    may_tell(actor)
    check_report(told, clock.now())
    if told.attachments:
        cases.usable_files(actor, None, told.attachments, "attachments")
    if open_now:
        with transactions.atomic():
            receipt = keep(actor, told)
            if not receipt.repeated:
                triage.run([receipt.report_id])
            return receipt_of(Report.objects.get(pk=receipt.report_id), repeated=receipt.repeated)
    gauge.check()
    return keep(actor, told)


def receive_many(actor: Actor, many: Sequence[ReportIn]) -> list[Answer]:
    """Keep up to 1,000 tellings at once, each answered on its own, in the given order.

    Raises Forbidden, Invalid (too many), Unavailable; what is wrong with one telling is in its answer.
    """
    may_tell(actor)
    if len(many) > MAX_BATCH:
        raise Invalid(
            "report.batch", zh=f"一次最多 {MAX_BATCH} 条", en=f"at most {MAX_BATCH} at once", field="reports"
        )
    gauge.check()
    now = clock.now()
    answers: list[Answer | None] = [None] * len(many)
    rows: dict[int, Report] = {}
    sent = files.infos(file_id for told in many for file_id in told.attachments)
    for index, told in enumerate(many):
        try:
            check_report(told, now)
            if told.attachments:
                cases.usable_files(actor, None, told.attachments, "attachments", sent)
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


def may_tell(actor: Actor) -> None:
    """Refuse who may not tell. Raises Forbidden."""
    if not actor.scope.posts() & TELLERS:
        raise Forbidden("report.not_allowed", zh="您的岗位不能上报", en="your posts may not report")


def check_pressure() -> None:
    """Refuse while too many reports wait. Raises Unavailable with retry_after."""
    gauge.check()


def keep(actor: Actor, told: ReportIn) -> Receipt:
    """Store one checked telling, or find it stored; give its receipt. Raises Conflict."""
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
        return receipt_of(first, repeated=True)
    return receipt_of(row, repeated=False)


def _others_number() -> Conflict:
    return Conflict(
        "report.other_client",
        zh="该来源编号已由其他系统使用",
        en="this external id was used by another client",
        field="external_id",
    )


def _row(actor: Actor, told: ReportIn) -> Report:
    report_id = new_id()
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
        seconds=told.seconds,
        told_at=told.told_at or now,
        received_at=now,
        tracking=new_tracking_code(),
        secret_hash=hash_of(secret_for(report_id)),
        reporter_secret=told.reporter is not None and told.reporter.secret,
        state=ReportState.WAITING,
        **sealing.close_contact(report_id, told.reporter),
    )


def _kept(rows: list[Report]) -> dict[tuple[str, str], Report]:
    sources = {row.source for row in rows}
    numbers = [row.external_id for row in rows]
    found = Report.objects.filter(source__in=sources, external_id__in=numbers)
    return {(row.source, row.external_id): row for row in found}


def _answer(index: int, actor: Actor, row: Report, first: Report) -> Answer:
    if first.client != actor.key:
        return Answer(index, refusal=_others_number())
    return Answer(index, receipt=receipt_of(first, repeated=first.id != row.id))


def receipt_of(row: Report, *, repeated: bool) -> Receipt:
    """Give the receipt of a stored report."""
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
