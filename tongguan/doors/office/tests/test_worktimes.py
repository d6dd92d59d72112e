# SPDX-License-Identifier: Apache-2.0
"""Working time and processes over HTTP: a turn of duty closes a gap, tables are drawn."""

import pytest

from tongguan.people.testing import ROLES

pytestmark = pytest.mark.django_db
SPAN = "since=2026-05-01T00:00:00Z&until=2026-05-02T00:00:00Z"
PLANNERS = {"duty_chief", "city_chief", "sysadmin"}


def turn(people, **other):
    return {
        "user_id": people.dispatcher.id,
        "unit_id": people.unit("N").id,
        "post": "dispatcher",
        "starts_at": "2026-05-01T08:00:00Z",
        "ends_at": "2026-05-01T20:00:00Z",
        **other,
    }


def test_a_planned_turn_narrows_the_gaps_and_a_cancelled_one_opens_them_again(people_cast, desk):
    door, unit = desk("duty_chief"), people_cast.unit("N").id
    path = f"/rota?unit_id={unit}&post=dispatcher&{SPAN}"
    assert [gap["starts_at"] for gap in door.get(path).json()["gaps"]] == ["2026-05-01T00:00:00Z"]
    made = door.post("/rota", turn(people_cast))
    assert made.status_code == 201
    rota = door.get(path).json()
    assert [one["user_name"] for one in rota["shifts"]] == ["李派遣"]
    assert [(gap["starts_at"], gap["ends_at"]) for gap in rota["gaps"]] == [
        ("2026-05-01T00:00:00Z", "2026-05-01T08:00:00Z"),
        ("2026-05-01T20:00:00Z", "2026-05-02T00:00:00Z"),
    ]
    twice = door.post("/rota", turn(people_cast, starts_at="2026-05-01T10:00:00Z"))
    assert twice.status_code == 422
    assert door.post(f"/rota/{made.json()['id']}/cancel").status_code == 204
    assert door.get(path).json()["shifts"] == []


@pytest.mark.parametrize("role", ROLES)
def test_who_may_plan_a_turn_of_the_districts_centre(people_cast, desk, role):
    made = desk(role).post("/rota", turn(people_cast)).status_code
    assert (made == 201) == (role in PLANNERS), (role, made)


def test_every_process_table_is_listed_and_drawn(people_cast, desk):
    door = desk("leader")
    codes = [one["code"] for one in door.get("/processes").json()]
    assert codes == ["appeal", "default", "simple"]
    for code in codes:
        picture = door.get(f"/processes/{code}/picture.svg")
        assert (picture.status_code, picture["Content-Type"]) == (200, "image/svg+xml; charset=utf-8")
    assert door.get("/processes/nothing/picture.svg").status_code in {404, 422}
    assert door.get("/processes/default/picture.svg?version=99").json()["field"] == "process"
