# SPDX-License-Identifier: Apache-2.0
"""Verbs of insight: look at the limits, decide on proposals, set the terms, forecast the coming week."""

from typing import Any, Final
from uuid import UUID

from django.db import IntegrityError

from tongguan.insight import changing, forecasting, limits, terms
from tongguan.insight.contracts import LookInfo, ProposalInfo
from tongguan.insight.facts import LimitProposalDecided
from tongguan.insight.models import Proposal, TermsVersion
from tongguan.insight.proposing import Terms
from tongguan.insight.queries import look_info, proposal, proposal_info, rights
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Invalid, Stale
from tongguan.kernel.limits import limit_of
from tongguan.people.contracts import Actor, Post
from tongguan.runtime import audit, outbox
from tongguan.runtime.transactions import atomic

#: Who decides on limits of a whole city, and who sets when they are proposed.
DECIDERS: Final = frozenset({Post.DUTY_CHIEF, Post.SYSTEM})
KEEPERS: Final = frozenset({Post.EVALUATOR, Post.DUTY_CHIEF, Post.SYSADMIN, Post.SYSTEM})
_LONGEST: Final = 500


def look_at_limits(actor: Actor) -> LookInfo:
    """Look at every limit in force now instead of tonight; for keepers of a city. Raises Forbidden."""
    rights(actor, KEEPERS, city=True)
    row = limits.look(actor, clock.now())
    audit.record(actor, "insight.look", "limits", {"proposed": row.proposed})
    return look_info(row)


def approve(actor: Actor, proposal_id: UUID, reason: str, expected_version: int) -> ProposalInfo:
    """Approve a proposal: the limit is in force at once, as a new version of the catalogue's.

    Raises Forbidden, NotFound, Stale, Conflict (decided, or the limit was changed meanwhile), Invalid.
    """
    rights(actor, DECIDERS, city=True)
    with atomic():
        row = _decide(actor, proposal_id, "approved", reason, expected_version)
        old, new = limit_of(row.from_value, row.unit), limit_of(row.to_value, row.unit)
        if old is None or new is None:
            raise changing_nothing()
        if row.subject == "item":
            applied = changing.change_item(actor, row.item_code, old, new)
        else:
            applied = changing.change_stage(actor, row.stage, row.kind, row.division, old, new)
        row.applied = applied[:200]
        row.save(update_fields=["applied"])
        _tell(actor, row, approved=True)
    return proposal_info(row)


def reject(actor: Actor, proposal_id: UUID, reason: str, expected_version: int) -> ProposalInfo:
    """Reject a proposal with a reason; it does not come back until history has changed materially.

    Raises Forbidden, NotFound, Stale, Conflict, Invalid ``insight.reason``.
    """
    rights(actor, DECIDERS, city=True)
    with atomic():
        row = _decide(actor, proposal_id, "rejected", reason, expected_version)
        _tell(actor, row, approved=False)
    return proposal_info(row)


def set_terms(actor: Actor, given: dict[str, Any], reason: str, expected_version: int) -> tuple[Terms, int]:
    """Set when limits are proposed, as a new version. Raises Forbidden, Invalid (the field), Stale."""
    rights(actor, KEEPERS, city=True)
    told = terms.altered(given)
    reason = _reasoned(reason)
    _, version = terms.in_force()
    if version != expected_version:
        raise _stale()
    try:
        with atomic():
            TermsVersion.objects.create(
                version=version + 1, body=terms.body_of(told), reason=reason, by=actor.key[:80],
                by_name=actor.name[:60], at=clock.now(),
            )  # fmt: skip
            audit.record(actor, "insight.terms", "limits", {"version": version + 1, "reason": reason})
    except IntegrityError as error:  # the same version, written twice in one moment
        raise _stale() from error
    return told, version + 1


def forecast_week(actor: Actor) -> int:
    """Forecast the coming week's late matters of every unit now; give how many units. Raises Forbidden."""
    rights(actor, KEEPERS, city=True)
    return forecasting.forecast(clock.now())


def changing_nothing() -> Invalid:
    """Give the refusal for a proposal without a limit."""
    return Invalid("insight.no_limit", zh="建议没有时限", en="the proposal has no limit")


def _decide(actor: Actor, proposal_id: UUID, state: str, reason: str, expected: int) -> Proposal:
    reason = _reasoned(reason)
    found = proposal(actor, proposal_id)
    won = Proposal.objects.filter(pk=proposal_id, state="open", version=expected).update(
        state=state, decided_at=clock.now(), decided_by=actor.name[:80], reason=reason, version=expected + 1
    )
    if not won:
        if found.state == "open":
            raise _stale()
        raise Conflict("insight.decided", zh="这条建议已有结论", en="the proposal has been decided on")
    return Proposal.objects.get(pk=proposal_id)


def _reasoned(reason: str) -> str:
    text = reason.strip()
    if not text:
        raise Invalid("insight.reason", zh="请写明理由", en="say why", field="reason")
    return text[:_LONGEST]


def _stale() -> Stale:
    return Stale("version.stale", "内容已被他人更新，请刷新", "it was changed meanwhile", field="If-Match")


def _tell(actor: Actor, row: Proposal, *, approved: bool) -> None:
    verb = "insight.approve" if approved else "insight.reject"
    detail = {
        "item": row.item_code, "stage": row.stage, "from": str(row.from_value), "to": str(row.to_value),
        "unit": row.unit, "reason": row.reason, "applied": row.applied,
    }  # fmt: skip
    audit.record(actor, verb, f"limit:{row.item_code or row.stage}", detail)
    outbox.publish(LimitProposalDecided(division=row.division, proposal_id=row.pk, approved=approved))
