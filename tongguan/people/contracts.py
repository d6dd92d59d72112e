# SPDX-License-Identifier: Apache-2.0
"""Who acts, and how far they may see: frozen values handed to every verb and query."""

from dataclasses import dataclass
from datetime import date, datetime
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


#: The division of those who act for themselves only (citizens): no division code begins with it.
NOWHERE = "~"


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


@dataclass(frozen=True, slots=True)
class UnitInfo:
    """A unit as others see it. ``kind``: centre, department, street, community, company, other."""

    id: int
    code: str
    name: str
    path: str
    kind: str
    division: str
    duties: tuple[str, ...] = ()
    active: bool = True
    phone: str = ""


@dataclass(frozen=True, slots=True)
class UserInfo:
    """A person as others see them."""

    id: int
    name: str
    unit_id: int | None
    phone: str
    email: str


@dataclass(frozen=True, slots=True)
class NewUnit:
    """What makes a unit; ``parent`` is the superior's code, "" for a root."""

    code: str
    name: str
    kind: str
    division: str
    parent: str = ""
    duties: tuple[str, ...] = ()
    phone: str = ""


@dataclass(frozen=True, slots=True)
class NewUser:
    """What makes a user. ``unit`` is a unit code or "". An empty password lets the platform choose one."""

    username: str
    name: str
    unit: str = ""
    phone: str = ""
    email: str = ""
    password: str = ""


@dataclass(frozen=True, slots=True)
class NewAppointment:
    """What makes an appointment: sign-in name, unit code, post, division prefix, days (both included)."""

    username: str
    unit: str
    post: Post
    division: str
    valid_from: date
    valid_to: date | None = None


@dataclass(frozen=True, slots=True)
class NewShift:
    """One turn of duty, aware datetimes; ``covers`` is the user id of whom it stands in for."""

    user_id: int
    unit_id: int
    post: Post
    starts_at: datetime
    ends_at: datetime
    covers: int | None = None


@dataclass(frozen=True, slots=True)
class ShiftInfo:
    """A turn of duty with names."""

    id: int
    user: UserInfo
    unit_id: int
    post: Post
    starts_at: datetime
    ends_at: datetime
    covers: int | None


@dataclass(frozen=True, slots=True)
class Gap:
    """A time when nobody is on duty."""

    starts_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class TokenInfo:
    """A system's token without its secret."""

    id: int
    name: str
    prefix: str
    scopes: frozenset[str]
    division: str
    unit_id: int | None
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class AppointmentInfo:
    """One post a person holds or held; the days are included."""

    id: int
    post: Post
    unit_id: int
    division: str
    valid_from: date
    valid_to: date | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class CalendarInfo:
    """A work calendar: ``shifts`` are seven lists of ("08:00", "12:00"), Monday first."""

    code: str
    name: str
    national: bool
    shifts: tuple[tuple[tuple[str, str], ...], ...]
