# SPDX-License-Identifier: Apache-2.0
"""Which facts of the live stream a person may see: the same scope as the lists, decided without a query."""

from collections.abc import Mapping
from typing import Any, Final

from tongguan.cases import queries as cases
from tongguan.intake.queries import REVIEWERS
from tongguan.people import queries as people
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post
from tongguan.runtime import spi

#: Of people who see single cases, so many open ones are followed; looked up anew every minute.
_FOLLOWED: Final = 5_000
_ONE_BY_ONE: Final = frozenset({Post.DEPARTMENT, Post.HANDLER, Post.COLLECTOR})
_UNITS: Final = frozenset({Post.DEPARTMENT, Post.HANDLER})
_MOST_UNITS: Final = 10_000
_PERSONAL: Final = "InboxArrived"
_REPORTS: Final = "Report"
#: Facts that centres see by their division alone.
_BY_DIVISION: Final = ("Wall", "Alarm")


def view_of(user_id: int) -> spi.StreamView | None:
    """Give the view of a person, None for one who may no longer sign in."""
    actor = people.actor_by_id(user_id)
    return None if actor is None else view(actor, _followed(actor), _own_units(actor))


def view(actor: Actor, followed: set[str], units: frozenset[int] = frozenset()) -> spi.StreamView:
    """Give what the actor may see: facts of cases by division (centres) or one by one (all others).

    A case given to one of ``units`` is followed from that fact on; what was told of it before stays untold.
    """
    everywhere = tuple(actor.scope.divisions(*CENTRE_POSTS)) if actor.scope.posts() & CENTRE_POSTS else ()
    reviewed = tuple(actor.scope.divisions(*REVIEWERS)) if actor.scope.posts() & REVIEWERS else ()

    def may_see(name: str, division: str, payload: Mapping[str, Any]) -> bool:
        if name == _PERSONAL:
            return actor.id in payload.get("user_ids", ())
        if name.startswith(_REPORTS):
            return division.startswith(reviewed) if reviewed else False
        if name.startswith(_BY_DIVISION):
            return division.startswith(everywhere) if everywhere else False
        case_id = payload.get("case_id")
        if case_id is None:
            return False
        if units and not units.isdisjoint((*payload.get("unit_ids", ()), payload.get("lead_unit_id"))):
            # Work of one of the own units makes the case theirs, in the lists as here.
            followed.add(str(case_id))
        return (bool(everywhere) and division.startswith(everywhere)) or str(case_id) in followed

    return may_see


def _followed(actor: Actor) -> set[str]:
    if not actor.scope.posts() & _ONE_BY_ONE:
        return set()
    rows = cases.visible(actor).filter(closed_at__isnull=True).order_by("-opened_at")
    return {str(pk) for pk in rows.values_list("pk", flat=True)[:_FOLLOWED]}


def _own_units(actor: Actor) -> frozenset[int]:
    """Give the units under the actor's own, whose work is theirs to see; from memory."""
    grants = [g for g in actor.scope.grants if g.post in _UNITS and g.unit_path]
    paths = tuple({grant.unit_path for grant in grants})
    near = [unit for g in grants for unit in people.units_of(g.division, limit=_MOST_UNITS)]
    return frozenset(unit.id for unit in near if unit.path.startswith(paths))


def _of_key(who: str) -> spi.StreamView | None:
    kind, _, number = who.partition(":")
    return view_of(int(number)) if kind == "user" else None


spi.stream_scope.register("desk", _of_key)
