# SPDX-License-Identifier: Apache-2.0
"""The requirements of OGC 18-088 one after the other, by their names, with payloads of our own.

What holds and what does not stands in docs/how-to/sensorthings.md: the table there names these requirements.
"""

import re
from pathlib import Path

import pytest

from tongguan.doors.sensorthings.tests.asked import ROOT, Door, stream, thing

pytestmark = pytest.mark.django_db
TABLE = Path(__file__).resolve().parents[4] / "docs" / "how-to" / "sensorthings.md"
PROVED: set[str] = set()
POINT = {"type": "Point", "coordinates": [121.005, 30.805]}
PLACE = {"name": "岸", "description": "", "encodingType": "application/geo+json", "location": POINT}
FEATURE = {"name": "河段", "description": "", "encodingType": "application/geo+json", "feature": POINT}
#: The attributes a stored entity shows and the relations it leads along, by its collection.
MODEL = {
    "Things": ({"name", "description", "properties"}, {"Locations", "HistoricalLocations", "Datastreams"}),
    "Locations": (
        {"name", "description", "encodingType", "location", "properties"},
        {"Things", "HistoricalLocations"},
    ),
    "HistoricalLocations": ({"time"}, {"Thing", "Locations"}),
    "Datastreams": (
        {"name", "description", "unitOfMeasurement", "observationType", "observedArea", "properties"},
        {"Thing", "Sensor", "ObservedProperty", "Observations"},
    ),
    "Sensors": ({"name", "description", "encodingType", "metadata", "properties"}, {"Datastreams"}),
    "ObservedProperties": ({"name", "definition", "description", "properties"}, {"Datastreams"}),
    "FeaturesOfInterest": (
        {"name", "description", "encodingType", "feature", "properties"},
        {"Observations"},
    ),
    "Observations": ({"phenomenonTime", "resultTime", "result"}, {"Datastream", "FeatureOfInterest"}),
}  # fmt: skip
NAMED = {
    "Things": "thing", "Locations": "location", "HistoricalLocations": "historical-location",
    "Datastreams": "datastream", "Sensors": "sensor", "ObservedProperties": "observed-property",
    "FeaturesOfInterest": "feature-of-interest", "Observations": "observation",
}  # fmt: skip
MODELLED = [f"datamodel/{name}/{part}" for name in NAMED.values() for part in ("properties", "relations")]


def proves(*requirements):
    """Say which requirements a test goes through."""
    PROVED.update(requirements)
    return lambda test: test


@pytest.fixture
def door(token):
    return Door(token)


@pytest.fixture
def well(door):
    """A thing told deep with three observations: its number and its stream's."""
    told = [
        {"phenomenonTime": f"2026-05-01T0{n}:30:15.250Z", "result": value}
        for n, value in enumerate([5.5, 15, 25])
    ]
    made = door.post("Things", thing(Datastreams=[stream(Observations=told)]))
    return made["@iot.id"], door.get("Datastreams")["value"][0]["@iot.id"]


@proves("datamodel/entity-control-information/common-control-information", *MODELLED)
def test_every_entity_has_its_attributes_relations_and_control_information(door, well):
    for plural, (attributes, relations) in MODEL.items():
        one = door.get(f"{plural}?$top=1")["value"][0]
        assert attributes <= set(one), plural
        assert one["@iot.selfLink"].startswith(f"http://testserver{ROOT}/{plural}("), plural
        assert {f"{name}@iot.navigationLink" for name in relations} <= set(one), plural
        for name in relations:
            path = one[f"{name}@iot.navigationLink"].partition("v1.1/")[2]
            found = door.get(path)
            assert "@iot.id" in (found["value"][0] if "value" in found else found), (plural, name)


@proves("resource-path/resource-path-to-entities")
def test_addresses_lead_to_collections_entities_attributes_values_and_references(door, well):
    number, one = well
    assert [row["@iot.id"] for row in door.get("Things")["value"]] == [number]
    assert door.get(f"Things({number})/name") == {"name": "一号井"}
    assert door.client.get(f"{ROOT}/Things({number})/name/$value", headers=door.headers).content.decode() == (
        "一号井"
    )
    assert door.get(f"Things({number})/Datastreams({one})/Sensor/name") == {"name": "sensor 1"}
    assert list(door.get(f"Things({number})/Datastreams/$ref")["value"][0]) == ["@iot.selfLink"]


@proves(
    "request-data/order", "request-data/orderby", "request-data/select", "request-data/expand",
    "request-data/top", "request-data/skip", "request-data/count", "request-data/filter",
    "request-data/pagination",
)  # fmt: skip
def test_options_are_taken_in_the_order_of_the_standard(door):
    for n in range(6):
        door.post("Things", {"name": f"t{n}", "description": "甲" if n % 2 else "乙", "Locations": [PLACE]})
    found = door.get(
        "Things?$top=2&$skip=1&$count=true&$orderby=name desc&$filter=description eq '甲'"
        "&$select=name&$expand=Locations($select=name)"
    )
    assert found["@iot.count"] == 3  # counted after the filter, before the page
    assert found["value"] == [{"name": name, "Locations": [{"name": "岸"}]} for name in ("t3", "t1")]
    assert "@iot.nextLink" not in found
    first = door.get("Things?$top=4&$orderby=name")
    following = first["@iot.nextLink"].partition("v1.1/")[2]
    assert [one["name"] for one in door.get(following.replace("%24", "$"))["value"]] == ["t4", "t5"]


@proves("request-data/status-code", "request-data/query-status-code")
def test_what_is_not_there_and_what_is_not_understood_have_their_codes(door, well):
    for path, status in (
        ("Things(9999)", 404),
        ("Nothings", 404),
        ("Things?$filter=name eq", 400),
        ("Things?$nothing=1", 400),
        ("Things?$top=-1", 400),
    ):
        door.get(path, status)


OPERATIONS = (
    "result eq 5.5", "result ne 15 and result ne 25", "not (result ge 15)", "result lt 15", "result le 5.5",
    "15 gt result", "result add 1 eq 6.5", "result sub 0.5 eq 5", "result mul 2 eq 11", "result div 5.5 eq 1",
    "result mod 5 eq 0.5", "result eq 5.5 or result eq 999",
)  # fmt: skip


@proves("request-data/built-in-filter-operations")
def test_every_operation_of_the_filter_finds_what_it_means(door, well):
    for where in OPERATIONS:
        found = door.get(f"Datastreams({well[1]})/Observations?$filter={where}")["value"]
        assert [one["result"] for one in found] == [5.5], where


ON_OBSERVATIONS = (
    "year(phenomenonTime) eq 2026", "month(phenomenonTime) eq 5", "day(phenomenonTime) eq 1",
    "hour(phenomenonTime) lt 3", "minute(phenomenonTime) eq 30", "second(phenomenonTime) eq 15",
    "fractionalseconds(phenomenonTime) eq 0.25", "date(phenomenonTime) eq 2026-05-01",
    "totaloffsetminutes(phenomenonTime) eq 0", "phenomenonTime lt now()",
    "phenomenonTime gt mindatetime()", "phenomenonTime lt maxdatetime()", "round(result) ge 6",
    "floor(result) ge 5", "ceiling(result) ge 6",
)  # fmt: skip
ON_THINGS = (
    "substringof('hin', description)",
    "endswith(description, '1')",
    "startswith(description, 'thing')",
    "length(description) eq 7",
    "indexof(description, 'ing') eq 2",
    "substring(description, 1) eq 'hing 1'",
    "tolower(description) eq 'thing 1'",
    "toupper(description) eq 'THING 1'",
    "trim(description) eq 'thing 1'",
    "concat(description, '!') eq 'thing 1!'",
    "geo.distance(Locations/location, geography'POINT(121.005 30.806)') lt 0.01",
    "geo.length(Locations/location) eq 0",
    "geo.intersects(Locations/location, geography'POLYGON((121 30,122 30,122 31,121 31,121 30))')",
    "st_equals(Locations/location, geography'POINT(121.005 30.805)')",
    "st_disjoint(Locations/location, geography'POINT(0 0)')",
    "not st_touches(Locations/location, geography'POINT(121.005 30.805)')",
    "st_within(Locations/location, geography'POLYGON((121 30,122 30,122 31,121 31,121 30))')",
    "not st_overlaps(Locations/location, geography'POLYGON((121 30,122 30,122 31,121 31,121 30))')",
    "not st_crosses(Locations/location, geography'LINESTRING(0 0, 1 1)')",
    "st_intersects(Locations/location, geography'POINT(121.005 30.805)')",
    "not st_contains(Locations/location, geography'POINT(0 0)')",
)
#: What the standard names and this door does not know: refused by name, never guessed.
NOT_THERE = (
    "Observations?$filter=time(phenomenonTime) lt 03:00:00",
    "Things?$filter=st_relate(Locations/location, geography'POINT(121 30)', '0FFFFFFF2')",
)


@proves("request-data/built-in-query-functions")
def test_every_function_of_the_filter_finds_what_it_means(door, well):
    for where in ON_OBSERVATIONS:
        assert len(door.get(f"Datastreams({well[1]})/Observations?$filter={where}")["value"]) == 3, where
    for where in ON_THINGS:
        assert len(door.get(f"Things?$filter={where}")["value"]) == 1, where
    for unknown in NOT_THERE:
        door.get(unknown, 400)


@proves(
    "create-update-delete/create-entity", "create-update-delete/link-to-existing-entities",
    "create-update-delete/deep-insert", "create-update-delete/deep-insert-status-code",
)  # fmt: skip
def test_entities_are_made_alone_linked_and_deep(door):
    made = {name: door.post(name, body)["@iot.id"] for name, body in (
        ("Things", {"name": "桥", "description": ""}),
        ("Locations", PLACE),
        ("FeaturesOfInterest", FEATURE),
        ("Sensors", stream()["Sensor"]),
        ("ObservedProperties", stream()["ObservedProperty"]),
    )}  # fmt: skip
    linked = stream(
        Thing={"@iot.id": made["Things"]},
        Sensor={"@iot.id": made["Sensors"]},
        ObservedProperty={"@iot.id": made["ObservedProperties"]},
    )
    answer = door.send("POST", "Datastreams", linked)
    assert answer["Location"] == answer.json()["@iot.selfLink"]
    one = answer.json()["@iot.id"]
    assert door.get(f"Datastreams({one})/Thing/name") == {"name": "桥"}
    reading = door.send("POST", f"Datastreams({one})/Observations", {"result": 3})
    assert door.get(reading["Location"].partition("v1.1/")[2])["result"] == 3
    door.post("Things", thing(Datastreams=[stream(Observations=[{"result": 4}])]))
    assert len(door.get("Datastreams")["value"]) == 2
    door.post("Things", thing(properties={}, Datastreams=[stream(Sensor={"name": "半"})]), 400)
    assert len(door.get("Things")["value"]) == 2


@proves(
    "create-update-delete/update-entity", "create-update-delete/update-entity-put",
    "create-update-delete/update-entity-jsonpatch", "create-update-delete/delete-entity",
)  # fmt: skip
def test_entities_are_changed_in_part_replaced_patched_and_taken_away(door, well):
    number, one = well
    for plural in ("Things", "Locations", "Sensors", "ObservedProperties", "Datastreams"):
        row = door.get(f"{plural}?$top=1")["value"][0]["@iot.id"]
        door.send("PATCH", f"{plural}({row})", {"description": "改"}, 200)
        assert door.get(f"{plural}({row})/description") == {"description": "改"}, plural
    door.send("PUT", f"Things({number})", {"name": "新", "description": "全"}, 200)
    patch = [{"op": "replace", "path": "/name", "value": "补"}]
    door.send("PATCH", f"Things({number})", patch, 200, "application/json-patch+json")
    assert door.get(f"Things({number})?$select=name,description") == {"name": "补", "description": "全"}
    door.send("DELETE", f"Datastreams({one})", None, 200)
    door.get(f"Datastreams({one})", 404)
    door.send("DELETE", f"Things({number})", None, 200)
    assert door.get("HistoricalLocations")["value"] == []  # gone with the thing


@proves("create-update-delete/historical-location-auto-creation")
def test_a_new_place_of_a_thing_leaves_the_old_one_in_its_history(door, well):
    door.post(f"Things({well[0]})/Locations", PLACE)
    found = door.get(f"Things({well[0]})/HistoricalLocations?$expand=Locations&$orderby=time")["value"]
    assert [one["Locations"][0]["name"] for one in found] == ["location 1", "岸"]


@proves("batch-request/batch-request")
def test_a_batch_answers_each_part_under_its_id(door):
    group = {"atomicityGroup": "g", "method": "post"}
    parts = [
        {"id": "1", **group, "url": "Things", "body": {"name": "桥", "description": ""}},
        {"id": "2", **group, "url": "$1/Locations", "body": PLACE},
        {"id": "3", "method": "get", "url": "Things?$expand=Locations&$select=name"},
    ]  # fmt: skip
    found = door.post("$batch", {"requests": parts}, 200)["responses"]
    assert [(one["id"], one["status"]) for one in found] == [("1", 201), ("2", 201), ("3", 200)]
    assert found[2]["body"]["value"][0]["Locations"][0]["name"] == "岸"


@proves("data-array/data-array")
def test_observations_come_and_go_as_data_arrays(door, well):
    _, one = well
    block = {
        "Datastream": {"@iot.id": one},
        "components": ["phenomenonTime", "result"],
        "dataArray@iot.count": 2,
        "dataArray": [["2026-05-02T00:00:00Z", 7], ["2026-05-02T01:00:00Z", "viel"]],
    }
    links = door.post("CreateObservations", [block])
    assert (links[0].startswith("http"), links[1]) == (True, "error")
    (array,) = door.get(f"Datastreams({one})/Observations?$resultFormat=dataArray")["value"]
    assert array["dataArray@iot.count"] == len(array["dataArray"]) == 4
    assert array["dataArray"][0][array["components"].index("result")] == 7


def test_the_root_claims_what_the_table_says_and_the_table_what_is_proved_here(door):
    rows = dict(
        re.findall(r"^\| `([a-z/-]+)` \| (works|partly|not) \|", TABLE.read_text("utf-8"), re.MULTILINE)
    )
    elsewhere = {"create-observations-via-mqtt/observations-creation"}  # gateways and channels
    assert {name for name, state in rows.items() if state != "not"} == PROVED | elsewhere
    for claimed in door.get("")["serverSettings"]["conformance"]:
        part = claimed.partition("/req/")[2]
        assert any(name.startswith(part) for name in PROVED), part
