# SPDX-License-Identifier: Apache-2.0
"""The citizen's interface (市民端): tell something, and how far is what I told? /api/citizen, no sign-in."""

from dataclasses import asdict
from datetime import datetime

from django.http import HttpRequest, HttpResponse
from ninja import Schema
from pydantic import Field

from tongguan.doors.citizen import snap, surveys
from tongguan.doors.common.faces import answers, face
from tongguan.doors.common.limits import AddressBucket
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.intake import queries as reports
from tongguan.replies import queries as replies
from tongguan.tracking.contracts import ProgressLine

api = face(
    name="citizen",
    title="统管市民接口",
    description="随手拍上报、附议附近事项，凭查询码和查询密码查看办理进度。",
    auth=None,
    throttle=[AddressBucket("citizen", rate=1, burst=30)],
)


class TrackTold(Told):
    """What the receipt of a report gave."""

    model_config = example({"tracking": "7K2M-9QXA-4TD0", "secret": "8KQ4RW"})

    tracking: str = Field(min_length=1, max_length=20, examples=["7K2M-9QXA-4TD0"])
    secret: str = Field(min_length=1, max_length=20)


class ProgressShown(Schema):
    """How far it is."""

    tracking: str
    told_at: datetime
    status: str
    words: str
    case_number: str
    lines: list[ProgressLine]
    reply: str = ""
    replies: list[ProgressLine] = []


@api.post("/track", response=answers(ProgressShown), operation_id="track")
def track(request: HttpRequest, told: TrackTold) -> HttpResponse:
    """Tell how far a report is; codes may be typed in any case, with or without dashes."""
    found = reports.tracked(told.tracking, told.secret)
    told_so_far = [asdict(one) for one in replies.replies(told.tracking, told.secret)]
    return reply({**asdict(found), "replies": [{"at": o["at"], "words": o["words"]} for o in told_so_far]})


api.add_router("", surveys.router)
api.add_router("", snap.router)
