# SPDX-License-Identifier: Apache-2.0
"""Insight at the desk: where matters get stuck, proposals of limits, forecasts of overload (F48, F50)."""

from dataclasses import asdict
from datetime import date
from typing import Any, Literal
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.document import VERSIONED
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import expected_version, reply
from tongguan.doors.insight.shapes import (
    HeatShown,
    LimitLookShown,
    LimitProposalShown,
    LimitProposalsShown,
    LimitReasonTold,
    LimitTermsShown,
    LimitTermsTold,
    OverloadsShown,
    WhichCases,
    WhichCell,
    WhichRows,
)
from tongguan.insight import api as insight
from tongguan.insight import queries as reads
from tongguan.insight.contracts import HandOvers, SlowCase, StateMap, UnitTime, Variants
from tongguan.kernel.errors import Forbidden

router = Router(tags=["流程洞察 insight"])


@router.get("/insight/map", response=answers(StateMap), operation_id="insight_map")
def state_map(request: HttpRequest, which: Query[WhichCases]) -> HttpResponse:
    """Give the process as it ran: states with visits and stays, ways with counts."""
    return reply(reads.state_map(actor_of(request), which.slice()))


@router.get("/insight/heat", response=answers(HeatShown), operation_id="insight_heat")
def heat(request: HttpRequest, which: Query[WhichRows]) -> HttpResponse:
    """Give durations of stages by unit, item, family, district or street."""
    return reply(reads.heat(actor_of(request), which.slice(), which.by))


@router.get("/insight/slow", response=answers(list[SlowCase]), operation_id="insight_slow")
def slow(request: HttpRequest, which: Query[WhichCell]) -> HttpResponse:
    """Give the cases behind one cell of the heat table, the slowest first."""
    return reply(reads.slow_cases(actor_of(request), which.slice(), which.by, which.stage, which.key))


@router.get("/insight/times", response=answers(list[UnitTime]), operation_id="insight_times")
def times(request: HttpRequest, which: Query[WhichCases]) -> HttpResponse:
    """Give waiting against working: the parts of units' work orders."""
    return reply(reads.unit_times(actor_of(request), which.slice()))


@router.get("/insight/variants", response=answers(Variants), operation_id="insight_variants")
def variants(request: HttpRequest, which: Query[WhichCases]) -> HttpResponse:
    """Give the commonest sequences of states with what came of them."""
    return reply(reads.variants(actor_of(request), which.slice()))


@router.get("/insight/hand-overs", response=answers(HandOvers), operation_id="insight_hand_overs")
def hand_overs(request: HttpRequest, which: Query[WhichCases]) -> HttpResponse:
    """Give which units give cases to which, and pairs that play them to and fro."""
    return reply(reads.hand_overs(actor_of(request), which.slice()))


@router.get("/insight/limits", response=answers(LimitProposalsShown), operation_id="limit_proposals")
def proposals(
    request: HttpRequest, state: Literal["", "open", "approved", "rejected", "withdrawn"] = "open"
) -> HttpResponse:
    """List proposals of limits, and what the last look at all limits said of the others."""
    actor = actor_of(request)
    rows = reads.proposals(actor, state)
    try:
        look = reads.last_look(actor)
    except Forbidden:  # of a district: what was considered is the city's
        look = None
    return reply({"rows": rows, "look": look})


@router.post("/insight/limits/look", response=answers(LimitLookShown, 201), operation_id="look_at_limits")
def look(request: HttpRequest) -> HttpResponse:
    """Look at every limit now instead of tonight."""
    actor = actor_of(request)
    return once(request, actor, lambda: insight.look_at_limits(actor))


@router.get("/insight/limits/terms", response=answers(LimitTermsShown), operation_id="limit_terms")
def terms(request: HttpRequest) -> HttpResponse:
    """Give when limits are proposed; the ETag is their version."""
    told, version = reads.terms_in_force(actor_of(request))
    return reply(_terms(told, version), version=version)


@router.post(
    "/insight/limits/terms",
    response=answers(LimitTermsShown, 200),
    operation_id="set_limit_terms",
    openapi_extra=VERSIONED,
)
def set_terms(request: HttpRequest, told: LimitTermsTold) -> HttpResponse:
    """Set when limits are proposed, as the next version on the one in ``If-Match``."""
    actor, version = actor_of(request), expected_version(request)
    return once(
        request, actor, lambda: _terms(*insight.set_terms(actor, told.terms, told.reason, version)), 200
    )


def _terms(told: Any, version: int) -> dict[str, Any]:
    return {**asdict(told), "version": version}


@router.get(
    "/insight/limits/{uuid:proposal_id}", response=answers(LimitProposalShown), operation_id="limit_proposal"
)
def proposal(request: HttpRequest, proposal_id: UUID) -> HttpResponse:
    """Give one proposal with its evidence; the ETag is its version."""
    found = reads.proposal(actor_of(request), proposal_id)
    return reply(found, version=found.version)


@router.post(
    "/insight/limits/{uuid:proposal_id}/approval",
    response=answers(LimitProposalShown, 200),
    operation_id="approve_limit",
    openapi_extra=VERSIONED,
)
def approve(request: HttpRequest, proposal_id: UUID, told: LimitReasonTold) -> HttpResponse:
    """Approve a proposal: the limit is in force at once as a new version (the city's duty chief)."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: insight.approve(actor, proposal_id, told.reason, version), 200)


@router.post(
    "/insight/limits/{uuid:proposal_id}/rejection",
    response=answers(LimitProposalShown, 200),
    operation_id="reject_limit",
    openapi_extra=VERSIONED,
)
def reject(request: HttpRequest, proposal_id: UUID, told: LimitReasonTold) -> HttpResponse:
    """Reject a proposal; it comes back only when history has changed materially."""
    actor, version = actor_of(request), expected_version(request)
    return once(request, actor, lambda: insight.reject(actor, proposal_id, told.reason, version), 200)


@router.get("/insight/overload", response=answers(OverloadsShown), operation_id="overload")
def overload(request: HttpRequest, week: date | None = None) -> HttpResponse:
    """Give who will be late in a week (the newest forecast one) and why, and how right past ones were."""
    actor = actor_of(request)
    return reply({"rows": reads.overloads(actor, week), "record": reads.forecast_record(actor)})
