# SPDX-License-Identifier: Apache-2.0
"""Saved views over HTTP: counted in one statement, each reader within the own scope."""

import pytest

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(people_cast):
    """Two cases in the one district, one in the other."""
    square_city()
    catalog.load_standards(PLATFORM)
    places = (("990101001001", 121.005), ("990101001001", 121.006), ("990102001001", 121.025))
    told = {"item_code": "01003", "text": "破损", "source": "hotline", "lat": 30.805}
    new = [NewCase(title=f"井盖 {n}", division=code, lon=lon, **told) for n, (code, lon) in enumerate(places)]
    cases.open_cases(PLATFORM, new)
    return people_cast


def keep(door, name, narrow, **more):
    return door.post("/views", {"name": name, "line": name, "narrow": narrow, **more})


def test_each_view_counts_what_its_list_shows_to_the_reader(city, desk):
    door = desk("dispatcher")
    for name, narrow in (("未结", {"open": True}), ("已结", {"open": False}), ("一号", {"text": "井盖 1"})):
        assert keep(door, name, narrow, shared=True).status_code == 201
    for role in ("dispatcher", "acceptor"):
        shown = {view["name"]: view for view in desk(role).get("/views").json()}
        for name, query in (("未结", "open=true"), ("已结", "open=false"), ("一号", "text=井盖 1")):
            assert shown[name]["count"] == desk(role).get(f"/cases?{query}").json()["total"]
    assert {view["name"]: view["count"] for view in door.get("/views").json()} == {
        "未结": 2,
        "已结": 0,
        "一号": 1,
    }
    assert desk("outsider").get("/views").json() == []


def test_the_counts_take_the_same_few_statements_for_one_view_or_ten(
    city, desk, django_assert_max_num_queries
):
    door = desk("dispatcher")
    for n in range(10):
        keep(door, str(n), {"open": True, "state": ["reported"]})
    door.get("/views")
    with django_assert_max_num_queries(6):
        assert {view["count"] for view in door.get("/views").json()} == {2}


def test_a_view_with_an_unknown_filter_or_a_box_that_is_none_is_refused_by_name(city, desk):
    door = desk("dispatcher")
    unknown = keep(door, "a", {"colour": "red"})
    assert (unknown.status_code, unknown.json()["errors"][0]["field"]) == (422, "narrow.colour")
    box = keep(door, "a", {"bbox": "1,2"})
    assert (box.status_code, box.json()["field"]) == (422, "bbox")
    assert door.get("/views").json() == []


def test_only_the_owner_drops_it(city, desk):
    made = keep(desk("dispatcher"), "未结", {"open": True}, shared=True).json()
    assert desk("acceptor").post(f"/views/{made['id']}/removal").status_code == 404
    assert desk("dispatcher").post(f"/views/{made['id']}/removal").status_code == 204
    assert desk("acceptor").get("/views").json() == []


def test_an_area_drawn_with_all_its_corners_is_kept(city, desk):
    steps = [round(121.0 + n / 1000, 5) for n in range(30)]
    ring = [f"{lon:.5f},30.80000" for lon in steps] + [f"{lon:.5f},30.81000" for lon in reversed(steps)]
    area = ";".join(ring)
    kept = desk("dispatcher").post("/views", {"name": "圈", "line": f"圈选:{area}", "narrow": {"area": area}})
    assert kept.status_code == 201
    assert (kept.json()["line"], kept.json()["count"]) == (f"圈选:{area}", 2)
