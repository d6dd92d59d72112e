# SPDX-License-Identifier: Apache-2.0
"""A month is scored, explained, closed and corrected; who is scored sees what the set allows."""

from copy import deepcopy

import pytest

from tongguan.evaluation import api, queries, wordings
from tongguan.evaluation.testing import write_may
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Unavailable

pytestmark = pytest.mark.django_db
MAY = "2026-05"


def line(table, name):
    (found,) = [one for one in table.rows if one.name == name]
    return found


def weighed(code, weights, **more):
    """Give a shipped set's body with weights that a city has set."""
    body = deepcopy(dict(wordings.SHIPPED[code]))
    for part, weight in zip(body["parts"], weights, strict=True):
        part["weight"] = weight
    return body | more


def in_force(evaluator, leader, body, seen=1):
    version = api.draft(evaluator, body, "市政府办公会确定", seen).set.version
    return api.approve(leader, body["code"], version)


def test_a_units_rates_points_and_grade_can_be_told_by_hand(city, evaluator):
    table = queries.table(evaluator, "jinniu_digital_cg", MAY)
    north = line(table, "江北区市政所")
    names = ("need_dispose", "dispose", "in_time_dispose", "rework", "delay")
    assert {name: north.counts[name] for name in names} == {
        "need_dispose": 6, "dispose": 6, "in_time_dispose": 5, "rework": 1, "delay": 1,
    }  # fmt: skip
    assert north.rates["in_time_dispose_rate"] == 0.8333
    # 30 + 20·5/6 + 20·(1−1/6) + 20 + 10·(1−1/6)
    assert north.total == round(30 + 20 * 5 / 6 + 20 * (1 - 1 / 6) + 20 + 10 * (1 - 1 / 6), 4)
    assert (north.grade, north.rank, north.among) == ("A", 1, 2)
    south = line(table, "江南区市政所")
    # Of four the question stays (this model counts it), the excused one is out of what is timed.
    assert (south.counts["need_dispose"], south.counts["in_time_dispose"], south.rank) == (3, 0, 2)


def test_unset_weights_give_rates_and_a_reason_instead_of_a_total(city, evaluator):
    north = line(queries.table(evaluator, "three_rates", MAY), "江北区")
    assert (north.rates["response_rate"], north.rates["resolution_rate"]) == (1.0, 0.8333)
    assert (north.total, north.grade, north.rank) == (None, "", None)
    assert north.reasons[0] == ("响应率：权重待设定", "responded: its weight is to be set")


def test_three_rates_leave_out_questions_and_excused_cases_and_say_so(city, evaluator, leader):
    in_force(evaluator, leader, weighed("three_rates", (0.3, 0.3, 0.4)))
    south = line(queries.table(evaluator, "three_rates", MAY), "江南区")
    assert south.counts["judged"] == 3  # the appeal excuses lateness, not what the reporter says
    assert south.total == 30.0
    found = queries.explain(evaluator, "three_rates", MAY, "990102", "judged", left_out=True)
    assert (found.counted, found.left_out) == (3, 1)
    assert [(one.number, one.excluded, one.why) for one in found.rows] == [
        ("JN1", "consult", "仅咨询，不计考核")
    ]
    timed = queries.explain(
        evaluator, "jinniu_digital_cg", MAY, str(city.unit("S-SZ").id), "dispose", left_out=True
    )
    assert [(one.number, one.excluded) for one in timed.rows] == [("JN0", "excused")]


def test_a_table_goes_from_the_city_down(city, evaluator):
    kins = [one.kin for one in queries.table(evaluator, "region", MAY).rows]
    assert list(dict.fromkeys(kins)) == ["市", "区县", "街道"]


def test_every_count_of_a_region_is_the_sum_of_the_cases_that_explain_it(city, evaluator):
    table = queries.table(evaluator, "region", MAY)
    north = line(table, "江北区")
    assert (
        line(table, "江州市").counts["archive"]
        == north.counts["archive"] + line(table, "江南区").counts["archive"]
    )
    for count, number in north.counts.items():
        if number is not None:
            assert queries.explain(evaluator, "region", MAY, "990101", count).counted == number, count


def test_a_city_sets_weights_by_four_eyes_and_every_wording_stays(city, evaluator, leader):
    body = weighed("three_rates", (0.2, 0.4, 0.4))
    made = api.draft(evaluator, body, "市政府办公会确定", 1)
    assert (made.set.version, made.state) == (2, "draft")
    with pytest.raises(Forbidden):
        api.approve(evaluator, "three_rates", 2)
    assert api.rehearse(leader, body, MAY).rows[0].total is not None
    api.approve(leader, "three_rates", 2)
    assert [(one.set.version, one.state) for one in queries.versions(evaluator, "three_rates")] == [
        (2, "in_force"), (1, "replaced"),
    ]  # fmt: skip
    assert wordings.changes(wordings.SHIPPED["three_rates"], body)[0] == ("parts.response.weight", "", "0.2")
    with pytest.raises(Conflict):
        api.approve(leader, "three_rates", 2)
    with pytest.raises(Invalid) as wrong:
        api.draft(evaluator, body | {"parts": [{"code": "x", "zh": "甲", "formula": "nothing / 2"}]}, "改", 2)
    assert wrong.value.field == "parts.0.formula"


def test_a_closed_month_never_moves_and_late_facts_are_listed_beside_it(city, evaluator, leader, home):
    in_force(evaluator, leader, weighed("three_rates", (0.3, 0.3, 0.4)))
    before = queries.table(evaluator, "three_rates", MAY)
    made = api.close(evaluator, "three_rates", MAY)
    closed = queries.table(evaluator, "three_rates", MAY)
    assert (closed.closed, closed.rows) == (True, before.rows)
    assert queries.corrections(evaluator, "three_rates", MAY) == []
    write_may(home, city, late_fact=True)
    assert queries.table(evaluator, "three_rates", MAY).rows == before.rows
    assert queries.holds(evaluator, "three_rates", MAY)
    told = queries.corrections(evaluator, "three_rates", MAY)
    assert {(one.change, one.mark.number) for one in told} == {(1, "JB4"), (-1, "JB4")}
    assert queries.table(evaluator, "three_rates", MAY, version=2).rows != before.rows
    with pytest.raises(Conflict):
        api.close(evaluator, "three_rates", MAY)
    (marks,) = (one for one in (home / "evaluation").iterdir() if one.is_file())
    marks.write_bytes(marks.read_bytes() + b"x")
    with pytest.raises(Unavailable):
        queries.holds(evaluator, "three_rates", MAY)
    assert made.marks == 30  # ten judged, ten contacted, five solved, five content


def test_a_month_that_is_not_over_is_not_closed(city, evaluator):
    with pytest.raises(Conflict) as refused:
        api.close(evaluator, "three_rates", "2026-06")
    assert refused.value.field == "period"


def test_entered_numbers_make_the_total_of_a_team_and_without_them_there_is_none(city, evaluator):
    key = str(city.unit("N-SZ").id)
    table = queries.table(evaluator, "yuncheng_team_final", MAY)
    assert line(table, "江北区市政所").reasons[0][0] == "大队分：未录入大队评分"
    for name, value in (("team", 99.8), ("street", 100), ("extra", 0)):
        api.enter(evaluator, "yuncheng_team_final", MAY, key, name, value)
    north = line(queries.table(evaluator, "yuncheng_team_final", MAY), "江北区市政所")
    system = 80 * 5 / 6 + 32 / 6 + 10 * 5 / 6 + 10
    assert north.total == pytest.approx(0.7 * system + 0.15 * 99.8 + 15, abs=0.001)


def test_a_unit_sees_its_own_line_and_ranks_of_its_class_without_names(city):
    table = queries.table(city.department, "jinniu_digital_cg", MAY)
    assert [(one.name, one.own, one.rank) for one in table.rows] == [
        ("江北区市政所", True, 1),
        ("", False, 2),
    ]
    assert table.rows[1].counts == {}
    with pytest.raises(NotFound):
        queries.explain(city.department, "jinniu_digital_cg", MAY, str(city.unit("S-SZ").id), "dispose")
    assert (
        queries.explain(
            city.department, "jinniu_digital_cg", MAY, str(city.unit("N-SZ").id), "dispose"
        ).counted
        == 6
    )
    with pytest.raises(Forbidden):
        queries.table(city.citizen, "jinniu_digital_cg", MAY)
    with pytest.raises(Forbidden):
        api.close(city.evaluator, "jinniu_digital_cg", MAY)  # of a district only


def test_every_shipped_set_is_read_and_computes(city, evaluator):
    for code in wordings.codes():
        table = queries.table(evaluator, code, MAY)
        assert table.set_version == 1
        for one in table.rows:
            assert one.total is not None or one.reasons, (code, one.name)
