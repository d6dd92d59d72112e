# SPDX-License-Identifier: Apache-2.0
"""Registers and rules in a browser: each post finds its pages, a list is put in force, rules are tried."""

import pytest

from tongguan.catalog import queries as lists
from tongguan.rules import queries as rules

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}
LIST = "事项代码,区划,主办单位,条款,生效日期\n01003,990101,N-SZ,第一条,2020-01-01\n".encode()
RULES = """rules:
- no: R1
  name: 井盖归市政
  when: {all: [{field: item, operator: prefix, value: ["010"]}]}
  then: {lead_duty: 市政公用}
"""


def test_a_list_is_read_compared_and_put_in_force(city, visitor):
    chief = visitor(city.user("duty_chief"), **SMALL)
    page = chief.opens("/desk/duties")
    upload = {"name": "清单.csv", "mimeType": "text/csv", "buffer": LIST}
    page.locator("input[type=file]").set_input_files(upload)
    page.get_by_label("所属区划").fill("990101")
    page.get_by_role("button", name="读入为草案").click()
    page.get_by_role("heading", name="第 1 版与现行清单相比").wait_for()
    chief.finds_accessible()
    page.locator("summary", has_text="批准生效").click()
    page.get_by_label("事由").fill("首次发布")
    page.get_by_role("button", name="批准生效").click()
    page.get_by_text("生效中").wait_for()
    (version,) = lists.versions(city.duty_chief)
    assert (version.state, version.reason) == ("applied", "首次发布")


def test_rules_are_written_tried_and_published(city, visitor):
    chief = visitor(city.user("duty_chief"), **SMALL)
    page = chief.opens("/desk/rules")
    page.get_by_label("规则（YAML）").fill(RULES)
    page.get_by_role("button", name="存为新草案").click()
    page.get_by_role("heading", name="第 1 版").wait_for()
    page.get_by_role("button", name="试算近 30 天").click()
    page.get_by_text("0 件案件").wait_for()
    chief.finds_accessible()
    page.get_by_role("button", name="发布生效").click()
    page.get_by_text("生效中").wait_for()
    assert rules.active("routing", "990101").version == 1


@pytest.mark.parametrize(
    ("role", "path", "words"),
    [
        ("leader", "/desk/processes", "标准流程"),
        ("duty_chief", "/desk/worktime", "值班表"),
        ("sysadmin", "/desk/models", "还没有模型版本"),
    ],
)
def test_the_other_registers_open_for_their_posts(city, visitor, role, path, words):
    who = visitor(city.user(role), **SMALL)
    page = who.opens(path)
    page.get_by_text(words).first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    who.finds_accessible()


def test_the_palette_finds_a_page_of_the_own_post_and_none_of_another(city, visitor):
    page = visitor(city.user("dispatcher"), **SMALL).opens("/desk")
    page.get_by_role("button", name="查找与命令").click()
    page.get_by_role("searchbox", name="查找与命令").fill("权责")
    page.get_by_role("button", name="权责清单").wait_for()
    page.get_by_role("searchbox", name="查找与命令").fill("热线坐席")
    assert page.get_by_role("button", name="前往 热线坐席").count() == 0
    page.get_by_role("searchbox", name="查找与命令").fill("权责")
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="权责清单").wait_for()
