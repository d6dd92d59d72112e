# SPDX-License-Identifier: Apache-2.0
"""What triage read from a case's words at the desk: which component it means, how urgent it is (F10, F26)."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Schema
from pydantic import Field

from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.handover import api as handovers
from tongguan.handover import queries as urgencies
from tongguan.handover.contracts import UrgencyInfo
from tongguan.linking import api as linking
from tongguan.linking import queries as links
from tongguan.linking.contracts import KindCount

router = Router(tags=["部件与缓急 component, urgency"])


class NearComponent(Schema):
    """A component of the kind near the case, and its distance in metres."""

    code: str
    name: str
    metres: float


class ComponentLinkShown(Schema):
    """One choice of a case's component and why; ``state``: linked, suggested, none. The newest counts."""

    at: datetime
    class_code: str
    state: str
    component_code: str
    near: list[NearComponent]
    count: int
    confidence: float
    strategy: str
    words: str
    by_person: bool
    actor_name: str


class ComponentTold(Told):
    """Which component a case means; empty for none of the register."""

    model_config = example(component_code="99010101001000012", reason="现场核实为路口北侧那只")

    component_code: str = Field("", max_length=20)
    reason: str = Field(min_length=1, max_length=500)


class UrgencyTold(Told):
    """How urgent a case is: normal, urgent or critical; and why."""

    model_config = example(level="urgent", reason="已临近学校放学")

    level: str = Field(max_length=10)
    reason: str = Field(min_length=1, max_length=500)


@router.get(
    "/cases/{uuid:case_id}/component",
    response=answers(list[ComponentLinkShown]),
    operation_id="case_component",
)
def component(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Tell which component a case means and why, the newest choice first."""
    return reply(links.of_case(actor_of(request), case_id))


@router.post(
    "/cases/{uuid:case_id}/component", response=answers(ComponentLinkShown), operation_id="choose_component"
)
def choose(request: HttpRequest, case_id: UUID, told: ComponentTold) -> HttpResponse:
    """Say which component a case means, or none; it stands on the timeline and teaches."""
    return reply(
        linking.overrule(
            actor_of(request), case_id, component_code=told.component_code.strip(), reason=told.reason
        )
    )


@router.get("/component-links", response=answers(list[KindCount]), operation_id="component_links")
def precision(request: HttpRequest) -> HttpResponse:
    """Tell per kind how often cases were linked by themselves, and how often people found it right."""
    return reply(links.precision(actor_of(request)))


@router.get("/cases/{uuid:case_id}/urgency", response=answers(list[UrgencyInfo]), operation_id="case_urgency")
def urgency(request: HttpRequest, case_id: UUID) -> HttpResponse:
    """Tell why a case is as urgent as it is; nothing where neither item nor words spoke."""
    return reply(urgencies.urgency_of(actor_of(request), case_id))


@router.post("/cases/{uuid:case_id}/urgency", response=answers(UrgencyInfo), operation_id="set_urgency")
def set_urgency(request: HttpRequest, case_id: UUID, told: UrgencyTold) -> HttpResponse:
    """Say how urgent a case is, and why; further tellings do not change it any more."""
    return reply(handovers.set_urgency(actor_of(request), case_id, level=told.level, reason=told.reason))
