# SPDX-License-Identifier: Apache-2.0
"""Alarms over HTTP: within the scope, moved once, refused by name, quiet times, the book."""

import re

import pytest
from django.test import Client

from tongguan.alarms import api as alarms
from tongguan.alarms.testing import says
from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.kernel import clock
from tongguan.kernel.ids import new_id
from tongguan.people import api as people
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.django_db
NOT_THERE = str(new_id())


def now_says(grade, matter="P-1", **more):
    return says(grade, 0, matter, at=round(clock.now().timestamp() * 1000), **more)


@pytest.fixture
def heard(people_cast):
    return alarms.hear(
        [now_says(4), now_says(2, "P-2", lon=121.5), now_says(3, "P-3", division="990102001001")]
    ).raised


def test_a_list_counts_by_grade_and_state_and_goes_page_by_page(heard, desk):
    door = desk("leader")
    first = door.get("/alarms?limit=1").json()
    assert (first["by_grade"], first["by_state"]["raised"]) == ({"1": 0, "2": 1, "3": 0, "4": 1}, 2)
    second = door.get(f"/alarms?limit=1&after={first['next']}").json()
    assert {row["id"] for row in first["rows"] + second["rows"]} == {str(pk) for pk in heard[:2]}
    assert door.get(f"/alarms?after={first['next'][:-2]}xx").status_code == 422
    assert [row["grade"] for row in door.get("/alarms?grade=4&state=raised&active=true").json()["rows"]] == [
        4
    ]
    assert door.get("/alarms?text=P-2").json()["rows"][0]["matter"] == "P-2"
    assert desk("handler").get("/alarms").json()["rows"] == []


def test_one_alarm_says_what_this_person_may_do_and_does_it_once(heard, desk):
    door = desk("acceptor")
    whole = door.get(f"/alarms/{heard[0]}").json()
    assert [move["id"] for move in whole["moves"]] == ["confirm", "reject", "snooze"]
    cause = whole["moves"][1]["inputs"][1]
    assert (cause["name"], cause["required"], cause["choices"][0]) == ("cause", True, "device")
    told = {"move": "confirm", "inputs": {"note": "视频可见"}}
    done = door.post(f"/alarms/{heard[0]}/moves", told, Idempotency_Key="k1")
    assert (done.status_code, done.json()["state"]) == (200, "confirmed")
    assert door.post(f"/alarms/{heard[0]}/moves", told, Idempotency_Key="k1").json() == done.json()
    assert door.post(f"/alarms/{heard[0]}/moves", told).status_code == 409
    bad = door.post(f"/alarms/{heard[1]}/moves", {"move": "reject", "inputs": {"reason": "x"}})
    assert (bad.status_code, bad.json()["field"]) == (422, "cause")
    assert (
        door.post(f"/alarms/{heard[1]}/moves", {"move": "settle", "inputs": {"result": "x"}}).status_code
        == 403
    )


@pytest.mark.parametrize(
    ("role", "status"), [("leader", 404), ("city_chief", 200), ("citizen", 404), ("handler", 404)]
)
def test_an_alarm_of_another_district_is_not_there(heard, desk, role, status):
    assert desk(role).get(f"/alarms/{heard[2]}").status_code == status
    assert desk(role).get(f"/alarms/{NOT_THERE}").status_code == 404


def test_quiet_times_are_kept_and_ended_by_those_who_may(heard, desk):
    told = {
        "kind": "maintenance", "begins_at": "2026-05-01T09:00:00+08:00",
        "reason": "检修",
        "division": "990101",
        "ends_at": (clock.now().replace(microsecond=0)).isoformat().replace("+00:00", "Z"),
    }  # fmt: skip
    dispatcher = desk("dispatcher")
    assert dispatcher.post("/alarms/calms", told).json()["field"] == "ends_at"
    told |= {"begins_at": "2026-11-01T09:00:00+08:00", "ends_at": "2036-11-01T09:00:00+08:00"}
    assert dispatcher.post("/alarms/calms", told).json()["code"] == "calm.long"
    assert desk("leader").post("/alarms/calms", told).status_code == 403


def test_the_book_and_what_was_missed(heard, people_cast, desk):
    (case,) = cases.open_cases(
        people_cast.acceptor,
        [NewCase(item_code="01003", title="冒水", text="", division="990101001001", source="hotline")],
    )
    evaluator = desk("evaluator")
    told = {"case_id": str(case.id), "words": "应有预警", "rule": "water.burst"}
    assert evaluator.post("/alarms/misses", told).status_code == 201
    assert evaluator.post("/alarms/misses", told).status_code == 409
    assert evaluator.post("/alarms/misses", told | {"case_id": NOT_THERE}).status_code == 404
    (line,) = evaluator.get("/alarms/book").json()["lines"]
    assert (line["raised"], line["missed"], line["unjudged"], line["precision"]) == (2, 1, 2, None)
    assert evaluator.get("/alarms/book?by=stream").json()["lines"][0]["raised"] == 2
    assert [one["state"] for one in evaluator.get("/alarms/misses").json()] == ["booked"]


def test_terms_are_set_by_a_duty_chief_with_their_source(heard, desk):
    told = {"tells_from": 3, "minutes": {"4": 10}, "source": "江州市应急〔2026〕3 号"}
    assert desk("acceptor").post("/alarms/terms/water.burst", told).status_code == 403
    assert desk("city_chief").post("/alarms/terms/water.burst", told).json()["minutes"] == {"4": 10}
    assert desk("city_chief").post("/alarms/terms/water.burst", told | {"source": " "}).status_code == 422
    (terms,) = desk("leader").get("/alarms/terms").json()
    assert (terms["rule"], terms["tells_from"]) == ("water.burst", 3)


def test_systems_read_the_feed_and_send_warnings_by_cap(heard, people_cast, desk):
    token = people.issue_token(people_cast.secadmin, "市气象局", ("alarms:read", "alarms:write"), "9901")
    client = Client(headers={"authorization": f"Bearer {token}"})
    desk("acceptor").post(f"/alarms/{heard[0]}/moves", {"move": "confirm", "inputs": {}})
    settle()
    feed = client.get("/api/partner/v1/cap")
    assert (feed.status_code, feed["content-type"]) == (200, "application/atom+xml; charset=utf-8")
    entry = feed.content.split(b"<entry>")[1]
    link = re.search(rb'href="http://testserver(/api/partner/v1/cap/[^"]+)"', entry)
    body = client.get(link[1].decode()).content
    assert b"<severity>Extreme</severity>" in body
    file = desk("leader").get(f"/alarms/{heard[0]}/cap")
    assert file["content-disposition"].endswith('.cap.xml"')
    assert desk("leader").get(f"/alarms/{heard[1]}/cap").status_code == 404

    kind = "application/cap+xml"
    assert client.post("/api/partner/v1/cap", body, content_type=kind).status_code == 201
    wrong = client.post("/api/partner/v1/cap", body.replace(b"Extreme", b"Bad"), content_type=kind)
    assert (wrong.status_code, wrong.json()["field"]) == (422, "severity")
    assert [row["grade"] for row in desk("leader").get("/alarms/outside").json()] == [4]
    assert [row["field"] for row in desk("city_chief").get("/alarms/outside/unreadable").json()] == [
        "severity"
    ]
    reader = people.issue_token(people_cast.secadmin, "读者", ("alarms:read",), "9901")
    reading = Client(headers={"authorization": f"Bearer {reader}"})
    refused = reading.post("/api/partner/v1/cap", body, content_type=kind)
    assert refused.status_code == 403


def test_the_readings_behind_an_alarm_are_drawn_for_who_may_see_them(people_cast, desk, tmp_path):
    assert desk("leader").get(f"/alarms/{NOT_THERE}/chart").status_code == 404
    (one,) = alarms.hear([now_says(4, streams=())]).raised
    assert desk("leader").get(f"/alarms/{one}/chart").json() == []
