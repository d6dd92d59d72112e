# SPDX-License-Identifier: Apache-2.0
"""The application's page at the addresses of the three screens."""

import json
from pathlib import Path

import pytest
from PIL import Image

BUILT = Path(__file__).resolve().parents[1] / "static" / "web"
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


def test_the_phone_can_be_installed(client):
    told = json.loads((BUILT / "manifest.webmanifest").read_text(encoding="utf-8"))
    assert (told["start_url"], told["scope"], told["display"]) == ("/m", "/m", "standalone")
    made = [one for one in told["icons"] if one["type"] == "image/png"]
    assert {(one["sizes"], one["purpose"]) for one in made} == {
        ("192x192", "any"),
        ("512x512", "any"),
        ("512x512", "maskable"),
    }
    for one in made:
        with Image.open(BUILT / Path(one["src"]).name) as icon:
            assert f"{icon.width}x{icon.height}" == one["sizes"]


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
def test_the_queue_opens_without_asking_for_what_its_page_brought(city, visitor):
    acceptor = visitor(city.user("acceptor"), viewport={"width": 1366, "height": 768})
    asked = []
    acceptor.page.on("request", lambda request: asked.append(request.url.removeprefix(acceptor.root)))
    page = acceptor.opens("/desk")
    page.locator(".city-map").wait_for()
    brought = ("/api/desk/session", "/api/desk/stream-ticket", "/api/desk/cases?", "/api/desk/cases/counts")
    assert not [address for address in asked if address.startswith(brought)]
    code = [address for address in asked if "/assets/" in address]
    assert len(code) < 12  # one file or two for each part of the screen, and the map's
    page.keyboard.press("r")
    page.wait_for_timeout(300)
    assert any(address.startswith("/api/desk/cases?") for address in asked)
