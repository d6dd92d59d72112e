# SPDX-License-Identifier: Apache-2.0
"""The register pages: open to the three administrators, for reading, with audited ways in and out."""

import pytest
from django.urls import reverse

from tongguan.people import api, testing
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db

PASSWORD = "Quiet-river-7"
REGISTERS = ("unit", "user", "appointment", "dutyshift", "workcalendar", "calendarday", "apitoken")


@pytest.fixture
def cast():
    made = testing.cast(PASSWORD)
    for role in ("sysadmin", "secadmin", "auditor", "acceptor"):
        user = made.user(role)
        user.is_staff = True
        user.save()
    api.issue_token(made.secadmin, "水务系统", ["cases:read"], "990101")
    return made


@pytest.mark.parametrize("register", REGISTERS)
@pytest.mark.parametrize(("role", "may"), [("sysadmin", True), ("auditor", True), ("acceptor", False)])
def test_registers_are_read_and_never_changed_here(client, cast, register, role, may):
    testing.sign_in(client, cast.user(role))
    answer = client.get(reverse(f"admin:people_{register}_changelist"))
    assert answer.status_code == (200 if may else 403)
    assert client.get(reverse(f"admin:people_{register}_add")).status_code == 403


def test_no_secret_is_shown(client, cast):
    testing.sign_in(client, cast.user("auditor"))
    user = cast.user("handler")
    page = client.get(reverse("admin:people_user_change", args=[user.pk])).content.decode()
    assert "小刘" in page
    assert user.password not in page
    assert '<input type="submit"' not in page


def test_the_list_of_people_takes_the_same_few_statements_at_any_length(
    client, cast, django_assert_max_num_queries
):
    testing.sign_in(client, cast.user("auditor"))
    client.get(reverse("admin:people_user_changelist"))
    with django_assert_max_num_queries(6):
        client.get(reverse("admin:people_user_changelist"))


def test_signing_in_and_out_is_told(client, cast):
    answer = client.post("/admin/login/?next=/admin/", {"username": "auditor", "password": "wrong"})
    assert "账号或密码不正确" in answer.content.decode()
    answer = client.post("/admin/login/?next=/admin/", {"username": "auditor", "password": PASSWORD})
    assert (answer.status_code, answer["Location"]) == (302, "/admin/")
    assert client.get("/admin/").status_code == 200
    client.post("/admin/logout/")
    assert client.get("/admin/").status_code == 302
    assert [a.verb for a in audited() if a.subject == f"user:{cast.auditor.id}"] == [
        "signin.failed",
        "signin",
        "signout",
    ]


def test_five_failures_lock_out(client, cast):
    for _ in range(4):
        client.post("/admin/login/", {"username": "auditor", "password": "wrong"})
    answer = client.post("/admin/login/", {"username": "auditor", "password": "wrong"})
    answer = client.post("/admin/login/", {"username": "auditor", "password": PASSWORD})
    assert "锁定" in answer.content.decode("unicode_escape") + answer.content.decode()
    assert client.get("/admin/").status_code == 302


def test_an_initial_password_is_changed_before_anything_else(client, cast):
    password = api.reset_password(PLATFORM, cast.auditor.id)
    client.post("/admin/login/", {"username": "auditor", "password": password})
    assert client.get("/admin/")["Location"] == "/admin/password_change/"
    assert client.get("/admin/password_change/").status_code == 200
    form = {"old_password": password, "new_password1": "short", "new_password2": "short"}
    assert client.post("/admin/password_change/", form).status_code == 200
    form |= {"new_password1": "Brand-new-path-1", "new_password2": "Brand-new-path-1"}
    assert client.post("/admin/password_change/", form).status_code == 302
    assert client.get("/admin/").status_code == 200
    assert cast.user("auditor").check_password("Brand-new-path-1")
    assert len(audited("user.change_password")) == 1


def test_a_reset_password_ends_the_open_sessions(client, cast):
    testing.sign_in(client, cast.user("auditor"))
    assert client.get("/admin/").status_code == 200
    api.reset_password(PLATFORM, cast.auditor.id)
    assert client.get("/admin/").status_code == 302
