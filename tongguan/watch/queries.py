# SPDX-License-Identifier: Apache-2.0
"""Reads of rules, each within the actor's divisions; and, unscoped, what the runner needs."""

from collections.abc import Collection
from typing import Any, Final

from django.db.models import Q

from tongguan.alarms.contracts import Terms
from tongguan.detection.contracts import Kind
from tongguan.detection.spi import detectors
from tongguan.kernel.copies import Copy
from tongguan.kernel.errors import NotFound
from tongguan.people.contracts import Actor, Post
from tongguan.people.queries import division_q
from tongguan.watch.contracts import RuleInfo, State
from tongguan.watch.models import WatchRule
from tongguan.watch.written import info_of

NAME: Final = "watch"
#: Every post but the citizen's reads the rules that watch its divisions.
READERS: Final = tuple(post for post in Post if post is not Post.CITIZEN)


def _versions() -> dict[str, int]:
    return dict(_in_force_rows())


def _in_force_rows() -> tuple[tuple[str, int], ...]:
    rows = WatchRule.objects.filter(state=State.IN_FORCE).order_by("code")
    return tuple(rows.values_list("code", "version"))


_in_force: Final = Copy(_versions, _in_force_rows, NAME)


def in_force() -> dict[str, int]:
    """Give the version in force of each rule, for the runner; looked at once a second at most."""
    return _in_force.get()


def version_of(code: str, version: int) -> RuleInfo | None:
    """Give one version whole, for the runner; None when there is none."""
    row = WatchRule.objects.filter(code=code, version=version).first()
    return info_of(row) if row else None


def rules(actor: Actor, *, state: str = "", division: str = "", detector: str = "") -> list[RuleInfo]:
    """Give the newest version of every rule within the actor's divisions, by code; narrowed as named.

    With ``state`` the newest version in that state.
    """
    rows = WatchRule.objects.filter(_seen(actor))
    narrow = {"state": state, "detector": detector, "division__startswith": division}
    rows = rows.filter(**{name: value for name, value in narrow.items() if value})
    newest: dict[str, WatchRule] = {}
    for row in rows.order_by("code", "version"):
        newest[row.code] = row
    return [info_of(row) for row in newest.values()]


def versions(actor: Actor, code: str) -> list[RuleInfo]:
    """Give every version of a rule, the newest first. Raises NotFound, also outside of the divisions."""
    rows = list(WatchRule.objects.filter(_seen(actor), code=code).order_by("-version"))
    if not rows:
        raise NotFound("watch.not_found", "没有这条规则", "there is no such rule")
    return [info_of(row) for row in rows]


def _seen(actor: Actor) -> Q:
    """Tell what an actor sees: rules of their divisions, and those of wider ones that watch theirs too."""
    mine = division_q(actor.scope, "division", *READERS)
    if not mine:  # the whole country: an empty condition joined with another by "or" would vanish
        return mine
    for prefix in actor.scope.divisions(*READERS):
        if prefix.isdigit():
            mine |= Q(division__in=[prefix[:length] for length in range(len(prefix))])
    return mine


def kinds() -> list[dict[str, Any]]:
    """Give the detectors there are, each with the schema of its parameters."""
    return [
        {
            "code": one.code,
            "zh": one.zh,
            "en": one.en,
            "grouped": one.grouped,
            "parameters": [
                {
                    "name": parameter.name,
                    "zh": parameter.zh,
                    "en": parameter.en,
                    "unit": parameter.unit,
                    "kind": Kind(parameter.kind).name.lower(),
                    "low": parameter.low,
                    "high": parameter.high,
                    "default": parameter.default,
                    "needed": parameter.needed,
                    "choices": dict(parameter.choices),
                }
                for parameter in one.parameters
            ],
        }
        for one in sorted(detectors.items().values(), key=lambda kind: kind.code)
    ]


def book(rules: Collection[str]) -> dict[str, Terms]:
    """Give what rules' alarms are to people, as the versions in force say it; alarms ask this."""
    rows = WatchRule.objects.filter(code__in=list(rules), state=State.IN_FORCE)
    return {
        row.code: Terms(
            rule=row.code,
            name=row.zh,
            family=row.family or row.code.split(".", 1)[0],
            item_code=row.item_code,
            tells_from=row.tells_from,
            source=row.source,
        )
        for row in rows
    }
