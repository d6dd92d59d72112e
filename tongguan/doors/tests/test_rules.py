# SPDX-License-Identifier: Apache-2.0
"""What a draft of dispatch rules would have done last month, before it is in force (F19)."""

from datetime import timedelta

import pytest
from django.core.management import call_command

from tongguan.advice import queries as advice
from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.dispatch.models import WorkOrder
from tongguan.kernel import clock
from tongguan.kernel.errors import Invalid, NotFound
from tongguan.people.contracts import PLATFORM
from tongguan.rules import api as rules
from tongguan.rules import queries as versions

pytestmark = pytest.mark.django_db

RULES = """
- {no: R1, name: 井盖归市政, when: {field: title, operator: contains, value: [井盖]}, then: {lead_duty: 排水}}
- {no: R2, name: 路灯另派, when: {field: title, operator: contains, value: [路灯]}, then: {lead_unit: X-9}}
"""


@pytest.fixture
def city(people_cast):
    catalog.load_standards(PLATFORM)
    return people_cast


@pytest.fixture
def send(city):
    """Tell of something and dispatch it to a unit, or leave it undispatched."""

    def run(title, to=""):
        new = NewCase(
            item_code="01001", title=title, text="请处理", division="990101001001", source="hotline"
        )
        case = cases.open_cases(city.acceptor, [new])[0].id
        rule = items.filing_rules("01001")[0].id
        for move, inputs in (("accept", {}), ("register", {"filing_rule_id": rule})):
            dispatch.perform(city.acceptor, case, move, inputs)
        if to:
            chosen = {"unit_id": city.unit(to).id, "reason": "人工选定"}
            dispatch.perform(city.dispatcher, case, "dispatch", chosen)
        return case

    return run


@pytest.fixture
def draft(city):
    return rules.import_rules(city.duty_chief, "routing", "990101", RULES)


def test_a_draft_says_what_it_would_have_done_with_last_months_cases(city, send, draft, desk):
    send("井盖松动", "N-SZ")
    elsewhere = send("井盖缺失", "N-HW")
    lamp = send("路灯不亮", "N-ZF")
    send("占道堆物", "N-ZF")
    send("井盖破损")
    door = desk("duty_chief")
    (listed,) = door.get("/rules?kind=routing").json()
    assert (listed["id"], listed["state"], listed["rules"]) == (str(draft.id), "draft", 2)
    told = door.get(f"/rules/{draft.id}/try?days=30").json()
    counts = ("cases", "matched", "same", "different", "unmatched", "before", "spared", "more")
    assert [told[name] for name in counts] == [4, 3, 1, 2, 1, 0, 0, False]
    assert [(r["no"], r["hits"], r["same"]) for r in told["rules"]] == [("R1", 2, 1), ("R2", 1, 0)]
    assert {(line["case_id"], line["words"]) for line in told["lines"]} == {
        (str(elsewhere), "规则 R1 会派给江北区市政所，实际由江北区环卫所办理"),
        (str(lamp), "规则 R2 未指明登记在册的单位，实际由江北区综合执法局办理"),
    }
    assert versions.active("routing", "990101").version == 0, "trying brings nothing into force"


def test_where_the_list_decides_no_rule_is_asked(city, send, draft):
    WorkOrder.objects.filter(case_id=send("井盖松动", "N-HW")).update(plan={"basis": "list"})
    told = advice.try_rules(city.duty_chief, draft.id)
    assert (told.cases, told.before, told.different) == (0, 1, 0)


def test_a_wrong_first_dispatch_that_the_rules_would_have_spared_is_counted(city, send, draft):
    case = send("井盖松动", "N-HW")
    returned = {"reason": "不属本单位职责", "clause": "三定方案第五条"}
    dispatch.perform(city.second_department, case, "return_dispatcher", returned)
    again = {"unit_id": city.unit("N-SZ").id, "reason": "改派"}
    dispatch.perform(city.dispatcher, case, "dispatch", again)
    told = advice.try_rules(city.duty_chief, draft.id)
    assert (told.same, told.spared, told.different) == (1, 1, 0)


def test_only_cases_in_sight_of_the_span_and_of_the_division_are_tried(city, send, draft):
    send("井盖松动", "N-SZ")
    assert advice.try_rules(city.city_chief, draft.id).cases == 1
    assert advice.try_rules(city.second_department, draft.id).cases == 0
    assert advice.try_rules(city.duty_chief, draft.id, division="990102").cases == 0
    with pytest.raises(NotFound):
        advice.try_rules(city.outsider, draft.id)
    later = clock.ManualClock(clock.now() + timedelta(days=31))
    with clock.using(later):
        assert advice.try_rules(city.duty_chief, draft.id).cases == 0
        assert advice.try_rules(city.duty_chief, draft.id, days=32).cases == 1


def test_many_cases_cost_as_many_queries_as_one(city, send, draft, django_assert_num_queries):
    send("井盖松动", "N-SZ")
    advice.try_rules(city.duty_chief, draft.id)
    with django_assert_num_queries(5):
        advice.try_rules(city.duty_chief, draft.id)
    for _ in range(3):
        send("井盖缺失", "N-HW")
    with django_assert_num_queries(5):
        assert advice.try_rules(city.duty_chief, draft.id).cases == 4


def test_straight_rules_are_tried_too_and_odd_spans_are_refused_by_name(city, draft, desk):
    straight = rules.save_draft(city.duty_chief, "straight", "990101", [])
    with pytest.raises(Invalid) as refusal:
        advice.try_rules(city.duty_chief, straight.id)
    assert (refusal.value.code, refusal.value.field) == ("rules.not_routing", "ruleset_id")
    door = desk("duty_chief")
    assert door.get(f"/rules/{straight.id}/try").json()["cases"] == 0
    assert door.get(f"/rules/{draft.id}/try?days=0").status_code == 422
    assert door.get(f"/rules/{draft.id}/try?days=367").status_code == 422


def test_the_command_prints_it(city, send, draft, capsys):
    send("井盖松动", "N-SZ")
    send("井盖缺失", "N-HW")
    call_command("rules", "try", str(draft.id), "--days", "7")
    first, one, two, line = capsys.readouterr().out.splitlines()
    assert first == (
        "最近 7 天已派遣 2 件：规则适用 2 件，与实际一致 1 件（其中 0 件当时曾被退回），"
        "不一致 1 件，无一适用 0 件；另有 0 件由裁定或权责清单确定，不经规则"
    )
    assert (one, two) == ("R1\t井盖归市政\t适用 2 件\t一致 1 件", "R2\t路灯另派\t适用 0 件\t一致 0 件")
    assert line.endswith("规则 R1 会派给江北区市政所，实际由江北区环卫所办理")
