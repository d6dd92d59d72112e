# SPDX-License-Identifier: Apache-2.0
"""Signing in and out, lock-out, sessions that end, initial passwords that hold one back."""

from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory

from tongguan.kernel import clock
from tongguan.kernel.errors import TooMany, Unauthenticated
from tongguan.kernel.testing import BEIJING
from tongguan.people import api, testing
from tongguan.people.middleware import SessionLimits
from tongguan.people.signin import SEEN, STARTED, locked_out
from tongguan.runtime.models import AuditEntry

pytestmark = pytest.mark.django_db

PASSWORD = "Quiet-river-7"
NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)


def request(address="10.0.0.1"):
    made = RequestFactory().post("/api/desk/session", REMOTE_ADDR=address)
    made.session = SessionStore()
    made.user = AnonymousUser()
    return made


def told():
    return list(AuditEntry.objects.order_by("id").values_list("verb", "subject", "actor_key"))


def test_signing_in_and_out_is_told():
    cast = testing.cast(PASSWORD)
    asked = request()
    assert api.sign_in(asked, "acceptor", PASSWORD) == cast.acceptor
    assert asked.session[STARTED] == asked.session[SEEN]
    api.sign_out(asked)
    assert isinstance(asked.user, AnonymousUser)
    me = f"user:{cast.acceptor.id}"
    assert told() == [("signin", me, me), ("signout", me, me)]
    api.sign_out(asked)
    assert len(told()) == 2


@pytest.mark.parametrize(
    ("name", "password"),
    [
        ("acceptor", "wrong"),
        ("nobody", PASSWORD),
        ("", ""),
        ("acceptor\x00", PASSWORD),
        ("acceptor", "\ud800"),
        ("a" * 151, PASSWORD),
        ("acceptor", "p" * 100_000),
        ("handler", PASSWORD),  # disabled below
    ],
)
def test_every_failure_sounds_the_same(name, password):
    cast = testing.cast(PASSWORD)
    api.set_active(cast.sysadmin, cast.handler.id, active=False)
    asked = request()
    with pytest.raises(Unauthenticated) as refusal:
        api.sign_in(asked, name, password)
    assert (refusal.value.code, refusal.value.status) == ("signin.failed", 401)
    assert STARTED not in asked.session


def test_failures_are_told_in_the_persons_chain_or_in_that_of_strangers():
    cast = testing.cast(PASSWORD)
    for name in ("acceptor", "nobody", "somebody"):
        with pytest.raises(Unauthenticated):
            api.sign_in(request(), name, "wrong")
    assert told() == [
        ("signin.failed", f"user:{cast.acceptor.id}", "anonymous"),
        ("signin.failed", "signin:unknown", "anonymous"),
        ("signin.failed", "signin:unknown", "anonymous"),
    ]
    assert "wrong" not in str(list(AuditEntry.objects.values("detail")))


def test_five_failures_lock_out_in_plain_words_and_nobody_else():
    cast = testing.cast(PASSWORD)
    for _ in range(4):
        with pytest.raises(Unauthenticated):
            api.sign_in(request(), "acceptor", "wrong")
    with pytest.raises(TooMany) as refusal:
        api.sign_in(request(), "acceptor", "wrong")
    assert refusal.value.status == 429
    assert "15 分钟" in refusal.value.zh
    assert refusal.value.params["retry_after"] == 900
    with pytest.raises(TooMany):
        api.sign_in(request(), "acceptor", PASSWORD)  # even with the right password
    assert told()[-1][0] == "signin.locked"
    assert api.sign_in(request(), "dispatcher", PASSWORD) == cast.dispatcher
    assert api.sign_in(request("10.0.0.2"), "acceptor", PASSWORD) == cast.acceptor


def test_the_lock_out_answer_is_the_same_at_every_door():
    answer = locked_out(request(), None, None)
    assert (answer.status_code, answer["Retry-After"]) == (429, "900")
    assert answer["Content-Type"] == "application/problem+json"
    own = HttpResponse(status=429)
    assert locked_out(request(), own, None) is own


def limited(asked, path="/api/desk/cases"):
    """Send a request through the middleware and give the answer."""
    asked.path = path
    asked.COOKIES["sessionid"] = "given"
    return SessionLimits(lambda _: HttpResponse("done"))(asked)


@pytest.fixture
def limits(settings):
    settings.SESSION_IDLE_SECONDS = 3600
    settings.SESSION_COOKIE_AGE = 8 * 3600


def signed_in(cast, role="acceptor"):
    asked = request()
    api.sign_in(asked, role, PASSWORD)
    return asked


@pytest.mark.usefixtures("limits")
def test_an_idle_session_ends():
    cast = testing.cast(PASSWORD)
    with clock.using(clock.ManualClock(NOON)) as time:
        asked = signed_in(cast)
        for _ in range(6):
            time.advance(minutes=59)
            assert limited(asked).content == b"done"
            assert asked.user.is_authenticated
        time.advance(minutes=61)
        limited(asked)
    assert not asked.user.is_authenticated
    assert AuditEntry.objects.get(verb="session.ended").detail == {"reason": "idle"}


@pytest.mark.usefixtures("limits")
def test_a_busy_session_ends_too_when_it_is_old():
    cast = testing.cast(PASSWORD)
    with clock.using(clock.ManualClock(NOON)) as time:
        asked = signed_in(cast)
        for _ in range(16):
            time.advance(minutes=30)
            limited(asked)
        assert asked.user.is_authenticated
        time.advance(seconds=1)
        limited(asked)
    assert not asked.user.is_authenticated
    assert AuditEntry.objects.get(verb="session.ended").detail == {"reason": "age"}


@pytest.mark.usefixtures("limits")
def test_being_seen_is_not_written_at_every_request(django_assert_num_queries):
    cast = testing.cast(PASSWORD)
    with clock.using(clock.ManualClock(NOON)) as time:
        asked = signed_in(cast)
        asked.session.save()
        asked.session.modified = False
        for _ in range(5):
            time.advance(minutes=1)
            with django_assert_num_queries(0):
                limited(asked)
            assert not asked.session.modified
        time.advance(minutes=2)
        limited(asked)
        assert asked.session.modified


@pytest.mark.usefixtures("limits")
def test_a_session_begun_elsewhere_starts_counting_here():
    cast = testing.cast()
    asked = request()
    asked.user = cast.user("auditor")
    with clock.using(clock.ManualClock(NOON)):
        limited(asked)
    assert asked.session[STARTED] == NOON.timestamp()


def test_an_initial_password_opens_only_the_way_to_change_it():
    cast = testing.cast(PASSWORD)
    password = api.reset_password(cast.sysadmin, cast.acceptor.id)
    asked = request()
    actor = api.sign_in(asked, "acceptor", password)
    answer = limited(asked)
    assert answer.status_code == 403
    assert "初始密码" in answer.content.decode("unicode_escape") or "初始密码" in answer.content.decode()
    assert limited(asked, "/api/desk/password").content == b"done"
    api.change_password(actor, password, "Brand-new-path-1")
    asked = request()
    api.sign_in(asked, "acceptor", "Brand-new-path-1")
    assert limited(asked).content == b"done"


def test_a_stranger_costs_nothing(django_assert_num_queries):
    asked = request()
    with django_assert_num_queries(0):
        assert SessionLimits(lambda _: HttpResponse("done"))(asked).content == b"done"


def test_a_new_password_ends_the_sessions_begun_with_the_old(client):
    cast = testing.cast(PASSWORD)
    testing.sign_in(client, cast.user("auditor"))
    assert client.get("/admin/").status_code == 302  # not staff: the cast is appointed without the verb
    user = cast.user("auditor")
    user.is_staff = True
    user.save()
    assert client.get("/admin/").status_code == 200
    user.set_password("Another-one-1")
    user.save()
    assert client.get("/admin/").status_code == 302


def test_test_clients_can_be_signed_in(client):
    cast = testing.cast()
    with clock.using(clock.ManualClock(NOON)) as time:
        testing.sign_in(client, cast.user("acceptor"))
        assert client.session[SEEN] == NOON.timestamp()
        time.advance(hours=1)
        assert NOON + timedelta(hours=1) == time.now()
