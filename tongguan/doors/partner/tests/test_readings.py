# SPDX-License-Identifier: Apache-2.0
"""Readings over HTTP: kept when answered, each row judged on its own, nobody else's streams."""

import math

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.doors.testing import Door
from tongguan.kernel.errors import Unavailable
from tongguan.kernel.frames import Quality
from tongguan.people import api as people
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city
from tongguan.sensing import api as sensing
from tongguan.sensing import queries as readings
from tongguan.sensing.testing import owned
from tongguan.sensors import queries as sensors
from tongguan.sensors.testing import declare, told

AT = 1_777_608_000_000
pytestmark = pytest.mark.django_db


@pytest.fixture
def store(db):
    """An owner of readings in this process, and two streams declared."""
    square_city()
    declare(
        told(1, observed="water.water_pressure", external="gw:1", unit="MPa", low=0, high=2),
        told(2, thing="S-1", lon=121.025, division=""),
    )
    with owned() as owner:
        yield owner


@pytest.fixture
def door(store, people_cast):
    """A system of 江北 that sends readings."""
    return Door(people.issue_token(people_cast.secadmin, "网关", ("readings:write",), "990101"))


def number(key="gw:1"):
    return sensors.datastreams_by_key([key])[key].id


def kept(stream=None):
    frame = readings.window([stream or number()], 0, 2**52)
    return list(zip(frame.at.tolist(), frame.value.tolist(), frame.quality.tolist(), strict=True))


def test_readings_are_kept_when_answered_however_the_stream_is_named(door):
    rows = [
        {"stream": number(), "at": AT, "value": 0.3},
        {"key": "gw:1", "at": "2026-05-01T12:00:01+08:00", "value": 0.4},
        {"thing": "W-1", "property": "water.water_pressure", "at": AT + 2000, "value": True},
        {"key": "W-1/water.water_pressure", "at": AT + 3000, "value": "0.5"},
    ]
    answer = door.post("/readings", {"readings": rows})
    assert (answer.status_code, answer.json()) == (
        200,
        {
            "accepted": 4,
            "refused": 0,
            "kept": 4,
            "flagged": 4,
            "again": 0,
            "aside": 0,
            "thinned": 0,
            "answers": [],
        },
    )
    assert [(at - AT, value) for at, value, _ in kept()] == [(0, 0.3), (1000, 0.4), (2000, 1.0), (3000, 0.5)]
    again = door.post("/readings", {"readings": rows}).json()
    assert (again["kept"], again["again"], len(kept())) == (0, 4, 4)


def test_values_are_brought_into_the_streams_unit_or_marked(door):
    rows = [
        {"key": "gw:1", "at": AT, "value": 300, "unit": "kPa"},
        {"key": "gw:1", "at": AT + 1, "value": 3, "unit": "bar"},
        {"key": "gw:1", "at": AT + 2, "value": 0.3, "unit": "MPa"},
        {"key": "gw:1", "at": AT + 3, "value": 21, "unit": "Cel"},
        {"key": "gw:1", "at": AT + 4, "value": None},
        {"key": "gw:1", "at": AT + 5, "value": "NaN", "unit": "kPa"},
    ]
    assert door.post("/readings", {"readings": rows}).json()["refused"] == 0
    found = kept()
    assert [value for _, value, _ in found[:4]] == pytest.approx([0.3, 0.3, 0.3, 21])
    assert [bool(bits & Quality.WRONG_UNIT) for _, _, bits in found] == [False] * 3 + [True] + [False] * 2
    assert all(math.isnan(value) and bits & Quality.NOT_A_NUMBER for _, value, bits in found[4:])


def test_bad_rows_are_answered_by_index_and_kept_the_others_are_taken(door):
    rows = [
        {"key": "gw:1", "at": AT, "value": 0.3},
        {"key": "none", "at": AT, "value": 1},
        {"thing": "S-1", "property": "gas.ch4_conc_lel", "at": AT, "value": 1},
        {"key": "gw:1", "at": "gestern", "value": 1},
        {"key": "gw:1", "at": "2026-05-01T12:00:01", "value": 1},
        {"key": "gw:1", "at": AT, "value": "viel"},
        {"key": "gw:1", "at": AT},
        {"key": 5, "value": 1},
        7,
        {"value": 1, "at": AT},
        {"key": "gw:1", "at": 1e300, "value": 1},
        {"stream": 999, "value": 1},
        {"key": "gw:1", "at": AT + 1, "value": 0.31},
    ]
    answer = door.post("/readings", {"readings": rows}).json()
    assert (answer["accepted"], answer["refused"], answer["kept"]) == (2, 11, 2)
    assert [(one["index"], one["field"], one["code"]) for one in answer["answers"]] == [
        (1, "key", "stream.unknown"),
        (2, "thing", "stream.unknown"),
        (3, "at", "at.form"),
        (4, "at", "at.form"),
        (5, "value", "value.not_a_number"),
        (6, "value", "value.form"),
        (7, "key", "value.form"),
        (8, "", "value.form"),
        (9, "stream", "value.missing"),
        (10, "at", "at.form"),
        (11, "stream", "stream.unknown"),
    ]
    found = sensors.refused(PLATFORM, origin="readings")
    assert sorted(one.place for one in found) == list(range(1, 12))
    assert next(one.raw for one in found if one.place == 5) == (
        '{"value":"viel","at":1777608000000.0,"stream":null,"key":"gw:1","thing":"","property":"","unit":""}'
    )


def test_what_is_wholly_wrong_is_refused_as_such(door, people_cast):
    assert door.post("/readings", {"readings": [7]}).status_code == 422
    assert door.post("/readings", {"readings": []}).json()["accepted"] == 0
    assert door.post("/readings", {"rows": []}).json()["field"] == "readings"
    assert door.post("/readings", b"{").status_code == 400
    assert door.post("/readings", b" ").status_code == 400
    assert door.post("/readings", b"{}", content_type="text/csv").status_code == 415
    many = {"readings": [{"value": 1}] * 100_001}
    assert door.post("/readings", many).json()["code"] == "readings.many"
    assert door.get("/readings").status_code == 405
    assert Door().post("/readings", {"readings": []}).status_code == 401
    other = Door(people.issue_token(people_cast.secadmin, "报", ("reports:write",), "9901"))
    assert other.post("/readings", {"readings": []}).json()["code"] == "token.scope"


def test_a_stream_out_of_use_takes_nothing(door):
    declare(told(1, observed="water.water_pressure", active="否"), given={"thing", "observed", "active"})
    answer = door.post("/readings", {"readings": [{"key": "gw:1", "value": 1}]})
    assert answer.json()["answers"][0]["code"] == "stream.inactive"


def test_a_full_store_says_when_to_come_again(people_cast, db):
    square_city()
    declare(told(1))
    door = Door(people.issue_token(people_cast.secadmin, "网关", ("readings:write",), "990101"))
    # Nobody owns the readings here: the store cannot be reached.
    row = {"thing": "W-1", "property": "gas.ch4_conc_lel", "value": 1}
    answer = door.post("/readings", {"readings": [row]})
    assert (answer.status_code, int(answer["Retry-After"]) >= 1) == (503, True)
    with pytest.raises(Unavailable):
        sensing.readmit([1])


NAMES = ("readings", "key", "stream", "at", "value", "thing", "property", "unit")
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)


@given(
    st.recursive(
        PLAIN | st.text(max_size=8),
        lambda inner: (
            st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
        ),
        max_leaves=12,
    )
)
@settings(max_examples=50, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_no_body_breaks_the_door(door, body):
    for sent in (body, {"readings": [body]}):
        answer = door.post("/readings", sent)
        assert answer.status_code in {200, 400, 422}, answer.content
