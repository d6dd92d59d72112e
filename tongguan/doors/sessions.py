# SPDX-License-Identifier: Apache-2.0
"""Sessions that end, initial passwords that hold one back, lock-out: the same answer at every door."""

from collections.abc import Callable
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect

from tongguan.doors.common.problems import refused
from tongguan.kernel.errors import Forbidden
from tongguan.people import api as people

_PAGES: Final = "/admin/"
_INTERFACES: Final = "/api/"
Answer = Callable[[HttpRequest], HttpResponse]


def session_limits(get_response: Answer) -> Answer:
    """End a session over its limits; hold back who must first change an initial password.

    Stands behind Django's AuthenticationMiddleware.
    """

    def stand(request: HttpRequest) -> HttpResponse:
        # Without a session cookie (strangers, tokens) nothing is looked up.
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            people.end_session_if_over(request)
            waiting = getattr(request.user, "must_change_password", False)
            if waiting and not request.path.startswith(tuple(settings.INITIAL_PASSWORD_PATHS)):
                if request.path.startswith(_PAGES):
                    return HttpResponseRedirect(_PAGES + "password_change/")
                if not request.path.startswith(_INTERFACES):
                    return HttpResponseRedirect("/login/password")
                return refused(
                    request,
                    Forbidden(
                        "password.initial", zh="请先修改初始密码", en="change the initial password first"
                    ),
                )
        return get_response(request)

    return stand


def locked_out(request: HttpRequest, response: HttpResponse | None, _credentials: Any) -> HttpResponse:
    """Answer a locked-out attempt in plain words, unless the door has done so (django-axes asks here)."""
    refusal = people.lock_out()
    if response is not None and response.status_code == refusal.status:
        return response
    return refused(request, refusal)
