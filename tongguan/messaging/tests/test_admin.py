# SPDX-License-Identifier: Apache-2.0
"""The operators' pages: dead letters and replay, targets whose secrets are shown once."""

import pytest

from tongguan.messaging import api, credentials, queries
from tongguan.messaging.contracts import NewTarget, Notice
from tongguan.messaging.models import Message, WebhookTarget
from tongguan.runtime.transactions import atomic


@pytest.fixture
def site(cast, client):
    user = cast.user("sysadmin")
    user.is_staff = True
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def dead_letter():
    with atomic():
        api.notify(
            [Notice(key="k", channel="webhook", to_address="gone", subject="路灯熄灭", division="990101")]
        )
    return Message.objects.get()


def test_dead_letters_are_listed_and_sent_again(site, cast):
    row = dead_letter()
    page = site.get("/admin/messaging/message/?state__exact=dead").content.decode()
    assert "路灯熄灭" in page
    assert "重新发送所选的失败消息" in page
    assert site.get(f"/admin/messaging/message/{row.pk}/change/").status_code == 200
    form = {"action": "replay", "_selected_action": [str(row.pk)]}
    page = site.post("/admin/messaging/message/", form, follow=True).content.decode()
    assert "已重新排队 1 条" in page
    assert queries.dead_letters(cast.sysadmin) == []


def test_a_target_is_added_and_its_secret_shown_once(site, cast):
    form = {
        "code": "water",
        "name": "水务系统",
        "url": "https://203.0.113.9/hook",
        "division": "990101",
        "facts": "*",
    }
    page = site.post("/admin/messaging/webhooktarget/add/", form, follow=True).content.decode()
    stored = WebhookTarget.objects.get(code="water")
    secret = credentials.opened(stored)
    assert stored.secret not in page
    assert secret.replace("+", "&#x2B;").replace("=", "&#x3D;") in page or secret in page
    for url in ("", f"{WebhookTarget.objects.get().pk}/change/"):
        page = site.get(f"/admin/messaging/webhooktarget/{url}").content.decode()
        assert "水务系统" in page
        assert secret not in page
        assert stored.secret not in page
    page = site.post(
        "/admin/messaging/webhooktarget/add/", form | {"code": "w2", "url": "ftp://x"}
    ).content.decode()
    assert "http" in page
    assert WebhookTarget.objects.count() == 1


def test_targets_are_switched_by_actions(site, cast):
    api.add_target(cast.sysadmin, NewTarget("water", "水务系统", "https://203.0.113.9/", "9901"))
    pk = WebhookTarget.objects.get().pk
    site.post("/admin/messaging/webhooktarget/", {"action": "stop", "_selected_action": [pk]})
    assert WebhookTarget.objects.get().active is False
    page = site.get("/admin/messaging/lane/").content.decode()
    assert "webhook:water" in page
    assert site.get("/admin/messaging/fanout/").status_code == 200


def test_others_see_nothing(cast, client):
    dead_letter()
    user = cast.user("duty_chief")
    user.is_staff = True
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/admin/messaging/message/").status_code == 403
    assert client.get("/admin/messaging/webhooktarget/").status_code == 403
