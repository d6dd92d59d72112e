# SPDX-License-Identifier: Apache-2.0
"""Who may act on a case: reasons and past cases, and what a dispatcher chooses teaches (F21)."""

from dataclasses import replace

import pytest

from tongguan.advice import queries
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.kernel.errors import NotFound
from tongguan.learning import api as learning
from tongguan.learning import spi
from tongguan.learning.contracts import Example
from tongguan.learning.testing import corrections
from tongguan.matching import queries as matters
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.runtime.testing import settle

UNIT = "unit"


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
