# SPDX-License-Identifier: Apache-2.0
"""Leak watches at the desk: the list, one watch with its leaks, the course; each within one's divisions."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tongguan.industry.lifeline.testing import DURING, END, FLOW, looked, read_town, table
from tongguan.places.testing import square_city

pytestmark = pytest.mark.django_db


@pytest.fixture
def watched(people_cast, tmp_path):
    """The town's network watched since a month; gives its file and the table of its gauges."""
    square_city()
    with read_town(tmp_path) as path:
        gauges = table(tmp_path)
        call_command("lifeline", "watch", "T1", str(path), str(gauges))
        yield path, gauges


def test_a_watch_tells_its_gauges_its_days_and_where_it_leaks(watched, desk):
    chief = desk("duty_chief")
    (new,) = chief.get("/leak-watches").json()
    assert (new["days"], new["newest"], new["learning"], new["standing"]) == (0, None, 7, 0)
    looked(DURING)
    (row,) = chief.get("/leak-watches").json()
    assert (row["code"], row["name"], row["learning"], row["standing"]) == ("T1", "老城供水", 0, 1)
    assert row["gauges"] == {"pressure": 8, "inflow": 1, "meter": 0, "level": 0}
    assert (row["newest"], row["days"], row["unread"]) == ("2026-05-20", 19, 0)
    whole = chief.get("/leak-watches/T1").json()
    (leak,) = whole["leaks"]
    assert abs(leak["flow"] - FLOW / 3.6) < FLOW / 3.6 / 3
    assert (leak["ended"], leak["case"], leak["node"]) == (None, None, leak["told_node"])
    assert chief.get(f"/alarms/{leak['alarm']}").json()["rule"] == "water.leak"
    assert [one["kind"] for one in whole["fittings"]] == ["pressure"] * 8 + ["inflow"]
    assert whole["fittings"][-1]["name"] == "进水"
    course = chief.get("/leak-watches/T1/course?days=14").json()
    assert len(course["days"]) == len(course["evidence"]) == len(course["leaks"][0]["flows"]) == 14
    assert max(course["evidence"][2:9]) < 1 <= max(course["evidence"][9:])
    assert (course["leaks"][0]["flows"][0], course["leaks"][0]["flows"][-1]) == (None, leak["flow"])
    looked(END)
    (gone,) = chief.get("/leak-watches/T1").json()["leaks"]
    assert gone["ended"] > leak["told_on"]
    assert chief.get("/leak-watches").json()[0]["standing"] == 0


def test_others_see_nothing_of_it_and_a_unit_no_alarm_of_which_it_was_not_told(watched, desk):
    looked(DURING)
    for role in ("outsider", "collector", "citizen"):
        assert desk(role).get("/leak-watches").json() == []
        for path in ("/leak-watches/T1", "/leak-watches/T1/course"):
            assert desk(role).get(path).status_code == 404
    (leak,) = desk("department").get("/leak-watches/T1").json()["leaks"]
    assert (leak["alarm"], leak["case"]) == (None, None)
    assert desk("duty_chief").get("/leak-watches/none").status_code == 404
    assert desk("duty_chief").get("/leak-watches/T1/course?days=9999").status_code == 422


def test_it_takes_as_many_statements_however_much_there_is(watched, desk):
    chief = desk("duty_chief")
    asked = {}
    for when in (DURING, END):
        looked(when)
        for path in ("/leak-watches", "/leak-watches/T1", "/leak-watches/T1/course"):
            chief.get(path)  # what is learned once
            with CaptureQueriesContext(connection) as said:
                assert chief.get(path).status_code == 200
            asked.setdefault(path, set()).add(len(said))
    assert all(len(counts) == 1 for counts in asked.values())
