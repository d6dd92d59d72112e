# SPDX-License-Identifier: Apache-2.0
"""Signing in and out, who I am, and the ticket for the live stream."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from ninja import Router, Schema
from ninja.errors import HttpError
from ninja.utils import check_csrf
from pydantic import Field

from tongguan.doors.common.faces import answers
from tongguan.doors.common.limits import AddressBucket
from tongguan.doors.common.pages import stream_url
from tongguan.doors.common.reply import reply
from tongguan.doors.common.shapes import Told, example
from tongguan.doors.desk.auth import actor_of
from tongguan.people import api as people
from tongguan.people.contracts import Actor
from tongguan.runtime import api as runtime
from tongguan.runtime import queries as facts

router = Router(tags=["登录 session"])


class SignIn(Told):
    """Name and password."""

    model_config = example({"username": "wang.shouli", "password": "Quiet-river-7"})

    username: str = Field(min_length=1, max_length=150, examples=["wang.shouli"])
    password: str = Field(min_length=1, max_length=200)


class NewPassword(Told):
    """The old password and the new one."""

    model_config = example({"old_password": "Quiet-river-7", "new_password": "Brand-new-path-1"})

    old_password: str = Field(min_length=1, max_length=256)
    new_password: str = Field(min_length=1, max_length=256)


class GrantShown(Schema):
    """One post held."""

    post: str
    division: str
    unit_id: int


class Me(Told):
    """Who is signed in, what they hold, and the token their changes must carry."""

    id: int
    name: str
    unit_id: int | None
    unit_name: str
    posts: list[str]
    grants: list[GrantShown]
    csrf: str


class Ticket(Told):
    """Where the live stream is, the ticket that opens it for five minutes, the last fact there was."""

    url: str
    ticket: str
    after: int


class Token(Told):
    """The token that a sign-in must carry."""

    csrf: str


@router.get("/csrf", auth=None, response=answers(Token), operation_id="csrf")
def csrf(request: HttpRequest) -> HttpResponse:
    """Give the token that a sign-in must carry in ``X-CSRFToken``."""
    return reply({"csrf": get_token(request)})


@router.post(
    "/session",
    auth=None,
    throttle=[AddressBucket("sign_in", rate=1, burst=20)],
    response=answers(Me),
    operation_id="sign_in",
)
def sign_in(request: HttpRequest, told: SignIn) -> HttpResponse:
    """Sign in. After repeated wrong passwords the name is locked for a quarter of an hour."""
    if check_csrf(request):
        raise HttpError(403, "CSRF check Failed")
    return reply(_me(request, people.sign_in(request, told.username, told.password)))


@router.get("/session", response=answers(Me), operation_id="me")
def me(request: HttpRequest) -> HttpResponse:
    """Say who is signed in and what they hold."""
    return reply(_me(request, actor_of(request)))


@router.delete("/session", response={204: None, **answers(Token)}, operation_id="sign_out")
def sign_out(request: HttpRequest) -> HttpResponse:
    """Sign out; the session ends everywhere."""
    people.sign_out(request)
    return HttpResponse(status=204)


@router.post(
    "/password",
    throttle=[AddressBucket("password", rate=0.2, burst=10)],
    response={204: None, **answers(Token)},
    operation_id="change_password",
)
def change_password(request: HttpRequest, told: NewPassword) -> HttpResponse:
    """Change the own password; this session stays, all others end."""
    people.change_password(actor_of(request), told.old_password, told.new_password)
    user: Any = request.user  # signed in: this door has seen to it
    user.refresh_from_db()
    update_session_auth_hash(request, user)
    return HttpResponse(status=204)


@router.get("/stream-ticket", response=answers(Ticket), operation_id="stream_ticket")
def stream_ticket(request: HttpRequest) -> HttpResponse:
    """Give the ticket for the live stream of what this person may see."""
    ticket = runtime.stream_ticket(actor_of(request).key)
    newest = facts.facts_after(None, limit=1)
    after = newest[-1].seq if newest else 0
    return reply({"url": stream_url(request), "ticket": ticket, "after": after})


def _me(request: HttpRequest, actor: Actor) -> dict[str, object]:
    return {
        "id": actor.id,
        "name": actor.name,
        "unit_id": actor.unit_id,
        "unit_name": actor.unit_name,
        "posts": sorted(str(post) for post in actor.scope.posts()),
        "grants": [
            {"post": str(g.post), "division": g.division, "unit_id": g.unit_id} for g in actor.scope.grants
        ],
        "csrf": get_token(request),
    }
