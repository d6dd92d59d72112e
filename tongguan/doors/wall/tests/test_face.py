# SPDX-License-Identifier: Apache-2.0
"""The wall over HTTP: one request holds it all; who may set its mode and lead it."""

import pytest

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.doors.desk.listening import view
from tongguan.doors.testing import Door
from tongguan.indicators.testing import count
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import ROLES
from tongguan.places.testing import square_city
from tongguan.walls.contracts import COMMANDERS, LEADERS, WATCHERS

pytestmark = pytest.mark.django_db
ZERO = "00000000-0000-7000-8000-000000000000"


@pytest.fixture
def wall(people_cast):
    """Give the wall's door of a role: ``wall("leader")``."""
    square_city()
    catalog.load_standards(PLATFORM)
    return lambda role: Door(user=people_cast.user(role), base="/api/wall")


@pytest.fixture
def case(people_cast, wall):
    """An open case of 江北区."""
    told = {"item_code": "01003", "title": "井盖破损", "text": "", "source": "hotline"}
    new = NewCase(**told, division="990101001001", lon=121.005, lat=30.805)
    (case,) = cases.open_cases(people_cast.acceptor, [new])
    count()
    return case


def holders(people_cast, posts):
    return {role for role in ROLES if getattr(people_cast, role).scope.posts() & set(posts)}


def test_one_request_holds_all_that_a_wall_shows(wall, case):
    shown = wall("leader").get("/state").json()
    assert {one["code"]: one["value"] for one in shown["signs"]}["open_now"] == 1
    (street,) = shown["districts"]
    assert (street["code"], street["name"], street["open"], street["overdue"]) == (
        "990101001",
        "望江街道",
        1,
        0,
    )
    assert [(one["name"], one["title"]) for one in shown["news"]] == [("CaseOpened", "井盖破损")]
    (spot,) = shown["points"]
    assert (spot["id"], spot["lon"], spot["mark"], spot["title"], spot["n"]) == (
        str(case.id), 121.005, "calm", "井盖破损", 1,
    )  # fmt: skip
    none = {"1": 0, "2": 0, "3": 0, "4": 0}
    assert shown["alarms"] == {"connected": False, "rows": [], "by_grade": none, "suggested": ""}
    assert (shown["mode"]["mode"], shown["mode"]["at"], shown["led"]) == ("daily", None, None)
    assert shown["stream"]["ticket"]
    assert shown["csrf"]


@pytest.mark.parametrize(
    ("method", "path", "body", "posts", "status"),
    [
        ("get", "/state", None, WATCHERS, 200),
        ("get", "/follow", None, WATCHERS, 200),
        ("post", "/mode", {"mode": "warning", "reason": "暴雨橙色预警"}, COMMANDERS, 200),
        ("post", "/follow", {"case_id": ZERO}, LEADERS, 404),
        ("post", "/follow/end", {}, LEADERS, 409),
    ],
)
def test_every_role_gets_what_its_post_allows(people_cast, wall, method, path, body, posts, status):
    may = holders(people_cast, posts)
    for role in ROLES:
        door = wall(role)
        answer = door.get(path) if method == "get" else door.post(path, body)
        assert answer.status_code == (status if role in may else 403), role
    stranger = Door(base="/api/wall")
    answer = stranger.get(path) if method == "get" else stranger.post(path, body)
    assert answer.status_code in {401, 403}


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("/mode", {"mode": "red", "reason": "因为"}, "mode"),
        ("/mode", {"mode": "warning", "reason": ""}, "reason"),
        ("/mode", {"mode": "warning", "reason": "好\x07"}, "reason"),
        ("/mode", {"mode": "warning"}, "reason"),
        ("/follow", {"case_id": "none"}, "case_id"),
        ("/follow", {"case_id": ZERO, "note": "长" * 201}, "note"),
    ],
)
def test_bad_input_names_its_field(wall, path, body, field):
    answer = wall("duty_chief").post(path, body)
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["field"] == field


def test_a_case_pushed_by_the_desk_is_on_the_centres_walls_with_where_it_lies(wall, case):
    wall("dispatcher").post("/follow", {"case_id": str(case.id), "note": "请看现场"})
    led = wall("leader").get("/follow").json()["led"]
    assert (led["case"]["title"], led["case"]["lon"], led["note"]) == ("井盖破损", 121.005, "请看现场")
    assert wall("city_chief").get("/follow").json() == {"led": None}
    assert wall("duty_chief").post("/follow/end").json() == {"led": None}


def test_the_stream_tells_walls_of_their_own_divisions_only(people_cast):
    leader, city, handler = (
        view(getattr(people_cast, role), frozenset()) for role in ("leader", "city_chief", "handler")
    )
    told = {"mode": "warning"}
    assert leader("WallModeSet", "990101", told)
    assert city("WallModeSet", "990101", told)
    assert not leader("WallModeSet", "9901", told)
    assert not leader("WallModeSet", "990102", told)
    assert not handler("WallModeSet", "990101", told)
