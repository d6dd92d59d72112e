# SPDX-License-Identifier: Apache-2.0
"""The working calendar at the desk: a year's days, what another day would move, changing one (F28)."""

from datetime import date
from typing import Annotated, Any, Literal

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import BeforeValidator, Field, StrictBool

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.workdays import api, queries
from tongguan.workdays.contracts import Change, Effect, NewDay, Year

router = Router(tags=["工作日历 working calendar"])


def _day_only(value: Any) -> Any:
    if not isinstance(value, str):
        message = "must be a day as text"
        raise ValueError(message)  # noqa: TRY004 - pydantic reads this one
    return value


class YearAsked(Schema):
    """Whose calendar (empty: the national days), and which year."""

    calendar: str = Field("", max_length=32)
    year: int = Field(ge=queries.FIRST, le=queries.LAST)


class DayTold(Told):
    """What a day to come shall be; ``recount``: running clocks follow."""

    model_config = example(
        calendar="",
        date="2027-02-15",
        kind="holiday",
        name="春节",
        reason="国务院办公厅公布 2027 年放假安排",
        source="国办发明电〔2026〕7号",
    )

    calendar: str = Field("", max_length=32, description="工作日历编码；空为全国节假日")
    date: Annotated[date, BeforeValidator(_day_only, json_schema_input_type=str)]
    kind: Literal["holiday", "makeup_workday"]
    name: str = Field("", max_length=60)
    reason: str = Field(max_length=200)
    source: str = Field(max_length=200, description="文件名称或文号")
    recount: StrictBool = Field(default=False, description="在办案件的计时随之重算")


@router.get("/workdays", response=answers(Year), operation_id="workdays")
def year(request: HttpRequest, asked: Query[YearAsked]) -> HttpResponse:
    """Give every day of a year as the clocks count it."""
    actor_of(request)
    return reply(queries.year(asked.calendar, asked.year))


@router.get("/workdays/changes", response=answers(list[Change]), operation_id="workday_changes")
def changes(request: HttpRequest, asked: Query[YearAsked]) -> HttpResponse:
    """Give what was altered, by whom and why, the newest first."""
    actor_of(request)
    return reply(queries.changes(asked.calendar, asked.year))


@router.post("/workdays/effect", response=answers(Effect), operation_id="workday_effect")
def effect(request: HttpRequest, told: DayTold) -> HttpResponse:
    """Give what the day would move; nothing is stored. For system administrators."""
    actor, new = actor_of(request), NewDay(**told.model_dump())
    api.check(actor, new)
    return reply(queries.effect(actor, new))


@router.post("/workdays", response=answers(Change, 201), operation_id="alter_workday")
def alter(request: HttpRequest, told: DayTold) -> HttpResponse:
    """Make a day to come a holiday or a working day. For system administrators."""
    return reply(api.alter(actor_of(request), NewDay(**told.model_dump())), 201)
