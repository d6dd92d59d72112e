# SPDX-License-Identifier: Apache-2.0
"""Ends sessions that idled or grew too old, and holds back those who must change their initial password."""

from collections.abc import Callable
from typing import Final

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse, JsonResponse

from tongguan.kernel import clock
from tongguan.people.models import User
from tongguan.people.scoping import actor_of
from tongguan.people.signin import SEEN, STARTED
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

#: The share of the idle limit after which "seen" is written again: few writes, little error.
_FRACTION: Final = 10


class SessionLimits:
    """Stands behind Django's AuthenticationMiddleware."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        """Keep the next in line."""
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, after ending a session that is over its limits."""
        # Anonymous requests and tokens cost nothing here: no session cookie, no look.
        if settings.SESSION_COOKIE_NAME in request.COOKIES and isinstance(request.user, User):
            self._end_if_over(request, request.user)
            held = self._initial_password(request)
            if held is not None:
                return held
        return self.get_response(request)

    def _end_if_over(self, request: HttpRequest, user: User) -> None:
        now = clock.now().timestamp()
        idle, longest = settings.SESSION_IDLE_SECONDS, settings.SESSION_COOKIE_AGE
        # A session begun elsewhere (the register pages) starts counting here.
        started = request.session.get(STARTED)
        seen = request.session.get(SEEN)
        if started is None or seen is None:
            request.session[STARTED] = request.session[SEEN] = now
            return
        if now - seen > idle or now - started > longest:
            with atomic():
                reason = "idle" if now - seen > idle else "age"
                audit.record(actor_of(user), "session.ended", f"user:{user.pk}", {"reason": reason})
            auth.logout(request)
        elif now - seen > idle / _FRACTION:
            request.session[SEEN] = now

    def _initial_password(self, request: HttpRequest) -> HttpResponse | None:
        user = request.user
        if not (isinstance(user, User) and user.must_change_password):
            return None
        if request.path.startswith(tuple(settings.INITIAL_PASSWORD_PATHS)):
            return None
        body = {
            "type": "about:blank",
            "title": "请先修改初始密码",
            "detail": "change the initial password first",
            "status": 403,
            "code": "password.initial",
        }
        return JsonResponse(body, status=403, content_type="application/problem+json")
