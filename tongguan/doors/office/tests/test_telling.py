# SPDX-License-Identifier: Apache-2.0
"""At the desk: which component a case means and how urgent it is, why, and an official's last word."""

import pytest

from tongguan.catalog import api as catalog
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import ReportIn
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city
from tongguan.things.testing import component

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(people_cast):
    square_city()
    catalog.load_standards(PLATFORM)
    return people_cast


def opened(text="供水井盖破损，有人摔伤") -> str:
    place = {"item_code": "01001", "lon": 121.005, "lat": 30.805}
    told = ReportIn(source="hotline", external_id="D-1", title="", text=text, **place)
    receipt = intake.receive(PLATFORM, told)
    intake.triage_batch(10)
    return str(reports.cases_of([receipt.report_id])[receipt.report_id])


def test_two_lids_as_near_are_offered_and_the_official_takes_one(city, desk):
    one, other = component(1, 121.00504, 30.805), component(2, 121.00495, 30.805)
    case = opened()
    door = desk("dispatcher")
    (told,) = door.get(f"/cases/{case}/component").json()
    assert (told["state"], told["component_code"], told["count"]) == ("suggested", "", 2)
    assert {near["code"] for near in told["near"]} == {one.code, other.code}
    assert "须人工选定" in told["words"]
    done = door.post(f"/cases/{case}/component", {"component_code": other.code, "reason": "现场核实"})
    assert (done.status_code, done.json()["by_person"]) == (200, True)
    assert door.get(f"/cases/{case}").json()["component_code"] == other.code
    wrong = door.post(f"/cases/{case}/component", {"component_code": "9" * 17, "reason": "现场核实"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "component_code")
    (kind,) = door.get("/component-links").json()
    assert (kind["class_code"], kind["suggested"], kind["judged"]) == ("01001", 1, 0)


def test_why_a_case_is_urgent_and_that_it_is_not(city, desk):
    case = opened()
    door = desk("acceptor")
    assert door.get(f"/cases/{case}").json()["urgency"] == "urgent"
    (told,) = door.get(f"/cases/{case}/urgency").json()
    assert told["words"] == "紧急程度：紧急；反映用词“摔伤”（已有人受伤）"
    done = door.post(f"/cases/{case}/urgency", {"level": "normal", "reason": "只是擦破皮"})
    assert done.status_code == 200
    assert [one["level"] for one in door.get(f"/cases/{case}/urgency").json()] == ["normal", "urgent"]
    assert door.get(f"/cases/{case}").json()["urgency"] == "normal"
    wrong = door.post(f"/cases/{case}/urgency", {"level": "huge", "reason": "x"})
    assert (wrong.status_code, wrong.json()["field"]) == (422, "level")
