# SPDX-License-Identifier: Apache-2.0
"""Who acts, and how far they may see: frozen values handed to every verb and query."""

from dataclasses import dataclass
from enum import StrEnum


class Post(StrEnum):
    """Posts (岗位). The three administrators are separate people (三权分立, GB/T 22239)."""

    ACCEPTOR = "acceptor"
    DISPATCHER = "dispatcher"
    DUTY_CHIEF = "duty_chief"
    DEPARTMENT = "department"
    HANDLER = "handler"
    COLLECTOR = "collector"
    SUPERVISOR = "supervisor"
    EVALUATOR = "evaluator"
    LEADER = "leader"
    CITIZEN = "citizen"
    SYSTEM = "system"
    SYSADMIN = "sysadmin"
    SECADMIN = "secadmin"
    AUDITOR = "auditor"


#: Posts that see every case of their division (centre posts); the others see only their own unit's.
CENTRE_POSTS = frozenset(
    {
        Post.ACCEPTOR,
        Post.DISPATCHER,
        Post.DUTY_CHIEF,
        Post.SUPERVISOR,
        Post.EVALUATOR,
        Post.LEADER,
        Post.AUDITOR,
        Post.SYSTEM,
    }
)


@dataclass(frozen=True, slots=True)
class Grant:
    """One appointment as authority: a post, in a unit, over a division prefix.

    ``division`` is a code prefix (``""`` is the whole country); ``unit_path`` is the unit's path of
    4-digit segments, whose subtree the holder belongs to.
    """

    post: Post
    division: str
    unit_id: int
    unit_path: str


@dataclass(frozen=True, slots=True)
class Scope:
    """The sum of a person's grants. Everything they read or change is filtered by it."""

    grants: tuple[Grant, ...]

    def posts(self) -> frozenset[Post]:
        """Give the posts held anywhere."""
        return frozenset(grant.post for grant in self.grants)

    def divisions(self, *posts: Post) -> tuple[str, ...]:
        """Give the division prefixes held through any of these posts (all posts when none is named)."""
        wanted = frozenset(posts) or self.posts()
        return tuple(sorted({g.division for g in self.grants if g.post in wanted}))

    def covers(self, division: str, *posts: Post) -> bool:
        """Tell whether a division lies within one of the prefixes held through these posts."""
        return any(division.startswith(prefix) for prefix in self.divisions(*posts))


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something: a signed-in person, a system with a token, or the platform itself.

    ``id`` is None for systems; ``key`` is stable and unique (``user:12``, ``client:3``, ``system``)
    and is what audit rows carry.
    """

    id: int | None
    key: str
    name: str
    unit_id: int | None
    unit_name: str
    scope: Scope


#: The platform acting by itself (clocks, automatic dispatch). Sees everything, posts: system only.
PLATFORM = Actor(
    id=None,
    key="system",
    name="系统",
    unit_id=None,
    unit_name="",
    scope=Scope((Grant(Post.SYSTEM, "", 0, ""),)),
)
