# SPDX-License-Identifier: Apache-2.0
"""Vital signs over HTTP: values, history, ranking, the rows behind, and officials' wording of them (F51).

Part of the desk's interface; the wall and the desk read the same.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.doors.common import casework
from tongguan.doors.common.casework import CasePage, NarrowPage, actor_of
from tongguan.doors.common.document import VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import expected_version, reply
from tongguan.doors.common.shapes import Moment
from tongguan.doors.signs.shapes import (
    IndicatorShown,
    NewSignTold,
    RegistryShown,
    RehearsalShown,
    RetirementTold,
    SignShown,
    SignTold,
    SignWhole,
    TrialShown,
    TrialTold,
    WhichSigns,
)
from tongguan.indicators import api as indicators
from tongguan.indicators import queries as reads
from tongguan.indicators.contracts import Ranked, SignPoint

router = Router(tags=["体征 vital signs"])
_CENTRE = Query(None, max_length=12, pattern=r"^[0-9]*$", description="中心的区划代码；缺省为本人最大辖区")


@router.get("/indicators", response=answers(list[SignShown]), operation_id="signs")
def signs(request: HttpRequest, which: Query[WhichSigns]) -> HttpResponse:
    """Give the present signs of a centre, with the time of their data."""
    return reply(reads.signs(actor_of(request), which.centre, which.code or None))


@router.get("/indicators/registry", response=answers(RegistryShown), operation_id="sign_registry")
def registry(request: HttpRequest) -> HttpResponse:
    """Give every sign in force with its formula, source, owner and thresholds, and the measures there are."""
    return reply(
        {
            "signs": reads.registry(),
            "measures": reads.measure_list(),
            "dimensions": reads.DIMENSIONS,
            "windows": reads.WINDOWS_ZH,
        }
    )


@router.post("/indicators/trial", response=answers(TrialShown), operation_id="try_sign")
def trial(request: HttpRequest, told: TrialTold) -> HttpResponse:
    """Say what a formula would come to now; nothing is kept."""
    value, parts = reads.trial(actor_of(request), told.code, told.formula, told.centre)
    return reply({"value": value, "parts": parts})


@router.post("/indicators", response=answers(IndicatorShown, 201), operation_id="define_sign")
def define(request: HttpRequest, told: NewSignTold) -> HttpResponse:
    """Define a new sign as a formula over measures and other signs (city's evaluators and administrators)."""
    actor = actor_of(request)
    return once(request, actor, lambda: indicators.define(actor, told.draft(told.code)))


@router.post("/indicators/{code}/rehearsal", response=answers(RehearsalShown), operation_id="rehearse_sign")
def rehearse(request: HttpRequest, code: str, told: SignTold) -> HttpResponse:
    """Say what a wording (of a new sign or a next version) would change and come to; nothing is kept."""
    return reply(indicators.rehearse(actor_of(request), told.draft(code)))


@router.get("/indicators/{code}", response=answers(SignWhole), operation_id="sign")
def show(request: HttpRequest, code: str, centre: str | None = _CENTRE) -> HttpResponse:
    """Give one sign with its terms, its definition and all wordings; the ETag is its version."""
    one = reads.indicator(code)
    (sign,) = reads.signs(actor_of(request), centre, [code], parts=True)
    whole: dict[str, Any] = {"sign": sign, "indicator": one, "versions": reads.versions(code)}
    return reply(whole, version=one.version)


@router.get(
    "/indicators/{code}/versions", response=answers(list[IndicatorShown]), operation_id="sign_versions"
)
def versions(request: HttpRequest, code: str) -> HttpResponse:
    """Give every wording officials gave a sign in force, the newest first; none for one as declared."""
    return reply(reads.versions(code))


@router.post(
    "/indicators/{code}/versions",
    response=answers(IndicatorShown),
    operation_id="alter_sign",
    openapi_extra=VERSIONED,
)
def alter(request: HttpRequest, code: str, told: SignTold) -> HttpResponse:
    """Write a sign's next version on the one given in ``If-Match``; the earlier ones stay."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: indicators.define(actor, told.draft(code), version), 200)


@router.post(
    "/indicators/{code}/retirement",
    response=answers(None, 200),
    operation_id="retire_sign",
    openapi_extra=VERSIONED,
)
def retire(request: HttpRequest, code: str, told: RetirementTold) -> HttpResponse:
    """Take a sign out of force; its versions stay."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: indicators.retire(actor, code, told.reason, version), 200)


@router.get("/indicators/{code}/history", response=answers(list[SignPoint]), operation_id="sign_history")
def history(
    request: HttpRequest,
    code: str,
    centre: str | None = _CENTRE,
    since: Moment | None = Query(None, description="起点；缺省为 24 小时或 30 天前"),
    step: str = Query("hour", pattern="^(hour|day)$"),
) -> HttpResponse:
    """Give the values of the hours or days up to now."""
    return reply(reads.history(actor_of(request), code, centre, since, step))


@router.get("/indicators/{code}/ranking", response=answers(list[Ranked]), operation_id="sign_ranking")
def ranking(
    request: HttpRequest,
    code: str,
    level: str = Query("district", pattern="^(city|district|street|community)$"),
    centre: str | None = _CENTRE,
) -> HttpResponse:
    """Give the divisions of a level within a centre, the best first."""
    return reply(reads.ranking(actor_of(request), code, level, centre))


@router.get("/indicators/{code}/rows", response=answers(CasePage), operation_id="sign_rows")
def rows(
    request: HttpRequest,
    code: str,
    narrow: Query[NarrowPage],
    centre: str | None = _CENTRE,
    part: int = Query(0, ge=0, le=300, description="公式中的第几项，从 0 起"),
) -> HttpResponse:
    """Give the cases that one term of the sign counted, by pages, within the person's scope."""
    actor = actor_of(request)
    narrow.sign = reads.token(actor, code, centre, part)
    return casework.list_cases(actor, narrow)
