# SPDX-License-Identifier: Apache-2.0
"""Signing in and out, lock-out, sessions that end, initial passwords that hold one back."""

from datetime import datetime

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.test import RequestFactory

from tongguan.kernel import clock
from tongguan.kernel.errors import TooMany, Unauthenticated
from tongguan.kernel.testing import BEIJING
from tongguan.people import api, testing
from tongguan.people.signin import SEEN, STARTED
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db

PASSWORD = "Quiet-river-7"
NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)


def request(address="10.0.0.1"):
    made = RequestFactory().post("/api/desk/session", REMOTE_ADDR=address)
    made.session = SessionStore()
    made.user = AnonymousUser()
    return made


def told():
    return [(a.verb, a.subject, a.actor_key) for a in audited()]


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
    assert "wrong" not in str(audited())


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


def answered(asked):
    """Check the session's limits as the door does before every answer; tell whether it is still open."""
    api.end_session_if_over(asked)
    return asked.user.is_authenticated


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
            assert answered(asked)
        time.advance(minutes=61)
        assert not answered(asked)
    assert [a.detail for a in audited("session.ended")] == [{"reason": "idle"}]


@pytest.mark.usefixtures("limits")
def test_a_busy_session_ends_too_when_it_is_old():
    cast = testing.cast(PASSWORD)
    with clock.using(clock.ManualClock(NOON)) as time:
        asked = signed_in(cast)
        for _ in range(16):
            time.advance(minutes=30)
            assert answered(asked)
        time.advance(seconds=1)
        assert not answered(asked)
    assert [a.detail for a in audited("session.ended")] == [{"reason": "age"}]


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
                answered(asked)
            assert not asked.session.modified
        time.advance(minutes=2)
        answered(asked)
        assert asked.session.modified


@pytest.mark.usefixtures("limits")
def test_a_session_begun_elsewhere_starts_counting_here():
    cast = testing.cast()
    asked = request()
    asked.user = cast.user("auditor")
    with clock.using(clock.ManualClock(NOON)):
        answered(asked)
    assert asked.session[STARTED] == NOON.timestamp()
