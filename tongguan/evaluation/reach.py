# SPDX-License-Identifier: Apache-2.0
"""Who sees which scores: centres those of their divisions, the scored their own and what is allowed."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Final

from tongguan.evaluation import members
from tongguan.evaluation.contracts import IndicatorSet, Score, Subject, Visible
from tongguan.kernel.errors import Forbidden
from tongguan.people import queries as people
from tongguan.people.contracts import CENTRE_POSTS, Actor, Post

#: Posts that see every score of their divisions.
WATCHERS: Final = frozenset(
    {Post.EVALUATOR, Post.LEADER, Post.SUPERVISOR, Post.DUTY_CHIEF, Post.AUDITOR, Post.SYSTEM}
)
#: Posts that write and approve sets and close periods, for the whole city.
WRITERS: Final = frozenset({Post.EVALUATOR, Post.SYSTEM})
APPROVERS: Final = frozenset({Post.EVALUATOR, Post.LEADER})
_SCORED: Final = frozenset(
    {Post.DEPARTMENT, Post.HANDLER, Post.ACCEPTOR, Post.DISPATCHER, Post.COLLECTOR, Post.DUTY_CHIEF}
)
_CITY_DIGITS: Final = 4


def of_the_city(actor: Actor, posts: Iterable[Post]) -> bool:
    """Tell whether one of these posts is held for the whole city."""
    return any(len(one) <= _CITY_DIGITS and one != "~" for one in actor.scope.divisions(*posts))


def must_write(actor: Actor, posts: Iterable[Post] = WRITERS) -> None:
    """Raise Forbidden unless the actor keeps the city's evaluation."""
    if not of_the_city(actor, posts):
        raise Forbidden(
            "evaluation.not_your_post",
            "考核由市级考核岗位维护",
            "evaluation is kept by the city's evaluators",
        )


def must_take_part(actor: Actor) -> None:
    """Raise Forbidden for who neither watches scores nor is scored."""
    if not actor.scope.posts() & (WATCHERS | _SCORED):
        raise Forbidden("evaluation.no_part", "您的岗位不参与考核", "your post has no part in evaluation")


@dataclass(frozen=True, slots=True)
class Reach:
    """What an actor sees of one table: keys seen whole, and those that are the actor's own."""

    seen: frozenset[str]
    own: frozenset[str]


def reach(actor: Actor, of: IndicatorSet, lines: Iterable[Score]) -> Reach:
    """Give which lines an actor sees whole."""
    keys = [one.key for one in lines]
    if of.subject is Subject.REGION:
        return _regions(actor, keys)
    if of.subject is Subject.UNIT:
        return _units(actor, keys)
    return _persons(actor, keys)


def _regions(actor: Actor, keys: Iterable[str]) -> Reach:
    watched = actor.scope.divisions(*WATCHERS) if actor.scope.posts() & WATCHERS else ()
    held = frozenset(actor.scope.divisions(*CENTRE_POSTS) if actor.scope.posts() & CENTRE_POSTS else ())
    own = frozenset(key for key in keys if key in held)
    return Reach(frozenset(key for key in keys if _within(key, watched)) | own, own)


def _units(actor: Actor, keys: Iterable[str]) -> Reach:
    watched = actor.scope.divisions(*WATCHERS) if actor.scope.posts() & WATCHERS else ()
    known = people.units(int(key) for key in keys)
    paths = tuple(
        grant.unit_path for grant in actor.scope.grants if grant.post in {Post.DEPARTMENT, Post.HANDLER}
    )
    own = frozenset(str(one.id) for one in known.values() if one.id == actor.unit_id and paths)
    below = {str(one.id) for one in known.values() if paths and one.path.startswith(paths)}
    return Reach(
        frozenset(str(one.id) for one in known.values() if _within(one.division, watched)) | below | own, own
    )


def _persons(actor: Actor, keys: Iterable[str]) -> Reach:
    watched = actor.scope.divisions(*WATCHERS) if actor.scope.posts() & WATCHERS else ()
    known = members.persons(dict.fromkeys(keys))
    homes = people.units(one.unit_id for one in known.values() if one.unit_id is not None)
    seen = {
        key for key, one in known.items()
        if one.unit_id in homes and _within(homes[one.unit_id].division, watched)
    }  # fmt: skip
    own = frozenset({actor.key} & set(known))
    return Reach(frozenset(seen) | own, own)


def _within(division: str, prefixes: tuple[str, ...]) -> bool:
    return any(division.startswith(one) for one in prefixes)


_HIDDEN: Final[Mapping[str, None]] = {}


def shown(actor: Actor, of: IndicatorSet, lines: tuple[Score, ...]) -> tuple[Score, ...]:
    """Give the lines an actor may see; of peers what the set allows: nothing, ranks without names, all."""
    mine = reach(actor, of, lines)
    kins = {one.kin for one in lines if one.key in mine.own}
    found: list[Score] = []
    for one in lines:
        if one.key in mine.seen:
            found.append(replace(one, own=one.key in mine.own))
        elif of.visible is Visible.ALL and mine.own:
            found.append(one)
        elif of.visible is Visible.CLASS and one.kin in kins and one.rank is not None:
            found.append(
                replace(one, key="", name="", counts=_HIDDEN, rates=_HIDDEN, points=_HIDDEN, reasons=())
            )
    return tuple(found)
