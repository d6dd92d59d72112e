# SPDX-License-Identifier: Apache-2.0
"""A connected system listens with a ticket: a real server, a real client, and what was missed comes again."""

import json

import httpx
import pytest
from django.db import connections

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.doors.partner.listening import view_of
from tongguan.doors.testing import Door
from tongguan.kernel import clock
from tongguan.people import api as people
from tongguan.people import queries as people_queries
from tongguan.people.testing import cast, forget_caches
from tongguan.runtime.testing import StreamServer

HERE, THERE = "990101001001", "990102001001"


@pytest.fixture
def city(transactional_db):
    forget_caches()
    yield cast()
    forget_caches()
    connections.close_all()


@pytest.fixture
def server(city):
    served = StreamServer()
    served.start()
    yield served
    served.end()


def system(city, division="990101", scopes=("cases:read",)):
    return Door(people.issue_token(city.secadmin, "水务系统", scopes, division))


def open_case(city, division):
    new = NewCase(item_code="01001", title="井盖", text="破损", division=division, source="hotline")
    (case,) = cases.open_cases(city.acceptor if division == HERE else city.outside_acceptor, [new])
    return str(case.id)


def hear(server, door, wanted, *, last="", then=None):
    """Listen until so many facts were heard; give [(id, name, case)] and the last id."""
    ticket = door.get("/stream-ticket").json()
    assert ticket["url"].endswith("/stream")
    heard = []
    headers = {"Last-Event-ID": last} if last else {}
    with httpx.stream(
        "GET", f"{server.url}/stream", params={"ticket": ticket["ticket"]}, headers=headers, timeout=240
    ) as answer:
        assert answer.status_code == 200
        for text in answer.iter_lines():
            word, _, rest = text.partition(": ")
            if word == "id":
                last = rest
            elif word == "event" and then is not None:
                then()
                then = None
                server.poll()
            elif word == "data" and "payload" in rest:
                told = json.loads(rest)
                heard.append((told["name"], told["payload"]["case_id"]))
            if len(heard) == wanted and not text:
                return heard, last
    return heard, last


def test_it_hears_its_own_division_and_gets_what_it_missed(city, server):
    door = system(city)
    opened = []

    def happen():
        open_case(city, THERE)
        opened.append(open_case(city, HERE))

    heard, last = hear(server, door, 1, then=happen)
    assert heard == [("CaseOpened", opened[0])]
    open_case(city, THERE)
    missed = open_case(city, HERE)
    server.poll()
    heard, _ = hear(server, door, 1, last=last)
    assert heard == [("CaseOpened", missed)]


@pytest.mark.django_db
def test_a_ticket_needs_the_scope_and_a_token(people_cast):
    refused = system(people_cast, scopes=("reports:read",)).get("/stream-ticket")
    assert (refused.status_code, refused.json()["code"]) == (403, "token.scope")
    assert Door().get("/stream-ticket").status_code == 401


@pytest.mark.django_db
def test_a_system_sees_cases_of_its_division_and_nothing_of_the_house(people_cast):
    raw = people.issue_token(people_cast.secadmin, "水务系统", ["cases:read"], "990101")
    actor, _ = people.authenticate_token(raw)
    may_see = view_of(actor.key)
    assert may_see("CaseMoved", HERE, {"case_id": "x"}) is True
    assert may_see("CaseMoved", THERE, {"case_id": "x"}) is False
    assert may_see("MessageGivenUp", HERE, {"case_id": "x"}) is False
    assert may_see("ReportQuarantined", HERE, {"report_id": "x"}) is False
    (token,) = people_queries.tokens(people_cast.secadmin)
    people.revoke_token(people_cast.secadmin, token.id)
    assert view_of(actor.key) is None


@pytest.mark.django_db
@pytest.mark.parametrize("who", ["user:1", "client:999", "client:", "client:x", ""])
def test_who_is_no_system_has_no_view(people_cast, who):
    assert view_of(who) is None


@pytest.mark.django_db
def test_an_expired_token_has_no_view(people_cast, settings):
    until = clock.now().replace(year=clock.now().year + 1)
    raw = people.issue_token(people_cast.secadmin, "临时", ["cases:read"], "990101", expires=until)
    actor, _ = people.authenticate_token(raw)
    with clock.using(clock.ManualClock(until)):
        assert view_of(actor.key) is None
