# SPDX-License-Identifier: Apache-2.0
"""The responsibility list and the dispatch rules over HTTP: draft, difference, in force, back again."""

from io import BytesIO

import pytest

from tongguan.catalog import api as catalog
from tongguan.doors.testing import Door
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import ROLES
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db
HEAD = "事项代码,区划,主办单位,条款,生效日期\n"
KEEPERS = {"dispatcher", "duty_chief", "city_chief", "city_dispatcher", "sysadmin"}
RULES = """rules:
- no: R1
  name: 井盖归市政
  when: {all: [{field: item, operator: prefix, value: ["010"]}]}
  then: {lead_duty: 市政公用}
  reason: 按三定方案
"""


@pytest.fixture
def city(people_cast):
    """The square city with the catalogue."""
    square_city()
    catalog.load_standards(PLATFORM)
    return people_cast


def hand_in(door, *lines, **form):
    content = (HEAD + "\n".join(lines) + "\n").encode()
    upload = {"file": _named(content), "division": "990101", **form}
    return door.client.post(door.base + "/responsibilities", data=upload)


def _named(content):
    stream = BytesIO(content)
    stream.name = "清单.csv"
    return stream


def test_a_list_is_drafted_compared_put_in_force_and_taken_back(city, desk):
    door = desk("duty_chief")
    first = hand_in(door, "01003,990101,N-SZ,第一条,2020-01-01").json()
    assert (first["errors"], first["rows"], first["number"]) == ([], 1, 1)
    diff = door.get(f"/responsibilities/{first['version_id']}/diff").json()
    assert (diff["added_total"], diff["added"][0]["lead_unit_code"]) == (1, "N-SZ")
    listed = door.get(f"/responsibilities/{first['version_id']}/lines?text=n-sz").json()
    assert (listed["total"], listed["lines"][0]["item_code"]) == (1, "01003")
    assert door.get(f"/responsibilities/{first['version_id']}/lines?text=没有").json()["total"] == 0
    applied = door.post(f"/responsibilities/{first['version_id']}/apply", {"expected_applied": 0})
    assert (applied.status_code, applied.json()["state"]) == (200, "applied")
    who = desk("acceptor").get("/responsibilities/who?item_code=01003&division=990101001").json()
    assert (who["found"], who["lead_unit_code"]) == (True, "N-SZ")
    second = hand_in(door, "01003,990101,N-HW,第一条,2020-01-01").json()
    changed = door.get(f"/responsibilities/{second['version_id']}/diff").json()["changed"]
    assert [(f["old"], f["new"]) for one in changed for f in one["fields"]] == [("N-SZ", "N-HW")]
    stale = door.post(f"/responsibilities/{second['version_id']}/apply", {"expected_applied": 0})
    assert stale.status_code in {409, 412}
    base = first["version_id"]
    done = door.post(f"/responsibilities/{second['version_id']}/apply", {"expected_applied": base})
    assert done.status_code == 200
    told = {"division": "990101", "number": 1, "reason": "新版有误"}
    back = door.post("/responsibilities/back", told)
    assert (back.status_code, back.json()["number"]) == (200, 3)
    states = {one["number"]: one["state"] for one in door.get("/responsibilities").json()}
    assert states == {1: "superseded", 2: "superseded", 3: "applied"}


def test_every_mistake_of_a_file_is_told_by_its_line_and_nothing_is_stored(city, desk):
    door = desk("duty_chief")
    taken = hand_in(door, "99999,990101,N-SZ,,2020-01-01", "01003,990101,NOBODY,,2020-01-01").json()
    assert taken["version_id"] is None
    assert [one["row"] for one in taken["errors"]] == [2, 3]
    assert door.get("/responsibilities").json() == []


@pytest.mark.parametrize("role", ROLES)
def test_who_may_hand_in_a_list_of_the_district(city, desk, role):
    status = hand_in(desk(role), "01003,990101,N-SZ,第一条,2020-01-01").status_code
    assert (status == 201) == (role in KEEPERS), (role, status)


def test_a_stranger_hands_in_nothing(city):
    assert hand_in(Door(base="/api/desk"), "01003,990101,N-SZ,,2020-01-01").status_code in {401, 403}


def test_rules_are_drafted_published_and_brought_back(city, desk):
    door = desk("duty_chief")
    wrong = door.post("/rules", {"kind": "routing", "division": "990101", "text": "rules: [{no: R1}]"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "rules.miswritten")
    told = {"kind": "routing", "division": "990101", "text": RULES, "note": "试行"}
    one = door.post("/rules", told)
    assert (one.status_code, one.json()["state"], one.json()["rules"]) == (201, "draft", 1)
    assert "井盖归市政" in door.get(f"/rules/{one.json()['id']}/text").json()["text"]
    assert door.post(f"/rules/{one.json()['id']}/publish").json()["state"] == "published"
    two = door.post("/rules", {**told, "text": "rules: []"}).json()
    assert door.post(f"/rules/{two['id']}/publish").status_code == 200
    back = door.post(f"/rules/{one.json()['id']}/back").json()
    assert (back["state"], back["version"], back["rules"]) == ("published", 3, 1)
    assert desk("outsider").get(f"/rules/{back['id']}/text").status_code == 404
