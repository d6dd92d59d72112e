# SPDX-License-Identifier: Apache-2.0
"""Officials' rules at the desk: which versions there are, and what one would have done last month (F19)."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema
from pydantic import Field

from tongguan.advice.contracts import Tried
from tongguan.doors.common.casework import actor_of
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.rules import api as authored
from tongguan.rules import queries as rules
from tongguan.trials import queries as trials

router = Router(tags=["规则 rules"])


class RulesShown(Schema):
    """One version of the rules of a kind for a division; ``state``: draft, published or superseded."""

    id: UUID
    kind: str
    division: str
    version: int
    state: str
    note: str
    rules: int
    digest: str
    author: str
    created_at: datetime
    published_by: str
    published_at: datetime | None
    superseded_at: datetime | None


class RulesText(Schema):
    """Rules in the form officials write."""

    text: str


class RulesTold(Told):
    """Rules to keep as a draft: YAML or JSON."""

    model_config = example(
        kind="routing",
        division="990101",
        text="rules:\n- no: R1\n  name: 井盖\n  when: {all: []}\n  then: {unit_code: N-SZ}\n",
        note="按新职责调整",
    )

    kind: str = Field("routing", min_length=1, max_length=40)
    division: str = Field("", max_length=12, pattern="^[0-9]*$")
    text: str = Field(min_length=1, max_length=1_000_000)
    note: str = Field("", max_length=500)


@router.get("/rules", response=answers(list[RulesShown]), operation_id="rules")
def list_rules(
    request: HttpRequest,
    kind: str = Query("", max_length=40),
    division: str | None = Query(None, max_length=12, pattern=r"^[0-9]*$"),
    limit: int = Query(100, ge=1, le=500),
) -> HttpResponse:
    """List versions of rules that govern or lie in the own divisions, the newest first."""
    return reply(rules.rulesets(actor_of(request), kind or None, division, limit))


@router.get("/rules/{uuid:ruleset_id}/text", response=answers(RulesText), operation_id="rules_text")
def text(request: HttpRequest, ruleset_id: UUID) -> HttpResponse:
    """Give a version as officials write it (YAML)."""
    return reply({"text": authored.export_rules(actor_of(request), ruleset_id)})


@router.post("/rules", response=answers(RulesShown, 201), operation_id="draft_rules")
def draft(request: HttpRequest, told: RulesTold) -> HttpResponse:
    """Keep written rules as the next version, not yet in force; every mistake is told by its place."""
    actor = actor_of(request)
    return reply(authored.import_rules(actor, told.kind, told.division, told.text, told.note), 201)


@router.post("/rules/{uuid:ruleset_id}/publish", response=answers(RulesShown), operation_id="publish_rules")
def publish(request: HttpRequest, ruleset_id: UUID) -> HttpResponse:
    """Bring a draft into force."""
    return reply(authored.publish(actor_of(request), ruleset_id))


@router.post("/rules/{uuid:ruleset_id}/back", response=answers(RulesShown), operation_id="rules_back")
def back(request: HttpRequest, ruleset_id: UUID) -> HttpResponse:
    """Bring an earlier version's rules into force again, as a new version."""
    return reply(authored.go_back(actor_of(request), ruleset_id))


@router.get(
    "/rules/{uuid:ruleset_id}/try",
    response=answers(Tried),
    operation_id="try_rules",
    throttle=[Bucket("try_rules", rate=0.2, burst=10)],
)
def try_rules(
    request: HttpRequest,
    ruleset_id: UUID,
    days: int = Query(30, ge=1, le=366),
    division: str = Query("", max_length=12, pattern=r"^[0-9]*$"),
) -> HttpResponse:
    """Say what rules would have done with the cases of the last days; changes nothing."""
    return reply(trials.try_rules(actor_of(request), ruleset_id, days=days, division=division))
