# SPDX-License-Identifier: Apache-2.0
"""Who may act on a case: duty first, then what was learned, with past cases (F21)."""

from dataclasses import replace
from uuid import uuid4

import pytest

from tongguan.advice import queries
from tongguan.advice.contracts import PastCase
from tongguan.advice.learned import UNIT
from tongguan.advice.ranking import ranked
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.dispatch.contracts import DispatchPlan, UnitRef
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.kernel.errors import NotFound
from tongguan.learning import api as learning
from tongguan.learning import spi
from tongguan.learning.contracts import Example
from tongguan.learning.testing import corrections
from tongguan.matching import queries as matters
from tongguan.people.contracts import PLATFORM, UnitInfo
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.testing import settle

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


@pytest.fixture
def city(db):
    forget_caches()
    square_city()
    catalog.load_standards(PLATFORM)
    return cast()


def tell(n: int, text: str):
    report = ReportIn(
        source="hotline", external_id=f"H{n}", text=text, item_code="01001", lon=121.002 + n / 200, lat=30.805
    )
    return intake.receive(PLATFORM, report, open_now=True).case_id


def test_a_case_gets_units_with_reasons_and_past_cases_and_the_choice_teaches(city):
    old = tell(0, "中山路小学门口井盖破损很危险")
    dispatch.perform(city.acceptor, old, "refuse", {"reason": "不属受理范围"})
    settle()
    case = tell(2, "中山路小学门前井盖又破损")
    first = queries.units(city.dispatcher, case)
    assert (first.version, first.past) == ("", ())  # nobody solved the old one
    assert [alike.case_id for alike in matters.similar(city.dispatcher, case)] == [old]
    texts = [f"{place}{what}" for place in ("中山路", "人民路", "滨江路") for what in ("井盖破损", "积水")]
    history = [Example(f"case:{n}", t, "N-SZ" if "井盖" in t else "N-HW") for n, t in enumerate(texts)]
    with spi.tasks.temporarily(UNIT, replace(spi.tasks.get(UNIT), examples=lambda: history)):
        learning.promote(PLATFORM, UNIT, learning.train(PLATFORM, UNIT).number)
    told = queries.units(city.dispatcher, case)
    assert "N-SZ" in [one.code for one in told.units]
    assert told.version.startswith("unit")
    for move, inputs in (("accept", {}), ("register", {"filing_rule_id": items.filing_rules("01001")[0].id})):
        dispatch.perform(city.acceptor, case, move, inputs)
    lead = city.unit("N-HW").id
    dispatch.perform(city.dispatcher, case, "dispatch", {"unit_id": lead, "reason": "井盖属环卫设施"})
    settle()
    assert [(c.subject, c.chosen) for c in corrections(UNIT)] == [(f"case:{case}", "N-HW")]


def test_of_a_case_out_of_sight_nothing_is_advised(city):
    case = tell(1, "井盖破损")
    with pytest.raises(NotFound):
        queries.units(city.outside_acceptor, case)
