# SPDX-License-Identifier: Apache-2.0
"""Vital signs at the desk: read by centres, worded by the city's evaluators, every value opens its rows."""

import pytest

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.indicators.testing import count
from tongguan.people import api as people
from tongguan.people.contracts import Post
from tongguan.people.testing import CITY, appointment
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db
WORDED = {
    "code": "per_new",
    "zh": "办结比",
    "dimension": "公众满意度",
    "unit": "%",
    "formula": "100 * closed_today / new_today",
    "direction": "high",
    "decimals": 1,
}

#: The same as a next version says it: without the code.
BODY = {key: value for key, value in WORDED.items() if key != "code"}


@pytest.fixture
def told(people_cast):
    """Open one case in each of two districts and count them."""
    for who, division in (("acceptor", "990101001001"), ("outside_acceptor", "990102001001")):
        new = NewCase(item_code="09006", title="占道", text="占道经营", division=division, source="hotline")
        cases.open_cases(getattr(people_cast, who), [new])
    count()
    return people_cast


def test_a_centre_reads_its_signs_and_opens_the_rows_behind(told, desk):
    leader = desk("leader")
    (sign,) = leader.get("/indicators?code=open_now").json()
    assert (sign["value"], sign["centre"], sign["stale"], sign["grade"]) == (1, "990101", False, "unset")
    assert sign["desk_query"] == "open=true&division=990101"
    rows = leader.get(f"/cases?{sign['desk_query']}").json()["rows"]
    assert [row["division"] for row in rows] == ["990101001001"]
    assert leader.get("/indicators/open_now/rows").json()["rows"] == rows
    assert leader.get("/cases?sign=case_open~now~~9901").json()["rows"] == rows  # scope, whatever is asked


def test_a_ranking_names_every_district_of_the_city(told, desk):
    from_city = desk("city_chief")
    assert from_city.get("/indicators?code=open_now").json()[0]["value"] == 2
    assert from_city.get("/indicators/open_now/ranking?level=district").status_code == 200
    assert desk("leader").get("/indicators/open_now/ranking?centre=9901").status_code == 404
    points = from_city.get("/indicators/new_today/history?step=day").json()
    assert len(points) == 30
    assert points[-1]["value"] == 2


def test_nobody_without_a_centre_sees_signs_and_nobody_but_the_citys_evaluators_words_them(told, desk):
    assert desk("department").get("/indicators").status_code == 403
    assert desk("evaluator").post("/indicators", WORDED).status_code == 403  # of a district
    assert desk("sysadmin").post("/indicators", WORDED).status_code == 201


def test_an_official_words_a_sign_alters_it_and_takes_it_out(told, desk):
    admin, leader = desk("sysadmin"), desk("leader")
    made = admin.post("/indicators", WORDED).json()
    assert (made["version"], made["official"]) == (1, True)
    assert leader.get("/indicators?code=per_new").json()[0]["value"] == 0
    again = admin.post("/indicators", WORDED)
    assert (again.status_code, again.json()["field"]) == (409, "code")
    late = admin.post("/indicators/per_new/versions", BODY | {"watch": 50, "alarm": 20}, if_match='"v9"')
    assert late.status_code == 412
    altered = admin.post(
        "/indicators/per_new/versions", BODY | {"watch": 50, "alarm": 20}, if_match='"v1"'
    ).json()
    assert altered["version"] == 2
    whole = leader.get("/indicators/per_new").json()
    assert whole["sign"]["grade"] == "alarm"
    assert [part["measure"] for part in whole["sign"]["parts"]] == ["case_closed", "case_new"]
    assert [one["version"] for one in whole["versions"]] == [2, 1]
    gone = admin.post("/indicators/per_new/retirement", {"reason": "不再使用"}, if_match='"v2"')
    assert gone.status_code == 200
    assert leader.get("/indicators/per_new").status_code == 404
    verbs = [act.verb for act in audited() if act.subject == "indicator:per_new"]
    assert verbs == ["indicator.define", "indicator.define", "indicator.retire"]


def test_a_declared_sign_takes_thresholds_but_keeps_its_formula(told, desk):
    admin = desk("sysadmin")
    body = {"zh": "在办", "dimension": "公众满意度", "unit": "件", "direction": "low", "watch": 1}
    altered = admin.post("/indicators/open_now/versions", body, if_match='"v1"').json()
    assert (altered["formula"], altered["version"]) == ("case_open(now)", 2)
    assert desk("leader").get("/indicators?code=open_now").json()[0]["grade"] == "watch"
    refused = admin.post("/indicators/open_now/versions", body | {"formula": "1"}, if_match='"v2"')
    assert (refused.status_code, refused.json()["field"]) == (422, "formula")


@pytest.mark.parametrize(
    ("formula", "words"),
    [
        ("__import__('os')", "没有量"),
        ("case_new", "须写明时段"),
        ("case_open(today)", "只能是 now"),
        ("nothing_known + 1", "没有体征"),
        ("per_new + case_new(today)", "成环"),
        ("1 + 1", "没有任何量"),
        ("case_new(today) ** 2", "只能用"),
        ("(" * 400, "写法有误"),
        ("case_new(today, item=3)", "item"),
        ("case_new(today).real", "只能用"),
    ],
)
def test_a_formula_that_cannot_be_read_is_refused_in_words(told, desk, formula, words):
    refused = desk("sysadmin").post("/indicators", WORDED | {"formula": formula})
    assert refused.status_code == 422
    assert refused.json()["field"] == "formula"
    assert words in refused.json()["detail"]


def test_a_formula_is_tried_before_it_is_kept(told, desk):
    tried = desk("leader").post("/indicators/trial", {"formula": "case_open(now, item='09') * 2"}).json()
    assert tried["value"] == 2
    assert tried["parts"][0]["desk_query"] == "sign=case_open~now~09~990101"
    assert len(desk("leader").get(f"/cases?{tried['parts'][0]['desk_query']}").json()["rows"]) == 1


@pytest.fixture
def keeper(told, desk):
    """The evaluator, also appointed for the whole city."""
    people.appoint(told.secadmin, appointment("evaluator", "C", Post.EVALUATOR, CITY))
    return desk("evaluator")


def test_a_wording_is_rehearsed_before_it_is_stored(keeper):
    fresh = keeper.post("/indicators/per_new/rehearsal", BODY).json()
    assert (fresh["version"], fresh["centres"][0]["was"], fresh["centres"][0]["would"]) == (0, None, 0)
    assert {one["field"]: one["would"] for one in fresh["changes"]}["formula"] == WORDED["formula"]
    assert [one["measure"] for one in fresh["parts"]] == ["case_closed", "case_new"]
    assert keeper.post("/indicators", WORDED).status_code == 201
    over = WORDED | {"code": "twice", "zh": "两倍", "formula": "2 * per_new + new_today"}
    assert keeper.post("/indicators", over).status_code == 201
    body = BODY | {"formula": "closed_today + 7", "alarm": 9}
    seen = keeper.post("/indicators/per_new/rehearsal", body | {"reason": "试"}).json()
    assert seen["version"] == 1
    assert {(one["field"], one["was"], one["would"]) for one in seen["changes"]} == {
        ("formula", "100 * closed_today / new_today", "closed_today + 7"), ("alarm", "", "9"),
    }  # fmt: skip
    (city,) = seen["centres"]  # the register of divisions is empty here
    assert (city["key"], city["was"], city["would"]) == ("9901", 0, 7)
    assert (city["was_grade"], city["would_grade"]) == ("unset", "alarm")
    assert [(one["key"], one["was"], one["would"]) for one in seen["followers"]] == [("twice", 2, 16)]
    assert [one["version"] for one in keeper.get("/indicators/per_new/versions").json()] == [1]


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"formula": "1 +"}, "formula"),
        ({"formula": "nothing_such"}, "formula"),
        ({"dimension": "其他"}, "dimension"),
        ({"direction": "", "watch": 1}, "direction"),
        ({"watch": 1, "alarm": 2}, "alarm"),
        ({"zh": " "}, "zh"),
        ({"decimals": 9}, "decimals"),
    ],
)
def test_a_rehearsal_names_the_field_that_is_wrong(told, desk, wrong, field):
    answer = desk("sysadmin").post("/indicators/per_new/rehearsal", BODY | wrong)
    assert (answer.status_code, answer.json()["field"]) == (422, field)


def test_who_keeps_the_register_without_a_centre_rehearses_words_and_sees_no_values(told, desk):
    seen = desk("sysadmin").post("/indicators/per_new/rehearsal", BODY).json()
    assert seen["changes"]
    assert (seen["parts"], seen["centres"], seen["followers"]) == ([], [], [])
