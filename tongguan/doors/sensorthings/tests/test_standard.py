# SPDX-License-Identifier: Apache-2.0
"""The conformance classes of OGC 18-088 told as stories, with examples of our own after its clauses."""

from urllib.parse import unquote

import pytest

from tongguan.doors.sensorthings.tests.asked import ROOT, Door, stream, thing
from tongguan.people import api as people
from tongguan.runtime.testing import audited
from tongguan.sensors.models import Datastream, Location, Refused, Thing

pytestmark = pytest.mark.django_db
PLACE = {"name": "x", "description": "", "encodingType": "application/geo+json"}
BARE = {"name": "A", "description": ""}


@pytest.fixture
def door(token):
    return Door(token)


@pytest.fixture
def well(door):
    """A thing told as deep as it goes, with five observations; its number and its stream's."""
    made = door.post("Things", thing())
    (one,) = door.get(f"Things({made['@iot.id']})/Datastreams")["value"]
    for n, value in enumerate([5, 15, 25, 35, 45]):
        door.post(
            f"Datastreams({one['@iot.id']})/Observations",
            {"phenomenonTime": f"2026-05-01T0{n}:00:00.000Z", "result": value},
        )
    return made["@iot.id"], one["@iot.id"]


def names(answer):
    return [one["name"] for one in answer["value"]]


def test_the_root_names_all_collections_and_what_is_conformed_to(door):
    found = door.get("")
    assert [one["name"] for one in found["value"]] == [
        "Things", "Locations", "HistoricalLocations", "Datastreams", "Sensors", "ObservedProperties",
        "FeaturesOfInterest", "Observations",
    ]  # fmt: skip
    assert found["value"][0]["url"] == f"http://testserver{ROOT}/Things"
    assert len(found["serverSettings"]["conformance"]) == 6


def test_a_thing_told_with_all_that_belongs_to_it_is_one_act(door, well):
    number, one = well
    assert (Thing.objects.count(), Datastream.objects.count(), Location.objects.count()) == (1, 1, 1)
    row = Datastream.objects.select_related("thing").get()
    assert (row.unit, row.thing.code, row.thing.division) == ("%{LEL}", "W-1", "990101001001")
    found = door.get(f"Things({number})")
    assert found == {
        "@iot.id": number,
        "@iot.selfLink": f"http://testserver{ROOT}/Things({number})",
        "name": "一号井",
        "description": "thing 1",
        "properties": {"reference": "first", "code": "W-1", "division": "990101001001", "active": True},
        "Locations@iot.navigationLink": f"http://testserver{ROOT}/Things({number})/Locations",
        "HistoricalLocations@iot.navigationLink": f"http://testserver{ROOT}/Things({number})/HistoricalLocations",
        "Datastreams@iot.navigationLink": f"http://testserver{ROOT}/Things({number})/Datastreams",
    }
    told = door.get(f"Datastreams({one})")
    assert told["unitOfMeasurement"] == stream()["unitOfMeasurement"]
    assert told["observedArea"] == {"type": "Point", "coordinates": [121.005, 30.805]}
    assert audited("sensors.create_thing")[-1].detail["name"] == "一号井"


TOLD = {"phenomenonTime": "2026-05-01T00:00:00Z", "result": 1}


@pytest.mark.parametrize(
    ("bad", "field"),
    [
        (stream(Sensor={"name": "half"}), "Datastreams[1].Sensor.description"),
        (stream(ObservedProperty=7), "Datastreams[1].ObservedProperty"),
        (stream(unitOfMeasurement=None), "Datastreams[1].unitOfMeasurement"),
        (stream(Observations=[TOLD, {**TOLD, "result": "x"}]), "Datastreams[1].Observations[1].result"),
        (stream(properties={"active": False}, Observations=[TOLD]), "Datastream"),
    ],
)  # fmt: skip
def test_a_deep_insert_that_fails_within_leaves_nothing_and_names_what_failed(door, bad, field):
    answer = door.post("Things", thing(Datastreams=[stream(), bad]), 400)
    assert (answer["field"], answer["status"]) == (field, 400)
    assert (Thing.objects.count(), Datastream.objects.count(), Location.objects.count()) == (0, 0, 0)
    assert door.get("Observations?$count=true")["@iot.count"] == 0


def test_paths_lead_along_relations_to_attributes_and_plain_values(door, well):
    number, one = well
    assert door.get(f"Things({number})/name") == {"name": "一号井"}
    plain = door.client.get(f"{ROOT}/Things({number})/name/$value", headers=door.headers)
    assert (plain.content.decode(), plain["content-type"]) == ("一号井", "text/plain; charset=utf-8")
    assert door.get(f"Things({number})/properties/reference") == {"reference": "first"}
    assert door.get(f"Datastreams({one})/Thing/Locations")["value"][0]["name"] == "location 1"
    assert door.get(f"Datastreams({one})/Sensor/$ref") == {
        "@iot.selfLink": door.get(f"Datastreams({one})/Sensor")["@iot.selfLink"]
    }
    latest = f"Observations('{one}-1777608000000')"
    assert door.get(f"{latest}/result") == {"result": 45}
    assert door.get(f"{latest}/Datastream/Thing/name") == {"name": "一号井"}
    assert door.get(f"{latest}/FeatureOfInterest")["feature"]["coordinates"] == [121.005, 30.805]
    feature = door.get(f"{latest}/FeatureOfInterest")["@iot.id"]
    assert len(door.get(f"FeaturesOfInterest({feature})/Observations")["value"]) == 5
    for nowhere in (
        "Things(999)",
        f"Things({number})/Datastreams(999)",
        "Things(999)/Datastreams",
        "Observations('1-1')",
        "Foo",
        f"Things({number})/Sensors",
    ):
        door.get(nowhere, 404)


@pytest.mark.parametrize(
    ("where", "found"),
    [
        ("name eq '一号井'", 1),
        ("name ne '一号井'", 0),
        ("not (name eq '一号井')", 0),
        ("startswith(name,'一号') and endswith(name,'井')", 1),
        ("startswith(description,'THING')", 0),
        ("substringof('hin', description) eq true", 1),
        ("contains(description,'%')", 0),
        ("tolower(concat(description,'X')) eq 'thing 1x'", 1),
        ("length(name) add 1 eq 4 and indexof(description,'1') eq 6", 1),
        ("substring(description,0,5) eq 'thing'", 1),
        ("trim(toupper(description)) eq 'THING 1'", 1),
        ("properties/reference eq 'first'", 1),
        ("properties/reference eq 'second' or properties/code eq 'W-1'", 1),
        ("properties/missing eq null", 1),
        ("id gt 0 and id mul 2 ge id", 1),
        ("Locations/name eq 'location 1'", 1),
        ("Datastreams/ObservedProperty/name eq 'Combustible gas'", 1),
        ("Datastreams/unitOfMeasurement/symbol eq '%LEL'", 1),
        ("Datastreams/Sensor/metadata eq 'http://example.org/sensor.pdf'", 1),
        ("st_within(Locations/location, geography'POLYGON((121 30,122 30,122 31,121 31,121 30))')", 1),
        ("st_contains(geography'POLYGON((0 0,1 0,1 1,0 1,0 0))', Locations/location)", 0),
        ("geo.distance(Locations/location, geography'POINT(121.005 30.806)') lt 0.0011", 1),
        ("geo.distance(Locations/location, geography'POINT(121.005 30.806)') lt 0.0009", 0),
        ("st_equals(Locations/location, geography'POINT(121.005 30.805)') eq false", 0),
        ("HistoricalLocations/time lt now()", 1),
        ("year(HistoricalLocations/time) ge 2020", 1),
    ],
)  # fmt: skip
def test_things_are_found_by_what_the_grammar_says(door, where, found):
    door.post("Things", thing())
    assert len(door.get(f"Things?$filter={where}")["value"]) == found


@pytest.mark.parametrize(
    "asked",
    [
        "Things?$filter=nothing eq 1", "Things?$filter=name", "Things?$filter=name eq 5",
        "Things?$filter=name gt",
        "Things?$filter=Locations eq 1", "Things?$filter=round(name) eq 1", "Things?$filter=year(name) eq 1",
        "Things?$filter=Locations/location eq 'x'", "Things?$filter=st_within(name, geography'POINT(1 1)')",
        "Things?$filter=st_within(Locations/location, geography'POINT(')", "Things?$expand=Nothing",
        "Things?$select=nothing", "Things?$orderby=nothing", "Things?$orderby=Locations/location",
        "Things?$top=x",
        "Things?$what=1", "Observations?$filter=result eq 'x'", "Observations?$expand=Nothing",
        "Observations?$orderby=Datastream/id", "Observations?$filter=Datastream/id eq 1 or result gt 5",
        "Observations?$filter=Datastream/nothing eq 1",
    ],
)  # fmt: skip
def test_what_is_not_understood_is_told_with_its_option(door, well, asked):
    answer = door.get(asked, 400)
    assert answer["field"].startswith("$")


def test_pages_are_ordered_counted_and_linked(door):
    for n in range(5):
        door.post("Things", {"name": f"t{n}", "description": str(n % 2), "properties": {"n": n}})
    found = door.get("Things?$count=true&$top=2&$skip=1&$orderby=description desc,name desc&$select=name,id")
    assert (found["@iot.count"], names(found)) == (5, ["t1", "t4"])
    assert set(found["value"][0]) == {"@iot.id", "name"}
    following = door.get(unquote(found["@iot.nextLink"]).partition("v1.1/")[2])
    assert names(following) == ["t2", "t0"]
    assert "@iot.nextLink" not in following
    assert names(door.get("Things?$orderby=properties/n desc&$top=1")) == ["t4"]
    assert door.get("Things?$top=0&$count=true") == {"@iot.count": 5, "value": []}
    refs = door.get("Things/$ref?$top=1")["value"]
    assert list(refs[0]) == ["@iot.selfLink"]


def test_expansions_bring_relations_along_in_few_statements(door, well, django_assert_max_num_queries):
    _, one = well
    for n in range(2, 8):
        door.post("Things", thing(name=f"井{n}", properties={"code": f"W-{n}"}))
    asked = (
        "Things?$expand=Datastreams($expand=ObservedProperty,Sensor,"
        "Observations($top=1;$orderby=phenomenonTime desc);"
        "$count=true),Locations($select=name),HistoricalLocations&$orderby=id"
    )
    with django_assert_max_num_queries(20):
        found = door.get(asked)
    first = found["value"][0]
    (told,) = first["Datastreams"]
    assert (told["ObservedProperty"]["name"], told["Sensor"]["name"]) == ("Combustible gas", "sensor 1")
    assert [reading["result"] for reading in told["Observations"]] == [45]
    assert told["Observations@iot.nextLink"].endswith(f"Datastreams({one})/Observations?$top=1&$skip=1")
    assert first["Locations"] == [{"name": "location 1"}]
    assert (first["Datastreams@iot.count"], len(first["HistoricalLocations"])) == (1, 1)
    assert "Datastreams@iot.navigationLink" not in first
    assert found["value"][3]["Datastreams"][0]["Observations"] == []
    deep = door.get(f"Datastreams({one})/Observations?$expand=Datastream/Thing,FeatureOfInterest&$top=1")[
        "value"
    ][0]
    assert deep["Datastream"]["Thing"]["name"] == "一号井"
    assert deep["FeatureOfInterest"]["encodingType"] == "application/geo+json"


@pytest.mark.parametrize(
    ("asked", "results"),
    [
        ("", [45, 35, 25, 15, 5]),
        ("?$orderby=phenomenonTime asc", [5, 15, 25, 35, 45]),
        ("?$top=2&$skip=1", [35, 25]),
        ("?$orderby=result asc&$top=2", [5, 15]),
        ("?$filter=result gt 10 and result lt 40", [35, 25, 15]),
        ("?$filter=phenomenonTime gt 2026-05-01T00:30:00Z and resultTime le 2026-05-01T02:00:00Z", [25, 15]),
        ("?$filter=phenomenonTime eq 2026-05-01T02:00:00Z", [25]),
        ("?$filter=hour(phenomenonTime) eq 3 or result eq 5", [35, 5]),
        ("?$filter=phenomenonTime gt 2030-01-01T00:00:00Z", []),
    ],
)  # fmt: skip
def test_observations_are_read_from_the_store_as_asked(door, well, asked, results):
    _, one = well
    assert [row["result"] for row in door.get(f"Datastreams({one})/Observations{asked}")["value"]] == results


def test_observations_of_all_streams_are_narrowed_by_their_stream(door, well):
    _, one = well
    other = door.post("Things", thing(properties={"code": "W-2"}))
    second = door.get(f"Things({other['@iot.id']})/Datastreams")["value"][0]["@iot.id"]
    door.post(
        "Observations",
        {"phenomenonTime": "2026-05-01T09:00:00Z", "result": 99, "Datastream": {"@iot.id": second}},
    )
    found = door.get("Observations?$filter=Datastream/Thing/properties/code eq 'W-2'&$count=true")
    assert ([row["result"] for row in found["value"]], found["@iot.count"]) == ([99], 1)
    assert door.get("Observations?$top=1")["value"][0]["result"] == 99
    arrays = door.get(f"Datastreams({one})/Observations?$resultFormat=dataArray&$top=2")["value"]
    assert [row[3] for row in arrays[0]["dataArray"]] == [45, 35]
    assert arrays[0]["components"] == ["id", "phenomenonTime", "resultTime", "result"]


def test_data_arrays_are_taken_row_by_row_and_bad_rows_are_kept(door, well):
    _, one = well
    answer = door.post(
        "CreateObservations",
        [
            {
                "Datastream": {"@iot.id": one},
                "components": ["phenomenonTime", "result"],
                "dataArray": [["2026-05-02T00:00:00Z", 1], ["never", 2], ["2026-05-02T02:00:00Z", "viel"]],
            }
        ],
    )
    assert answer == [f"http://testserver{ROOT}/Observations('{one}-1777680000000')", "error", "error"]
    assert list(Refused.objects.order_by("place").values_list("place", "field")) == [
        (1, "phenomenonTime"), (2, "result"),
    ]  # fmt: skip


def test_entities_are_altered_replaced_and_taken_away(door, well):
    number, one = well
    door.send("PATCH", f"Things({number})", {"name": "改名", "colour": "red"}, 200)
    found = door.get(f"Things({number})")
    assert (found["name"], found["description"]) == ("改名", "thing 1")
    assert (found["properties"]["colour"], found["properties"]["reference"]) == ("red", "first")
    door.send("PUT", f"Things({number})", {"name": "新", "description": "新", "properties": {"a": 1}}, 200)
    assert door.get(f"Things({number})")["properties"] == {
        "a": 1, "code": "W-1", "division": "990101001001", "active": True,
    }  # fmt: skip
    answer = door.send("PATCH", f"Datastreams({one})", {"properties": {"low": 5, "high": 1}}, 400).json()
    assert answer["field"] == "high"
    door.send("PATCH", f"Datastreams({one})", {"properties": {"low": 0, "high": 100, "every": 60}}, 200)
    assert Datastream.objects.get(pk=one).every == 60
    door.send("DELETE", f"Things({number})", None, 200)
    door.get(f"Datastreams({one})", 404)
    assert audited("sensors.remove_thing")[-1].detail["name"] == "新"


def test_a_thing_that_moves_is_told_by_a_new_location_and_keeps_its_history(door, well):
    number, _ = well
    place = {
        "name": "新位",
        "description": "对岸",
        "encodingType": "application/geo+json",
        "location": {"type": "Point", "coordinates": [121.025, 30.805]},
    }
    door.post(f"Things({number})/Locations", place)
    assert door.get(f"Things({number})/Locations")["value"][0]["name"] == "新位"
    assert Thing.objects.get().division.startswith("990102")
    history = door.get(f"Things({number})/HistoricalLocations?$expand=Locations&$orderby=id")["value"]
    assert [one["Locations"][0]["name"] for one in history] == ["location 1", "新位"]


def test_readings_are_never_altered(door, well):
    _, one = well
    for method in ("PATCH", "PUT", "DELETE"):
        answer = door.send(method, f"Observations('{one}-1777608000000')", {"result": 1}, 405)
        assert answer.json()["code"] == "observations.append_only"


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("Things", {"name": "x"}, "description"),
        ("Things", [], "body"),
        ("Things", {"name": 5, "description": ""}, "name"),
        ("Things", {"name": "x", "description": "", "properties": []}, "properties"),
        ("Locations", PLACE | {"location": {"type": "Point", "coordinates": [999, 0]}}, "location"),
        ("Locations", PLACE | {"location": 5}, "location"),
        ("Datastreams", stream(), "Thing"),
        ("Datastreams", stream(Thing={"@iot.id": "x"}), "Thing"),
        ("Observations", {"result": 1}, "Datastream"),
        ("Observations", {"Datastream": {"@iot.id": 1}}, "result"),
        ("Observations", {"Datastream": {"@iot.id": 1}, "result": "much"}, "result"),
        ("Observations", {"Datastream": {"@iot.id": 1}, "result": 1, "parameters": {"a": 1}}, "parameters"),
        ("HistoricalLocations", {"time": "never", "Thing": {"@iot.id": 1}, "Locations": []}, "time"),
    ],
)  # fmt: skip
def test_a_body_that_lacks_something_is_refused_by_field(door, path, body, field):
    assert door.post(path, body, 400)["field"] == field


def test_what_is_pointed_at_must_be_there(door):
    door.post("Datastreams", stream(Thing={"@iot.id": 999}), 404)
    door.post("Observations", {"Datastream": {"@iot.id": 999}, "result": 1}, 404)
    door.post("Things(999)/Datastreams", stream(), 404)
    door.post("Nothings", {}, 404)


def test_a_system_sees_and_writes_its_divisions_only(door, well, people_cast):
    number, one = well
    south = Door(
        people.issue_token(
            people_cast.secadmin, "南", ("sensors:read", "sensors:write", "readings:write"), "990102"
        )
    )
    assert south.get("Things")["value"] == south.get("Observations")["value"] == []
    assert south.get("ObservedProperties?$filter=Datastreams/Thing/name eq '一号井'")["value"] == []
    assert len(door.get("ObservedProperties?$filter=Datastreams/Thing/name eq '一号井'")["value"]) == 1
    assert south.get("ObservedProperties?$expand=Datastreams")["value"][0]["Datastreams"] == []
    for path in (
        f"Things({number})",
        f"Datastreams({one})/Observations",
        f"Observations('{one}-1777608000000')",
    ):
        south.get(path, 404)
    south.send("PATCH", f"Things({number})", {"name": "x"}, 404)
    south.post("Observations", {"result": 1, "Datastream": {"@iot.id": one}}, 404)
    assert south.post("Things", thing(properties={"code": "W-9"}), 400)["field"] == "Locations[0].division"
    reader = Door(people.issue_token(people_cast.secadmin, "读", ("sensors:read",), "9901"))
    assert reader.post("Things", thing(), 403)["code"] == "token.scope"
    reader.post("Observations", {"result": 1, "Datastream": {"@iot.id": one}}, 403)
    Door("tg_none").get("Things", 401)


def test_a_batch_does_groups_wholly_or_not_and_knows_what_it_made(door):
    reading = {"result": 7, "phenomenonTime": "2026-05-01T00:00:00Z"}
    whole, half = {"atomicityGroup": "g", "method": "post"}, {"atomicityGroup": "h", "method": "post"}
    parts = [
        {"id": "a", **whole, "url": "Things", "body": BARE},
        {"id": "b", **whole, "url": "Datastreams", "body": stream(Thing={"@iot.id": "$a"})},
        {"id": "c", "method": "post", "url": "$b/Observations", "body": reading},
        {"id": "d", "method": "get", "url": f"{ROOT}/Things?$select=name"},
        {"id": "e", **half, "url": "Things", "body": BARE},
        {"id": "f", **half, "url": "Things", "body": {"name": "F"}},
        {"id": "g", "method": "dance", "url": "Things"},
    ]
    found = {one["id"]: one for one in door.post("$batch", {"requests": parts}, 200)["responses"]}
    assert {key: one["status"] for key, one in found.items()} == {
        "a": 201, "b": 201, "c": 201, "d": 200, "e": 424, "f": 400, "g": 400,
    }  # fmt: skip
    assert [one["name"] for one in found["d"]["body"]["value"]] == ["A"]
    assert found["f"]["body"]["field"] == "description"
    assert [one.name for one in Thing.objects.all()] == ["A"]
    assert door.get("Observations")["value"][0]["result"] == 7
    assert door.post("$batch", {"requests": 5}, 400)["field"] == "requests"
