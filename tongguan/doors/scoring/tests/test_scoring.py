# SPDX-License-Identifier: Apache-2.0
"""Evaluation at the desk: from the table to a case, two-person wording, closing, tables to take along."""

import csv
import io
from copy import deepcopy

import openpyxl
import pytest

from tongguan.evaluation import queries as evaluation
from tongguan.evaluation.testing import write_may
from tongguan.people import api as people
from tongguan.people import stamps
from tongguan.people.contracts import PLATFORM, Post
from tongguan.people.models import Unit
from tongguan.people.testing import CITY, appointment
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db
MAY = "period=2026-05"
UNIT = {"code": "x", "zh": "甲", "subject": "unit"}
CG = f"set=jinniu_digital_cg&{MAY}"


@pytest.fixture
def city(people_cast, tmp_path, settings):
    """The cast with a book of May; 钱考核 and 周领导 also keep the city's evaluation."""
    settings.HOME = tmp_path
    for role, post in (("evaluator", Post.EVALUATOR), ("leader", Post.LEADER)):
        people.appoint(people_cast.secadmin, appointment(role, "C", post, CITY))
    write_may(tmp_path, people_cast)
    return people_cast


def test_an_evaluator_goes_from_a_score_to_the_case_behind_it(city, desk):
    evaluator = desk("evaluator")
    table = evaluator.get(f"/evaluation/table?{CG}").json()
    first = table["rows"][0]
    assert (first["name"], first["grade"], first["rank"], first["among"]) == ("江北区市政所", "A", 1, 2)
    assert (table["closed"], table["set_version"], table["read_at"]) == (False, 1, "2026-06-02T00:00:00Z")
    marks = evaluator.get(f"/evaluation/marks?{CG}&key={first['key']}&count=rework").json()
    assert (marks["counted"], marks["left_out"]) == (first["counts"]["rework"], 0) == (1, 0)
    assert [(row["number"], row["why"]) for row in marks["rows"]] == [("JB5", "核查、回访不通过等返工")]
    page = evaluator.get(f"/evaluation/marks?{CG}&key={first['key']}&count=dispose&limit=4").json()
    rest = evaluator.get(
        f"/evaluation/marks?{CG}&key={first['key']}&count=dispose&after={page['next']}"
    ).json()
    assert (len(page["rows"]), len(rest["rows"]), rest["next"]) == (4, 2, "")
    wrong = evaluator.get(f"/evaluation/marks?{CG}&key={first['key']}&count=nothing")
    assert (wrong.status_code, wrong.json()["field"]) == (422, "count")
    assert evaluator.get("/evaluation/table?set=jinniu_digital_cg&period=Mai").json()["field"] == "period"


def test_a_set_is_drafted_rehearsed_approved_by_another_and_closed_once(city, desk):
    evaluator, leader = desk("evaluator"), desk("leader")
    body = deepcopy(dict(evaluation.versions(PLATFORM, "three_rates")[0].body))
    for part, weight in zip(body["parts"], (0.3, 0.3, 0.4), strict=True):
        part["weight"] = weight
    tried = evaluator.post("/evaluation/rehearsal", {"body": body, "period": "2026-05"}).json()
    assert tried["rows"][0]["total"] is not None
    told = {"body": body, "reason": "办公会确定"}
    path = "/evaluation/sets/three_rates/versions"
    assert evaluator.post(path, told, if_match='"v9"').status_code == 412
    assert evaluator.post(path, told, if_match='"v1"').status_code == 201
    assert evaluator.post(f"{path}/2/approval", {}).status_code == 403
    assert leader.post(f"{path}/2/approval", {}).json()["state"] == "in_force"
    history = evaluator.get("/evaluation/sets/three_rates").json()
    assert {"field": "parts.response.weight", "was": "", "would": "0.3"} in history["changes"]["2"]
    told = {"set": "three_rates", "period": "2026-05"}
    closed = evaluator.post("/evaluation/closings", told)
    assert closed.status_code == 201
    assert evaluator.post("/evaluation/closings", told).status_code == 409
    table = evaluator.get(f"/evaluation/table?set=three_rates&{MAY}").json()
    assert (table["closed"], table["inputs_digest"]) == (True, closed.json()["inputs_digest"])
    assert evaluator.get(f"/evaluation/holds?set=three_rates&{MAY}").json() == {"holds": True}
    assert evaluator.get(f"/evaluation/corrections?set=three_rates&{MAY}").json() == []


def test_tables_for_a_spreadsheet_hold_no_formulas_and_are_audited(city, desk, tmp_path):
    Unit.objects.filter(code="N-SZ").update(name="=HYPERLINK(1)")
    stamps.bump(stamps.UNITS)
    evaluator = desk("evaluator")
    answer = evaluator.get(f"/evaluation/export.csv?{CG}")
    rows = list(csv.reader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert rows[1][:6] == ["类别", "名次", "同类个数", "名称", "总分", "等级"]
    assert "'=HYPERLINK(1)" in {row[3] for row in rows[2:]}
    assert not any(cell.startswith(("=", "+", "@")) for row in rows for cell in row)
    book = openpyxl.load_workbook(io.BytesIO(evaluator.get(f"/evaluation/export.xlsx?{CG}").content))
    found = list(book.active.iter_rows(values_only=True))
    assert [str(cell) for cell in found[2][:3]] == rows[2][:3]
    assert len(audited("evaluation.export")) == 2


def test_what_a_city_wrote_badly_is_refused_at_its_field(city, desk):
    evaluator = desk("evaluator")
    for body, field in (
        ({"code": "x", "zh": "甲", "subject": "moon", "rates": ["response_rate"]}, "subject"),
        ({"code": "x", "zh": "甲", "subject": "unit", "rates": ["no_rate"]}, "rates"),
        ({"code": "x", "zh": "甲", "subject": "unit", "rates": 7}, "rates"),
        ({"code": "x", "zh": "甲", "subject": "unit", "parameters": [1]}, "parameters"),
        (UNIT | {"parts": [{"code": "a", "zh": "甲", "weight": "many"}]}, "parts.0.weight"),
        (UNIT | {"classes": {"一类": ["1"], "二类": ["1"]}, "rates": ["response_rate"]}, "classes"),
        ({"code": "x", "zh": "甲", "subject": "unit", "color": 1}, "color"),
    ):  # fmt: skip
        answer = evaluator.post("/evaluation/sets", {"body": body, "reason": "试"})
        assert (answer.status_code, answer.json()["field"]) == (422, field), body
