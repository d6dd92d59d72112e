# SPDX-License-Identifier: Apache-2.0
"""Rules over readings over HTTP: read, written, rehearsed on history, switched on and off (F55, F56).

Part of the desk's interface.
"""

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.document import VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import expected_version, reply
from tongguan.doors.watching.shapes import (
    DetectorShown,
    NewRuleTold,
    ReasonTold,
    RehearsalJobShown,
    RehearsalTold,
    RuleTold,
    WatchRuleShown,
)
from tongguan.watch import api as watch
from tongguan.watch import queries as reads

router = Router(tags=["监测规则 rules over readings"])
_STATE = Query("", pattern="^(draft|rehearsed|in_force|retired)?$")
_DIVISION = Query("", max_length=12, pattern=r"^[0-9]*$", description="区划代码；缺省不限")


@router.get("/watch/detectors", response=answers(list[DetectorShown]), operation_id="watch_detectors")
def kinds(request: HttpRequest) -> HttpResponse:
    """Give the detectors there are, each with the schema of its parameters."""
    actor_of(request)
    return reply(reads.kinds())


@router.get("/watch/rules", response=answers(list[WatchRuleShown]), operation_id="watch_rules")
def rules(
    request: HttpRequest,
    state: str = _STATE,
    division: str = _DIVISION,
    detector: str = Query("", max_length=40),
) -> HttpResponse:
    """Give the newest version of every rule that watches the person's divisions."""
    return reply(reads.rules(actor_of(request), state=state, division=division, detector=detector))


@router.post("/watch/rules", response=answers(WatchRuleShown, 201), operation_id="draft_watch_rule")
def draft(request: HttpRequest, told: NewRuleTold) -> HttpResponse:
    """Write a new rule as a draft; values nobody knows may be left to be set."""
    actor = actor_of(request)
    return once(request, actor, lambda: watch.draft(actor, told.draft(told.code)))


@router.get("/watch/rules/{code}", response=answers(list[WatchRuleShown]), operation_id="watch_rule")
def show(request: HttpRequest, code: str) -> HttpResponse:
    """Give every version of a rule, the newest first; the ETag is the newest one's number."""
    found = reads.versions(actor_of(request), code)
    return reply(found, version=found[0].version)


@router.post(
    "/watch/rules/{code}/versions",
    response=answers(WatchRuleShown, 201),
    operation_id="alter_watch_rule",
    openapi_extra=VERSIONED,
)
def alter(request: HttpRequest, code: str, told: RuleTold) -> HttpResponse:
    """Write a rule's next version as a draft, on the newest one seen (``If-Match``)."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: watch.draft(actor, told.draft(code), version))


@router.post(
    "/watch/rules/{code}/versions/{int:version}/rehearsal",
    response=answers(RehearsalJobShown, 202),
    operation_id="rehearse_watch_rule",
)
def rehearse(request: HttpRequest, code: str, version: int, told: RehearsalTold) -> HttpResponse:
    """Have a version run over the last days' readings: what it would have raised is kept with it."""
    actor = actor_of(request)
    return once(request, actor, lambda: {"job": str(watch.rehearse(actor, code, version, told.days))}, 202)


@router.post(
    "/watch/rules/{code}/versions/{int:version}/force",
    response=answers(WatchRuleShown),
    operation_id="switch_on_watch_rule",
)
def switch_on(request: HttpRequest, code: str, version: int, told: ReasonTold) -> HttpResponse:
    """Bring a rehearsed version in force, in place of the one before."""
    actor = actor_of(request)
    return once(request, actor, lambda: watch.switch_on(actor, code, version, told.reason), 200)


@router.post(
    "/watch/rules/{code}/retirement",
    response=answers(WatchRuleShown),
    operation_id="retire_watch_rule",
    openapi_extra=VERSIONED,
)
def retire(request: HttpRequest, code: str, told: ReasonTold) -> HttpResponse:
    """Take the version in force (``If-Match``) out; its active alarms are cleared."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: watch.retire(actor, code, told.reason, version), 200)
