# SPDX-License-Identifier: Apache-2.0
"""The application's page at the addresses of the three screens."""

import pytest

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("address", ["/m", "/m/report", "/m/tasks/1"])
def test_the_phone_opens_without_a_sign_in(client, address):
    answer = client.get(address)
    assert answer.status_code == 200
    assert '<div id="app">' in answer.text
    assert "script-src 'self';" in answer["Content-Security-Policy"]
    assert answer.cookies["csrftoken"].value


def test_the_wall_asks_who_is_there(client):
    answer = client.get("/wall")
    assert (answer.status_code, answer["Location"]) == (302, "/login?next=/wall")


def test_the_service_worker_may_keep_the_phone_and_nothing_else(client):
    answer = client.get("/m/sw.js")
    assert answer.status_code == 200
    assert (answer["Service-Worker-Allowed"], answer["Cache-Control"]) == ("/m", "no-cache")
    assert "__FILES__" not in answer.text
    assert "/api/" not in answer.text
