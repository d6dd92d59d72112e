# SPDX-License-Identifier: Apache-2.0
"""Users and posts: three separated powers, nobody grants themselves, passwords are seen once."""

from datetime import date, timedelta

import pytest

from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.people import api, queries, testing
from tongguan.people.contracts import PLATFORM, NewUser, Post
from tongguan.people.models import Appointment, User
from tongguan.runtime.testing import audited, published

pytestmark = pytest.mark.django_db

VERBS = {
    "create_user": {"sysadmin"},
    "reset_password": {"sysadmin"},
    "set_active": {"sysadmin"},
    "appoint": {"secadmin"},
    "end_appointment": {"secadmin"},
}


@pytest.mark.parametrize(("verb", "role", "may"), testing.matrix(VERBS))
def test_the_powers_are_separated(verb, role, may):
    cast = testing.cast()
    actor, target = cast.actor(role), cast.second_handler
    held = Appointment.objects.get(user_id=target.id)
    before = len(audited())
    act = {
        "create_user": lambda: api.create_user(actor, NewUser("li.si", "李四", unit="N")),
        "reset_password": lambda: api.reset_password(actor, target.id),
        "set_active": lambda: api.set_active(actor, target.id, active=False),
        "appoint": lambda: api.appoint(
            actor, testing.appointment("second_handler", "N", Post.ACCEPTOR, "990101")
        ),
        "end_appointment": lambda: api.end_appointment(actor, held.pk),
    }[verb]
    if may:
        act()
        assert len(audited()) == before + 1
    else:
        with pytest.raises(Forbidden):
            act()
        assert len(audited()) == before


def test_nobody_grants_or_ends_their_own_post():
    cast = testing.cast()
    with pytest.raises(Invalid, match="username"):
        api.appoint(cast.secadmin, testing.appointment("secadmin", "C", Post.LEADER, "9901"))
    own = Appointment.objects.get(user_id=cast.secadmin.id)
    with pytest.raises(Forbidden):
        api.end_appointment(cast.secadmin, own.pk)
    assert Appointment.objects.get(pk=own.pk).revoked_at is None


@pytest.mark.parametrize("first", ["sysadmin", "secadmin", "auditor"])
@pytest.mark.parametrize("second", [Post.SYSADMIN, Post.SECADMIN, Post.AUDITOR])
def test_one_person_holds_one_of_the_three_powers(first, second):
    cast = testing.cast()
    row = testing.appointment(first, "C", second, "9901")
    with pytest.raises(Invalid) as refusal:
        api.appoint(PLATFORM, row)
    told = refusal.value.params["errors"][0]["message"]
    assert ("三权分立" in told) != (first == second)
    assert ("重叠" in told) == (first == second)
    assert cast.actor(first).scope.posts() == {Post(first)}


def test_two_powers_in_one_file_are_refused_too():
    testing.cast()
    rows = [
        testing.appointment("leader", "C", Post.SYSADMIN, "9901"),
        testing.appointment("leader", "C", Post.AUDITOR, "9901"),
    ]
    with pytest.raises(Invalid) as refusal:
        api.appoint_many(PLATFORM, rows)
    assert refusal.value.params["errors"][0]["row"] == 2


def test_one_power_may_follow_another():
    testing.cast()
    rows = [
        testing.appointment("leader", "C", Post.SYSADMIN, "9901", date(2026, 1, 1), date(2026, 6, 30)),
        testing.appointment("leader", "C", Post.AUDITOR, "9901", date(2026, 7, 1)),
    ]
    assert len(api.appoint_many(PLATFORM, rows)) == 2


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "nobody"}, "username"),
        ({"unit": "no-unit"}, "unit"),
        ({"division": "9901"}, "division"),  # wider than the unit's
        ({"division": "990102"}, "division"),
        ({"division": "9901010"}, "division"),
        ({"post": Post.CITIZEN}, "post"),
        ({"post": Post.SYSTEM}, "post"),
        ({"until": date(2003, 1, 1)}, "valid_to"),
    ],
)
def test_what_is_wrong_with_an_appointment_is_named(change, field):
    cast = testing.cast()
    row = {"username": "handler", "unit": "N", "post": Post.ACCEPTOR, "division": "990101"} | change
    before = Appointment.objects.count()
    with pytest.raises(Invalid) as refusal:
        api.appoint(cast.secadmin, testing.appointment(**row))
    assert refusal.value.field == field
    assert Appointment.objects.count() == before
    assert published() == []


def test_a_power_opens_the_register_pages_and_its_end_closes_them():
    cast = testing.cast()
    made = api.appoint(cast.secadmin, testing.appointment("leader", "C", Post.AUDITOR, "9901"))
    assert cast.user("leader").is_staff
    api.end_appointment(cast.secadmin, made)
    assert not cast.user("leader").is_staff
    assert [name for name, _ in published()] == ["PostGranted", "PostEnded"]
    with pytest.raises(Conflict):
        api.end_appointment(cast.secadmin, made)


def test_a_post_may_end_with_a_day():
    cast = testing.cast()
    held = Appointment.objects.get(user_id=cast.handler.id)
    today = clock.now().date()
    with pytest.raises(Invalid, match="last_day"):
        api.end_appointment(cast.secadmin, held.pk, date(2003, 12, 31))
    api.end_appointment(cast.secadmin, held.pk, today - timedelta(days=2))
    assert Post.HANDLER not in queries.actor_of(cast.user("handler")).scope.posts()
    assert queries.holders(Post.HANDLER, cast.unit("N-SZ").id) == []


def test_administrators_reach_only_their_own_division():
    cast = testing.cast()
    api.create_user(cast.sysadmin, NewUser("district.admin", "区管理员", unit="N"))
    api.create_user(cast.sysadmin, NewUser("district.guard", "区安全员", unit="N"))
    api.appoint(PLATFORM, testing.appointment("district.admin", "N", Post.SYSADMIN, "990101"))
    api.appoint(PLATFORM, testing.appointment("district.guard", "N", Post.SECADMIN, "990101"))
    admin = queries.actor_of(User.objects.get(username="district.admin"))
    guard = queries.actor_of(User.objects.get(username="district.guard"))
    assert api.reset_password(admin, cast.handler.id)
    with pytest.raises(NotFound):
        api.reset_password(admin, cast.outsider.id)
    with pytest.raises(Invalid, match="unit"):
        api.create_user(admin, NewUser("x.y", "某人", unit="S"))
    with pytest.raises(Invalid, match="division"):
        api.appoint(guard, testing.appointment("outsider", "S", Post.ACCEPTOR, "990102"))
    outside = Appointment.objects.get(user_id=cast.outsider.id)
    with pytest.raises(NotFound):
        api.end_appointment(guard, outside.pk)


@pytest.mark.parametrize("role", ["secadmin", "auditor"])
def test_the_system_administrator_cannot_become_who_watches_over_him(role):
    cast = testing.cast(password="Long-enough-1")
    with pytest.raises(Forbidden, match=r"user\.watcher"):
        api.reset_password(cast.sysadmin, cast.actor(role).id)
    with pytest.raises(Forbidden, match=r"user\.watcher"):
        api.set_active(cast.sysadmin, cast.actor(role).id, active=False)
    assert cast.user(role).check_password("Long-enough-1")
    assert api.reset_password(PLATFORM, cast.actor(role).id)


def test_the_initial_password_is_given_once_and_must_be_changed():
    cast = testing.cast()
    info, password = api.create_user(cast.sysadmin, NewUser("li.si", "李四", unit="N", phone="13800000000"))
    user = testing.user(info.id)
    assert user.must_change_password
    assert user.check_password(password)
    assert password not in str(audited())
    actor = queries.actor_of(user)
    with pytest.raises(Invalid) as refusal:
        api.change_password(actor, "wrong", "Another-long-1")
    assert refusal.value.field == "old_password"
    for weak in ("short", "12345678901", "password123", password, "李" * 300, "nul\x00-long-enough"):
        with pytest.raises(Invalid) as refusal:
            api.change_password(actor, password, weak)
        assert refusal.value.field == "new_password"
    api.change_password(actor, password, "Another-long-1")
    user = testing.user(info.id)
    assert user.check_password("Another-long-1")
    assert not user.must_change_password


def test_initial_passwords_are_hashed_fast_and_still_verify(settings):
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    testing.cast()
    made = api.create_users(PLATFORM, [NewUser(f"u{i:04}", f"用户{i}", unit="N") for i in range(50)])
    info, password = made[-1]
    user = testing.user(info.id)
    assert user.password.startswith("pbkdf2_sha256$1000$")
    assert user.check_password(password)
    # Signing in re-hashes it the slow way and leaves the duty to change it.
    assert not testing.user(info.id).password.startswith("pbkdf2_sha256$1000$")
    assert testing.user(info.id).must_change_password
    assert len({p for _, p in made}) == 50


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"username": "a"}, "username"),
        ({"username": "有 空格"}, "username"),
        ({"username": "handler"}, "username"),
        ({"name": ""}, "name"),
        ({"unit": "none"}, "unit"),
        ({"unit": ""}, "unit"),
        ({"phone": "call me"}, "phone"),
        ({"email": "no-address"}, "email"),
        ({"password": "short"}, "password"),
    ],
)
def test_what_is_wrong_with_a_user_is_named(change, field):
    cast = testing.cast()
    row = {"username": "li.si", "name": "李四", "unit": "N"} | change
    before = User.objects.count()
    with pytest.raises(Invalid) as refusal:
        api.create_user(cast.sysadmin, NewUser(**row))
    assert refusal.value.field == field
    assert User.objects.count() == before


def test_nobody_disables_themselves():
    cast = testing.cast()
    with pytest.raises(Invalid, match=r"user\.self"):
        api.set_active(cast.sysadmin, cast.sysadmin.id, active=False)
    api.set_active(cast.sysadmin, cast.handler.id, active=False)
    assert queries.actor_of(cast.user("handler")).scope.grants == ()
    assert queries.holders(Post.HANDLER, cast.unit("N-SZ").id) == []


def test_users_are_changed_set_based(django_assert_max_num_queries):
    cast = testing.cast()
    rows = [
        NewUser("handler", "小刘", unit="N-SZ-1", phone="13900000099"),
        NewUser(
            "collector", "小陈", unit="N-01", phone="1390000" + "0005", email="collector@jiangzhou.example"
        ),
    ]
    with django_assert_max_num_queries(14):
        assert api.change_users(cast.sysadmin, rows) == (1, 1)
    assert cast.user("handler").unit.code == "N-SZ-1"
