# SPDX-License-Identifier: Apache-2.0
"""Readings foreseen over HTTP: what is forecast, the next hours of a stream, the record (F98).

Part of the desk's interface; each sees the streams of their divisions.
"""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router
from pydantic import Field

from tongguan.doors.common import sheets
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.foresight import api as foresight
from tongguan.foresight import queries as reads
from tongguan.foresight.contracts import ForecastChoice, ForecastChoices, ForeseenStream, ReadingOutlook
from tongguan.runtime import audit

router = Router(tags=["读数预测 readings foreseen"])


class ForecastChosen(Told):
    """What is to be forecast: a property within a division, or one stream (then only its number)."""

    model_config = example(observed="crowd.present", division="990101")

    observed: str = Field("", max_length=64, description="观测属性")
    division: str = Field("", max_length=12, pattern=r"^[0-9]*$", description="区划代码；只看前缀")
    stream: int = Field(0, ge=0, lt=2**63, description="单条数据流；0 为整个观测属性")


@router.get(
    "/analysis/foresight/streams", response=answers(list[ForeseenStream]), operation_id="foreseen_streams"
)
def streams(
    request: HttpRequest, text: str = Query("", max_length=60, description="名称、监测点、类别或观测属性")
) -> HttpResponse:
    """Give the streams that are forecast within the person's scope."""
    return reply(reads.streams(actor_of(request), text))


@router.get(
    "/analysis/foresight/streams/{int:stream}",
    response=answers(ReadingOutlook),
    operation_id="foreseen_stream",
)
def stream(request: HttpRequest, stream: int) -> HttpResponse:
    """Give the next hours of a stream with intervals, the days before, and how right forecasts were."""
    return reply(reads.outlook(actor_of(request), stream))


@router.get(
    "/analysis/foresight/streams/{int:stream}/sheet",
    throttle=[Bucket("export", rate=0.2, burst=10)],
    response=answers(None),
    operation_id="foreseen_sheet",
    openapi_extra=sheets.ANSWER,
)
def sheet(request: HttpRequest, stream: int, form: sheets.Form = "csv") -> HttpResponse:
    """Give the past days and next hours of a stream as a sheet to take away; who took it is audited."""
    actor = actor_of(request)
    found = reads.sheet(actor, stream)
    audit.record(actor, "foresight.export", f"stream:{stream}", {"rows": len(found) - 1})
    return sheets.download(found, form, f"foresight-{stream}")


@router.get("/analysis/foresight/choices", response=answers(ForecastChoices), operation_id="forecast_choices")
def choices(request: HttpRequest) -> HttpResponse:
    """Give what is chosen to be forecast within the person's scope, and how much room is left."""
    return reply(reads.choices(actor_of(request)))


@router.post(
    "/analysis/foresight/choices", response=answers(ForecastChoice, 201), operation_id="choose_forecast"
)
def choose(request: HttpRequest, told: ForecastChosen) -> HttpResponse:
    """Have a property within a division forecast, or one stream."""
    actor = actor_of(request)
    return once(
        request,
        actor,
        lambda: foresight.choose(actor, observed=told.observed, division=told.division, stream=told.stream),
    )


@router.post(
    "/analysis/foresight/choices/{uuid:choice_id}/removal",
    response=answers(None, 204),
    operation_id="drop_forecast",
)
def drop(request: HttpRequest, choice_id: UUID) -> HttpResponse:
    """Stop a forecast; what was said stays."""
    foresight.drop(actor_of(request), choice_id)
    return HttpResponse(status=204)
