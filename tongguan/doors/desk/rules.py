# SPDX-License-Identifier: Apache-2.0
"""Officials' rules at the desk: which versions there are, and what one would have done last month (F19)."""

from datetime import datetime
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Query, Router, Schema

from tongguan.advice import queries as advice
from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import Bucket
from tongguan.doors.common.reply import reply
from tongguan.doors.desk.auth import actor_of
from tongguan.rules import queries as rules

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


class RuleTriedShown(Schema):
    """One rule on past cases: how many it matches, in how many it names the unit that has the case."""

    no: str
    name: str
    hits: int
    same: int


class TriedCaseShown(Schema):
    """A past case that would have gone elsewhere; ``would`` is empty when no known unit is named."""

    case_id: UUID
    number: str
    title: str
    rule_no: str
    would: str
    was: str
    words: str


class TriedShown(Schema):
    """What the rules would have done with past cases. At most 200 lines.

    ``before``: cases a ruling or the list decides; ``spared``: of the same, those sent back then;
    ``more``: older cases were left out.
    """

    since: datetime
    until: datetime
    cases: int
    before: int
    more: bool
    matched: int
    unmatched: int
    same: int
    different: int
    spared: int
    rules: list[RuleTriedShown]
    lines: list[TriedCaseShown]


@router.get("/rules", response=answers(list[RulesShown]), operation_id="rules")
def list_rules(
    request: HttpRequest,
    kind: str = Query("", max_length=40),
    division: str | None = Query(None, max_length=12, pattern=r"^[0-9]*$"),
    limit: int = Query(100, ge=1, le=500),
) -> HttpResponse:
    """List versions of rules that govern or lie in the own divisions, the newest first."""
    return reply(rules.rulesets(actor_of(request), kind or None, division, limit))


@router.get(
    "/rules/{uuid:ruleset_id}/try",
    response=answers(TriedShown),
    operation_id="try_rules",
    throttle=[Bucket("try_rules", rate=0.2, burst=10)],
)
def try_rules(
    request: HttpRequest,
    ruleset_id: UUID,
    days: int = Query(30, ge=1, le=366),
    division: str = Query("", max_length=12, pattern=r"^[0-9]*$"),
) -> HttpResponse:
    """Say what dispatch rules would have done with the cases of the last days; changes nothing."""
    return reply(advice.try_rules(actor_of(request), ruleset_id, days=days, division=division))
