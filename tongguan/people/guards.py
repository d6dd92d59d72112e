# SPDX-License-Identifier: Apache-2.0
"""Whether an actor may."""

from tongguan.kernel.errors import Forbidden
from tongguan.people.contracts import PLATFORM, Actor, Post
from tongguan.people.labels import POST_NAMES

#: Lengths of division codes: province, city, district, street, community.
DIVISION_DIGITS = frozenset({2, 4, 6, 9, 12})


def require_post(actor: Actor, *posts: Post) -> None:
    """Raise Forbidden unless the actor holds one of the posts somewhere. The platform itself may."""
    if actor == PLATFORM or not actor.scope.posts().isdisjoint(posts):
        return
    names = "、".join(POST_NAMES[post] for post in posts)
    raise Forbidden(
        "actor.post_required",
        zh=f"需要{names}岗位",
        en=f"needs one of the posts: {', '.join(posts)}",
        posts=list(posts),
    )


def within(actor: Actor, division: str, *posts: Post) -> bool:
    """Tell whether the division lies where the actor holds one of the posts."""
    return actor == PLATFORM or actor.scope.covers(division, *posts)


def division_mistake(division: str) -> str | None:
    """Say in words what is wrong with a division code, or None."""
    if division.isascii() and division.isdigit() and len(division) in DIVISION_DIGITS:
        return None
    return "应为 2、4、6、9 或 12 位数字的行政区划代码"
