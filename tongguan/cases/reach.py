# SPDX-License-Identifier: Apache-2.0
"""Through which posts an actor may act on a case. Pure."""

from typing import Final

from tongguan.cases.contracts import CaseInfo
from tongguan.people.contracts import CENTRE_POSTS, Actor, Grant, Post

#: A division this short is a city: nothing above it decides its disputes.
_TOP_DIGITS: Final = 4


def acting_posts(
    actor: Actor, case: CaseInfo, *, unit_path: str = "", handler_id: int | None = None, higher: bool = False
) -> frozenset[str]:
    """Give the posts the actor holds *towards this case*.

    Centre posts count when the actor's centre runs the case or stands above the one that does; with
    ``higher`` only when it stands above (at the top: the same). Department: for an order of the own unit's
    subtree (``unit_path``; else the lead's). Handler: the one assigned. Collector: who was sent, or told it.
    """
    path = unit_path or case.lead_unit_path
    handler = handler_id if unit_path else case.handler_id
    return frozenset(
        grant.post for grant in actor.scope.grants if _holds(actor, grant, case, path, handler, higher=higher)
    )


def _holds(
    actor: Actor, grant: Grant, case: CaseInfo, path: str, handler_id: int | None, *, higher: bool
) -> bool:
    if grant.post in CENTRE_POSTS:
        over = case.hub.startswith(grant.division)
        if higher and grant.post is not Post.SYSTEM:
            return over and (len(grant.division) < len(case.hub) or len(case.hub) <= _TOP_DIGITS)
        return over
    if grant.post is Post.DEPARTMENT:
        return bool(path) and bool(grant.unit_path) and path.startswith(grant.unit_path)
    if actor.id is None:
        return False
    if grant.post is Post.HANDLER:
        return handler_id == actor.id
    if grant.post is Post.COLLECTOR:
        return case.collector_id == actor.id or (
            case.collector_id is None and case.reporter_user_id == actor.id
        )
    return False
