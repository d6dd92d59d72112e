# SPDX-License-Identifier: Apache-2.0
"""Analysis at the desk: asked by address, opened down to cases, taken away safely, decided upon."""

import io
from datetime import timedelta

import pytest
from openpyxl import load_workbook

from tongguan.analysis import api
from tongguan.analysis.testing import NOW, TODAY, book, case, everyday, lamp
from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.doors.common.sheets import safe
from tongguan.kernel import clock

pytestmark = pytest.mark.django_db
PERIOD = f"since={TODAY - timedelta(days=14)}&until={TODAY}"


@pytest.fixture(autouse=True)
def morning():
    """The stories play on one morning."""
    with clock.using(clock.ManualClock(NOW)):
        yield


def test_an_answer_opens_the_cases_behind_each_number(people_cast, desk, settings):
    new = NewCase(item_code="09006", title="占道", text="占道经营", division="990101001001", source="hotline")
    (real,) = cases.open_cases(people_cast.acceptor, [new])
    rows = [
        case(TODAY - timedelta(days=2), 0),
        case(TODAY - timedelta(days=3), 0),
        case(TODAY - timedelta(days=3), 2),
    ]
    rows[0]["id"] = real.id
    book(settings.HOME, rows)
    leader = desk("leader")
    answer = leader.get(f"/analysis/cube?by=street&{PERIOD}").json()
    assert [(row["names"], row["value"]) for row in answer["rows"]] == [(["一街道"], 2)]
    behind = leader.get(f"/analysis/cases?{answer['rows'][0]['query']}").json()
    assert (behind["total"], [row["id"] for row in behind["rows"]]) == (2, [str(real.id)])
    assert desk("outsider").get(f"/analysis/cases?{answer['rows'][0]['query']}").json()["total"] == 0
    shapes = leader.get(f"/analysis/hot?resolution=8&{PERIOD}").json()["shapes"]
    assert len(shapes["features"][0]["geometry"]["coordinates"][0]) == 7


@pytest.mark.parametrize("words", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\x07=1"])
def test_no_text_of_a_sheet_is_a_formula(words):
    assert safe(words).startswith("'")
    assert safe(-1) == -1


def test_a_sheet_tells_what_the_screen_tells(people_cast, desk, settings):
    book(settings.HOME, [case(TODAY - timedelta(days=2), source="=cmd()")])
    leader = desk("leader")
    text = leader.get(f"/analysis/sheet?form=csv&by=source&{PERIOD}").content.decode()
    assert "'=cmd()" in text
    packed = leader.get(f"/analysis/sheet?form=xlsx&by=source&{PERIOD}").content
    rows = list(load_workbook(io.BytesIO(packed)).active.iter_rows(values_only=True))
    assert rows[1][:3] == ("'=cmd()", 1, 1)
    assert rows[-1][0] == "合计"


def test_a_project_is_decided_on_the_version_seen(people_cast, desk, settings):
    book(settings.HOME, [*everyday(400, per_day=3), *lamp()])
    api.find_projects()
    leader = desk("leader")
    (row,) = leader.get("/analysis/projects").json()["rows"]
    path = f"/analysis/projects/{row['id']}"
    assert leader.get(f"{path}/cases").json()["total"] == row["cases"]
    told = {"state": "accepted", "reason": "列入秋季养护"}
    assert leader.post(f"{path}/decision", told, if_match='"v9"').status_code == 412
    taken = leader.post(f"{path}/decision", told, if_match='"v1"')
    assert (taken.status_code, taken.json()["state"], taken.json()["version"]) == (200, "accepted", 2)
    assert desk("acceptor").post(f"{path}/decision", told, if_match='"v2"').status_code == 403
    assert desk("outsider").get(path).status_code == 404


def test_a_forecast_is_shown_with_its_record_and_a_board_with_its_answers(people_cast, desk, settings):
    book(settings.HOME, everyday(90, per_day=4))
    api.foretell()
    leader = desk("leader")
    assert leader.get("/analysis/outlooks").json()[0]["division"] == "990101"
    seen = leader.get("/analysis/outlook?division=990101").json()
    assert (len(seen["ahead"]), len(seen["past"]), seen["accuracy"][0]["horizon"]) == (14, 42, 1)
    tile = {
        "title": "案件",
        "show": "bars",
        "measure": "cases",
        "days": 28,
        "by": ["street"],
        "where": ["item:010101"],
    }
    kept = leader.post("/analysis/boards", {"name": "晨会", "tiles": [tile], "posts": ["supervisor"]})
    assert kept.status_code == 201
    shown = desk("supervisor").get(f"/analysis/boards/{kept.json()['id']}").json()
    assert shown["cubes"][0]["total"]["count"] > 0
    assert leader.post(f"/analysis/boards/{kept.json()['id']}/removal", {}).status_code == 204


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("measure=gold", "measure"),
        ("by=colour", "by"),
        ("where=nonsense", "where"),
        ("where=cell9:xyz", "where"),
    ],
)
def test_what_cannot_be_asked_is_said_of_its_field(people_cast, desk, query, field):
    refused = desk("leader").get(f"/analysis/cube?{query}")
    assert (refused.status_code, refused.json()["field"]) == (422, field)
