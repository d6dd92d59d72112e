# SPDX-License-Identifier: Apache-2.0
"""Answers are versions that stay; a file is taken whole or not at all; what is asked finds its answer."""

import io
from dataclasses import replace
from datetime import date

import pytest
from django.core.management import CommandError, call_command
from openpyxl import Workbook

from tongguan.kernel.errors import Forbidden, Invalid, NotFound
from tongguan.knowledge import api, queries
from tongguan.knowledge.contracts import NewEntry
from tongguan.knowledge.models import Entry
from tongguan.people.contracts import PLATFORM
from tongguan.people.testing import cast, forget_caches
from tongguan.runtime.testing import audited

pytestmark = pytest.mark.django_db
DAY = date(2026, 5, 1)

#: code, question, other ways to ask, answer, and what callers say who want it.
ASKED = [
    (
        "K01",
        "居住证如何办理",
        "办居住证要什么材料",
        "持身份证到辖区派出所办理。",
        ["外地人想办个居住证去哪里", "居住证怎么申请"],
    ),
    (
        "K02",
        "住房公积金如何提取",
        "买房提取公积金",
        "登录公积金网厅申请。",
        ["我买了房公积金怎么取出来", "公积金提取要多久"],
    ),
    (
        "K03",
        "养犬登记在哪里办",
        "办狗证",
        "到街道综合窗口办理养犬登记。",
        ["狗证去哪儿办", "家里养了条狗要登记吗"],
    ),
    (
        "K04",
        "医保卡丢失如何补办",
        "社保卡挂失",
        "到社保服务网点挂失并补办。",
        ["我的医保卡丢了怎么补", "社保卡掉了要挂失"],
    ),
    (
        "K05",
        "燃气初装如何申请",
        "新房开通天然气",
        "拨打燃气公司客服预约。",
        ["新房子想开通天然气", "燃气初装找谁"],
    ),
    (
        "K06",
        "小区加装电梯有什么补贴",
        "老房子装电梯补助",
        "每台给予财政补贴，向街道申请。",
        ["老小区装电梯政府补多少", "加装电梯补贴怎么领"],
    ),
    (
        "K07",
        "残疾人证如何申领",
        "办理残疾证",
        "向户籍所在地残联申请。",
        ["残疾证怎么办", "申领残疾人证需要体检吗"],
    ),
    (
        "K08",
        "新生儿落户需要哪些材料",
        "给孩子上户口",
        "出生医学证明、父母户口簿。",
        ["刚出生的宝宝怎么上户口", "新生儿落户要带什么"],
    ),
    ("K09", "水费如何缴纳", "交水费", "可通过支付宝或营业厅缴纳。", ["水费在哪里交", "网上怎么交水费"]),
    (
        "K10",
        "临时占道施工如何审批",
        "占用道路施工许可",
        "向城管部门申请占道许可。",
        ["店门口要占道施工去哪审批", "临时占道要办什么许可"],
    ),
    ("K11", "生育津贴如何申请", "产假津贴", "单位在网上申报。", ["生育津贴怎么领", "产假的津贴什么时候发"]),
    (
        "K12",
        "不动产登记需要多长时间",
        "办房产证",
        "自受理之日起五个工作日。",
        ["房产证要多久办下来", "不动产登记多久能好"],
    ),
]


@pytest.fixture
def people():
    forget_caches()
    return cast()


def entry(code="K1", question="居住证如何办理", **more) -> NewEntry:
    return NewEntry(
        **{"code": code, "question": question, "answer": "持身份证办理。", "valid_from": DAY, **more}
    )


@pytest.fixture
def full(people):
    api.put(
        PLATFORM,
        [entry(code, question, answer=answer, alike=(alike,)) for code, question, alike, answer, _ in ASKED],
    )


def test_what_callers_say_finds_the_answer_first(full):
    wanted = [(said, code) for code, _, _, _, sayings in ASKED for said in sayings]
    first = {said: [a.entry.code for a in queries.search(said, DAY)[:1]] for said, _ in wanted}
    right = sum(first[said] == [code] for said, code in wanted)
    assert right >= 23, {said: first[said] for said, code in wanted if first[said] != [code]}


@pytest.mark.parametrize(
    "text", ["路灯不亮", "楼上漏水", "井盖坏了", "夜里施工太吵", "", "？？", "垃圾没人收"]
)
def test_what_nobody_has_answered_finds_nothing(full, text):
    assert queries.search(text, DAY) == []


def test_a_change_is_a_new_version_and_the_same_again_is_none(people):
    assert api.put(people.duty_chief, [entry(division="990101")]) == 1
    assert api.put(people.duty_chief, [entry(division="990101")]) == 0
    assert api.put(people.duty_chief, [entry(division="990101", answer="到派出所办理。")]) == 1
    assert [(v.number, v.answer) for v in queries.versions("K1")] == [
        (2, "到派出所办理。"),
        (1, "持身份证办理。"),
    ]
    assert queries.entry("K1").made_by == "赵值班长"
    assert len(audited("knowledge.put")) == 2
    with pytest.raises(TypeError):
        Entry.objects.first().save()


def test_only_what_holds_today_and_here_is_given(people):
    api.put(
        PLATFORM,
        [
            entry("OLD", valid_to=date(2026, 5, 31)),
            entry("NEW", valid_from=date(2026, 6, 1)),
            entry("SOUTH", division="990102"),
        ],
    )
    given = lambda day, where: [a.entry.code for a in queries.search("办居住证", day, division=where)]  # noqa: E731
    assert given(date(2026, 5, 31), "990101001") == ["OLD"]
    assert given(date(2026, 6, 1), "990102001") == ["NEW", "SOUTH"]
    api.withdraw(PLATFORM, "NEW", "政策取消")
    assert given(date(2026, 6, 1), "990101") == []
    assert queries.entry("NEW").note == "政策取消"


def test_searching_asks_the_database_nothing_while_nothing_changed(full, django_assert_num_queries):
    queries.search("居住证", DAY)
    with django_assert_num_queries(0):
        queries.search("公积金", DAY)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"question": " "}, "question"),
        ({"answer": ""}, "answer"),
        ({"unit": "NOBODY"}, "unit"),
        ({"item_code": "99999"}, "item_code"),
        ({"valid_to": date(2026, 4, 1)}, "valid_to"),
        ({"division": "12345"}, "division"),
        ({"division": "990102"}, "division"),
        ({"division": ""}, "division"),
    ],
)
def test_an_answer_that_does_not_hold_is_refused_by_field(people, changes, field):
    with pytest.raises(Invalid) as refusal:
        api.put(people.duty_chief, [replace(entry(division="990101"), **changes)])
    assert refusal.value.field == field
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("role", ["collector", "handler", "citizen", "auditor"])
def test_others_may_not_write(people, role):
    with pytest.raises(Forbidden):
        api.put(people.actor(role), [entry()])


def test_another_district_cannot_withdraw_ours(people):
    api.put(people.duty_chief, [entry(division="990101")])
    with pytest.raises(NotFound):
        api.withdraw(people.outside_acceptor, "K1", "不要了")


def sheet(*rows) -> bytes:
    book = Workbook()
    for row in [("编号", "问题", "答复", "其他问法", "起"), *rows]:
        book.active.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_a_sheet_is_taken_whole_and_a_dry_run_writes_nothing(people):
    body = sheet(
        ("K1", "居住证如何办理", "带身份证", "办居住证；暂住证", "2026-01-01"),
        ("K2", "水费", "网上交", "", ""),
    )
    tried = api.import_entries(PLATFORM, body, dry_run=True)
    assert (tried.created, tried.applied, Entry.objects.count()) == (2, False, 0)
    assert api.import_entries(PLATFORM, body).applied
    again = api.import_entries(PLATFORM, body)
    assert (again.created, again.unchanged) == (0, 2)
    assert queries.entry("K1").alike == ("办居住证", "暂住证")


def test_every_mistake_of_a_file_is_named_and_nothing_is_taken(people):
    body = "编号,问题,答复,起\nK1,居住证,,\nK1,水费,网上交,\nK3,电费,网上交,昨天\n".encode()
    report = api.import_entries(PLATFORM, body)
    assert [(e.row, e.field) for e in report.errors] == [(2, "answer"), (3, "code"), (4, "valid_from")]
    assert (report.applied, Entry.objects.count()) == (False, 0)


def test_the_command_imports_and_tells(people, tmp_path, capsys):
    path = tmp_path / "answers.csv"
    path.write_text("编号,问题,答复\nK1,居住证,带身份证\n", "utf-8")
    call_command("import_knowledge", str(path))
    assert "新增 1" in capsys.readouterr().out
    path.write_text("编号,问题,答复\nK1,,带身份证\n", "utf-8")
    with pytest.raises(CommandError, match="1 处错误"):
        call_command("import_knowledge", str(path))
