# SPDX-License-Identifier: Apache-2.0
"""Signing in and out: every success, failure and lock-out leaves an audit entry.

What a person reads never tells which part was wrong.
"""

from dataclasses import dataclass
from typing import Final

from axes.handlers.proxy import AxesProxyHandler
from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest

from tongguan.kernel import clock
from tongguan.kernel.errors import TooMany, Unauthenticated
from tongguan.people.contracts import Actor
from tongguan.people.models import User
from tongguan.people.scoping import actor_of
from tongguan.runtime import audit
from tongguan.runtime.transactions import atomic

STARTED: Final = "signed_in_at"
SEEN: Final = "seen_at"
_LONGEST_NAME: Final = 150
_LONGEST_PASSWORD: Final = 256
_LOCKED_ZH: Final = "登录失败次数过多，账号已暂时锁定，请 15 分钟后再试"
_LOCKED_EN: Final = "too many failed sign-ins; try again in 15 minutes"


@dataclass(frozen=True, slots=True)
class _Stranger:
    """Somebody who has not signed in, for the audit."""

    key: str = "anonymous"
    name: str = "未登录"


def lock_out() -> TooMany:
    """Give the refusal of those who failed too often."""
    seconds = round(float(settings.AXES_COOLOFF_TIME) * 3600)
    return TooMany("signin.locked", zh=_LOCKED_ZH, en=_LOCKED_EN, retry_after=seconds)


def _told(verb: str, username: str, address: str) -> None:
    user_id = User.objects.filter(username=username).values_list("pk", flat=True).first()
    # Names nobody has share one chain: a stranger cannot make rows without end in new chains.
    subject = f"user:{user_id}" if user_id else "signin:unknown"
    with atomic():
        audit.record(_Stranger(), verb, subject, {"username": username, "address": address})


def _storable(text: str, longest: int) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return 0 < len(text) <= longest and "\x00" not in text


def sign_in(request: HttpRequest, username: str, password: str) -> Actor:
    """Check the password, start a session and give the actor.

    Raises TooMany (429) when locked out after repeated failures; Unauthenticated (401) otherwise, in the
    same words for a wrong name, a wrong password and a disabled account.
    """
    wrong = Unauthenticated("signin.failed", zh="账号或密码不正确", en="wrong name or password")
    if not (_storable(username, _LONGEST_NAME) and _storable(password, _LONGEST_PASSWORD)):
        raise wrong
    address = request.META.get("REMOTE_ADDR") or ""
    locked = lock_out()
    if not AxesProxyHandler.is_allowed(request, {"username": username}):
        _told("signin.locked", username, address)
        raise locked
    user = auth.authenticate(request, username=username, password=password)
    if not isinstance(user, User):
        _told("signin.failed", username, address)
        if not AxesProxyHandler.is_allowed(request, {"username": username}):
            raise locked
        raise wrong
    auth.login(request, user)
    now = clock.now().timestamp()
    request.session[STARTED] = request.session[SEEN] = now
    actor = actor_of(user)
    with atomic():
        audit.record(actor, "signin", f"user:{user.pk}", {"address": address})
    return actor


def sign_out(request: HttpRequest) -> None:
    """End the session; nothing happens without one."""
    user = request.user
    if isinstance(user, User):
        with atomic():
            audit.record(actor_of(user), "signout", f"user:{user.pk}", {})
    auth.logout(request)


def end_session_if_over(request: HttpRequest) -> bool:
    """End a session that idled longer, or began earlier, than the settings allow; tell whether it did."""
    user = request.user
    if not isinstance(user, User):
        return False
    now = clock.now().timestamp()
    started, seen = request.session.get(STARTED), request.session.get(SEEN)
    if started is None or seen is None:  # begun on the register pages: it starts counting here
        request.session[STARTED] = request.session[SEEN] = now
        return False
    idle = now - seen > settings.SESSION_IDLE_SECONDS
    if idle or now - started > settings.SESSION_COOKIE_AGE:
        with atomic():
            reason = {"reason": "idle" if idle else "age"}
            audit.record(actor_of(user), "session.ended", f"user:{user.pk}", reason)
        auth.logout(request)
        return True
    # Seldom enough that reading writes nothing, often enough that the idle limit errs by a tenth at most.
    if now - seen > settings.SESSION_IDLE_SECONDS / 10:
        request.session[SEEN] = now
    return False
