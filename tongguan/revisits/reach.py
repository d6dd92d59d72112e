# SPDX-License-Identifier: Apache-2.0
"""Who may plan, call, read and judge, and how far; and that a caller had no part in what is asked about."""

from typing import Final

from django.db.models import Q

from tongguan.kernel.errors import Forbidden
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM, Actor, Post

KEEPERS: Final = (Post.SUPERVISOR, Post.EVALUATOR, Post.DUTY_CHIEF)
CALLERS: Final = (Post.ACCEPTOR, Post.SUPERVISOR, Post.DUTY_CHIEF)
READERS: Final = (*KEEPERS, Post.LEADER, Post.AUDITOR)
JUDGES: Final = (Post.SUPERVISOR, Post.DUTY_CHIEF, Post.LEADER)
_SEGMENT: Final = 4


def must_hold(actor: Actor, *posts: Post) -> None:
    """Refuse who holds none of these posts. Raises Forbidden."""
    if actor != PLATFORM and actor.scope.posts().isdisjoint(posts):
        raise Forbidden("revisit.not_your_post", zh="您的岗位不能这样做", en="your posts do not include this")


def within(actor: Actor, *posts: Post) -> Q:
    """Give the filter of rows whose ``division`` lies where the actor holds one of the posts."""
    return Q() if actor == PLATFORM else people.division_q(actor.scope, "division", *posts)


def covers(actor: Actor, division: str, *posts: Post) -> bool:
    """Tell whether the actor holds one of the posts over a division."""
    return actor == PLATFORM or actor.scope.covers(division, *posts)


def own_paths(actor: Actor) -> list[str]:
    """Give the paths of a person's units and of all above them: what handled must be none of these."""
    paths = {grant.unit_path for grant in actor.scope.grants}
    ends = {(path, end) for path in paths for end in range(_SEGMENT, len(path) + 1, _SEGMENT)}
    return sorted({path[:end] for path, end in ends})
