# SPDX-License-Identifier: Apache-2.0
"""Telling every reporter of a case, each apart: what became of the own telling, and a survey of one's own.

A message never says that others told the same, who they are or what they said. The contact stays sealed:
messaging knows ``report:<id>`` alone, and the address is opened when the message is sent, audited. Each is
told once that the case was accepted: when it is (受理), or when the telling joins a case that is on its way.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db.models import F

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.cases.facts import CaseClosed, CaseMoved, CaseReopened
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import Teller
from tongguan.intake.facts import ReportJoined
from tongguan.kernel.errors import Refusal
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Channel, Notice
from tongguan.people.contracts import PLATFORM
from tongguan.replies import rounds
from tongguan.replies.models import Reply, Survey
from tongguan.runtime.contracts import Delivered

SCHEME: Final = "report"
JOINED, ACCEPTED, CLOSED, ENDED, REOPENED = "joined", "accepted", "closed", "ended", "reopened"
#: Stages in which nobody has said yet that the matter is taken on.
_BEFORE: Final = frozenset({"accept", "verify"})
#: How a case ended that was not dealt with, in a citizen's words.
ENDINGS: Final = {"not_accepted": "经核实不属于受理范围", "voided": "已作废"}
_SEND: Final = "系统答复诉求人"
_CHOOSE: Final = "系统选择答复渠道"


def tell(batch: Sequence[Delivered]) -> int:
    """Tell every reporter what a batch of facts means for them, with the cursor; give how many."""
    facts = (one.fact for one in batch)
    moves = {fact.case_id for fact in facts if isinstance(fact, CaseMoved)}
    moved = cases.cases_by_id(PLATFORM, moves)
    heard = [d for d in batch if not isinstance(d.fact, CaseMoved) or _accepts(d, moved)]
    case_ids = {_case_id(d) for d in heard}
    known = {**moved, **cases.cases_by_id(PLATFORM, case_ids - moved.keys())}
    tellers: dict[UUID, list[Teller]] = {case_id: [] for case_id in case_ids}
    for teller in reports.tellers(case_ids):
        tellers[teller.case_id].append(teller)
    count = 0
    for delivered in heard:
        case = known.get(_case_id(delivered))
        if case is not None:
            count += _tell(delivered, case, tellers[case.id])
    return count


def _accepts(delivered: Delivered, known: Mapping[UUID, CaseInfo]) -> bool:
    """Tell whether a move took a case on: out of acceptance or verification into what comes after."""
    fact = delivered.fact
    case = known.get(fact.case_id) if isinstance(fact, CaseMoved) else None
    if case is None or not isinstance(fact, CaseMoved):
        return False
    states = cases.process_of(case).states
    frm, to = states.get(fact.frm), states.get(fact.to)
    if frm is None or to is None or to.final:
        return False
    return frm.stage in _BEFORE and to.stage not in _BEFORE


def _case_id(delivered: Delivered) -> UUID:
    fact = delivered.fact
    if isinstance(fact, CaseClosed | CaseMoved | CaseReopened | ReportJoined):
        return UUID(str(fact.case_id))
    return UUID(int=0)


def _tell(delivered: Delivered, case: CaseInfo, tellers: Sequence[Teller]) -> int:
    fact = delivered.fact
    state = ""
    if isinstance(fact, ReportJoined):
        kind, tellers = JOINED, [one for one in tellers if str(one.report_id) == fact.report_id]
    elif isinstance(fact, CaseMoved):
        kind = ACCEPTED
    elif isinstance(fact, CaseReopened):
        kind = REOPENED
    elif isinstance(fact, CaseClosed):
        kind, state = (ENDED if fact.state in ENDINGS else CLOSED), fact.state
    else:
        return 0
    done = set(Reply.objects.filter(fact_id=delivered.id).values_list("report_id", flat=True))
    if kind in {JOINED, ACCEPTED}:
        told = Reply.objects.filter(report_id__in=[one.report_id for one in tellers], case_id=case.id)
        kinds = [JOINED, ACCEPTED] if kind == ACCEPTED else [ACCEPTED]
        done |= set(told.filter(kind__in=kinds).values_list("report_id", flat=True))
    fresh = [one for one in tellers if one.report_id not in done]
    Reply.objects.bulk_create(
        [
            Reply(
                report_id=one.report_id,
                case_id=case.id,
                kind=kind,
                state=state,
                fact_id=delivered.id,
                at=delivered.at,
            )
            for one in fresh
        ]
    )
    if kind == CLOSED:
        _ask(case, fresh, delivered)
    messaging.notify([n for one in fresh for n in _notices(one, kind, state, case, delivered)])
    return len(fresh)


def _ask(case: CaseInfo, tellers: Sequence[Teller], delivered: Delivered) -> None:
    """Open the survey of each, or open it again after the case was closed again."""
    ids = [one.report_id for one in tellers]
    until = delivered.at + timedelta(days=rounds.windows().answer_days)
    Survey.objects.bulk_create(
        [Survey(report_id=pk, case_id=case.id, opened_at=delivered.at, expires_at=until) for pk in ids],
        ignore_conflicts=True,
    )
    again = Survey.objects.filter(report_id__in=ids)
    again.update(case_id=case.id, round=F("round") + 1, opened_at=delivered.at, expires_at=until)


def _notices(teller: Teller, kind: str, state: str, case: CaseInfo, delivered: Delivered) -> Iterable[Notice]:
    params = {
        "tracking": teller.tracking,
        "number": case.number,
        "words": ENDINGS.get(state, ""),
        "link": rounds.link_of(teller.report_id),
    }
    channel = _channel(teller)
    if channel is None or (kind == ACCEPTED and channel == Channel.INBOX):
        return  # staff see the state in their own lists; a message per telling would bury what matters
    yield Notice(
        key=f"reply:{teller.report_id}:{delivered.id}",
        channel=channel,
        to_user=teller.user_id if channel == Channel.INBOX else None,
        to_address="" if channel == Channel.INBOX else f"{SCHEME}:{teller.report_id}",
        template=f"reply.{kind}",
        params=params,
        case_id=case.id,
        division=case.division,
        link=rounds.PAGE if kind != CLOSED else rounds.path_of(teller.report_id),
    )


def _channel(teller: Teller) -> str | None:
    """Give how a reporter is reached: by telephone, by mail, in the inbox; None for one who left nothing."""
    if teller.has_phone:
        return Channel.SMS
    if teller.has_contact and _opened(teller.report_id, _CHOOSE, mail=True):
        return Channel.MAIL
    return Channel.INBOX if teller.user_id is not None else None


def address_of(address: str, channel: str) -> str:
    """Give a reporter's telephone number or mail address for sending, audited; "" when there is none."""
    return _opened(UUID(address.partition(":")[2]), _SEND, mail=channel == Channel.MAIL)


def _opened(report_id: UUID, reason: str, *, mail: bool) -> str:
    try:
        contact = intake.open_contact(PLATFORM, report_id, reason)
    except Refusal:  # its key is lost, or it is no longer kept: the message says that nobody is reached
        return ""
    return contact.email if mail else contact.phone
