# SPDX-License-Identifier: Apache-2.0
"""The citizen's interface (市民端): how far is what I told? /api/citizen, no sign-in."""

from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from tongguan.doors.common.faces import answers, face
from tongguan.doors.common.limits import AddressBucket
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.intake import queries as reports

api = face(
    name="citizen",
    title="统管市民接口",
    description="凭查询码和查询密码查看办理进度。",
    auth=None,
    throttle=[AddressBucket("citizen", rate=1, burst=30)],
)


class TrackTold(Told):
    """What the receipt of a report gave."""

    model_config = example({"tracking": "7K2M-9QXA-4TD0", "secret": "8KQ4RW"})

    tracking: str = Field(min_length=1, max_length=20, examples=["7K2M-9QXA-4TD0"])
    secret: str = Field(min_length=1, max_length=20)


class StepShown(Schema):
    """One step in a citizen's words."""

    at: datetime
    words: str


class ProgressShown(Schema):
    """How far it is."""

    tracking: str
    told_at: datetime
    status: str
    words: str
    case_number: str
    lines: list[StepShown]
    reply: str = ""


@api.post("/track", response=answers(ProgressShown), operation_id="track")
def track(request: HttpRequest, told: TrackTold) -> HttpResponse:
    """Tell how far a report is; codes may be typed in any case, with or without dashes."""
    return reply(reports.tracked(told.tracking, told.secret))
