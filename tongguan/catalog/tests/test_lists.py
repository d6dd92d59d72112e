# SPDX-License-Identifier: Apache-2.0
"""Responsibility lists: files in, mistakes told, difference, taking effect, going back."""

import io
from datetime import date, datetime

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from tongguan.catalog import api, queries
from tongguan.catalog.models import ResponsibilityRow, ResponsibilityVersion
from tongguan.catalog.seed import seed_responsibilities
from tongguan.catalog.testing import in_force, row
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound, Stale
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.models import AuditEntry, FactRecord

pytestmark = pytest.mark.django_db

HEADING = "事项代码,区划代码,主办单位代码,主办职责,协办单位代码,协办职责,法律依据,条款,生效日期,失效日期,备注"
NO_HEADING = (
    "前 10 行中没有找到表头，应有：事项代码、事项名称、区划代码、主办单位代码、主办职责、"
    "协办单位代码、协办职责、法律依据、条款、生效日期、失效日期、备注"
)
DAY = date(2026, 7, 1)


def sheet(*lines: str, heading: str = HEADING, encoding: str = "utf-8") -> io.BytesIO:
    return io.BytesIO("\r\n".join([heading, *lines, ""]).encode(encoding))


def excel(*rows: tuple) -> io.BytesIO:
    book = Workbook()
    for cells in rows:
        book.active.append(cells)
    stream = io.BytesIO()
    book.save(stream)
    stream.seek(0)
    return stream


def told(report) -> list[tuple[int, str, str, str]]:
    return [(e.row_no, e.field, e.code, e.zh) for e in report.errors]


def nothing_stored() -> bool:
    return not ResponsibilityVersion.objects.exists() and not ResponsibilityRow.objects.exists()


def test_a_sound_csv_becomes_a_draft_that_is_not_yet_in_force(city):
    file = sheet(
        "06012,990101,N-HW,,N-ZF；N-01,,《示例条例》,第十条,2026-01-01,,",
        "06,9901,,综合执法,,街道办事处；环卫,,,2026年1月1日,2026/12/31,大类兜底",
    )
    report = api.import_responsibilities(city.city_chief, file, file_name="清单.csv")
    assert (report.rows, report.errors, report.created, report.number) == (2, (), 2, 1)
    version = ResponsibilityVersion.objects.get()
    assert (version.division, version.state, version.file_name) == ("9901", "draft", "清单.csv")
    first, second = version.rows.all()
    assert (first.row_no, first.co_unit_codes, first.clause) == (2, ["N-ZF", "N-01"], "第十条")
    assert (second.lead_duty, second.co_duties, second.valid_to) == (
        "综合执法",
        ["街道办事处", "环卫"],
        date(2026, 12, 31),
    )
    assert queries.responsible("06012", "990101", DAY) is None


def test_an_excel_file_with_a_title_numbers_and_real_dates_is_read(city):
    file = excel(
        ("江州市权责清单（2026 年）",),
        ("事项代码*", "区划 代码", "主办单位代码", "生效日期", "失效日期", "经办人"),
        (6012, 990101, "N-HW", datetime(2026, 1, 1), None, "甲"),  # noqa: DTZ001
        (6, 9901, "C", "2026-01-01", date(2026, 12, 31), "乙"),
        (None, None, None, None, None, None),
        ("01001", "9901", "C-SW", "20260101", "", ""),
    )
    report = api.import_responsibilities(city.city_chief, file)
    assert (report.errors, report.created) == ((), 3)
    assert report.warnings == ("忽略的列：经办人",)
    rows = ResponsibilityRow.objects.values_list("row_no", "item_code", "division", "valid_to")
    assert list(rows) == [
        (3, "06012", "990101", None),
        (4, "06", "9901", date(2026, 12, 31)),
        (6, "01001", "9901", None),
    ]


def test_a_file_that_excel_saved_in_gb18030_is_read(city):
    file = sheet("06012,9901,,环卫,,,《示例条例》,,2026-01-01,,", encoding="gb18030")
    assert api.import_responsibilities(city.city_chief, file).errors == ()
    assert ResponsibilityRow.objects.get().legal_basis == "《示例条例》"


def test_every_mistake_is_told_with_line_and_field_and_nothing_is_stored(city):
    file = sheet(
        "06012,990101,N-HW,,,,,,2026-01-01,,",
        "99999,990101,N-HW,,,,,,2026-01-01,,",
        "06013,990199,N-HW,,,,,,2026-01-01,,",
        "06014,990101,NOBODY,,,,,,2026-01-01,,",
        "06015,990101,,,,,,,2026-01-01,,",
        "06016,990101,N-HW,环卫,,,,,2026-01-01,,",
        "06017,990101,N-HW,,,,,,2026-02-30,,",
        "06018,990101,N-HW,,,,,,2026-05-01,2026-04-30,",
        "06019,990101,N-HW,,,,,,,,",
        "06012,990101,N-ZF,,,,,,2026-06-01,,",
        "06021,990101,N-HW,,N-HW,,,,2026-01-01,,",
        ",,N-HW,,N-X,,,,明天,,",
        "06022,990101,N-HW；N-ZF,,,,,,2026-01-01,,",
        f"06023,990101,N-HW,,,,,,2026-01-01,,{'长' * 301}",
    )
    report = api.import_responsibilities(city.city_chief, file)
    assert told(report) == [
        (3, "item_code", "row.item_unknown", "事项代码 99999 不在事项目录中"),
        (4, "division", "row.division_unknown", "区划代码 990199 不存在"),
        (5, "lead_unit_code", "row.unit_unknown", "单位代码 NOBODY 不存在"),
        (6, "lead_unit_code", "row.no_lead", "主办单位代码与主办职责都没有填"),
        (7, "lead_unit_code", "row.both_leads", "主办单位代码与主办职责只能填一个"),
        (8, "valid_from", "row.bad_date", "生效日期“2026-02-30”不是日期，应如 2026-01-31"),
        (9, "valid_to", "row.ends_before_start", "失效日期 2026-04-30 早于生效日期 2026-05-01"),
        (10, "valid_from", "row.no_start", "没有生效日期"),
        (11, "valid_from", "row.overlaps", "与第 2 行（事项 06012、区划 990101）的有效期重叠"),
        (12, "co_unit_codes", "row.co_is_lead", "协办与主办相同"),
        (13, "item_code", "row.no_item", "没有事项代码"),
        (13, "division", "row.no_division", "没有区划代码"),
        (13, "co_unit_codes", "row.unit_unknown", "单位代码 N-X 不存在"),
        (13, "valid_from", "row.bad_date", "生效日期“明天”不是日期，应如 2026-01-31"),
        (14, "lead_unit_code", "row.many_leads", "主办只能有一个"),
        (15, "note", "row.too_long", "备注超过 300 字"),
    ]
    assert (report.rows, report.errors_total, report.version_id) == (14, 16, None)
    assert nothing_stored()
    assert not FactRecord.objects.filter(name="ResponsibilitiesApplied").exists()


def test_periods_that_follow_each_other_do_not_overlap(city):
    file = sheet(
        "06012,9901,C,,,,,,2026-07-01,,",
        "06012,9901,N,,,,,,2026-01-01,2026-06-30,",
        "06012,990101,N,,,,,,2026-01-01,,",
    )
    assert api.import_responsibilities(city.city_chief, file).errors == ()


def test_a_long_period_overlaps_rows_that_are_not_its_neighbours(city):
    file = sheet(
        "06012,9901,C,,,,,,2026-01-01,2026-12-31,",
        "06012,9901,N,,,,,,2026-02-01,2026-02-28,",
        "06012,9901,N,,,,,,2026-12-31,,",
    )
    report = api.import_responsibilities(city.city_chief, file)
    assert [(e.row_no, e.zh[:6]) for e in report.errors] == [(3, "与第 2 行"), (4, "与第 2 行")]


@pytest.mark.parametrize(
    ("body", "code", "zh"),
    [
        (b"", "file.no_heading", NO_HEADING),
        (
            b"\xd0\xcf\x11\xe0" + b"\x00" * 600,
            "file.unreadable",
            "这是旧版 Excel（.xls），请另存为 .xlsx 后重试",
        ),
        (b"PK\x03\x04 broken", "file.unreadable", "文件不是完整的 Excel 表格"),
        (b"\xff\xff\xff", "file.unreadable", "文件编码无法识别，请用 UTF-8 或 GB18030 保存"),
        ("事项代码,区划代码\x00,生效日期\n", "file.unreadable", "文件不是文本"),
        ("事项代码,区划代码,生效日期\n", "file.column_missing", "表头缺少“主办单位代码”或“主办职责”"),
        ("事项代码,区划代码,主办职责\n", "file.column_missing", "表头缺少“生效日期”"),
        ("事项代码,区划代码,区划,主办职责\n", "file.column_twice", "表头中“区划代码”出现了两次"),
        ("事项代码,区划代码,主办职责,生效日期\n", "file.empty", "文件中没有任何权责清单行"),
        ('事项代码,区划代码,主办职责,生效日期\n"06012,9901', "file.unreadable", "CSV 引号不成对或单元格过长"),
    ],
)
def test_a_file_that_is_no_list_is_refused_in_words(city, body, code, zh):
    stream = io.BytesIO(body.encode() if isinstance(body, str) else body)
    with pytest.raises(Invalid) as refused:
        api.import_responsibilities(PLATFORM, stream)
    assert (refused.value.code, refused.value.zh) == (code, zh)
    assert nothing_stored()


def test_a_dry_run_tells_and_stores_nothing(city):
    file = sheet("06012,9901,,没有的职责,,,,,2026-01-01,,")
    report = api.import_responsibilities(city.city_chief, file, dry_run=True)
    assert (report.errors, report.version_id) == ((), None)
    assert report.warnings == ("第 2 行：区划 9901 及其上级没有“没有的职责”职责的单位",)
    assert nothing_stored()


def test_a_row_outside_the_lists_division_is_refused(city):
    file = sheet("06012,990102,,环卫,,,,,2026-01-01,,")
    report = api.import_responsibilities(city.duty_chief, file, division="990101")
    assert told(report) == [
        (2, "division", "row.division_outside", "区划 990102 不在本清单的区划 990101 之内")
    ]


def test_the_difference_shows_old_and_new_before_anything_changes(city):
    in_force(
        [
            row("06012", "9901", "C", no=2),
            row("06013", "9901", "N", no=3, clause="第一条"),
            row("06014", "9901", "C", no=4),
        ]
    )
    file = sheet(
        "06012,9901,C,,,,,,2004-01-01,,",
        "06013,9901,,环卫,,综合执法,,第二条,2004-01-01,2026-12-31,",
        "06015,9901,C,,,,,,2026-01-01,,",
    )
    report = api.import_responsibilities(city.city_chief, file)
    diff = queries.responsibility_diff(city.city_chief, report.version_id)
    assert [r.item_code for r in diff.added] == ["06015"]
    assert [r.item_code for r in diff.removed] == ["06014"]
    assert diff.unchanged == 1
    assert [(f.label, f.old, f.new) for f in diff.changed[0].fields] == [
        ("主办单位", "N", "（空）"),
        ("主办职责", "（空）", "环卫"),
        ("协办职责", "（空）", "综合执法"),
        ("条款", "第一条", "第二条"),
        ("失效日期", "长期", "2026-12-31"),
    ]
    assert queries.responsible("06013", "9901", DAY).lead_unit_code == "N"


def test_a_partial_file_keeps_the_rest_of_the_list(city):
    in_force([row("06012", "9901", "C", no=2), row("06013", "9901", "N", no=3)])
    file = sheet("06013,9901,C,,,,,,2026-01-01,,")
    report = api.import_responsibilities(city.city_chief, file, merge=True)
    api.apply_responsibilities(city.city_chief, report.version_id)
    assert queries.responsible("06012", "9901", DAY).lead_unit_code == "C"
    assert queries.responsible("06013", "9901", DAY).lead_unit_code == "C"
    assert report.created == 2


def test_applying_supersedes_audits_and_publishes_once(city):
    first = in_force([row("06012", "9901", "C")])
    draft = api.draft_responsibilities(
        city.city_dispatcher, "9901", [row("06012", "9901", "N")], title="新清单"
    )
    done = api.apply_responsibilities(city.city_chief, draft.id, reason="机构调整", expected_applied=first.id)
    assert (done.state, done.number, done.applied_by, done.reason) == ("applied", 2, "市值班长", "机构调整")
    assert ResponsibilityVersion.objects.get(pk=first.id).state == "superseded"
    assert queries.responsible("06012", "9901", DAY).lead_unit_code == "N"
    fact = FactRecord.objects.filter(name="ResponsibilitiesApplied").latest("id")
    assert fact.division == "9901"
    assert {k: fact.payload[k] for k in ("number", "superseded_id", "added", "removed", "changed")} == {
        "number": 2,
        "superseded_id": first.id,
        "added": 0,
        "removed": 0,
        "changed": 1,
    }
    acts = AuditEntry.objects.filter(subject="responsibilities:9901").order_by("no")
    assert [(a.verb, a.actor_name) for a in acts] == [
        ("responsibilities.draft", "系统"),
        ("responsibilities.apply", "系统"),
        ("responsibilities.draft", "市派遣"),
        ("responsibilities.apply", "市值班长"),
    ]
    with pytest.raises(Conflict) as refused:
        api.apply_responsibilities(city.city_chief, draft.id)
    assert refused.value.zh == "第 2 版不是草案，不能再次生效"
    assert FactRecord.objects.filter(name="ResponsibilitiesApplied").count() == 2


def test_a_list_that_changed_since_the_comparison_is_not_overwritten(city):
    old = in_force([row("06012", "9901", "C")])
    mine = api.draft_responsibilities(PLATFORM, "9901", [row("06012", "9901", "N")], title="甲")
    in_force([row("06012", "9901", "N-HW")])
    with pytest.raises(Stale):
        api.apply_responsibilities(city.city_chief, mine.id, expected_applied=old.id)
    assert queries.responsible("06012", "9901", DAY).lead_unit_code == "N-HW"


def test_going_back_makes_a_new_version_and_keeps_history(city):
    in_force([row("06012", "9901", "C", clause="第一条")])
    in_force([row("06012", "9901", "N")])
    back = api.rollback_responsibilities(city.city_chief, "9901", 1, reason="新清单有误")
    assert (back.number, back.state, back.rows_count) == (3, "applied", 1)
    assert list(
        ResponsibilityVersion.objects.order_by("number").values_list("number", "state", "copied_from__number")
    ) == [(1, "superseded", None), (2, "superseded", None), (3, "applied", 1)]
    found = queries.responsible("06012", "9901", DAY)
    assert (found.lead_unit_code, found.version, found.clause) == ("C", 3, "第一条")
    assert FactRecord.objects.filter(name="ResponsibilitiesApplied").latest("id").payload["rollback"] is True
    for number, refusal, code in ((3, Conflict, "rollback.in_force"), (9, NotFound, "version.unknown")):
        with pytest.raises(refusal) as refused:
            api.rollback_responsibilities(city.city_chief, "9901", number, reason="x")
        assert refused.value.code == code
    with pytest.raises(Invalid, match=r"rollback\.no_reason"):
        api.rollback_responsibilities(city.city_chief, "9901", 1, reason=" ")


def test_an_empty_list_and_a_discarded_one_never_take_effect(city):
    empty = api.draft_responsibilities(PLATFORM, "9901", [], title="空")
    with pytest.raises(Invalid, match=r"version\.empty"):
        api.apply_responsibilities(PLATFORM, empty.id)
    api.discard_responsibilities(PLATFORM, empty.id)
    with pytest.raises(Conflict):
        api.discard_responsibilities(PLATFORM, empty.id)


@pytest.mark.parametrize(
    ("role", "may_draft", "may_apply"),
    [
        ("acceptor", False, False),
        ("dispatcher", True, False),
        ("duty_chief", True, True),
        ("leader", False, True),
        ("department", False, False),
        ("handler", False, False),
        ("collector", False, False),
        ("supervisor", False, False),
        ("evaluator", False, False),
        ("outsider", False, False),
        ("city_chief", True, True),
        ("citizen", False, False),
        ("sysadmin", True, False),
        ("secadmin", False, False),
        ("auditor", False, False),
    ],
)
def test_who_may_draft_and_who_may_decide(city, role, may_draft, may_apply):
    actor = city.actor(role)
    rows = [row("06012", "990101", "N-HW")]
    if may_draft:
        api.draft_responsibilities(actor, "990101", rows, title="t")
    else:
        with pytest.raises(Forbidden):
            api.draft_responsibilities(actor, "990101", rows, title="t")
    draft = api.draft_responsibilities(PLATFORM, "990101", rows, title="t")
    if may_apply:
        assert api.apply_responsibilities(actor, draft.id).state == "applied"
    else:
        with pytest.raises(Forbidden):
            api.apply_responsibilities(actor, draft.id)
        assert queries.responsible("06012", "990101", DAY) is None


def test_versions_are_shown_to_those_whose_division_they_are_for(city):
    in_force([row("06012", "990101", "N-HW")], division="990101")
    assert [v.division for v in queries.versions(city.duty_chief)] == ["990101"]
    assert [v.division for v in queries.versions(city.city_chief)] == ["990101"]
    assert queries.versions(city.outsider) == []
    mine = queries.versions(city.duty_chief)[0]
    assert queries.responsibility_diff(city.duty_chief, mine.id).empty()
    with pytest.raises(NotFound):
        queries.responsibility_diff(city.outsider, mine.id)


def test_a_list_of_the_city_is_read_by_its_districts_its_drafts_are_not(city):
    version = in_force([row("06012", "9901", "N-HW")], division="9901")
    api.draft_responsibilities(PLATFORM, "9901", [row("06012", "9901", "N-SZ")], title="草案")
    for actor in (city.duty_chief, city.outsider, city.acceptor):
        assert [(v.id, v.state) for v in queries.versions(actor)] == [(version.id, "applied")]
        assert queries.responsibility_diff(actor, version.id).empty()
    with pytest.raises((Forbidden, NotFound)):
        api.discard_responsibilities(city.duty_chief, version.id)
    assert [v.state for v in queries.versions(city.city_chief)] == ["draft", "applied"]


def test_the_demo_list_is_derived_from_the_rules_and_says_so(city):
    version = seed_responsibilities()
    assert (version.derived, version.state) == (True, "applied")
    found = queries.responsible("01003", "990101001", DAY)
    assert (found.lead_duty, found.co_duties) == ("排水", ("权属单位",))
    assert found.legal_basis.startswith(
        "演示数据：由立结案标准的处置职责推导，非正式权责（来源 S01 规则 C0103-01）"
    )
    everything = [(info.code, "990102001") for info in queries.items_table()]
    assert all(answer is not None for answer in queries.responsible_many(everything, DAY))
    assert seed_responsibilities().id == version.id


def test_the_commands_import_compare_apply_and_go_back(city, tmp_path, capsys):
    in_force([row("06012", "9901", "C")])
    file = tmp_path / "清单.csv"
    file.write_bytes(sheet("06012,9901,N,,,,,,2004-01-01,,").getvalue())
    call_command("import_responsibilities", str(file), "--division", "9901", "--apply", "--reason", "调整")
    assert capsys.readouterr().out.splitlines()[1:] == [
        "新增 0 行，删除 0 行，变更 1 行，不变 0 行",
        "* 06012 9901 主办单位：C → N",
        "已生效 (in force)",
    ]
    call_command("responsibilities", "rollback", "9901", "1", "--reason", "有误")
    call_command("responsibilities", "who", "06012", "9901")
    call_command("responsibilities", "list")
    out = capsys.readouterr().out
    assert out.startswith("已回退到第 1 版，新版本号 3 (rolled back)\n权责清单第 3 版第 2 行（事项 06012，")
    assert [line.split("\t")[3] for line in out.splitlines()[-3:]] == ["生效", "已被替代", "已被替代"]
    file.write_bytes(sheet("99999,9901,N,,,,,,2004-01-01,,").getvalue())
    with pytest.raises(CommandError, match=r"共 1 行，1 处错误，没有导入任何内容"):
        call_command("import_responsibilities", str(file))
    assert "第 2 行 item_code：事项代码 99999 不在事项目录中 (row.item_unknown)" in capsys.readouterr().err
    with pytest.raises(CommandError, match="无法读取文件"):
        call_command("import_responsibilities", str(tmp_path / "none.csv"))
