# SPDX-License-Identifier: Apache-2.0
"""What a page brings along: its files, and the answers to what its screen asks first."""

import json
import re
from base64 import b64encode
from contextlib import closing
from hashlib import sha256

import pytest
from django.test import Client

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.cases.models import Case
from tongguan.doors.screens.pages import _BUILT
from tongguan.kernel import clock
from tongguan.people.testing import COMMUNITY, OTHER_COMMUNITY

SESSION = "/api/desk/session"
TICKET = "/api/desk/stream-ticket"
QUEUE = "/api/desk/cases?open=true&order=newest&limit=50"
COUNTS = "/api/desk/cases/counts"


@pytest.fixture
def signed_in(people_cast):
    """Give a browser without scripts of a role."""

    def come(role: str) -> Client:
        client = Client()
        client.force_login(people_cast.user(role), backend="django.contrib.auth.backends.ModelBackend")
        return client

    return come


@pytest.fixture
def two_cases(people_cast):
    told = {"item_code": "01003", "text": "破了", "source": "hotline"}
    new = [
        NewCase(**told, title="井盖</script><b>&", division=COMMUNITY, hub="990101", lon=121.2, lat=31.0),
        NewCase(**told, title="江南井盖", division=OTHER_COMMUNITY, hub="990102", lon=121.3, lat=30.9),
    ]
    return cases.open_cases(people_cast.city_dispatcher, new)


def brought(answer) -> dict:
    """What the page brings along, by address."""
    found = re.findall(r'<script type="application/json" id="start">(.*?)</script>', answer.text)
    return json.loads(found[0]) if found else {}


def test_the_queue_brings_the_answers_the_interface_would_give(two_cases, signed_in):
    acceptor = signed_in("acceptor")
    answer = acceptor.get("/desk")
    told = brought(answer)
    assert set(told) == {SESSION, TICKET, QUEUE, COUNTS}
    assert [row["title"] for row in told[QUEUE]["rows"]] == ["井盖</script><b>&"]
    assert answer.text.count("</script>") == 2  # the application's own and the start's
    assert told[QUEUE]["rows"] == acceptor.get(QUEUE).json()["rows"]
    assert told[COUNTS] == acceptor.get(COUNTS).json()
    assert told[SESSION]["name"] == acceptor.get(SESSION).json()["name"]
    assert "no-store" in answer["Cache-Control"]


def test_the_list_is_the_one_that_was_asked_for(two_cases, signed_in):
    Case.objects.filter(title="江南井盖").update(state="closed", closed_at=clock.now())
    told = brought(signed_in("city_chief").get("/desk"))[QUEUE]
    assert [row["title"] for row in told["rows"]] == ["井盖</script><b>&"]


def test_each_page_holds_the_scope_of_its_reader(two_cases, signed_in):
    def titles(role: str) -> list[str]:
        return sorted(row["title"] for row in brought(signed_in(role).get("/desk"))[QUEUE]["rows"])

    assert titles("outsider") == ["江南井盖"]
    assert titles("city_chief") == ["井盖</script><b>&", "江南井盖"]
    assert titles("collector") == []


def test_the_token_that_is_brought_opens_changes(two_cases, signed_in):
    acceptor = signed_in("acceptor")
    strict = Client(enforce_csrf_checks=True)
    strict.cookies = acceptor.cookies
    token = brought(strict.get("/desk"))[SESSION]["csrf"]
    body = {"data": "{}", "content_type": "application/json"}
    assert strict.post("/api/desk/inbox/read", **body).status_code == 403
    assert strict.post("/api/desk/inbox/read", **body, headers={"X-CSRFToken": token}).status_code == 200


@pytest.mark.parametrize("address", ["/desk?q=超期", "/desk/inbox", "/desk/cases/1", "/m", "/m/tasks"])
def test_other_pages_bring_who_is_signed_in(signed_in, address):
    assert set(brought(signed_in("acceptor").get(address))) == {SESSION}


def test_a_stranger_and_a_wall_bring_nothing(signed_in, db):
    assert brought(Client().get("/m")) == {}
    assert brought(signed_in("leader").get("/wall")) == {}


def test_a_strangers_phone_shows_its_first_page_before_any_script(signed_in, db):
    answer = Client().get("/m")
    told = answer.text
    style = re.findall(r"<style>(.*?)</style>", told, re.DOTALL)[0]
    digest = b64encode(sha256(style.encode()).digest()).decode()
    assert f"style-src 'self' 'sha256-{digest}'" in answer["Content-Security-Policy"]
    assert told.index("</style>") < told.index("<main") < told.index('rel="stylesheet"')
    assert re.search(r'<div id="app"><div class="phone">.*<a href="/m/report"[^>]*>.*随手拍', told)
    assert '<div id="app"></div>' in Client().get("/m/report").text
    assert "随手拍" not in signed_in("collector").get("/m").text


def test_the_page_that_a_phone_keeps_for_offline_holds_nobody(signed_in):
    kept = signed_in("collector").get("/m", headers={"Sec-Fetch-Dest": "empty"})
    assert brought(kept) == {}


@pytest.mark.parametrize(
    ("address", "page"),
    [
        ("/desk", "/desk"),
        ("/desk/cases/7", "/desk/cases/"),
        ("/desk/inbox", "/desk/"),
        ("/wall", "/wall"),
        ("/m", "/m"),
        ("/m/report", "/m/"),
    ],
)
def test_a_page_names_at_once_every_file_it_opens_with(signed_in, address, page):
    files = json.loads((_BUILT / "pages.json").read_text(encoding="utf-8"))[page]
    text = signed_in("leader").get(address).text
    assert sorted(re.findall(r'(?:href|src)="/static/web/(assets/[^"]+)"', text)) == files
    assert not [name for name in files if "CityMap" in name]  # the map comes after what is more urgent


def test_files_of_the_screens_are_packed_and_kept(client):
    name = next(
        one
        for one in json.loads((_BUILT / "pages.json").read_text())["/m"]
        if "base" in one and one.endswith(".js")
    )
    with closing(client.get(f"/static/web/{name}")) as whole:
        size = int(whole["Content-Length"])
    for packing in ("gzip", "br"):
        with closing(client.get(f"/static/web/{name}", headers={"Accept-Encoding": packing})) as packed:
            assert (packed.status_code, packed["Content-Encoding"]) == (200, packing)
            assert packed["Cache-Control"] == "max-age=315360000, public, immutable"
            assert int(packed["Content-Length"]) * 2 < size
