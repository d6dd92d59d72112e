# SPDX-License-Identifier: Apache-2.0
"""What evaluation, insight and analysis worked out is counted, dated and opened like any other figure."""

from dataclasses import asdict
from datetime import date, timedelta

import h3.api.basic_int as h3
import pytest
from msgspec import to_builtins

from tongguan.analysis.models import Project
from tongguan.briefings import api, queries
from tongguan.briefings.contracts import NewBriefing
from tongguan.briefings.measures import known
from tongguan.briefings.testing import END, LOUD, case, rows, write_city
from tongguan.casebook.testing import case_id, write_book
from tongguan.documents.api import Fault, language
from tongguan.evaluation.contracts import Score
from tongguan.evaluation.models import Closing, Exemption, ScoreLine
from tongguan.evaluation.queries import period, versions
from tongguan.insight.models import Overload
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.django_db


def closed_september(unit):
    span = period("2026-09")
    (body,) = versions(PLATFORM, "jinniu_digital_cg")
    row = Closing.objects.create(
        code="jinniu_digital_cg", period=span.code, since=span.since, until=span.until, version=1,
        set_body=dict(body.body), set_digest="d", marks_digest="m", marks=0,
        inputs={"missing": {}}, result_digest="r", read_at=END, by="user:1", by_name="钱考核", at=END,
    )  # fmt: skip
    line = Score(
        key=str(unit.id), name=unit.name, kin="部门", counts={}, rates={}, points={}, total=91.5,
        grade="A", rank=1, among=1,
    )  # fmt: skip
    ScoreLine.objects.create(closing=row, key=line.key, body=to_builtins(asdict(line)))


def test_a_monthly_briefing_quotes_scores_stages_forecasts_and_projects_and_opens_their_cases(city, book):
    unit, told = city.unit("N-SZ"), list(rows())
    clocks = [
        {"case_id": one["id"], "stage": stage, "started_at": one["opened_at"], "due_at": one["due_at"],
         "stopped_at": one["opened_at"] + timedelta(hours=hours)}
        for one in told if one["closed_at"] for stage, hours in (("accept", 1), ("handle", 50))
    ]  # fmt: skip
    units = [{"id": unit.id, "name": unit.name, "path": unit.path, "kind": "department"}]
    write_city(book, clocks=clocks, units=units)
    loud = [one for one in told if one["opened_at"] >= LOUD and one["item"] == "010101"]
    closed = next(one for one in loud if one["closed_at"])
    Exemption.objects.create(
        case_id=case_id(closed["id"]), number="1", division="990101001001", kind="impossible",
        reason="无法办理", by="user:1", by_name="钱考核", at=END,
    )  # fmt: skip
    closed_september(unit)
    Overload.objects.create(
        unit=unit.id, unit_name=unit.name, unit_path=unit.path, division="990101", week=date(2026, 9, 21),
        made_at=END, open_load=9, open_late=3, inflow=5, inflow_low=2, inflow_high=8, new_late=1,
        late=4.2, low=2, high=7, usual_late=2, naive_late=2,
    )  # fmt: skip
    Project.objects.create(
        cell=622236750694711295, item="010101", item_name="上水井盖", division="990101001001", lon=121,
        lat=30.8, state="proposed", after=3, case_ids=[str(case_id(one["id"])) for one in loud], rule="1",
        found_at=END,
    )  # fmt: skip

    info = api.write(city.evaluator, NewBriefing(template="monthly", division="990101", day="2026-09-10"))
    settle()
    whole = queries.briefing(city.evaluator, info.id)
    figures = whole.document["figures"]
    by = {(one["measure"], one["by"], one["key"]): one for one in figures.values() if one["view"] == "value"}
    ended = sum(bool(one["closed_at"]) and one["division"] < "990102" for one in told
                if one["closed_at"] and one["closed_at"] >= period("2026-09").since)  # fmt: skip
    assert by["response_rate", "", ""]["n"] == ended - 1  # the exempt one is left out
    assert by["unit_score", "unit", str(unit.id)]["text"] == "91.5分"
    assert by["stage_hours", "stage", "handle"]["text"] == "50.0小时"
    assert by["late_ahead", "unit", str(unit.id)]["text"] == "4.2件"
    assert by["project_cases", "", ""]["n"] == len(loud) == 63
    for key, one in figures.items():
        if one["measure"] in {"response_rate", "unit_score", "stage_hours", "late_ahead", "project_cases"}:
            behind = queries.behind(city.evaluator, info.id, key)
            assert behind.same, one["zh"]
            if one["measure"] == "project_cases" and one["view"] == "value":
                assert len(behind.listed) == 63
    Overload.objects.update(late=5.0)
    key = next(key for key, one in figures.items() if one is by["late_ahead", "unit", str(unit.id)])
    assert not queries.behind(city.evaluator, info.id, key).same


def test_a_weekly_briefing_counts_hot_spots_and_opens_the_cases_within(city, book):
    """One case in each of 91 hexagons; thirteen more in one of them and in each of its six neighbours."""
    middle = h3.latlng_to_cell(30.805, 121.005, 9)
    loud, told = set(h3.grid_disk(middle, 1)), []
    for n, hexagon in enumerate(sorted(h3.grid_disk(middle, 5))):
        for turn in range(14 if hexagon in loud else 1):
            at = LOUD + timedelta(seconds=60 * n + 4 * turn)
            place = {"cell": h3.cell_to_children(hexagon, 10)[turn % 7], "district": "990101"}
            told.append(case(at, "990101001001", "010102", "雨水箅子", hours=10) | place)
    write_book(book, told, read_at=END)
    info = api.write(city.evaluator, NewBriefing(template="weekly", division="990101", day="2026-09-07"))
    settle()
    document = queries.briefing(city.evaluator, info.id).document
    figures = document["figures"]
    by = {(one["measure"], one["key"]): (key, one) for key, one in figures.items() if one["view"] == "value"}
    assert by["hot_spots", ""][1]["text"] == "1个"  # its neighbours stand next to quiet ones
    key, inside = by["hot_cases", ""]
    assert inside["text"] == "14件"
    behind = queries.behind(city.evaluator, info.id, key)
    assert behind.same
    inner = {str(case_id(one["id"])) for one in told if h3.cell_to_parent(one["cell"], 9) == middle}
    assert set(behind.listed) == inner
    assert by["hot_cases", "010102"][1]["text"] == "14件"


def test_a_week_without_a_hot_spot_says_so(city):
    info = api.write(city.evaluator, NewBriefing(template="weekly", division="990101", day="2026-09-07"))
    settle()
    found = queries.briefing(city.evaluator, info.id).document
    words = [
        piece for block in found["blocks"] for one in block.get("sentences", ()) for piece in one["pieces"]
    ]
    assert "本周没有明显高于周边的案件热点。" in words


def test_what_is_known_of_the_period_only_is_not_compared_and_stages_split_only_their_own():
    text = """
code: x
name: x
kind: monthly
cadence: month
title: x
sections: [{title: x, parts: [%s]}]
"""
    for part in ('{say: "{unit_score.change}"}', '{each: stage, of: opened, say: "{name}{opened}"}'):
        with pytest.raises(Fault):
            language.read(text % part, known())
