# SPDX-License-Identifier: Apache-2.0
"""Layers of the map at the desk's door: GeoJSON, scope, and what is said to bad questions."""

import json

import pytest

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.kernel.geometry import cell_of
from tongguan.layers.api import import_layer
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import COMMUNITY, OTHER_COMMUNITY
from tongguan.places.testing import named_place, square_city
from tongguan.things.models import Component


@pytest.fixture
def two_cases(people_cast):
    told = {"item_code": "01003", "text": "破了", "source": "hotline"}
    new = [
        NewCase(**told, title="江北井盖", division=COMMUNITY, hub="990101", lon=121.2, lat=31.0),
        NewCase(**told, title="江南井盖", division=OTHER_COMMUNITY, hub="990102", lon=121.3, lat=30.9),
    ]
    return cases.open_cases(people_cast.city_dispatcher, new)


def test_each_sees_the_points_of_the_own_scope(two_cases, desk) -> None:
    def titles(role: str) -> list[str]:
        told = desk(role).get("/map/cases").json()
        assert told["type"] == "FeatureCollection"
        assert told["whole"]
        return sorted(one["properties"]["title"] for one in told["features"])

    assert titles("acceptor") == ["江北井盖"]
    assert titles("outsider") == ["江南井盖"]
    assert titles("city_chief") == ["江北井盖", "江南井盖"]
    assert titles("department") == titles("collector") == titles("sysadmin") == []


def test_the_map_takes_the_lists_own_filters(two_cases, desk) -> None:
    chief = desk("city_chief")
    for query in (
        "division=990101",
        "area=121.1,30.95;121.25,30.95;121.25,31.1",
        "bbox=121.1,30.95,121.25,31.1",
        "text=江北",
    ):
        (point,) = chief.get(f"/map/cases?{query}").json()["features"]
        assert (point["id"], point["geometry"]) == (
            str(two_cases[0].id),
            {"type": "Point", "coordinates": [121.2, 31.0]},
        )
        assert [row["title"] for row in chief.get(f"/cases?{query}").json()["rows"]] == ["江北井盖"]
    assert chief.get("/map/cases?open=false").json()["features"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("area=121,31;122,31", "area"),
        ("area=here", "area"),
        ("area=121,31;122,31;500,31", "area"),
        ("area=121,31,9;122,31;122,32", "area"),
        ("area=nan,31;122,31;122,32", "area"),
        ("view=1,2,3", "view"),
        ("bbox=9,9,1,1", "bbox"),
        ("zoom=nan", "zoom"),
        ("zoom=99", "zoom"),
    ],
)
def test_a_bad_question_is_told_which_word_is_bad(desk, query, field) -> None:
    answer = desk("acceptor").get(f"/map/cases?{query}")
    assert answer.status_code == 422
    assert field in {one["field"] for one in answer.json()["errors"]}


def test_a_stranger_sees_no_layer(client) -> None:
    assert client.get("/api/desk/map/cases").status_code == 401


def test_own_layers_grids_and_components_come_within_scope(people_cast, desk, tmp_path) -> None:
    square_city()
    file = tmp_path / "own.geojson"
    points = {"北": [121.005, 30.805], "南": [121.035, 30.805]}
    features = [
        {"type": "Feature", "properties": {"name": n}, "geometry": {"type": "Point", "coordinates": at}}
        for n, at in points.items()
    ]
    file.write_text(json.dumps({"type": "FeatureCollection", "features": features}), encoding="utf-8")
    import_layer(PLATFORM, file, name="消火栓", crs="WGS84", colour="#c0271a")
    acceptor, outsider = desk("acceptor"), desk("outsider")
    (layer,) = acceptor.get("/map/layers").json()
    assert (layer["name"], layer["colour"], layer["features"]) == ("消火栓", "#c0271a", 1)
    (mine,) = acceptor.get(f"/map/layers/{layer['id']}").json()["features"]
    assert (mine["properties"]["title"], mine["geometry"]["coordinates"]) == ("北", points["北"])
    (theirs,) = outsider.get(f"/map/layers/{layer['id']}").json()["features"]
    assert theirs["properties"]["title"] == "南"
    assert desk("citizen").get(f"/map/layers/{layer['id']}").status_code == 404
    grids = acceptor.get("/map/grids?view=120,30,122,32").json()["features"]
    assert [one["id"][:6] for one in grids] == ["990101"] * 4
    assert acceptor.get("/map/grids?view=1,2").status_code == 422
    assert acceptor.get("/map/layers/999999").status_code == 404


def test_components_are_those_of_the_own_divisions(people_cast, desk) -> None:
    square_city()
    spots = {"99010101020000001": (121.005, 30.805), "99010201020000001": (121.035, 30.805)}
    Component.objects.bulk_create(
        Component(
            code=code, class_code="01020", name="井盖", division=f"{code[:6]}001001", lon=x, lat=y,
            cell=cell_of(x, y),
        )
        for code, (x, y) in spots.items()
    )  # fmt: skip
    (mine,) = desk("acceptor").get("/map/components").json()["features"]
    assert mine["id"] == "99010101020000001"
    assert len(desk("city_chief").get("/map/components?class_code=0102").json()["features"]) == 2
    assert desk("city_chief").get("/map/components?class_code=02").json()["features"] == []


def test_a_point_is_told_by_community_grid_and_what_is_near_in_the_own_divisions(people_cast, desk) -> None:
    square_city()
    named_place("望江路 12 号", lon=121.0051, lat=30.8051, kind="address")
    named_place("江南驿站", division=OTHER_COMMUNITY, lon=121.0052, lat=30.8051)
    acceptor = desk("acceptor")
    here = acceptor.get("/map/place?lon=121.005&lat=30.805").json()
    assert here["division"] == COMMUNITY
    assert here["division_name"].endswith("翠园社区")
    assert here["grid"] == f"{COMMUNITY}001"
    ((name, metres),) = [(one["name"], one["metres"]) for one in here["near"]]
    assert name == "望江路 12 号"
    assert 10 < metres < 20
    assert acceptor.get("/map/place?lon=0&lat=0").json() == {
        "division": "", "division_name": "", "grid": "", "near": [],
    }  # fmt: skip
    for query, field in (("lon=999&lat=30", "lon"), ("lon=121&lat=nan", "lat"), ("lon=121", "lat")):
        answer = acceptor.get(f"/map/place?{query}")
        assert (answer.status_code, answer.json()["field"]) == (422, field)
