# SPDX-License-Identifier: Apache-2.0
"""Who acts and what they may see.

Centre posts (受理员, 派遣员, 值班长, 督查, 考核, 领导, 审计) see every case of the divisions they are
appointed for. Department posts (处置部门, 处置人员) see the cases in which a unit of their own unit's
subtree takes part, wherever they lie. A collector sees the tasks of the own division. A citizen sees
what is their own. The two administrators of systems and rights see no case.
"""

from datetime import date, datetime
from typing import Final

from django.db.models import Q
from django.utils import timezone

from tongguan.kernel import clock
from tongguan.kernel.codes import next_prefix
from tongguan.people import registers, stamps
from tongguan.people.contracts import CENTRE_POSTS, NOWHERE, Actor, Grant, Post, Scope
from tongguan.people.models import Appointment, User

#: Posts whose holders see cases through their unit's part in them.
UNIT_POSTS: Final = frozenset({Post.DEPARTMENT, Post.HANDLER})

NOTHING: Final = Q(pk__in=())

_Held = tuple[Grant, date, date | None]
# Filled person by person; dropped as a whole when an appointment or a unit changes.
_grants = stamps.copy_of(dict[int, tuple[_Held, ...]], stamps.APPOINTMENTS, stamps.UNITS)


def _held(user_id: int) -> tuple[_Held, ...]:
    known = _grants.get()
    held = known.get(user_id)
    if held is None:
        rows = Appointment.objects.filter(
            user_id=user_id, unit__active=True, revoked_at__isnull=True
        ).order_by("id")
        held = tuple(
            (Grant(Post(post), division, unit_id, path), since, until)
            for post, division, unit_id, path, since, until in rows.values_list(
                "post", "division", "unit_id", "unit__path", "valid_from", "valid_to"
            )
        )
        known[user_id] = held
    return held


def actor_of(user: User, at: datetime | None = None) -> Actor:
    """Give the signed-in person with the appointments valid on the local day of ``at`` (now).

    A person without any is a citizen, nowhere in charge. A person who may no longer sign in keeps name
    and key but holds nothing.
    """
    day = timezone.localdate(at or clock.now())
    grants: tuple[Grant, ...] = ()
    if user.is_active:
        grants = tuple(
            grant
            for grant, since, until in _held(user.pk)
            if since <= day and (until is None or day <= until)
        )
        # Whoever holds no office acts for themselves.
        grants = grants or (Grant(Post.CITIZEN, NOWHERE, 0, ""),)
    unit_id = user.unit_id or (grants[0].unit_id if grants else None) or None
    unit = registers.units().by_id.get(unit_id) if unit_id else None
    return Actor(
        id=user.pk,
        key=f"user:{user.pk}",
        name=str(user),
        unit_id=unit_id,
        unit_name=unit.name if unit else "",
        scope=Scope(grants),
    )


def prefix_q(field: str, prefix: str) -> Q:
    """Give the filter "``field`` starts with ``prefix``" as an index range; an empty prefix is everything."""
    if not prefix:
        return Q()
    above = next_prefix(prefix)
    within = Q(**{f"{field}__gte": prefix})
    return within if above is None else within & Q(**{f"{field}__lt": above})


def _any_prefix(field: str, held: tuple[str, ...]) -> Q:
    prefixes = [prefix for prefix in held if prefix != NOWHERE]
    if not prefixes:
        return NOTHING
    if "" in prefixes:
        return Q()
    # A prefix within another adds nothing but a longer statement.
    widest = [p for p in prefixes if not any(p != q and p.startswith(q) for q in prefixes)]
    found = prefix_q(field, widest[0])
    for prefix in widest[1:]:
        found |= prefix_q(field, prefix)
    return found


def division_q(scope: Scope, field: str, *posts: Post) -> Q:
    """Give the rows whose division lies where the scope holds one of the posts.

    Without named posts: the centre posts, which see every case of their division. A scope that holds
    none of them gets nothing.
    """
    wanted = frozenset(posts) or CENTRE_POSTS
    return _any_prefix(field, tuple(sorted({g.division for g in scope.grants if g.post in wanted})))


def unit_q(scope: Scope, field: str, *posts: Post) -> Q:
    """Give the rows whose unit path lies in the subtree of a unit where the scope holds one of the posts.

    Without named posts: department and handler. A scope that holds none of them gets nothing.
    """
    wanted = frozenset(posts) or UNIT_POSTS
    paths = {g.unit_path for g in scope.grants if g.post in wanted and g.unit_path}
    return _any_prefix(field, tuple(sorted(paths)))
