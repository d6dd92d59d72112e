# SPDX-License-Identifier: Apache-2.0
"""The shipped catalogue: what is loaded, and that loading again changes nothing."""

from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from django.core.management import call_command

from tongguan.catalog import api, queries, standards
from tongguan.catalog.models import FilingRule, Item, RuleBook
from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.kernel.worktime import Limit, LimitUnit
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.models import AuditEntry, FactRecord

pytestmark = pytest.mark.django_db


def test_the_national_tree_has_153_component_and_97_behaviour_items(standards):
    counted = Counter(info.kind.value for info in queries.items_table() if info.standard)
    assert counted == {"component": 153, "event": 97}
    assert all(info.major_code <= "05" for info in queries.items_table("component") if info.standard)
    assert all(info.major_code >= "06" for info in queries.items_table("event") if info.standard)


def test_a_component_item_tells_its_component_its_old_code_and_where_it_is_from(standards):
    info = queries.item("01001")
    assert (info.name, info.component_name) == ("供水井盖异常", "供水井盖")
    assert (info.major_code, info.major_name) == ("01", "市政公用设施类")
    assert info.legacy_codes == ("0101",)
    assert info.aliases == ("供水井盖", "上水井盖")
    assert (info.source, info.confidence, info.standard) == ("S05", "medium_high", "GB/T 47678.5-2026")


def test_appeals_are_an_example_and_say_so(standards):
    appeals = queries.items_table("appeal")
    assert all(info.example and info.source == "S16" for info in appeals)
    assert queries.item("A01030101").name == "下水道"
    assert queries.item("A01030101").parent_code == "A010301"
    assert [t.name for t in queries.request_types()] == [
        "咨询",
        "求助",
        "投诉",
        "举报",
        "建议",
        "表扬",
        "其他",
    ]


def test_a_class_has_several_conditions_each_with_its_own_limit(standards):
    rules = queries.filing_rules("01001")
    assert [(rule.condition_no, rule.limit) for rule in rules] == [
        (1, Limit(Decimal(2), LimitUnit.URGENT_WORK_HOUR)),
        (2, Limit(Decimal(4), LimitUnit.WORK_HOUR)),
        (3, Limit(Decimal(2), LimitUnit.WORK_DAY)),
        (4, Limit(Decimal(5), LimitUnit.WORK_DAY)),
    ]
    assert rules[0].duties == ("供水", "权属单位")
    assert rules[0].supervising == ("城市管理部门", "区县政府")
    assert (rules[0].source, rules[0].rule_key, rules[0].confidence) == ("S01", "C0101-01", "high")
    assert queries.filing_rule(rules[0].id) == rules[0]


def test_rules_of_different_cities_are_never_merged(standards):
    assert queries.rule_sources("06012") == ("S01", "S02", "S03")
    assert {rule.source for rule in queries.filing_rules("06012")} == {"S01"}
    assert {rule.source for rule in queries.filing_rules("06012", "S03")} == {"S03"}
    assert queries.filing_rules("06012", "S04") == []


def test_every_shipped_rule_is_loaded_with_its_source(standards):
    assert Counter(FilingRule.objects.values_list("book__source", flat=True)) == {
        "S01": 519,
        "S02": 5,
        "S03": 10,
        "S04": 3,
    }


def test_stage_limits_are_open_but_for_verify_and_check(standards):
    assert queries.stage_limit("verify", "06012", "990101001001") == Limit(
        Decimal(24), LimitUnit.NATURAL_HOUR
    )
    assert queries.stage_limit("check", "06012", "9901") == Limit(Decimal(2), LimitUnit.NATURAL_HOUR)
    assert [
        queries.stage_limit(stage, "06012", "9901") for stage in ("accept", "register", "dispatch", "close")
    ] == [None] * 4


def test_a_district_may_set_its_own_stage_limit_for_a_kind(city):
    api.set_stage_limit(city.city_chief, "verify", "30自然小时", division="9901")
    api.set_stage_limit(city.duty_chief, "verify", "4自然小时", kind="event", division="990101")
    api.set_stage_limit(city.duty_chief, "check", "", division="990101")
    assert queries.stage_limit("verify", "06012", "990101001") == Limit(Decimal(4), LimitUnit.NATURAL_HOUR)
    assert queries.stage_limit("verify", "01001", "990101001") == Limit(Decimal(30), LimitUnit.NATURAL_HOUR)
    assert queries.stage_limit("verify", "06012", "9902") == Limit(Decimal(24), LimitUnit.NATURAL_HOUR)
    assert queries.stage_limit("check", "06012", "990101001") is None
    with pytest.raises(Forbidden):
        api.set_stage_limit(city.outsider, "verify", "1小时", division="990101")
    with pytest.raises(Invalid, match=r"limit\.unreadable"):
        api.set_stage_limit(city.duty_chief, "verify", "尽快", division="990101")


def test_what_is_urgent_has_its_own_limit_wherever_it_is(city):
    api.set_stage_limit(city.duty_chief, "dispatch", "4自然小时", kind="event", division="990101")
    for level, hours in (("critical", 1), ("urgent", 2), ("normal", 24)):
        api.set_stage_limit(city.city_chief, "dispatch", f"{hours}自然小时", division="9901", urgency=level)
    hours = {
        level: queries.stage_limit("dispatch", "06012", "990101001", level).value
        for level in ("normal", "urgent", "critical", "")
    }
    assert hours == {"normal": 24, "urgent": 2, "critical": 1, "": 4}
    api.set_stage_limit(city.duty_chief, "dispatch", "30自然小时", division="990101", urgency="critical")
    assert queries.stage_limit("dispatch", "06012", "990101001", "critical").value == 30
    with pytest.raises(Forbidden):
        api.set_stage_limit(city.duty_chief, "dispatch", "1自然小时", division="9901", urgency="urgent")
    with pytest.raises(Invalid, match=r"urgency\.level"):
        api.set_stage_limit(city.duty_chief, "dispatch", "1自然小时", division="990101", urgency="soon")


def test_loading_again_changes_nothing_and_tells_nobody(standards, django_assert_max_num_queries):
    told = (AuditEntry.objects.count(), FactRecord.objects.count())
    with django_assert_max_num_queries(60):
        assert api.load_standards(PLATFORM) == (0, 0)
    assert (AuditEntry.objects.count(), FactRecord.objects.count()) == told
    assert FactRecord.objects.get().name == "CatalogueLoaded"


def test_loading_again_keeps_what_the_city_has_set_and_repairs_the_rest(standards):
    Item.objects.filter(code="06012").update(
        urgency="urgent", process="fast", active_to=date(2030, 1, 1), name="改过的名字", aliases=["本市叫法"]
    )
    FilingRule.objects.filter(rule_key="E0112-01").update(filing_condition="改过的条件")
    assert api.load_standards(PLATFORM) == (0, 2)
    info = queries.item("06012")
    assert (info.name, info.urgency, info.process) == ("道路不洁", "urgent", "fast")
    assert info.active_to == date(2030, 1, 1)
    assert info.aliases == ("本市叫法", "道路保洁")
    assert queries.filing_rules("06012")[0].filing_condition == "路面散落垃圾、油污、积灰或雨后淤泥"


def test_a_rule_that_is_no_longer_shipped_stays_readable_for_its_cases(standards):
    book = RuleBook.objects.get(source="S01")
    old = FilingRule.objects.create(
        book=book, item=Item.objects.get(code="06012"), rule_key="OLD", condition_no=9,
        filing_condition="旧条件", closing_condition="旧", confidence="high",
    )  # fmt: skip
    api.load_standards(PLATFORM)
    assert old.id not in {rule.id for rule in queries.filing_rules("06012")}
    assert queries.filing_rule(old.id).filing_condition == "旧条件"
    assert queries.filing_rule(old.id).limit is None


def test_items_are_found_by_code_old_code_name_and_alias(standards):
    assert [info.code for info in queries.search_items("06012")] == ["06012"]
    assert queries.search_items("0101")[0].code == "01010"
    assert "01001" in [info.code for info in queries.search_items("0101")]
    assert queries.search_items("上水井盖")[0].code == "01001"
    assert queries.search_items("道路不洁")[0].code == "06012"
    assert len(queries.search_items("0", limit=7)) == 7
    assert len(queries.search_items("0", limit=5000)) == 50
    assert queries.search_items("   ") == []
    assert queries.search_items("广场舞", kind="event") == []
    assert [i.code for i in queries.search_items("广场舞")] == ["A02010206"]


def test_an_item_out_of_its_dates_is_not_offered_but_still_known(standards):
    Item.objects.filter(code="06012").update(active_to=date(2026, 6, 30))
    api.load_standards(PLATFORM)
    assert queries.search_items("06012", active_on=date(2026, 7, 1)) == []
    assert [i.code for i in queries.search_items("06012", active_on=date(2026, 6, 30))] == ["06012"]
    assert queries.item("06012").name == "道路不洁"


def test_an_unknown_item_is_refused_by_name(standards):
    with pytest.raises(NotFound) as refused:
        queries.item("99999")
    assert (refused.value.code, refused.value.zh, refused.value.field) == (
        "item.unknown",
        "没有事项 99999",
        "item_code",
    )
    assert queries.items(["99999", "06012"]).keys() == {"06012"}


def test_reads_take_no_statement_while_fresh(standards, django_assert_num_queries):
    queries.item("06012")
    queries.filing_rules("06012")
    with django_assert_num_queries(0):
        queries.item("06012")
        queries.filing_rules("06012")


def test_only_keepers_load(city):
    assert api.load_standards(city.city_dispatcher) == (0, 0)
    for role in ("acceptor", "handler", "leader", "duty_chief", "auditor"):
        with pytest.raises(Forbidden):
            api.load_standards(city.actor(role))


def test_the_command_says_how_much_changed(db, capsys):
    call_command("load_standards")
    call_command("load_standards")
    first, second = capsys.readouterr().out.splitlines()
    assert first.startswith("新增 13")
    assert second == "新增 0 行，更新 0 行 (created, updated)"


def test_every_item_of_a_rule_and_every_cited_source_is_shipped():
    codes = {item.code for item in standards.items()}
    cited = set(standards.sources())
    for name in standards.RULE_FILES.values():
        for row in standards.records(name):
            assert row["item_code"] in codes
            assert row["source"] in cited
            assert row["limit_value"], row["rule_id"]
    assert {item.source for item in standards.items()} <= cited


def test_a_city_decides_urgency_and_dates_of_an_item_but_not_its_name(city):
    changed = api.change_item(city.city_chief, "06012", urgency="critical", active_to=date(2030, 1, 1))
    assert (changed.urgency, changed.active_to) == ("critical", date(2030, 1, 1))
    assert AuditEntry.objects.get(subject="item:06012").detail == {
        "urgency": "critical",
        "active_to": "2030-01-01",
    }
    for settings, code in (({"name": "x"}, "item.fixed"), ({"urgency": "火急"}, "item.urgency_unknown")):
        with pytest.raises(Invalid) as refused:
            api.change_item(city.city_chief, "06012", **settings)
        assert refused.value.code == code
    with pytest.raises(Forbidden):
        api.change_item(city.outsider, "06012", urgency="normal")
    assert queries.item("06012").urgency == "critical"
