# SPDX-License-Identifier: Apache-2.0
"""Tokens of systems: shown once, kept as a hash, refused in the same words for every reason."""

import hashlib
from datetime import datetime, timedelta

import pytest

from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden, Invalid, NotFound, Unauthenticated
from tongguan.kernel.testing import BEIJING
from tongguan.people import api, queries, testing
from tongguan.people.contracts import Post
from tongguan.people.models import ApiToken
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 11, 23, 12, tzinfo=BEIJING)


def issue(actor, name="水务系统", scopes=("reports:write", "cases:read"), division="990101", **more):
    return api.issue_token(actor, name, scopes, division, **more)


def test_a_token_makes_an_actor_with_scopes():
    cast = testing.cast()
    raw = issue(cast.secadmin, unit=cast.unit("N-SZ").id)
    actor, scopes = api.authenticate_token(raw)
    assert scopes == {"reports:write", "cases:read"}
    assert (actor.id, actor.name, actor.unit_name) == (None, "水务系统", "江北区市政所")
    assert actor.key == f"client:{ApiToken.objects.get().pk}"
    assert actor.scope.posts() == {Post.SYSTEM}
    assert actor.scope.divisions() == ("990101",)
    assert queries.client(actor.key) == (actor, scopes)


def test_only_the_hash_is_kept():
    raw = issue(testing.cast().secadmin)
    token = ApiToken.objects.get()
    assert token.digest == hashlib.sha256(raw.encode()).hexdigest()
    everything = str(list(ApiToken.objects.values())) + str(audited())
    assert raw not in everything
    assert raw.split("_", 2)[2] not in everything


def test_two_tokens_differ_in_all_their_secret_characters():
    secadmin = testing.cast().secadmin
    first, second = (issue(secadmin).split("_", 2)[2] for _ in range(2))
    assert first != second
    assert len(first) == 43  # 256 bits in base 64


@pytest.mark.parametrize(
    "spoil",
    [
        lambda _: "",
        lambda raw: raw[:-1],
        lambda raw: raw + "A",
        lambda raw: raw[:-1] + ("A" if raw[-1] != "A" else "B"),
        lambda raw: "tg_000000000000_" + raw.split("_", 2)[2],
        lambda raw: raw.upper(),
        lambda raw: raw + "\x00",
        lambda raw: "\ud800" + raw,
        lambda raw: raw * 10_000,
        lambda _: "tg_' OR 1=1 --_" + "x" * 43,
    ],
)
def test_anything_else_is_refused_in_the_same_words(spoil):
    raw = issue(testing.cast().secadmin)
    with pytest.raises(Unauthenticated) as refusal:
        api.authenticate_token(spoil(raw))
    assert (refusal.value.code, refusal.value.status) == ("token.invalid", 401)


def test_an_expired_token_is_refused():
    cast = testing.cast()
    with clock.using(clock.ManualClock(NOON)) as time:
        raw = issue(cast.secadmin, expires=NOON + timedelta(hours=1))
        time.advance(minutes=59)
        assert api.authenticate_token(raw)
        time.advance(minutes=1)
        with pytest.raises(Unauthenticated):
            api.authenticate_token(raw)


def test_a_revoked_token_is_refused_at_once():
    cast = testing.cast()
    raw, other = issue(cast.secadmin), issue(cast.secadmin, "另一系统")
    assert api.authenticate_token(raw)
    api.revoke_token(cast.secadmin, ApiToken.objects.earliest("id").pk)
    with pytest.raises(Unauthenticated):
        api.authenticate_token(raw)
    assert api.authenticate_token(other)
    api.revoke_token(cast.secadmin, ApiToken.objects.earliest("id").pk)
    assert len(audited("token.revoke")) == 1


def test_last_use_is_written_at_most_once_a_minute(django_assert_num_queries):
    cast = testing.cast()
    with clock.using(clock.ManualClock(NOON)) as time:
        raw = issue(cast.secadmin)
        api.authenticate_token(raw)
        queries.units([])
        for _ in range(5):
            time.advance(seconds=11)
            with django_assert_num_queries(0):
                api.authenticate_token(raw)
        assert ApiToken.objects.get().last_used_at == NOON
        time.advance(seconds=5)
        with django_assert_num_queries(1):
            api.authenticate_token(raw)
        assert ApiToken.objects.get().last_used_at == NOON + timedelta(seconds=60)


@pytest.mark.parametrize(("verb", "role", "may"), testing.matrix({"issue": {"secadmin"}}))
def test_only_the_security_administrator_issues_and_revokes(verb, role, may):
    cast = testing.cast()
    actor = cast.actor(role)
    if may:
        assert issue(actor).startswith("tg_")
    else:
        with pytest.raises(Forbidden):
            issue(actor)
        issue(cast.secadmin)
        with pytest.raises(Forbidden):
            api.revoke_token(actor, ApiToken.objects.get().pk)
        assert ApiToken.objects.get().revoked_at is None


def test_tokens_stay_within_the_administrators_division():
    cast = testing.cast()
    issue(cast.secadmin)
    for division in ("", "99", "9902"):
        with pytest.raises(NotFound):
            issue(cast.secadmin, division=division)
    assert [t.name for t in queries.tokens(cast.secadmin)] == ["水务系统"]
    assert [t.division for t in queries.tokens(cast.auditor)] == ["990101"]
    assert queries.tokens(cast.sysadmin) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": ""}, "name"),
        ({"scopes": ()}, "scopes"),
        ({"scopes": ("everything",)}, "scopes"),
        ({"division": "99010"}, "division"),
        ({"unit": 999_999}, "unit"),
        ({"expires": datetime(2020, 1, 1, tzinfo=BEIJING)}, "expires"),
    ],
)
def test_what_is_wrong_with_a_token_is_named(change, field):
    cast = testing.cast()
    with pytest.raises(Invalid) as refusal:
        issue(cast.secadmin, **change)
    assert refusal.value.field == field
    assert not ApiToken.objects.exists()
