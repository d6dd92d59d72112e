# SPDX-License-Identifier: Apache-2.0
"""Who may read, write, review and sign briefings, and of where."""

from dataclasses import replace
from typing import Final

from tongguan.kernel.errors import Forbidden, NotFound
from tongguan.people.contracts import CENTRE_POSTS, NOWHERE, PLATFORM, Actor, Grant, Post, Scope

MAKERS: Final = frozenset({Post.DUTY_CHIEF, Post.EVALUATOR, Post.SUPERVISOR, Post.LEADER, Post.SYSTEM})
REVIEWERS: Final = frozenset({Post.DUTY_CHIEF, Post.EVALUATOR})
SIGNERS: Final = frozenset({Post.LEADER})
#: Who words templates and plans schedules.
KEEPERS: Final = frozenset({Post.DUTY_CHIEF, Post.EVALUATOR, Post.SYSTEM})
READERS: Final = CENTRE_POSTS
_CITY_DIGITS: Final = 4
_CODES: Final = frozenset({2, 4, 6, 9, 12})


def may(actor: Actor, posts: frozenset[Post], division: str, what: str) -> None:
    """Raise Forbidden unless the actor holds one of the posts over the division."""
    if not actor.scope.covers(division, *posts):
        raise Forbidden(
            "briefing.not_your_post",
            f"您的岗位不能{what}",
            "your posts do not include this",
            field="division",
        )


def readable(actor: Actor, division: str) -> None:
    """Raise NotFound for a division whose briefings the actor may not read, or that is none."""
    if len(division) not in _CODES or not division.isdigit() or not actor.scope.covers(division, *READERS):
        raise NotFound(
            "briefing.division", "没有这个区划，或不在您的管辖范围", "no such division", field="division"
        )


def reader(actor: Actor) -> None:
    """Raise Forbidden for who holds no post of a centre."""
    if not any(one != NOWHERE for one in actor.scope.divisions(*READERS)):
        raise Forbidden(
            "briefing.centre_post", "研判报告由各级运行中心的岗位使用", "briefings are for posts of centres"
        )


def keeps_templates(actor: Actor, owner: str) -> None:
    """Raise Forbidden unless the actor may word a division's template; ``""``: everybody's, by the city."""
    if owner:
        may(actor, KEEPERS, owner, "维护这个模板")
        return
    held = actor.scope.divisions(*KEEPERS)
    if not any(len(one) <= _CITY_DIGITS for one in held if one != NOWHERE):
        raise Forbidden(
            "briefing.city_template",
            "全市模板由市级值班长或考核员维护；可另用代码为本辖区建一个",
            "templates of everybody are kept by the city; use another code for your own",
        )


def uses(actor: Actor, owner: str) -> bool:
    """Tell whether a template of a division is of use to the actor: everybody's, of below or of above."""
    return any(
        one.startswith(owner) or owner.startswith(one)
        for one in actor.scope.divisions(*READERS)
        if one != NOWHERE
    )


def eyes(division: str) -> Actor:
    """Give the platform with no more than a division in sight: what a briefing of it is counted with."""
    return replace(PLATFORM, scope=Scope((Grant(Post.SYSTEM, division, 0, ""),)))
