# SPDX-License-Identifier: Apache-2.0
"""Pages: who may open them, what a wrong password says, and the rules the browser gets."""

import pytest
from django.test import Client

from tongguan.doors.testing import Door
from tongguan.people.testing import cast

PASSWORD = "Jiangzhou-2026-Demo"


@pytest.fixture
def signing(db):
    """The cast with passwords."""
    return cast(PASSWORD)


def test_a_stranger_is_sent_to_the_sign_in_page(db):
    response = Client().get("/desk/inbox")
    assert (response.status_code, response["Location"]) == (302, "/login?next=/desk/inbox")
    assert Client().get("/")["Location"] == "/login"


@pytest.mark.parametrize("screen", ["desk", "m", "wall"])
def test_a_slash_too_many_leads_to_the_screen(screen, db):
    response = Client().get(f"/{screen}/?q=1")
    assert (response.status_code, response["Location"]) == (302, f"/{screen}?q=1")


def test_an_address_without_anything_is_told_in_words_to_people_and_as_a_problem_to_programs(db):
    page = Client().get("/dessk")
    assert (page.status_code, "没有这个页面" in page.content.decode()) == (404, True)
    assert "script-src" in page["Content-Security-Policy"]
    told = Client().get("/api/nothing")
    assert (told.status_code, told.json()["code"]) == (404, "not_found")


def test_signing_in_leads_where_one_wanted_to_go(signing):
    client = Client()
    wanted = {"username": "acceptor", "password": PASSWORD, "next": "/desk/inbox"}
    response = client.post("/login", wanted)
    assert (response.status_code, response["Location"]) == (302, "/desk/inbox")
    assert '<div id="app" data-signed-in="yes">' in client.get("/desk/inbox").content.decode()
    me = client.get("/api/desk/session").json()
    assert (me["name"], me["unit_name"]) == ("王受理", "江北区城市运行中心")


@pytest.mark.parametrize("wanted", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_nobody_is_sent_to_another_house(signing, wanted):
    response = Client().post("/login", {"username": "acceptor", "password": PASSWORD, "next": wanted})
    assert response["Location"] == "/desk"


def test_a_wrong_password_is_said_in_words_and_then_locks(signing):
    client = Client()
    told = [client.post("/login", {"username": "acceptor", "password": "falsch"}) for _ in range(6)]
    assert "账号或密码不正确" in told[0].content.decode()
    assert told[0].status_code == 401
    assert told[-1].status_code == 429
    assert "锁定" in told[-1].content.decode()
    right = client.post("/login", {"username": "acceptor", "password": PASSWORD})
    assert right.status_code == 429


def test_signing_out_ends_the_session(signing):
    client = Client()
    client.post("/login", {"username": "acceptor", "password": PASSWORD})
    assert client.post("/logout")["Location"] == "/login"
    assert client.get("/desk").status_code == 302


def test_an_initial_password_must_be_changed_before_anything_else(signing):
    user = signing.user("acceptor")
    user.must_change_password = True
    user.save()
    client = Client()
    assert (
        client.post("/login", {"username": "acceptor", "password": PASSWORD})["Location"] == "/login/password"
    )
    assert client.get("/desk")["Location"] == "/login/password"
    assert client.get("/api/desk/items?text=a").json()["code"] == "password.initial"
    changed = client.post("/login/password", {"old_password": PASSWORD, "new_password": "Ganz-neu-2026-Wort"})
    assert changed["Location"] == "/desk"
    assert client.get("/desk").status_code == 200


@pytest.mark.parametrize("path", ["/desk", "/desk/inbox", "/desk/cases/1", "/login", "/login/password"])
def test_pages_carry_no_script_of_their_own_and_say_so(signing, path):
    client = Client()
    if path != "/login":
        client.force_login(signing.user("acceptor"), backend="django.contrib.auth.backends.ModelBackend")
    response = client.get(path)
    page = response.content.decode()
    assert "script-src 'self'" in response["Content-Security-Policy"]
    assert "<script>" not in page
    assert " onclick=" not in page
    assert " style=" not in page
    assert 'lang="zh-' in page


def test_changes_need_the_csrf_token(signing):
    client = Client(enforce_csrf_checks=True)
    client.force_login(signing.user("acceptor"), backend="django.contrib.auth.backends.ModelBackend")
    response = client.post("/api/desk/reports", data=b"{}", content_type="application/json")
    assert (response.status_code, response.json()["code"]) == (403, "auth.csrf")


def test_the_interface_signs_in_and_out(signing):
    door = Door(base="/api/desk")
    wrong = door.post("/session", {"username": "acceptor", "password": "falsch"})
    assert (wrong.status_code, wrong.json()["code"]) == (401, "signin.failed")
    me = door.post("/session", {"username": "acceptor", "password": PASSWORD}).json()
    assert (me["name"], me["posts"], me["unit_name"]) == ("王受理", ["acceptor"], "江北区城市运行中心")
    assert door.get("/session").json()["id"] == me["id"]
    assert door.get("/stream-ticket").json()["url"].endswith("/stream")
    assert door.delete("/session").status_code == 204
    assert door.get("/session").status_code == 401
