# SPDX-License-Identifier: Apache-2.0
"""Sessions that end and initial passwords, as every door meets them."""

import json
from datetime import datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpResponse
from django.test import RequestFactory

from tongguan.doors.sessions import locked_out, session_limits
from tongguan.kernel import clock
from tongguan.kernel.testing import BEIJING
from tongguan.people import api, testing

pytestmark = pytest.mark.django_db

PASSWORD = "Quiet-river-7"
NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)


def request():
    made = RequestFactory().post("/api/desk/cases")
    made.session = SessionStore()
    made.user = AnonymousUser()
    made.COOKIES["sessionid"] = "given"
    return made


def answer(asked, path="/api/desk/cases"):
    asked.path = path
    return session_limits(lambda _: HttpResponse("done"))(asked)


def test_the_lock_out_answer_is_the_same_at_every_door():
    told = locked_out(request(), None, None)
    assert (told.status_code, told["Retry-After"]) == (429, "900")
    assert told["Content-Type"] == "application/problem+json"
    body = json.loads(told.content)
    assert (body["status"], body["title"], body["type"]) == (
        429,
        "请求过多",
        f"urn:tongguan:problem:{body['code']}",
    )
    assert "锁定" in body["detail"]
    asked = request()
    asked.META["HTTP_ACCEPT_LANGUAGE"] = "en"
    assert json.loads(locked_out(asked, None, None).content)["title"] == "Too many requests"
    own = HttpResponse(status=429)
    assert locked_out(request(), own, None) is own


def test_an_old_session_is_ended_before_the_answer():
    testing.cast(PASSWORD)
    with clock.using(clock.ManualClock(NOON)) as time:
        asked = request()
        api.sign_in(asked, "acceptor", PASSWORD)
        assert answer(asked).content == b"done"
        assert asked.user.is_authenticated
        time.advance(hours=24)
        answer(asked)
        assert not asked.user.is_authenticated


def test_an_initial_password_opens_only_the_way_to_change_it():
    cast = testing.cast(PASSWORD)
    password = api.reset_password(cast.sysadmin, cast.acceptor.id)
    asked = request()
    actor = api.sign_in(asked, "acceptor", password)
    told = answer(asked)
    assert (told.status_code, told["Content-Type"]) == (403, "application/problem+json")
    assert b"password.initial" in told.content
    assert answer(asked, "/api/desk/password").content == b"done"
    api.change_password(actor, password, "Brand-new-path-1")
    asked = request()
    api.sign_in(asked, "acceptor", "Brand-new-path-1")
    assert answer(asked).content == b"done"


def test_a_stranger_costs_nothing(django_assert_num_queries):
    asked = request()
    del asked.COOKIES["sessionid"]
    with django_assert_num_queries(0):
        assert answer(asked).content == b"done"


def test_clients_in_tests_are_signed_in_as_if_just_now(client):
    cast = testing.cast()
    with clock.using(clock.ManualClock(NOON)):
        testing.sign_in(client, cast.user("acceptor"))
        assert client.session["seen_at"] == NOON.timestamp()
        assert client.session.get_expiry_age() >= timedelta(hours=1).total_seconds()
