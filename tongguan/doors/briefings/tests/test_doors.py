# SPDX-License-Identifier: Apache-2.0
"""Briefings over HTTP: from asking to the file in the hand, versions honoured, pages that run nothing."""

import pytest

from tongguan.briefings.testing import END, write_city
from tongguan.doors.testing import Door
from tongguan.kernel.clock import ManualClock, using
from tongguan.people.testing import cast
from tongguan.places.testing import square_city
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(settings, tmp_path):
    settings.HOME = tmp_path
    write_city(tmp_path, item_name="<img src=x onerror=alert(1)>")
    square_city()
    with using(ManualClock(END)):
        yield cast()


@pytest.fixture
def door(city):
    def of(role):
        return Door(user=city.user(role), base="/api/desk")

    return of


def test_a_week_from_asking_to_the_signed_file(city, door):
    evaluator, chief, leader = door("evaluator"), door("duty_chief"), door("leader")
    begun = evaluator.post("/briefings", {"template": "weekly", "division": "990101", "day": "2026-09-09"})
    assert begun.status_code == 201
    settle()
    address = f"/briefings/{begun.json()['id']}"
    found = evaluator.get(address)
    whole = found.json()
    assert found["ETag"] == '"v1"'
    assert whole["info"]["state"] == "draft"
    assert len(whole["drawings"]) == 5
    assert not any("<img" in one for one in whole["drawings"])
    key = next(
        key for key, one in whole["document"]["figures"].items()
        if (one["measure"], one["view"], one["by"], one["span"]) == ("opened", "value", "", "now")
    )  # fmt: skip
    rows = evaluator.get(f"{address}/figures/{key}").json()
    assert (rows["then"], rows["now"], rows["same"]) == (84, 84, True)
    assert evaluator.get(f"{address}/drift").json() == []
    assert chief.post(f"{address}/review", {}).status_code == 428
    assert chief.post(f"{address}/review", {}, if_match='"v1"').status_code == 200
    assert leader.post(f"{address}/signature", {}, if_match='"v1"').status_code == 412
    assert leader.post(f"{address}/signature", {}, if_match='"v2"').json()["state"] == "signed"
    page = leader.get(f"{address}/file")
    assert "sandbox" in page["Content-Security-Policy"]
    assert b"<img" not in page.content
    assert "签发：周领导".encode() in page.content
    assert leader.get(f"{address}/file?form=pdf").content.startswith(b"%PDF-")
    assert leader.get(f"{address}/file?form=docx").content.startswith(b"PK")
    assert leader.get(f"{address}/file?form=exe").status_code == 422


def test_a_text_that_does_not_hold_is_told_with_its_place(door):
    text = (
        "code: own\nname: 自定\nkind: daily\ncadence: day\ntitle: 日报\n"
        "sections:\n  - title: 一\n    parts:\n"
    )
    chief = door("duty_chief")
    asked = {"division": "990101", "day": "2026-09-09"}
    wrong = chief.post("/briefing-preview", asked | {"text": text + '      - say: "{sorrows}"\n'})
    assert wrong.status_code == 422
    assert wrong.json()["code"] == "briefing.template"
    right = chief.post("/briefing-preview", asked | {"text": text + '      - say: "新增{opened}。"\n'})
    assert right.json()["document"]["figures"]["f1"]["text"] == "12件"
