# SPDX-License-Identifier: Apache-2.0
"""Straight rules are tried on past cases before they count: how far they would have gone, what people did."""

from datetime import date, timedelta

import pytest
from django.core.management import call_command

from tongguan.cases import queries as casebook
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.catalog.contracts import ListRow
from tongguan.dispatch import api as dispatch
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import ReportIn
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.places.testing import square_city
from tongguan.rules import api as rules
from tongguan.trials import queries as trials

pytestmark = pytest.mark.django_db
GARBAGE = "06002"
SURE = {"all": [{"field": "item_confidence", "operator": "ge", "value": 0.9}]}
ALL_THE_WAY = {"no": "Z1", "name": "热线直接派遣", "then": {"reach": "dispatch"}}
ALL_THE_WAY["when"] = {"all": [{"field": "source", "operator": "eq", "value": "hotline"}, *SURE["all"]]}
ACCEPT = {"no": "Z2", "name": "其余受理", "when": SURE, "then": {"reach": "accept"}}


@pytest.fixture
def city():
    forget_caches()
    square_city()
    catalog.load_standards(PLATFORM)
    people = cast()
    row = ListRow(
        row_no=1, item_code=GARBAGE, division="9901", lead_unit_code="N-SZ", valid_from=date(2020, 1, 1)
    )
    draft = catalog.draft_responsibilities(PLATFORM, "9901", [row], title="江州市权责清单")
    catalog.apply_responsibilities(PLATFORM, draft.id)
    return people


@pytest.fixture
def told():
    """Tell of garbage far from all told before; give the case that triage opened."""
    count = iter(range(100))

    def tell(source="hotline"):
        n = next(count)
        place = {"lon": 121.001 + 0.002 * (n % 9), "lat": 30.801 + 0.004 * (n // 9)}
        text = f"第{n}处有{'甲乙丙丁戊己庚辛壬癸'[n % 10]}堆"
        receipt = intake.receive(
            PLATFORM,
            ReportIn(source=source, external_id=f"X-{n}", title="", text=text, item_code=GARBAGE, **place),
        )
        intake.triage_batch(10)
        return reports.cases_of([receipt.report_id])[receipt.report_id]

    return tell


def filed(people, case):
    rule = items.filing_rules(GARBAGE)[0].id
    for move, inputs in (("accept", {}), ("register", {"filing_rule_id": rule})):
        dispatch.perform(people.acceptor, case, move, inputs)


def sent(people, case, unit):
    filed(people, case)
    dispatch.perform(
        people.dispatcher, case, "dispatch", {"unit_id": people.unit(unit).id, "reason": "人工选定"}
    )


@pytest.fixture
def draft(city):
    return rules.save_draft(city.duty_chief, "straight", "990101", [ALL_THE_WAY, ACCEPT])


def test_a_draft_says_how_far_it_would_have_gone_and_what_people_did(city, told, draft):
    sent(city, told(), "N-SZ")
    elsewhere, refused, waiting = told(), told(), told()
    sent(city, elsewhere, "N-HW")
    dispatch.perform(city.acceptor, refused, "refuse", {"reason": "现场未见"})
    dispatch.perform(city.acceptor, told("wechat"), "accept", {})
    before = casebook.case(city.acceptor, waiting)
    found = trials.try_rules(city.duty_chief, draft.id)
    assert (found.cases, found.matched, found.same, found.different, found.before) == (5, 5, 2, 2, 0)
    assert [(one.no, one.hits, one.same) for one in found.rules] == [("Z1", 4, 1), ("Z2", 1, 1)]
    assert {(one.case_id, one.words) for one in found.lines} == {
        (elsewhere, "规则 Z1：会自动办到派遣（江北区市政所），实际派给江北区环卫所"),
        (refused, "规则 Z1：会自动办到派遣（江北区市政所），实际未立案即结束"),
    }
    assert casebook.case(city.acceptor, waiting) == before, "trying changes nothing"


def test_what_the_units_gave_back_or_was_filed_otherwise_is_no_agreement(city, told, draft):
    back, other = told(), told()
    sent(city, back, "N-SZ")
    returned = {"reason": "不属本单位职责", "clause": "三定方案第五条"}
    dispatch.perform(city.department, back, "return_dispatcher", returned)
    dispatch.perform(city.dispatcher, back, "dispatch", {"unit_id": city.unit("N-SZ").id, "reason": "再派"})
    dispatch.perform(city.acceptor, other, "accept", {})
    rule = items.filing_rules("06003")[0].id
    dispatch.perform(city.acceptor, other, "register", {"filing_rule_id": rule, "item_code": "06003"})
    found = trials.try_rules(city.duty_chief, draft.id)
    assert {one.was for one in found.lines} == {"派给江北区市政所后被退回", "按事项 06003 立案"}


def test_only_cases_in_sight_and_of_the_span_are_tried_and_wrong_spans_are_named(city, told, draft):
    told()
    assert trials.try_rules(city.city_chief, draft.id).cases == 1
    assert trials.try_rules(city.duty_chief, draft.id, division="990102").cases == 0
    with pytest.raises(NotFound):
        trials.try_rules(city.outsider, draft.id)
    with pytest.raises(Invalid) as refused:
        trials.try_rules(city.duty_chief, draft.id, days=0)
    assert refused.value.field == "days"
    with clock.using(clock.ManualClock(clock.now() + timedelta(days=31))):
        assert trials.try_rules(city.duty_chief, draft.id).cases == 0


def test_many_cases_cost_as_many_statements_as_one(city, told, draft, django_assert_max_num_queries):
    told()
    trials.try_rules(city.duty_chief, draft.id)
    with django_assert_max_num_queries(12) as one:
        trials.try_rules(city.duty_chief, draft.id)
    for _ in range(4):
        told()
    with django_assert_max_num_queries(len(one)):
        assert trials.try_rules(city.duty_chief, draft.id).cases == 5


def test_the_command_says_it_too(city, told, draft, capsys):
    told()
    call_command("rules", "try", str(draft.id))
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith(
        "最近 30 天由分诊立案 1 件：规则适用 1 件，人工办得一致 0 件，不一致 0 件，尚未办到 1 件"
    )
