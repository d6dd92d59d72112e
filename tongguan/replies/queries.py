# SPDX-License-Identifier: Apache-2.0
"""Reads of replies and surveys: a reporter's own, and a case's answers for officials within scope."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, Subquery

from tongguan.cases import queries as cases
from tongguan.cases.contracts import CaseInfo
from tongguan.intake import queries as reports
from tongguan.kernel import clock
from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import PLATFORM, Actor
from tongguan.replies import rounds
from tongguan.replies.contracts import (
    AnswerInfo,
    Opener,
    Rates,
    ReplyShown,
    RoundAnswer,
    Satisfied,
    SurveyShares,
    SurveyShown,
)
from tongguan.replies.models import Reply, Survey, SurveyAnswer
from tongguan.replies.telling import ENDINGS

token_of = rounds.token_of
checked_file = rounds.FILE.checked
_WORDS: Final = {
    "joined": "您反映的事项已在办理",
    "accepted": "已告知您受理",
    "closed": "已告知您办结，请评价",
    "reopened": "已告知您重新办理",
}


def replies(tracking: str, secret: str) -> list[ReplyShown]:
    """Give what a reporter was told, in order. Raises NotFound in the same words for code and secret."""
    mine = Reply.objects.filter(report_id=reports.own(tracking, secret)).order_by("id")
    return [
        ReplyShown(at=row.at, kind=row.kind, words=_WORDS.get(row.kind) or ENDINGS.get(row.state, ""))
        for row in mine
    ]


def survey(opener: Opener) -> SurveyShown:
    """Give a survey as its reporter sees it. Raises NotFound."""
    row = survey_row(opener)
    case = cases.case(PLATFORM, row.case_id)
    given = answers_of(row)
    now = clock.now()
    change_until = given[0].at + timedelta(days=rounds.windows().change_days) if given else row.expires_at
    (teller,) = [one for one in reports.tellers([row.case_id]) if one.report_id == row.report_id]
    return SurveyShown(
        tracking=teller.tracking,
        case_number=case.number,
        expires_at=row.expires_at,
        rates=rates_of(given[-1]) if given else None,
        may_answer=now < min(row.expires_at, change_until),
        may_ask=row.asked_round < row.round and may_ask(row, case),
        asked=row.asked_round == row.round,
    )


def survey_row(opener: Opener, *, lock: bool = False) -> Survey:
    """Give the survey that a token, or tracking code and secret, open. Raises NotFound."""
    if opener.token:
        report_id = rounds.report_of(opener.token)
    else:
        report_id = reports.own(opener.tracking, opener.secret)
    rows = Survey.objects.none() if report_id is None else Survey.objects.filter(report_id=report_id)
    row = (rows.select_for_update() if lock else rows).first()
    if row is None:
        raise NotFound("survey.not_found", zh="没有可评价的事项", en="there is nothing to rate")
    return row


def answers_of(row: Survey) -> list[SurveyAnswer]:
    """Give the answers of the survey's present round, in order."""
    return list(SurveyAnswer.objects.filter(survey=row, round=row.round).order_by("id"))


def rates_of(row: SurveyAnswer) -> Rates:
    """Give an answer's rates."""
    return Rates(
        responded=row.responded, solved=row.solved, satisfied=Satisfied(row.satisfied), comment=row.comment
    )


def may_ask(row: Survey, case: CaseInfo) -> bool:
    """Tell whether the newest answer and the case's process let the reporter ask for reopening now."""
    given = answers_of(row)
    process = cases.process_of(case)
    days = process.settings["reopen_days"]
    reopens = any(move.reopens and case.state in move.frm for move in process.moves.values())
    within = case.closed_at is not None and (clock.now() - case.closed_at).days < days
    return bool(given) and rates_of(given[-1]).discontent and reopens and within


def answered(case_ids: Iterable[UUID]) -> list[RoundAnswer]:
    """Give the newest answer of each round of these cases' surveys; one statement. For the platform."""
    rows = SurveyAnswer.objects.filter(survey__case_id__among=list(case_ids)).order_by("id")
    columns = ("survey__case_id", "survey__report_id", "round", "at", "responded", "solved", "satisfied")
    newest = {(row[1], row[2]): RoundAnswer(*row) for row in rows.values_list(*columns)}
    return list(newest.values())


def of_case(actor: Actor, case_id: UUID) -> list[AnswerInfo]:
    """Give the newest answer of each reporter of a visible case, without naming them. Raises NotFound."""
    cases.case(actor, case_id)
    newest: dict[int, SurveyAnswer] = {}
    for row in SurveyAnswer.objects.filter(survey__case_id=case_id).select_related("survey").order_by("id"):
        newest[row.survey_id] = row
    return [
        AnswerInfo(
            report_id=row.survey.report_id,
            round=row.round,
            at=row.at,
            responded=row.responded,
            solved=row.solved,
            satisfied=row.satisfied,
            comment=row.comment,
            reopen_asked=row.survey.asked_round == row.round,
        )
        for row in newest.values()
    ]


def _counting() -> QuerySet[SurveyAnswer]:
    """Give the newest answer of each survey's present round."""
    later = SurveyAnswer.objects.filter(
        survey=OuterRef("survey"), round=OuterRef("round"), id__gt=OuterRef("id")
    )
    return SurveyAnswer.objects.filter(~Exists(later), round=F("survey__round"))


def solved_by_report(report_ids: Iterable[UUID]) -> dict[UUID, bool]:
    """Tell of those of these reports whose survey is answered whether it says solved; one statement."""
    rows = _counting().filter(survey__report_id__among=list(report_ids)).order_by("id")
    return dict(rows.values_list("survey__report_id", "solved"))


def shares_by_unit(of: QuerySet[Any]) -> dict[int, SurveyShares]:
    """Give what surveys of these cases (a query set of cases) say by the unit in the lead; one statement.

    0 stands for cases without a unit.
    """
    lead = Subquery(of.filter(pk=OuterRef("survey__case_id")).values("lead_unit_id")[:1])
    rows = (
        _counting()
        .filter(survey__case_id__in=of.values("pk"))
        .annotate(unit=lead)
        .order_by()
        .values("unit")
        .annotate(
            answered=Count("id"),
            yes=Count("id", filter=Q(solved=True)),
            content=Count("id", filter=Q(satisfied=Satisfied.YES)),
        )
    )
    return {
        row["unit"] or 0: SurveyShares(answered=row["answered"], solved=row["yes"], satisfied=row["content"])
        for row in rows
    }


def notices(since: datetime, until: datetime) -> list[tuple[UUID, UUID, str, datetime]]:
    """Give (case, report, kind, when) of what reporters were told within since ≤ at < until, in order.

    One statement; for the platform: it holds no words and nobody's name.
    """
    rows = Reply.objects.filter(at__gte=since, at__lt=until).order_by("at", "id")
    return list(rows.values_list("case_id", "report_id", "kind", "at"))
