# SPDX-License-Identifier: Apache-2.0
"""Devices at the desk: looked up with newest values, their courses, who waits, taken from a file."""

from datetime import timedelta
from io import BytesIO

import pytest

from tongguan.kernel import clock
from tongguan.kernel.frames import Frame, Quality
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city
from tongguan.sensing import api as readings
from tongguan.sensing.testing import owned
from tongguan.sensors import api as sensors
from tongguan.sensors import queries
from tongguan.sensors.testing import declare, told

pytestmark = pytest.mark.django_db
SOUTH = {"lon": 121.205, "lat": 30.805, "division": "990102001001"}


@pytest.fixture
def wells(people_cast):
    """Two wells with methane in the north, the first in a range and every minute; one in the south."""
    square_city()
    sensors.load_properties(PLATFORM)
    declare(
        told(1, low=0, high=100, every=600),
        told(2, thing="W-2", thing_name="二号井", every=600),
        told(3, thing="S-1", thing_name="南井", **SOUTH),
    )
    found = queries.datastreams(PLATFORM).order_by("id")
    return {row.thing.code: row.pk for row in found.select_related("thing")}


def heard(stream, *values, ago_s=30):
    """Have a stream tell values, a minute apart, the last one so long ago."""
    now = round((clock.now() - timedelta(seconds=ago_s)).timestamp() * 1000)
    at = [now - 60_000 * k for k in reversed(range(len(values)))]
    readings.take(Frame.of([stream] * len(values), at, list(values)))


def test_streams_are_found_with_their_newest_value_age_and_flags(wells, desk):
    with owned():
        heard(wells["W-1"], 3.0, 5.0, 140.0)
        page = desk("acceptor").get("/streams").json()
        assert [(row["thing"], row["observed"]) for row in page["rows"]] == [
            ("W-1", "gas.ch4_conc_lel"),
            ("W-2", "gas.ch4_conc_lel"),
        ]
        first, second = page["rows"]
        assert (first["newest"]["value"], first["newest"]["quality"]) == (140.0, ["out_of_range"])
        assert 25 <= first["newest"]["age_s"] <= 600
        assert (second["newest"], page["away"], page["kinds"]) == (None, False, ["well"])
        found = desk("acceptor").get("/streams?text=二号").json()["rows"]
        assert [row["thing"] for row in found] == ["W-2"]
        paged = desk("acceptor").get("/streams?limit=1").json()
        rest = desk("acceptor").get(f"/streams?limit=1&after={paged['next']}").json()["rows"]
        assert [row["thing"] for row in paged["rows"] + rest] == ["W-1", "W-2"]


def test_a_stream_that_says_nothing_for_three_of_its_spans_is_late(wells, desk):
    with owned():
        heard(wells["W-1"], 3.0, ago_s=170)
        assert desk("acceptor").get(f"/streams/{wells['W-1']}").json()["newest"]["late"] is False
    with owned():
        heard(wells["W-2"], 3.0, ago_s=86_400)
        assert desk("acceptor").get(f"/streams/{wells['W-2']}").json()["newest"]["late"] is True


def test_without_who_keeps_the_readings_the_register_is_still_shown(wells, desk):
    page = desk("acceptor").get("/streams").json()
    assert (page["away"], len(page["rows"])) == (True, 2)
    assert desk("acceptor").get(f"/streams/{wells['W-1']}/course").status_code == 503


def test_another_districts_streams_are_not_there(wells, desk):
    with owned():
        for path in (f"/streams/{wells['S-1']}", f"/streams/{wells['S-1']}/course", f"/streams/{2**62 + 1}"):
            assert desk("acceptor").get(path).status_code == 404
        assert [row["thing"] for row in desk("outsider").get("/streams").json()["rows"]] == ["S-1"]
        assert len(desk("city_chief").get("/streams").json()["rows"]) == 3


def test_a_course_keeps_peak_and_trough_however_few_columns(wells, desk):
    values = [10.0] * 300
    values[100], values[200] = 99.0, 1.0
    with owned():
        heard(wells["W-1"], *values)
        path = f"/streams/{wells['W-1']}/course?span=day&pixels=50"
        course = desk("acceptor").get(path).json()
    assert len(course["at"]) <= 50
    assert (min(course["low"]), max(course["high"])) == (1.0, 99.0)
    assert (course["limits"], course["end"] - course["begin"]) == ([0.0, 100.0], 86_400_000)


def _hand_in(door, text, name="设备.csv", **form):
    stream = BytesIO(text.encode())
    stream.name = name
    return door.client.post(door.base + "/streams", data={"file": stream, **form})


def test_a_file_registers_devices_and_tells_each_row_it_does_not_take(wells, desk):
    text = (
        "thing,thing_name,kind,lon,lat,observed\n"
        "W-9,九号井,well,121.005,30.805,gas.ch4_conc_lel\n"
        "W-8,八号井,well,121.005,30.805,没有这个指标\n"
    )
    done = _hand_in(desk("sysadmin"), text).json()
    assert (done["rows"], done["streams"], done["refused"]) == (2, 1, 1)
    assert [(one["row"], one["field"]) for one in done["refusals"]] == [(3, "observed")]
    assert [row["thing"] for row in desk("acceptor").get("/streams?text=九号").json()["rows"]] == ["W-9"]


@pytest.mark.parametrize(("role", "name", "status"), [("acceptor", "a.csv", 403), ("sysadmin", "a.exe", 422)])
def test_only_administrators_hand_in_files_that_are_tables(wells, desk, role, name, status):
    assert _hand_in(desk(role), "thing,observed\n", name).status_code == status


def test_every_flag_has_its_name():
    assert [str(flag.name).lower() for flag in Quality if flag] == [
        "late", "ahead", "repeated", "out_of_order", "out_of_range", "not_a_number", "wrong_unit", "stuck",
        "flood", "tampered", "backfilled",
    ]  # fmt: skip
