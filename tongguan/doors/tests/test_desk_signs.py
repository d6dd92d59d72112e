# SPDX-License-Identifier: Apache-2.0
"""The register of vital signs at the desk: read by centres down to the cases, worded by evaluators."""

import pytest

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.indicators import queries as signs
from tongguan.indicators.testing import count
from tongguan.people import api as people
from tongguan.people.contracts import Post
from tongguan.people.testing import CITY, COMMUNITY, OTHER_COMMUNITY, appointment
from tongguan.runtime.testing import audited

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture
def city(city):
    """The city with two cases in the north and one in the south, counted; its evaluator is 钱考核."""
    told = {"item_code": "09006", "text": "占道经营", "source": "hotline"}
    cases.open_cases(
        city.city_chief,
        [
            NewCase(**told, title="江北占道一", division=COMMUNITY),
            NewCase(**told, title="江北占道二", division=COMMUNITY),
            NewCase(**told, title="江南占道", division=OTHER_COMMUNITY),
        ],
    )
    count()
    people.appoint(city.secadmin, appointment("evaluator", "C", Post.EVALUATOR, CITY))
    return city


def row(page, name):
    """Give the line of a table that names something."""
    return page.get_by_role("row").filter(has=page.get_by_text(name, exact=True))


def test_a_centre_goes_from_a_value_to_a_district_and_to_its_cases(city, visitor):
    chief = visitor(city.user("city_chief"), **SMALL)
    page = chief.opens("/desk/indicators")
    line = row(page, "在办案件")
    line.get_by_text("3", exact=True).wait_for()
    assert {"open_now", "件", "公众满意度", "越低越好", "当前"} <= set(line.inner_text().split())
    page.get_by_label("按代码或名称查找").fill("open_now")
    assert page.locator("tbody tr").count() == 1
    chief.finds_accessible()
    page.get_by_role("link", name="在办案件").click()
    page.get_by_text("case_open(now)").wait_for()
    page.get_by_role("checkbox", name="在曲线上对比江北区").check()
    page.get_by_role("img", name="江州市、江北区的历史曲线").wait_for()
    page.get_by_text("以表格显示").click()
    assert page.locator("details table tbody tr").last.locator("td").all_inner_texts()[1:] == ["3", "2"]
    chief.finds_accessible()
    page.get_by_role("button", name="江北区", exact=True).click()
    page.locator(".value", has_text="2").wait_for()
    assert "centre=990101" in page.url
    page.get_by_role("link", name="2 件").click()
    page.get_by_text("共 2 件").wait_for()
    assert sorted(page.locator("tbody tr td.title").all_inner_texts()) == ["江北占道一", "江北占道二"]


def test_the_citys_evaluator_words_a_sign_alters_it_and_retires_it(city, visitor):
    evaluator = visitor(city.user("evaluator"), **SMALL)
    page = evaluator.opens("/desk/indicators")
    page.get_by_role("button", name="定义体征").click()
    page.get_by_label("代码", exact=True).fill("south_and_north")
    page.get_by_label("中文名称").fill("两区占道")
    page.locator("form").get_by_label("维度").select_option("市容景观")
    page.get_by_label("公式").fill("10 * case_open(today)")
    evaluator.bears("422")
    page.get_by_role("button", name="试算").click()
    page.get_by_text("量「case_open」的时段只能是 now").wait_for()
    assert page.locator("textarea[aria-invalid=true]:focus").get_attribute("name") == "formula"
    evaluator.finds_accessible()
    page.get_by_label("公式").fill("10 * ")
    page.get_by_text("可用的量和体征").click()
    page.get_by_role("button", name="open_now", exact=True).click()
    assert page.get_by_label("公式").input_value() == "10 * open_now"
    page.get_by_role("button", name="试算").click()
    row(page, "江州市").get_by_text("30", exact=True).wait_for()
    row(page, "江南区").get_by_text("10", exact=True).wait_for()
    evaluator.finds_accessible()
    page.get_by_role("button", name="保存").click()
    page.locator(".value", has_text="30").wait_for()
    page.get_by_role("button", name="修改").click()
    page.get_by_label("方向").select_option("low")
    page.get_by_label("报警阈值").fill("25")
    page.get_by_label("修改理由").fill("例会要求")
    page.get_by_role("button", name="试算").click()
    row(page, "江州市").get_by_text("报警").wait_for()
    page.get_by_role("button", name="保存").click()
    page.get_by_text("· 例会要求").wait_for()
    page.get_by_text("报警阈值：— → 25").wait_for()
    assert [(one.version, one.reason) for one in signs.versions("south_and_north")] == [
        (2, "例会要求"),
        (1, ""),
    ]
    page.locator("summary", has_text="停用").click()
    page.get_by_label("理由").fill("并入新办法")
    evaluator.finds_accessible()
    page.get_by_role("button", name="停用").click()
    row(page, "在办案件").wait_for()
    assert page.get_by_text("两区占道", exact=True).count() == 0
    verbs = [act.verb for act in audited() if act.subject == "indicator:south_and_north"]
    assert verbs == ["indicator.define", "indicator.define", "indicator.retire"]


def test_who_keeps_registers_sees_no_values_and_a_district_words_nothing(city, visitor):
    keeper = visitor(city.user("sysadmin"), **SMALL)
    page = keeper.opens("/desk/indicators/open_now")
    page.get_by_text("看不到数值").wait_for()
    page.get_by_role("button", name="修改").wait_for()
    assert page.locator(".value").count() == 0
    leader = visitor(city.user("leader"), **SMALL)
    page = leader.opens("/desk/indicators")
    row(page, "在办案件").get_by_text("2", exact=True).wait_for()
    assert page.get_by_role("button", name="定义体征").count() == 0
