# SPDX-License-Identifier: Apache-2.0
"""The page of rule versions: looked at by scope, published by its verb."""

import pytest

from tongguan.people import testing
from tongguan.rules import api
from tongguan.rules.models import RuleSetVersion
from tongguan.rules.tests.test_versions import rules


@pytest.fixture
def cast(db):
    return testing.cast()


def sign_in(client, cast, role):
    user = cast.user(role)
    user.is_staff = True
    user.save()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")


def test_a_chief_publishes_a_draft_of_the_own_division(cast, client):
    draft = api.save_draft(cast.duty_chief, "routing", "990101", rules("排水"), "汛期")
    sign_in(client, cast, "duty_chief")
    assert "汛期" in client.get("/admin/rules/rulesetversion/").content.decode()
    assert "lead_duty" in client.get(f"/admin/rules/rulesetversion/{draft.id}/change/").content.decode()
    form = {"action": "publish", "_selected_action": [str(draft.id)]}
    page = client.post("/admin/rules/rulesetversion/", form, follow=True).content.decode()
    assert "已发布第 1 版" in page
    assert RuleSetVersion.objects.get().state == "published"
    assert client.get("/admin/rules/rulesetversion/add/").status_code == 403


def test_others_do_not_get_in(cast, client):
    sign_in(client, cast, "dispatcher")
    assert client.get("/admin/rules/rulesetversion/").status_code == 403
