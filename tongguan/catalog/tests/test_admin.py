# SPDX-License-Identifier: Apache-2.0
"""The catalogue in the admin: read by those who keep or inspect it, changed by verbs only."""

import pytest
from django.test import Client
from django.urls import reverse

from tongguan.catalog import queries
from tongguan.catalog.models import Item, ResponsibilityVersion
from tongguan.catalog.testing import in_force, row
from tongguan.runtime.models import AuditEntry

pytestmark = pytest.mark.django_db

PAGES = (
    "item",
    "rulebook",
    "filingrule",
    "legacyclass",
    "responsibilityversion",
    "responsibilityrow",
    "stagelimit",
)


def signed_in(city, role: str) -> Client:
    user = city.user(role)
    user.is_staff = True
    user.save()
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.mark.parametrize("page", PAGES)
def test_every_register_is_shown_in_chinese_to_those_who_inspect(city, page):
    in_force([row("06012", "9901", "C")])
    client = signed_in(city, "sysadmin")
    answer = client.get(reverse(f"admin:catalog_{page}_changelist"))
    assert answer.status_code == 200
    assert "选择" in answer.content.decode()
    assert client.get(reverse(f"admin:catalog_{page}_add")).status_code == 403
    assert signed_in(city, "handler").get(reverse(f"admin:catalog_{page}_changelist")).status_code == 403


def test_a_list_in_force_cannot_be_edited(city):
    version = in_force([row("06012", "9901", "C")])
    client = signed_in(city, "sysadmin")
    address = reverse("admin:catalog_responsibilityversion_change", args=[version.id])
    assert client.get(address).status_code == 200
    assert client.post(address, {"title": "改"}).status_code == 403
    assert ResponsibilityVersion.objects.get().title == "权责清单"


def test_a_citys_settings_are_saved_by_the_verb(city):
    client = signed_in(city, "sysadmin")
    address = reverse("admin:catalog_item_change", args=[Item.objects.get(code="06012").pk])
    form = {"urgency": "urgent", "process": "default", "needs_photo": "on", "needs_place": "on"}
    assert client.post(address, form).status_code == 302
    assert queries.item("06012").urgency == "urgent"
    assert AuditEntry.objects.get(subject="item:06012").detail == {"urgency": "urgent"}
