# SPDX-License-Identifier: Apache-2.0
"""One matter nobody wants, through the verbs that doors call (F20 F22 F23 F28 F32)."""

from datetime import date

import pytest
from django.core.management import call_command

from tongguan.catalog import api as catalog_api
from tongguan.catalog import queries as catalog
from tongguan.catalog.contracts import ListRow
from tongguan.dispatch import api, planning, queries
from tongguan.dispatch.models import Clock, Ruling, WorkOrder
from tongguan.dispatch.tests.conftest import at
from tongguan.kernel import clock as time
from tongguan.kernel.errors import Conflict
from tongguan.kernel.testing import MinuteByMinute
from tongguan.kernel.worktime import Limit
from tongguan.people import queries as people
from tongguan.people.contracts import PLATFORM
from tongguan.rules import api as rules

ITEM = "01003"  # 雨水井盖异常 -> 排水 -> 江北区市政所
CLAUSE = {"reason": "不属本单位", "clause": "三定方案第五条"}


@pytest.fixture
def city(stage):
    call_command("load_standards", verbosity=0)
    row = ListRow(
        row_no=1,
        item_code=ITEM,
        division="9901",
        lead_duty="排水",
        co_duties=("市容秩序",),
        legal_basis="《江州市排水管理办法》",
        clause="第十二条",
        valid_from=date(2026, 1, 1),
    )
    draft = catalog_api.draft_responsibilities(PLATFORM, "9901", [row], title="权责清单")
    catalog_api.apply_responsibilities(PLATFORM, draft.id, reason="首版")
    return stage


def filed(city, **more):
    info = city.open(item_code=ITEM, **more)
    api.perform(city.people.acceptor, info.id, "accept")
    rule = next(r for r in catalog.filing_rules(ITEM) if r.limit is not None)
    return api.perform(city.people.acceptor, info.id, "register", {"filing_rule_id": rule.id}).case


def limit_of(case) -> Limit:
    return catalog.filing_rule(case.filing_rule_id).limit


def test_the_list_names_the_unit_and_the_plan_is_frozen_with_its_reasons(city):
    city.clock.move_to(at("2026-09-30 17:00"))
    case = filed(city)
    done = api.perform(city.people.dispatcher, case.id, "dispatch")
    order, helper = WorkOrder.objects.filter(case_id=case.id).order_by("no")
    assert (helper.role, helper.unit.code) == ("co", "N-HW")
    assert (order.unit.code, order.plan["basis"]) == ("N-SZ", "list")
    assert order.plan["explanation"][0] == f"裁定先例：事项 {ITEM} 在本区划没有有效裁定"
    assert order.plan["explanation"][-2:] == [
        "权责清单确定主办单位：江北区市政所（承担“排水”职责）",
        "协办单位：江北区环卫所（市容秩序）",
    ]
    assert order.plan["legal_basis"] == "《江州市排水管理办法》 第十二条"
    assert [step["to"] for step in order.plan["steps"]][-1] == "leader"
    assert order.plan["refs"]["list"]["version"] == 1
    slow = MinuteByMinute(people.calendar_for(None).definition)
    assert done.case.due_at == slow.due_at(time.now(), limit_of(case))
    assert any("权责清单" in line for line in queries.explain(city.people.dispatcher, case.id).dispatch)


def test_a_published_rule_decides_where_the_list_is_silent_and_others_say_why_not(city):
    written = [
        {
            "no": "R1",
            "name": "大面积归市级",
            "when": {"field": "title", "operator": "contains", "value": ["大面积"]},
            "then": {"lead_unit": "C-SW"},
        },
        {
            "no": "R2",
            "name": "积水归市政",
            "when": {"field": "title", "operator": "contains", "value": ["积水"]},
            "then": {"lead_duty": "排水", "co_units": ["N-HW"]},
        },
    ]
    rules.publish_ruleset(city.people.sysadmin, "routing", written, "9901")
    plan = planning.plan_dispatch(city.open(item_code="99999"), time.now())
    assert (plan.lead.code, [unit.code for unit in plan.co], plan.basis) == ("N-SZ", ["N-HW"], "rule")
    told = [line for line in plan.explanation if line.startswith("派遣规则：")]
    assert told[0].startswith("派遣规则：未匹配规则 R1：")
    assert told[1].startswith("派遣规则：匹配规则 R2：")
    assert plan.refs["rule"] == {"version": 1, "division": "9901", "rule": "R2"}


def test_nobody_wants_it_so_it_is_handled_first_ruled_above_and_taught(city):
    cast = city.people
    case = filed(city)
    due = api.perform(cast.dispatcher, case.id, "dispatch").case.due_at
    api.perform(cast.department, case.id, "sign")
    api.perform(cast.department, case.id, "return_dispatcher", CLAUSE)
    other = {"unit_id": cast.unit("N-HW").id, "reason": "试派环卫"}
    city.clock.advance(minutes=20)
    again = api.perform(cast.dispatcher, case.id, "dispatch", other)
    assert again.case.due_at == due
    api.perform(cast.second_department, case.id, "return_dispatcher", CLAUSE)
    api.perform(cast.dispatcher, case.id, "dispatch", {"unit_id": cast.unit("N-SZ").id, "reason": "仍属市政"})
    with pytest.raises(Conflict, match=r"^return\.limit:") as refused:
        api.perform(cast.department, case.id, "return_dispatcher", CLAUSE)
    assert refused.value.zh.startswith("已被江北区市政所、江北区环卫所回退 2 次，达到上限 2 次")
    api.perform(cast.department, case.id, "raise_dispute", CLAUSE)
    acting = api.perform(cast.dispatcher, case.id, "act_first")
    assert [o.unit_name for o in acting.orders if o.ended_at is None] == ["江北区市政所"]
    ruling = {"unit_id": cast.unit("N-ZF").id, "reason": "占道施工损坏，属执法"}
    ruled = api.perform(cast.city_chief, case.id, "rule_dispute", ruling)
    assert ruled.case.due_at == due
    city_clock = Clock.objects.get(case_id=case.id, stage="handle", order=None)
    assert (city_clock.round, city_clock.due_at, city_clock.pauses) == (1, due, [])
    kept = Ruling.objects.get()
    assert (kept.unit.code, kept.division, kept.valid_to) == ("N-ZF", "990101", at("2027-09-28 08:20"))
    plan = planning.plan_dispatch(filed(city), time.now())
    assert (plan.lead.code, plan.basis) == ("N-ZF", "ruling")
