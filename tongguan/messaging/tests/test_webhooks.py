# SPDX-License-Identifier: Apache-2.0
"""Webhook targets: told of what they asked for, in their division, once per fact, by a real server."""

import json
from datetime import UTC, datetime
from io import StringIO

import pytest
from django.core.management import call_command

from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.kernel.facts import Fact
from tongguan.messaging import api, credentials, queries, signing, spi
from tongguan.messaging.contracts import NewTarget, Notice
from tongguan.messaging.models import Message, WebhookTarget
from tongguan.messaging.tests import neighbours
from tongguan.messaging.webhooks import WebhookSender
from tongguan.runtime import outbox
from tongguan.runtime.testing import audited, published, settle
from tongguan.runtime.transactions import atomic
from tongguan.vault.testing import find_keys, lose_keys

PATIENT = 5.0


class LampLit(Fact, frozen=True, kw_only=True):
    """A fact of these tests."""

    lamp: str


class LampOut(Fact, frozen=True, kw_only=True):
    """Another."""

    lamp: str


@pytest.fixture
def open_door():
    with spi.senders.temporarily("webhook", WebhookSender(seconds=1, deadline=2, private=True)) as sender:
        yield sender


def publish(*facts):
    with atomic():
        outbox.publish(*facts)
    settle()


def target(code="water", url="http://203.0.113.9/hook", division="990101", facts=("LampLit",)):
    return NewTarget(code=code, name="水务系统", url=url, division=division, facts=facts)


def test_a_target_gets_its_facts_of_its_division_signed_and_once(cast, open_door, deliverer):
    with neighbours.http() as there:
        secret = api.add_target(cast.sysadmin, target(url=there.url))
        publish(
            LampLit(lamp="L1", division="990101001"),
            LampOut(lamp="L1", division="990101001"),
            LampLit(lamp="L2", division="990102001"),
        )
        settle()
        deliverer.round(PATIENT)
        (heard,) = there.heard
    event = json.loads(heard.body)
    assert (event["type"], event["specversion"], event["data"]) == (
        "tongguan.LampLit",
        "1.0",
        {"division": "990101001", "lamp": "L1"},
    )
    assert signing.genuine(heard.headers, secret, heard.body, datetime.now(UTC))
    assert queries.dead_letters(cast.sysadmin) == []


def test_a_star_means_all_but_the_posts_own_affairs(cast, open_door, deliverer):
    with neighbours.http(lambda _: (410, {}, b"gone")) as there:
        api.add_target(cast.sysadmin, target(url=there.url, division="9901", facts=("*",)))
        publish(LampLit(lamp="L1", division="990101"), LampOut(lamp="L1", division="9901"))
        deliverer.round(PATIENT)
        assert len(published("MessageGivenUp")) == 2
        publish()
        deliverer.round(PATIENT)
        assert len(there.heard) == 2, "a lost push does not cause the next"


def test_one_hanging_target_delays_no_other(cast, open_door, deliverer):
    with neighbours.raw(neighbours.hanging) as port, neighbours.http() as there:
        api.add_target(cast.sysadmin, target("dead", f"http://127.0.0.1:{port}/"))
        api.add_target(cast.sysadmin, target("well", there.url))
        publish(*(LampLit(lamp=f"L{n}", division="990101") for n in range(30)))
        while Message.objects.filter(lane="webhook:well", state="sent").count() < 30:
            deliverer.round(0.05)
        deliverer.close()
        assert Message.objects.filter(lane="webhook:dead", state="sent").count() == 0
        assert [json.loads(h.body)["data"]["lamp"] for h in there.heard] == [f"L{n}" for n in range(30)]


def test_a_stopped_target_waits_and_goes_on(cast, open_door, deliverer):
    with neighbours.http() as there:
        api.add_target(cast.sysadmin, target(url=there.url))
        publish(LampLit(lamp="L1", division="990101"))
        api.switch_target(cast.sysadmin, "water", active=False)
        deliverer.round(PATIENT)
        assert there.heard == []
        api.switch_target(cast.sysadmin, "water", active=True)
        deliverer.round(PATIENT)
        assert len(there.heard) == 1


def test_a_notice_to_a_target_is_an_event_too(cast, open_door, deliverer):
    with neighbours.http() as there:
        api.add_target(cast.sysadmin, target(url=there.url))
        with atomic():
            api.notify([Notice(key="n1", channel="webhook", to_address="water", subject="甲", body="乙")])
        deliverer.round(PATIENT)
    assert json.loads(there.heard[0].body)["data"] == {"subject": "甲", "body": "乙", "case_id": None}


def test_a_removed_target_leaves_dead_letters(cast):
    api.add_target(cast.sysadmin, target())
    publish(LampLit(lamp="L1", division="990101"))
    api.remove_target(cast.sysadmin, "water")
    (letter,) = queries.dead_letters(cast.sysadmin)
    assert letter.error == "推送目标已删除 (the target was removed)"


def test_a_secret_is_told_once_and_can_be_renewed(cast):
    first = api.add_target(cast.sysadmin, target())
    second = api.renew_secret(cast.sysadmin, "water")
    assert first != second
    stored = WebhookTarget.objects.get()
    assert credentials.opened(stored) == second
    assert second not in stored.secret
    (info,) = queries.targets(cast.sysadmin)
    assert second not in repr(info)
    assert first not in repr([act.detail for act in audited()])
    assert [act.verb for act in audited()] == ["messaging.add_target", "messaging.renew_secret"]


def test_a_secret_from_before_signs_as_it_is_and_is_sealed_by_the_command(cast, open_door, deliverer):
    with neighbours.http() as there:
        for code in ("water", "gas"):
            api.add_target(cast.sysadmin, target(code=code, url=there.url))
        WebhookTarget.objects.update(secret=(old := signing.new_secret()))
        publish(LampLit(lamp="L1", division="990101"))
        deliverer.round(PATIENT)
        call_command("keys", "reseal", "--batch", "1", stdout=StringIO())
        assert all(old not in one for one in WebhookTarget.objects.values_list("secret", flat=True))
        publish(LampLit(lamp="L2", division="990101"))
        deliverer.round(PATIENT)
        assert len(there.heard) == 4
        now = datetime.now(UTC)
        assert all(signing.genuine(one.headers, old, one.body, now) for one in there.heard)


def test_a_lost_key_keeps_the_lane_waiting_until_it_is_back(cast, time, open_door, deliverer):
    with neighbours.http() as there:
        api.add_target(cast.sysadmin, target(url=there.url))
        hidden = lose_keys()
        publish(LampLit(lamp="L1", division="990101"))
        deliverer.round(PATIENT)
        (lane,) = [one for one in queries.lanes(cast.sysadmin) if one.lane == "webhook:water"]
        assert (lane.waiting, lane.failures, "密钥" in lane.error) == (1, 1, True)
        assert there.heard == []
        find_keys(hidden)
        time.advance(hours=2)
        deliverer.round(PATIENT)
        assert len(there.heard) == 1


@pytest.mark.parametrize("role", ["duty_chief", "leader", "outsider", "secadmin"])
def test_only_a_system_administrator_connects_systems(cast, role):
    actor = cast.actor(role)
    with pytest.raises(Forbidden):
        api.add_target(actor, target())
    api.add_target(cast.sysadmin, target())
    for verb in (api.remove_target, api.renew_secret):
        with pytest.raises(Forbidden):
            verb(actor, "water")
    assert queries.targets(actor) == []


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (target(code="水务"), "messaging.bad_code"),
        (target(url="ftp://x/"), "messaging.bad_url"),
        (target(url="http://u:p@x/"), "messaging.bad_url"),
        (target(facts=("NoSuchFact",)), "messaging.unknown_fact"),
        (target(code="x" * 41), "messaging.too_long"),
    ],
)
def test_a_wrong_target_is_refused(cast, wrong, code):
    with pytest.raises(Invalid) as refusal:
        api.add_target(cast.sysadmin, wrong)
    assert refusal.value.code == code


def test_outside_the_division_or_twice_is_refused(cast):
    with pytest.raises(Forbidden):
        api.add_target(cast.sysadmin, target(division="9902"))
    api.add_target(cast.sysadmin, target())
    with pytest.raises(Conflict):
        api.add_target(cast.sysadmin, target())
    with pytest.raises(NotFound):
        api.switch_target(cast.sysadmin, "nothing", active=True)
