# SPDX-License-Identifier: Apache-2.0
"""The citizen rates how the own matter was dealt with, and may ask to take it up again."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field, StrictBool

from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.replies import api as replies
from tongguan.replies import queries
from tongguan.replies.contracts import Opener, Rates, Satisfied

router = Router(tags=["评价 survey"])
_CODES: dict[str, Any] = {"tracking": "7K2M-9QXA-4TD0", "secret": "8KQ4RW"}


class OpenTold(Told):
    """The token of the message's link, or tracking code and secret."""

    model_config = example(_CODES)

    token: str = Field("", max_length=100)
    tracking: str = Field("", max_length=20)
    secret: str = Field("", max_length=20)

    def opener(self) -> Opener:
        """Give what opens the survey."""
        return Opener(self.token, self.tracking, self.secret)


class RatesTold(OpenTold):
    """The three rates, and words if there are any."""

    model_config = example(_CODES, responded=True, solved=False, satisfied="unsatisfied", comment="")

    responded: StrictBool
    solved: StrictBool
    satisfied: Satisfied
    comment: str = Field("", max_length=500)


class RatesShown(Schema):
    """An answer."""

    responded: bool
    solved: bool
    satisfied: str
    comment: str


class SurveyShown(Schema):
    """A survey: what was answered, and what may be done now."""

    tracking: str
    case_number: str
    expires_at: datetime
    rates: RatesShown | None
    may_answer: bool
    may_ask: bool
    asked: bool


@router.post("/survey", response=answers(SurveyShown), operation_id="survey")
def show(request: HttpRequest, told: OpenTold) -> HttpResponse:
    """Give the survey of a report."""
    return reply(queries.survey(told.opener()))


@router.post("/survey/answer", response=answers(SurveyShown), operation_id="answer_survey")
def answer(request: HttpRequest, told: RatesTold) -> HttpResponse:
    """Answer, or change the answer; the same again changes nothing."""
    rates = Rates(
        responded=told.responded, solved=told.solved, satisfied=told.satisfied, comment=told.comment
    )
    return reply(replies.answer(told.opener(), rates))


@router.post("/survey/reopen", response=answers(SurveyShown), operation_id="ask_reopening")
def ask_reopening(request: HttpRequest, told: OpenTold) -> HttpResponse:
    """Ask that the case be taken up again; a person decides."""
    return reply(replies.ask_reopening(told.opener()))
