# SPDX-License-Identifier: Apache-2.0
"""A daily briefing in a real browser: a number opens its cases, the leader signs; a template is worded."""

import os
import re
from pathlib import Path

import pytest
from django.utils import timezone

from tongguan.casebook.testing import taken
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.kernel import clock
from tongguan.people.contracts import Actor, Grant, Post, Scope
from tongguan.runtime.testing import settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}
HOTLINE = Actor(None, "client:1", "12345 热线", None, "", Scope((Grant(Post.SYSTEM, "9901", 0, ""),)))
#: A folder to put pictures of the pages into, for whoever wants to look.
PICTURES = os.environ.get("TONGGUAN_PICTURES", "")


def pictured(page, name):
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png")


@pytest.fixture
def told(city):
    """Three lids told of today, each a case, and the book that knows them; gives the city and the day."""
    day = timezone.localdate(clock.now())
    for no in range(3):
        report = ReportIn(
            source="hotline", external_id=f"H-{no}", title="井盖破损",
            text=f"滨江路{no + 1}号门口井盖破损，晚上有人绊倒", item_code="01001",
            lon=121.005 + 0.01 * no, lat=30.805, reporter=ReporterIn(f"第{no}人", f"138000{no:05d}"),
        )  # fmt: skip
        intake.receive(HOTLINE, report)
    while intake.triage_batch(50):
        pass
    settle()
    taken()
    return city, day


def test_a_number_is_followed_to_its_cases_and_the_leader_signs(told, visitor):
    city, day = told
    evaluator = visitor(city.user("evaluator"), **SMALL)
    page = evaluator.opens("/desk/briefings")
    page.get_by_text("还没有研判报告").wait_for()
    page.get_by_role("combobox", name="模板", exact=True).first.select_option(label="城市运行日报")
    page.get_by_label("日期", exact=True).fill(day.isoformat())
    page.get_by_role("button", name="编制", exact=True).click()
    page.get_by_text("已开始编制").wait_for()
    settle()
    page.get_by_role("cell", name="待审核").wait_for()
    evaluator.finds_accessible()
    pictured(page, "briefings")
    page.get_by_role("link", name=re.compile("江北区城市运行日报")).click()
    number = page.get_by_role("article").get_by_title(re.compile("新增案件")).first
    number.wait_for()
    evaluator.finds_accessible()
    pictured(page, "briefing")
    cases = int(number.inner_text().removesuffix("件"))
    number.click()
    rows = page.get_by_role("complementary", name="数字的来源")
    rows.get_by_text("与编制时一致").wait_for()
    assert rows.get_by_role("listitem").count() == cases > 0
    evaluator.finds_accessible()
    pictured(page, "briefing-rows")
    address = page.url.removeprefix(evaluator.root)

    chief = visitor(city.user("duty_chief"), **SMALL)
    page = chief.opens(address)
    page.get_by_role("button", name="审核通过").click()
    page.get_by_text("待签发").first.wait_for()
    leader = visitor(city.user("leader"), **SMALL)
    page = leader.opens(address)
    page.get_by_role("button", name="签发", exact=True).click()
    page.get_by_text("签发：周领导").wait_for()
    leader.finds_accessible()
    pictured(page, "briefing-signed")


def test_a_duty_chief_words_a_template_of_the_own_district_and_sees_what_it_makes(told, visitor):
    city, _ = told
    chief = visitor(city.user("duty_chief"), **SMALL)
    chief.bears("briefing-preview|status of 422")  # a template with a slip in it
    page = chief.opens("/desk/briefing-templates")
    text = page.get_by_label("模板文字")
    paper = page.get_by_role("article")
    paper.wait_for()
    shipped = text.input_value()
    text.fill(shipped.replace("code: daily", "code: morning").replace("{tellings}", "{tellinsg}"))
    page.get_by_role("alert").get_by_text("tellinsg").wait_for()
    chief.finds_accessible()
    worded = shipped.replace("code: daily", "code: morning").replace("name: 城市运行日报", "name: 江北早报")
    text.fill(worded.replace("{place}城市运行日报", "{place}早报"))
    paper.get_by_role("heading", name=re.compile("江北区早报")).wait_for()
    chief.finds_accessible()
    pictured(page, "briefing-template")
    page.get_by_label("改动说明").fill("区里早会用")
    page.get_by_role("button", name="存为新版本").click()
    page.get_by_text("已保存第 1 版").wait_for()
    page.get_by_role("combobox", name="模板").locator("option:checked").get_by_text("江北早报").wait_for(
        state="attached"
    )
    chief.finds_accessible()
