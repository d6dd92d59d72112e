# SPDX-License-Identifier: Apache-2.0
"""Ranking of units: duty first, then what was learned, with past cases (F21)."""

from dataclasses import replace
from uuid import uuid4

from tongguan.advice.contracts import PastCase
from tongguan.advice.ranking import ranked
from tongguan.dispatch.contracts import DispatchPlan, UnitRef
from tongguan.people.contracts import UnitInfo

PLAN = DispatchPlan(
    case_id=uuid4(),
    lead=UnitRef(1, "A", "甲局"),
    co=(UnitRef(2, "B", "乙局"),),
    basis="list",
    confidence=0.95,
)
#: What ranking reads of a unit.
UNITS = {
    code: UnitInfo(id=n, code=code, name=name, path="", kind="department", division="990101")
    for n, code, name in ((1, "A", "甲局"), (2, "B", "乙局"), (3, "C", "丙局"))
}


def test_duty_goes_first_and_the_model_orders_what_it_leaves_open():
    found = ranked(PLAN, (("C", 0.7), ("B", 0.2), ("A", 0.1)), UNITS, ())
    assert [(one.code, one.allowed) for one in found] == [("A", True), ("C", False), ("B", True)]
    assert found[0].score == 0.95
    assert found[0].reasons[0] == "权责清单列为主办单位"
    assert "改派须说明理由" in found[1].reasons[0]
    assert "历史上同类描述有 70% 由其办理" in found[1].reasons


def test_where_nobodys_duty_is_known_the_model_leads():
    plan = replace(PLAN, lead=UnitRef(9, "Z", "街道"), co=(), basis="territorial", confidence=0.4)
    past = (PastCase(uuid4(), "990101-1", "旧案", "丙局", 0.8),)
    found = ranked(plan, (("C", 0.9), ("X", 0.05)), UNITS, past)
    assert [one.code for one in found] == ["C", "Z"]
    assert "办结过相似案件：990101-1" in found[0].reasons
