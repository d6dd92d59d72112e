# SPDX-License-Identifier: Apache-2.0
"""Reading rules: which are in force where, and what versions there are."""

import threading
from collections import OrderedDict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db.models import Q, QuerySet

from tongguan.kernel import clock
from tongguan.kernel.codes import ancestors, next_prefix
from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import NOWHERE, Actor
from tongguan.rules import authoring
from tongguan.rules.contracts import RuleSet, RuleSetInfo, State
from tongguan.rules.evaluate import CompiledRules
from tongguan.rules.labels import STATES
from tongguan.rules.models import RuleSetVersion
from tongguan.rules.spi import vocabularies

#: What the states of a version are called.
STATE_NAMES: Final = dict(STATES)
_KEPT: Final = 64
_compiled: "OrderedDict[UUID, CompiledRules]" = OrderedDict()
_lock = threading.Lock()


def active(kind: str, division: str, at: datetime | None = None) -> CompiledRules:
    """Give the compiled rules in force at a time (default now) for the nearest division prefix.

    One indexed query; compiling is done once per version and process. When nothing is published the
    rules are empty and their version is 0.
    """
    return active_many(kind, [division], at)[division]


def active_many(kind: str, divisions: Iterable[str], at: datetime | None = None) -> dict[str, CompiledRules]:
    """Give, as ``active`` does, the rules of each of many divisions, in one query."""
    moment = at or clock.now()
    wanted = set(divisions)
    rows = RuleSetVersion.objects.filter(
        Q(superseded_at=None) | Q(superseded_at__gt=moment),
        kind=kind,
        division__in={"", *(prefix for division in wanted for prefix in ancestors(division))},
        state__in=[State.PUBLISHED, State.SUPERSEDED],
        published_at__lte=moment,
    ).order_by("version")
    newest = dict(rows.values_list("division", "id"))
    found = {}
    for division in wanted:
        nearest = next((newest[prefix] for prefix in (*ancestors(division), "") if prefix in newest), None)
        found[division] = _nothing(kind, division) if nearest is None else compiled(nearest)
    return found


def compiled(ruleset_id: UUID) -> CompiledRules:
    """Give a published version compiled. Raises NotFound."""
    with _lock:
        known = _compiled.get(ruleset_id)
        if known is not None:
            _compiled.move_to_end(ruleset_id)
            return known
    row = RuleSetVersion.objects.filter(pk=ruleset_id).first()
    if row is None:
        raise _unknown()
    built = _compile(row)
    if row.state != State.DRAFT:
        with _lock:
            _compiled[ruleset_id] = built
            while len(_compiled) > _KEPT:
                _compiled.popitem(last=False)
    return built


def ruleset(actor: Actor, ruleset_id: UUID) -> RuleSet:
    """Give one version with its rules. Raises NotFound outside the actor's scope."""
    return _ruleset(_row(actor, ruleset_id))


def rulesets(
    actor: Actor, kind: str | None = None, division: str | None = None, limit: int = 100
) -> list[RuleSetInfo]:
    """List versions the actor may read, the newest first: those that govern or lie in their divisions."""
    rows = visible(actor)
    if kind is not None:
        rows = rows.filter(kind=kind)
    if division is not None:
        rows = rows.filter(division=division)
    return [info(row) for row in rows.defer("body").order_by("-created_at", "-version")[: min(limit, 500)]]


def info(row: RuleSetVersion) -> RuleSetInfo:
    """Give a version's description."""
    return RuleSetInfo(
        id=row.pk,
        kind=row.kind,
        division=row.division,
        version=row.version,
        state=State(row.state),
        note=row.note,
        rules=row.size,
        digest=row.digest,
        author=row.author_name,
        created_at=row.created_at,
        published_by=row.published_by,
        published_at=row.published_at,
        superseded_at=row.superseded_at,
    )


def written(actor: Actor, ruleset_id: UUID) -> list[dict[str, Any]]:
    """Give one version's rules in the written form. Raises NotFound outside the actor's scope."""
    body: list[dict[str, Any]] = _row(actor, ruleset_id).body
    return body


def _row(actor: Actor, ruleset_id: UUID) -> RuleSetVersion:
    row = visible(actor).filter(pk=ruleset_id).first()
    if row is None:
        raise _unknown()
    return row


def visible(actor: Actor) -> QuerySet[RuleSetVersion]:
    """Give the versions that govern or lie in the divisions of the actor."""
    wanted = Q(pk=None)
    for prefix in actor.scope.divisions():
        if prefix == NOWHERE:
            continue
        wanted |= _subtree(prefix) | Q(division__in=["", *_shorter(prefix)])
    return RuleSetVersion.objects.filter(wanted)


def _subtree(prefix: str) -> Q:
    after = next_prefix(prefix)
    return Q(division__gte=prefix) if after is None else Q(division__gte=prefix, division__lt=after)


def _shorter(prefix: str) -> Sequence[str]:
    return [prefix[:n] for n in range(1, len(prefix) + 1)]


def _ruleset(row: RuleSetVersion) -> RuleSet:
    return RuleSet(row.kind, row.version, row.division, authoring.parse(row.body), row.pk)


def _compile(row: RuleSetVersion) -> CompiledRules:
    words = vocabularies.get(row.kind) if row.kind in vocabularies else None
    return CompiledRules(_ruleset(row), words)


def _nothing(kind: str, division: str) -> CompiledRules:
    return CompiledRules(RuleSet(kind, 0, division, ()))


def _unknown() -> NotFound:
    return NotFound("rules.not_found", zh="没有这个规则版本", en="no such version of rules")
