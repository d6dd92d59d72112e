# SPDX-License-Identifier: Apache-2.0
"""What triage decided about a telling, in words, and people putting right what belongs together."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from tongguan.advice import queries as advice
from tongguan.advice.contracts import PastCase
from tongguan.doors.common.faces import answers
from tongguan.doors.common.once import once
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.common.telling import receipt_shown
from tongguan.doors.desk.auth import actor_of
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import Receipt
from tongguan.matching import api as matching
from tongguan.matching import queries as matters
from tongguan.matching.contracts import Alike, DecisionInfo

router = Router(tags=["归并 same matter"])


class TriageShown(Schema):
    """One triage of a report: what was decided, how sure, by which version, and why in words."""

    at: datetime
    item_code: str
    item_how: str
    item_confidence: float
    item_sure: bool
    item_shares: list[list[Any]]
    item_version: str
    place_how: str
    place_confidence: float
    want: str
    want_confidence: float
    danger: float
    reach: str
    lines: list[str]


class JoinedShown(Schema):
    """What is known of a case's matter; ``repeats``: tellings of people heard before, ``crowd``: 群诉."""

    people: int
    tellings: int
    repeats: int
    crowd: bool
    decisions: list[DecisionInfo]
    suggested: list[Alike]


class AdvisedUnit(Told):
    """A unit that may act, how sure, whether its duty names it, and why."""

    unit_id: int
    code: str
    name: str
    score: float
    allowed: bool
    reasons: list[str]


class AdviceShown(Schema):
    """Units and past cases; ``version`` of the model, empty when the plan speaks alone."""

    units: list[AdvisedUnit]
    past: list[PastCase]
    version: str


class WhyApart(Told):
    """Why the telling is another matter."""

    model_config = example(reason="两个不同的井盖，相距一个路口")

    reason: str = Field(min_length=1, max_length=500)


class WhyOne(Told):
    """With which case, and why it is the same matter."""

    model_config = example(case_id="0198a1c2-7b00-7000-8000-0000000000a1", reason="现场确认为同一处")

    case_id: UUID
    reason: str = Field(min_length=1, max_length=500)


@router.get(
    "/reports/{uuid:report_id}/triage", response=answers(list[TriageShown]), operation_id="report_triage"
)
def triage(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Tell what each triage of a report made of it, the first first."""
    return reply(reports.decisions(actor_of(request), report_id))


@router.get("/cases/{uuid:case_id}/matter", response=answers(JoinedShown), operation_id="case_matter")
def matter(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Tell which tellings are in a case and why, and which other cases may be the same matter."""
    actor = actor_of(request)
    people, tellings = matters.people_of(actor, case_id)
    return reply(
        {
            "people": people,
            "tellings": tellings,
            "repeats": tellings - people,
            "crowd": people >= matters.crowd_from(),
            "decisions": matters.decisions_of(actor, case_id),
            "suggested": matters.suggested(actor, case_id),
        }
    )


@router.get("/cases/{uuid:case_id}/units", response=answers(AdviceShown), operation_id="case_units")
def units(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Suggest at most three units for a case, with reasons and three past cases."""
    return reply(advice.units(actor_of(request), case_id))


@router.get(
    "/reports/{uuid:report_id}/matter/again", response=answers(DecisionInfo), operation_id="matter_again"
)
def again(request: HttpRequest, report_id: UUID) -> HttpResponse:
    """Decide again as it was decided then, by the kept prints and the kept strategy."""
    return reply(matters.replayed(actor_of(request), report_id))


@router.post("/reports/{uuid:report_id}/apart", response=answers(Receipt), operation_id="take_report_out")
def apart(request: HttpRequest, report_id: UUID, told: WhyApart) -> HttpResponse:
    """Give a telling a case of its own; the two stay different matters for good."""
    actor = actor_of(request)
    return once(request, actor, lambda: receipt_shown(intake.take_out(actor, report_id, told.reason)), 200)


@router.post("/reports/{uuid:report_id}/together", response=answers(Receipt), operation_id="put_report_with")
def together(request: HttpRequest, report_id: UUID, told: WhyOne) -> HttpResponse:
    """Put a telling into the case that a person found to be its matter."""
    actor = actor_of(request)
    return once(
        request,
        actor,
        lambda: receipt_shown(intake.put_with(actor, report_id, told.case_id, told.reason)),
        200,
    )


@router.post("/cases/{uuid:case_id}/never", response=answers(None, 204), operation_id="never_one")
def never(request: HttpRequest, case_id: UUID, told: WhyOne) -> HttpResponse:
    """Say that two cases are not, and never will be, one matter. Again is no change."""
    matching.never(actor_of(request), case_id, told.case_id, told.reason)
    return HttpResponse(status=204)
