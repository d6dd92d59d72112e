# SPDX-License-Identifier: Apache-2.0
"""Verbs of a reporter on the own survey: answer, change the answer, ask to take the case up again."""

from datetime import timedelta
from typing import Final

from tongguan.cases import api as cases
from tongguan.cases import queries as case_queries
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid
from tongguan.messaging import api as messaging
from tongguan.messaging.contracts import Notice
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Post
from tongguan.replies import queries, rounds
from tongguan.replies.contracts import Opener, Rates, SurveyShown
from tongguan.replies.facts import SurveyAnswered
from tongguan.replies.models import SurveyAnswer
from tongguan.runtime import outbox
from tongguan.runtime.transactions import atomic

_LONGEST: Final = 500


def answer(opener: Opener, rates: Rates) -> SurveyShown:
    """Answer a survey, or change the answer within its window; the same again changes nothing.

    Raises NotFound (token, code or secret are wrong), Conflict (too late), Invalid.
    """
    comment = rates.comment.strip()
    if len(comment) > _LONGEST or "\x00" in comment:
        raise Invalid(
            "survey.comment", zh=f"意见最多 {_LONGEST} 字", en="at most 500 letters", field="comment"
        )
    now = clock.now()
    with atomic():
        survey = queries.survey_row(opener, lock=True)
        given = queries.answers_of(survey)
        if now >= survey.expires_at:
            raise Conflict("survey.expired", zh="评价已截止", en="the survey has ended")
        if given and now >= given[0].at + timedelta(days=rounds.windows().change_days):
            raise Conflict("survey.settled", zh="评价已不能修改", en="the answer can no longer be changed")
        if not given or queries.rates_of(given[-1]) != rates:
            SurveyAnswer.objects.create(
                survey=survey,
                round=survey.round,
                responded=rates.responded,
                solved=rates.solved,
                satisfied=rates.satisfied.value,
                comment=comment,
                at=now,
            )
            case = case_queries.case(PLATFORM, survey.case_id)
            outbox.publish(SurveyAnswered(division=case.division, case_id=case.id))
    return queries.survey(opener)


def ask_reopening(opener: Opener) -> SurveyShown:
    """Ask that the case be taken up again, once per closing: a line on its history, and the centre is told.

    Whether it is reopened a person decides. The line names nobody. Raises NotFound, Conflict (content, too
    late for this case's process, or it is open again already).
    """
    with atomic():
        survey = queries.survey_row(opener, lock=True)
        if survey.asked_round < survey.round:
            case = case_queries.case(PLATFORM, survey.case_id)
            if not queries.may_ask(survey, case):
                raise Conflict(
                    "survey.no_reopening",
                    zh="未评价为未解决或不满意，或已过重开期限",
                    en="the answer is content, or it is too late to reopen",
                )
            survey.asked_round = survey.round
            survey.save(update_fields=["asked_round"])
            cases.note(PLATFORM, case.id, "reopen_asked", {"reason": "诉求人评价为未解决或不满意，请求重开"})
            hub = people.holders(Post.ACCEPTOR, case.hub or case.division)
            messaging.notify(
                [
                    Notice(
                        key=f"reopen:{survey.report_id}:{survey.round}",
                        to_user=person.id,
                        template="reply.reopen_asked",
                        params={"number": case.number},
                        case_id=case.id,
                        division=case.division,
                        link=f"/desk/cases/{case.id}",
                    )
                    for person in hub
                ]
            )
    return queries.survey(opener)
