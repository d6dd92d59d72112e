# SPDX-License-Identifier: Apache-2.0
"""Who is signed in: the session's person as an actor, with the CSRF check for every change."""

from typing import Any

from django.http import HttpRequest
from ninja.security.apikey import APIKeyCookie

from tongguan.doors.common.casework import actor_of
from tongguan.kernel.errors import Forbidden
from tongguan.people import queries as people
from tongguan.people.contracts import Actor, Post

__all__ = ["Session", "actor_of", "needs"]


class Session(APIKeyCookie):
    """The session cookie; changes need the CSRF token in ``X-CSRFToken``."""

    param_name = "sessionid"

    def authenticate(self, request: HttpRequest, key: str | None) -> Any:
        """Give the actor, or None when nobody is signed in."""
        if not key:
            return None
        user = request.user  # read once a request; AnonymousUser when the session was just ended
        return people.actor_of(user) if user.is_authenticated else None


def needs(actor: Actor, *posts: Post) -> None:
    """Refuse who holds none of these posts. Raises Forbidden."""
    if not actor.scope.posts() & frozenset(posts):
        raise Forbidden("desk.post", zh="您的岗位没有此项权限", en="your posts do not allow this")
