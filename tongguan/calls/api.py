# SPDX-License-Identifier: Apache-2.0
"""Verbs of the hotline: start a call, register, answer, remind, end.

Every matter of a call is a report of its own, told by the operator; the call and the report are one
transaction, and the same matter number again is the same report.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Final
from uuid import UUID

from tongguan.calls import assisting, queries
from tongguan.calls.assisting import help_with
from tongguan.calls.contracts import CallInfo, Earlier, Outcome
from tongguan.calls.models import Call, Matter
from tongguan.cases import api as cases
from tongguan.cases import queries as casebook
from tongguan.cases.contracts import CaseInfo
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import Receipt, ReporterIn, ReportIn
from tongguan.kernel import clock, masks
from tongguan.kernel.errors import Conflict, Invalid
from tongguan.kernel.importing import text_mistake
from tongguan.knowledge import queries as knowledge
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

__all__ = ["answer", "end", "help_with", "register", "remind", "start"]

SOURCE: Final = "hotline"
_MOST_MATTERS: Final = 20
_EARLIER: Final = 20


def start(actor: Actor, phone: str, *, recording: str = "") -> tuple[CallInfo, list[Earlier]]:
    """Begin a call: give it, and what the number told before with the cases' states, newest first.

    The look-up is audited; contacts are shortened. The same recording again is the same call. Raises
    Forbidden, Invalid (no number), Conflict (another operator's recording).
    """
    operator_id = queries.operator_id(actor)
    recording = _line("recording", recording, 120)
    with atomic():
        told = intake.look_up_caller(actor, phone, _EARLIER)
        row = Call.objects.filter(recording=recording).first() if recording else None
        if row is not None and row.operator_id != actor.id:
            raise Conflict("call.recording", zh="该录音属于另一次来电", en="the recording is another call's")
        if row is None:
            row = Call.objects.create(
                operator_id=operator_id,
                operator_name=actor.name,
                division=min(actor.scope.divisions(*queries.OPERATORS), key=len),
                caller_key=reports.caller_key(phone),
                caller=masks.phone(phone),
                recording=recording,
                started_at=clock.now(),
            )
            audit.record(actor, "call.start", f"call:{row.id}", {"recording": recording})
    known = casebook.cases_by_id(actor, {one.case_id for one in told if one.case_id is not None})
    earlier = []
    for one in told:
        case = known.get(one.case_id) if one.case_id is not None else None
        earlier.append(Earlier(one, case, case is not None and case.closed_at is None))
    return queries.info(row), earlier


def register(actor: Actor, call_id: UUID, told: ReportIn, *, no: int = 1) -> tuple[CallInfo, Receipt]:
    """Register a matter of the call as a report; it is triaged at once.

    Raises NotFound, Forbidden, Invalid, Conflict (the call is over, or the number was another outcome).
    """
    return _matter(
        actor, call_id, no, Outcome.REPORTED, told, lambda one: intake.receive(actor, one, open_now=True)
    )


def answer(
    actor: Actor, call_id: UUID, told: ReportIn, reply: str, *, knowledge_code: str = "", no: int = 1
) -> tuple[CallInfo, Receipt]:
    """Close a consultation: the question is kept as a report with its answer and needs no case.

    ``knowledge_code`` names the answer it was taken from. Raises NotFound, Forbidden, Invalid, Conflict.
    """
    if knowledge_code:
        knowledge.entry(knowledge_code)
    why = f"来电咨询，依知识条目 {knowledge_code} 答复" if knowledge_code else "来电咨询，当场答复"
    return _matter(
        actor,
        call_id,
        no,
        Outcome.ANSWERED,
        told,
        lambda one: intake.receive_answered(actor, one, reply, why),
        knowledge_code,
    )


def remind(actor: Actor, call_id: UUID, case_id: UUID, text: str, *, no: int = 1) -> CallInfo:
    """Pass on that the caller urges an own open case, instead of opening another.

    The case gets a line and counts an urging; who works on it is told. Raises NotFound, Forbidden, Invalid,
    Conflict (not told by this number, closed, or the call is over).
    """
    words = text.strip()
    if not words or text_mistake(words.replace("\n", " "), 500):
        raise Invalid("call.text", zh="请写明来电人的诉求，最多 500 字", en="say what is urged", field="text")
    with atomic():
        row = _held(actor, call_id)
        if row.matters.filter(no=no, outcome=Outcome.REMINDED, case_id=case_id).exists():
            return queries.call(actor, call_id)
        if case_id not in assisting.own_cases(actor, row.caller_key):
            raise Conflict(
                "call.not_own_case",
                zh="此案不是该来电人反映的",
                en="not a case of this caller",
                field="case_id",
            )
        case = casebook.case(actor, case_id)
        if case.closed_at is not None:
            raise Conflict(
                "call.closed_case", zh="案件已结，请另行登记", en="the case is closed", field="case_id"
            )
        _add(row, no, Outcome.REMINDED, None, case_id)
        cases.note(actor, case_id, "urge", {"reason": f"来电人催办：{words}"}, counts=("urges",))
        _tell(actor, case, f"call:{call_id}:{no}", words)
    return queries.call(actor, call_id)


def end(actor: Actor, call_id: UUID, note: str = "") -> CallInfo:
    """End a call; again changes nothing. Raises NotFound, Forbidden, Invalid."""
    note = _line("note", note, 500)
    with atomic():
        row = queries.visible(actor).select_for_update(of=("self",)).filter(pk=call_id).first()
        if row is None or row.operator_id != actor.id:
            raise queries.unknown()
        if row.ended_at is None:
            row.ended_at, row.note = clock.now(), note
            row.save(update_fields=["ended_at", "note"])
            audit.record(actor, "call.end", f"call:{row.id}", {})
    return queries.call(actor, call_id)


def _matter(
    actor: Actor,
    call_id: UUID,
    no: int,
    outcome: Outcome,
    told: ReportIn,
    take: Callable[[ReportIn], Receipt],
    knowledge_code: str = "",
) -> tuple[CallInfo, Receipt]:
    with atomic():
        row = _held(actor, call_id)
        before = row.matters.filter(no=no).first()
        if before is not None and before.outcome != outcome:
            raise Conflict("call.matter_taken", zh="该序号已另作处理", en="that number is taken", field="no")
        one = replace(
            told, source=SOURCE, external_id=f"call:{row.id}:{no}", told_at=told.told_at or row.started_at
        )
        _needs_number(one.reporter)
        receipt = take(one)
        if before is None:
            _add(row, no, outcome, receipt.report_id, receipt.case_id, knowledge_code)
    return queries.call(actor, call_id), receipt


def _needs_number(reporter: ReporterIn | None) -> None:
    """Refuse a report without a number: it would be lost to the caller's history."""
    if reporter is None or not reports.caller_key(reporter.phone):
        raise Invalid(
            "call.reporter", zh="请填写来电人电话", en="give the caller's number", field="reporter.phone"
        )


def _add(
    row: Call, no: int, outcome: Outcome, report_id: UUID | None, case_id: UUID | None, code: str = ""
) -> None:
    Matter.objects.create(
        call=row,
        no=no,
        outcome=outcome,
        at=clock.now(),
        report_id=report_id,
        case_id=case_id,
        knowledge_code=code,
    )


def _held(actor: Actor, call_id: UUID) -> Call:
    """Lock an own call that is not over. Raises NotFound, Forbidden, Conflict."""
    row = queries.visible(actor).select_for_update(of=("self",)).filter(pk=call_id).first()
    if row is None or row.operator_id != actor.id:
        raise queries.unknown()
    if row.ended_at is not None:
        raise Conflict("call.ended", zh="通话已结束", en="the call is over")
    if row.matters.count() >= _MOST_MATTERS:
        raise Conflict("call.full", zh=f"一次来电最多 {_MOST_MATTERS} 件", en="too many matters in one call")
    return row


def _tell(actor: Actor, case: CaseInfo, key: str, words: str) -> None:
    users: set[int] = set()
    if case.lead_unit_id is not None:
        users.update(person.id for person in people.holders(Post.DEPARTMENT, case.lead_unit_id))
    if case.handler_id is not None:
        users.add(case.handler_id)
    if not users:
        users.update(person.id for person in people.holders(Post.DISPATCHER, case.hub or case.division))
    params = {"number": case.number, "title": case.title, "by": actor.name, "text": f"来电人催办：{words}"}
    messaging.notify(
        [
            Notice(
                key=key,
                to_user=user,
                template="supervision.urged",
                params=params,
                case_id=case.id,
                division=case.division,
                link=f"/desk/cases/{case.id}",
            )
            for user in sorted(users)
        ]
    )


def _line(field: str, text: str, longest: int) -> str:
    wrong = text_mistake(text, longest, empty=True)
    if wrong:
        raise Invalid("call.text", zh=wrong, en="not a line of text", field=field)
    return text.strip()
