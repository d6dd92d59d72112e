# SPDX-License-Identifier: Apache-2.0
"""A city's own standard and items, read from files."""

import io
from decimal import Decimal
from pathlib import Path

import pytest
from django.core.management import call_command

from tongguan.catalog import api, queries
from tongguan.catalog.models import FilingRule, Item, RuleBook
from tongguan.kernel.errors import Invalid
from tongguan.kernel.worktime import Limit, LimitUnit
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.models import FactRecord

pytestmark = pytest.mark.django_db

RULES = "类型,大类代码,大类名称,小类代码,小类名称,处置单位,主管部门,立案条件,结案条件,处置时限"
ITEMS = "事项代码,事项名称,类型,大类代码,大类名称,上级代码,别名,紧急程度"


def file(heading: str, *lines: str) -> io.BytesIO:
    return io.BytesIO("\n".join([heading, *lines]).encode())


def standard(*lines: str, **options):
    return api.import_filing_standard(
        PLATFORM, file(RULES, *lines), source="江州", title="江州市立结案标准", **options
    )


def test_a_citys_standard_answers_before_the_shipped_ones_and_stays_apart(standards):
    report = standard(
        "部件,01,公用设施,01,上水井盖,市水务局、各产权单位,市城管局,缺失,恢复,1紧急工作时",
        "部件,1,公用设施,1,上水井盖,市水务局,市城管局,破损,修复,",
        "事件,01,市容环境,12,道路不洁,市环卫中心,市城管局,有垃圾,清理,3小时",
    )
    assert (report.rows, report.errors, report.created, report.number) == (3, (), 3, 1)
    rules = queries.filing_rules("01001")
    assert [(r.source, r.rule_key, r.limit, r.duties) for r in rules] == [
        ("江州", "C0101-01", Limit(Decimal(1), LimitUnit.URGENT_WORK_HOUR), ("市水务局", "各产权单位")),
        ("江州", "C0101-02", None, ("市水务局",)),
    ]
    assert queries.rule_sources("01001") == ("江州", "S01")
    assert len(queries.filing_rules("01001", "S01")) == 4
    assert queries.filing_rules("06012")[0].filing_condition == "有垃圾"
    assert api.load_standards(PLATFORM) == (0, 0)
    assert queries.filing_rules("06012")[0].source == "江州"


def test_a_new_version_supersedes_and_the_same_file_changes_nothing(standards):
    line = "事件,01,市容环境,12,道路不洁,环卫,城管,有垃圾,清理,3小时"
    standard(line)
    first = queries.filing_rules("06012")[0]
    again = standard(line)
    assert (again.number, again.created, again.warnings) == (1, 0, ("文件与在用版本相同，没有变化",))
    report = standard(line.replace("3小时", "2小时"))
    assert report.number == 2
    assert queries.filing_rules("06012")[0].limit == Limit(Decimal(2), LimitUnit.WORK_HOUR)
    assert queries.filing_rule(first.id).limit == Limit(Decimal(3), LimitUnit.WORK_HOUR)
    assert list(RuleBook.objects.filter(source="江州").order_by("number").values_list("number", "state")) == [
        (1, "superseded"),
        (2, "active"),
    ]
    assert FactRecord.objects.filter(name="FilingStandardImported").count() == 2


def test_every_mistake_of_a_standard_is_told_and_nothing_is_stored(standards):
    before = FilingRule.objects.count(), Item.objects.count()
    report = standard(
        "事件,01,市容环境,12,道路不洁,环卫,城管,有垃圾,清理,3小时",
        "东西,01,市容环境,12,道路不洁,环卫,城管,有垃圾,清理,3小时",
        "事件,一,市容环境,12,道路不洁,环卫,城管,有垃圾,清理,3小时",
        "事件,01,市容环境,12,道路不洁,环卫,城管,,清理,尽快",
    )
    assert [(e.row_no, e.field, e.code, e.zh) for e in report.errors] == [
        (3, "kind", "row.kind_unknown", "类型“东西”应为部件或事件"),
        (4, "minor", "row.class_unreadable", "大类代码“一”、小类代码“12”应为 2 位和 2 位数字"),
        (5, "filing", "row.empty", "立案条件为空"),
        (5, "limit", "limit.unreadable",
         "时限“尽快”无法识别，应为数字加单位，如 2紧急工作时、4小时、1天、15个工作日"),
    ]  # fmt: skip
    assert (FilingRule.objects.count(), Item.objects.count()) == before


def test_a_class_of_the_citys_own_becomes_a_local_item_and_keeps_its_number(standards):
    report = standard("事件,01,市容环境,77,无人机黑飞,公安,公安,黑飞,制止,1紧急工作时")
    assert report.warnings == ("新建自定事项 06989 无人机黑飞（城市代码 0177）",)
    info = queries.item("06989")
    assert (info.name, info.local, info.source, info.legacy_codes) == (
        "无人机黑飞（自定义）",
        True,
        "江州",
        ("0177",),
    )
    report = standard("事件,01,市容环境,77,无人机黑飞,公安,公安,黑飞,制止,2紧急工作时")
    assert report.warnings == ()
    assert queries.filing_rules("06989")[0].limit == Limit(Decimal(2), LimitUnit.URGENT_WORK_HOUR)


def test_the_oldest_standard_has_two_major_classes_the_other_way_round(standards):
    line = "事件,04,突发事件,06,道路积水,排水,城管,积水,排除,1紧急工作时"
    standard(line, standard="CJ/T 214")
    assert queries.filing_rules("10994")[0].source == "江州"
    with pytest.raises(Invalid, match=r"standard\.unknown"):
        standard(line, standard="GB 0")


def test_the_platforms_own_sources_cannot_be_overwritten(standards):
    with pytest.raises(Invalid) as refused:
        api.import_filing_standard(PLATFORM, file(RULES), source="S01", title="x")
    assert refused.value.zh == "来源名“S01”为空或已由平台使用，请另取名"


def test_a_city_brings_its_own_tree_of_appeals(standards):
    report = api.import_items(
        PLATFORM,
        file(ITEMS, "B01,供水,诉求,B01,公用事业,,自来水；停水,紧急", "B0101,水质,诉求,B01,公用事业,B01,,"),
        source="江州",
    )
    assert (report.errors, report.created) == ((), 4 - 2)
    info = queries.item("B01")
    assert (info.kind.value, info.major_name, info.aliases, info.urgency, info.example) == (
        "appeal",
        "公用事业",
        ("自来水", "停水"),
        "urgent",
        False,
    )
    assert [i.code for i in queries.search_items("停水")] == ["B01"]


def test_the_standards_own_items_cannot_be_redefined_by_a_file(standards):
    report = api.import_items(
        PLATFORM,
        file(
            ITEMS,
            "06012,别的,事件,06,市容环境,,,",
            "6999,别的,事件,06,市容环境,,,",
            "B02,甲,诉求,C01,乙,,,",
            "B03,甲,诉求,B03,乙,,,火急",
            "B03,甲,诉求,B03,乙,,,",
            "B04,甲,物件,B04,乙,,,",
            "B05,,诉求,B05,乙,,,",
        ),
        source="江州",
    )
    assert [(e.row_no, e.field, e.code) for e in report.errors] == [
        (2, "code", "row.code_fixed"),
        (3, "code", "row.code_unreadable"),
        (4, "major", "row.major_unknown"),
        (5, "urgency", "row.urgency_unknown"),
        (6, "code", "row.code_twice"),
        (7, "kind", "row.kind_unknown"),
        (8, "name", "row.empty"),
    ]
    assert queries.item("06012").name == "道路不洁"


@pytest.mark.shared
def test_the_519_rules_of_a_real_city_become_its_catalogue(standards, shared: Path, capsys):
    path = shared / "data/cityguard_standard/filing_standard.csv"
    call_command("import_filing_standard", str(path), "--source", "运城", "--title", "运城市立结案标准")
    assert capsys.readouterr().out.splitlines()[-1] == "共 519 行，新增 519 行，更新 0 行，第 1 版"
    assert FilingRule.objects.filter(book__source="运城").count() == 519
    # The shipped digest of the same city agrees with its source on item, order and limit of every rule.
    mine = FilingRule.objects.filter(book__source="运城")
    theirs = FilingRule.objects.filter(book__source="S01")
    fields = ("rule_key", "item__code", "limit_unit", "limit_value")
    assert set(mine.values_list(*fields)) == set(theirs.values_list(*fields))
    assert queries.filing_rules("01001")[0].limit == Limit(Decimal(2), LimitUnit.URGENT_WORK_HOUR)
