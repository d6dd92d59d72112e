# SPDX-License-Identifier: Apache-2.0
"""Around the desk's screen: sign in and out, the own password."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tongguan.doors.common.pages import page
from tongguan.kernel.errors import Refusal
from tongguan.people import api as people
from tongguan.people.queries import actor_of

_DESK = "/desk"


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """Show the sign-in page; sign in and go where the person wanted to."""
    wanted = request.POST.get("next") or request.GET.get("next") or _DESK
    if not url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        wanted = _DESK
    if request.method == "GET":
        if request.user.is_authenticated:
            return HttpResponseRedirect(wanted)
        return page(request, "login", next=wanted)
    name = request.POST.get("username", "")
    try:
        people.sign_in(request, name, request.POST.get("password", ""))
    except Refusal as refusal:
        return page(request, "login", refusal.status, next=wanted, wrong=refusal.zh, username=name[:150])
    if getattr(request.user, "must_change_password", False):
        return HttpResponseRedirect("/login/password")
    return HttpResponseRedirect(wanted)


@login_required
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Let a person change the own password."""
    user: Any = request.user  # signed in: the decorator has seen to it
    waiting = user.must_change_password
    if request.method == "GET":
        return page(request, "password", waiting=waiting)
    told = request.POST
    try:
        people.change_password(actor_of(user), told.get("old_password", ""), told.get("new_password", ""))
    except Refusal as refusal:
        return page(request, "password", refusal.status, waiting=waiting, wrong=refusal.zh)
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    return HttpResponseRedirect(_DESK)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out."""
    people.sign_out(request)
    return HttpResponseRedirect("/login")


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """Go to the desk, or to the sign-in page."""
    return HttpResponseRedirect(_DESK if request.user.is_authenticated else "/login")
