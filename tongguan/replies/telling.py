# SPDX-License-Identifier: Apache-2.0
"""Telling every reporter of a case, each apart: what became of the own telling, and a survey of one's own.

A message never says that others told the same, who they are or what they said. The contact stays sealed:
messaging knows ``report:<id>`` alone, and the address is opened when the message is sent, audited. Each is
told once that the case was accepted: when it is (受理), or when the telling joins a case that is on its way.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
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
#: After which replies about the same case a reporter is spared one of this kind.
_SPARED: Final = {JOINED: (ACCEPTED,), ACCEPTED: (JOINED, ACCEPTED)}
#: How a case ended that was not dealt with, in a citizen's words.
ENDINGS: Final = {"not_accepted": "经核实不属于受理范围", "voided": "已作废"}
_SEND: Final = "系统答复诉求人"
_CHOOSE: Final = "系统选择答复渠道"


@dataclass(frozen=True, slots=True)
class _News:
    """What one fact means for the reporters of a case: the kind of reply, the state it ended in."""

    delivered: Delivered
    case: CaseInfo
    kind: str
    state: str
    tellers: Sequence[Teller]


class _Told:
    """What reporters have been told already, and are being told."""

    def __init__(self, news: Sequence[_News]) -> None:
        """Read it in one statement."""
        reports = {teller.report_id for one in news for teller in one.tellers}
        rows = Reply.objects.filter(report_id__in=reports).values_list(
            "report_id", "fact_id", "case_id", "kind"
        )
        self._facts: set[tuple[UUID, int]] = set()
        self._kinds: set[tuple[UUID, UUID, str]] = set()
        for report, fact, case, kind in rows:
            self._facts.add((report, fact))
            self._kinds.add((report, case, kind))

    def add(self, teller: Teller, one: _News) -> bool:
        """Tell whether it is new to a reporter; from then on it is not."""
        report, case = teller.report_id, one.case.id
        said = any((report, case, kind) in self._kinds for kind in _SPARED.get(one.kind, ()))
        if said or (report, one.delivered.id) in self._facts:
            return False
        self._facts.add((report, one.delivered.id))
        self._kinds.add((report, case, one.kind))
        return True


def tell(batch: Sequence[Delivered]) -> int:
    """Tell every reporter what a batch of facts means for them, with the cursor; give how many."""
    news = _news(batch)
    told = _Told(news)
    replies: list[Reply] = []
    notices: list[Notice] = []
    for one in news:
        fresh = [teller for teller in one.tellers if told.add(teller, one)]
        replies += [
            Reply(
                report_id=teller.report_id,
                case_id=one.case.id,
                kind=one.kind,
                state=one.state,
                fact_id=one.delivered.id,
                at=one.delivered.at,
            )
            for teller in fresh
        ]
        if one.kind == CLOSED:
            _ask(one.case, fresh, one.delivered)
        notices += [notice for teller in fresh for notice in _notices(teller, one)]
    Reply.objects.bulk_create(replies)
    messaging.notify(notices)
    return len(replies)


def _news(batch: Sequence[Delivered]) -> list[_News]:
    moves = {one.fact.case_id for one in batch if isinstance(one.fact, CaseMoved)}
    moved = cases.cases_by_id(PLATFORM, moves)
    heard = [d for d in batch if not isinstance(d.fact, CaseMoved) or _accepts(d, moved)]
    case_ids = {_case_id(d) for d in heard}
    known = {**moved, **cases.cases_by_id(PLATFORM, case_ids - moved.keys())}
    tellers: dict[UUID, list[Teller]] = {case_id: [] for case_id in case_ids}
    for teller in reports.tellers(case_ids):
        tellers[teller.case_id].append(teller)
    found = []
    for delivered in heard:
        case = known.get(_case_id(delivered))
        if case is not None:
            found.append(_one(delivered, case, tellers[case.id]))
    return found


def _one(delivered: Delivered, case: CaseInfo, tellers: Sequence[Teller]) -> _News:
    fact = delivered.fact
    if isinstance(fact, ReportJoined):
        mine = [one for one in tellers if str(one.report_id) == fact.report_id]
        return _News(delivered, case, JOINED, "", mine)
    if isinstance(fact, CaseMoved):
        return _News(delivered, case, ACCEPTED, "", tellers)
    if isinstance(fact, CaseClosed):
        return _News(delivered, case, ENDED if fact.state in ENDINGS else CLOSED, fact.state, tellers)
    return _News(delivered, case, REOPENED, "", tellers)


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


def _notices(teller: Teller, one: _News) -> Iterable[Notice]:
    channel = _channel(teller)
    if channel is None or (one.kind == ACCEPTED and channel == Channel.INBOX):
        return  # staff see the state in their own lists; a message per telling would bury what matters
    yield Notice(
        key=f"reply:{teller.report_id}:{one.delivered.id}",
        channel=channel,
        to_user=teller.user_id if channel == Channel.INBOX else None,
        to_address="" if channel == Channel.INBOX else f"{SCHEME}:{teller.report_id}",
        template=f"reply.{one.kind}",
        params={
            "tracking": teller.tracking,
            "number": one.case.number,
            "words": ENDINGS.get(one.state, ""),
            "link": rounds.link_of(teller.report_id),
        },
        case_id=one.case.id,
        division=one.case.division,
        link=rounds.PAGE if one.kind != CLOSED else rounds.path_of(teller.report_id),
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
