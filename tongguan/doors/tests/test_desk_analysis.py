# SPDX-License-Identifier: Apache-2.0
"""Analysis at the desk: from a table to its cases, course and map; projects and forecasts decided upon."""

from datetime import timedelta

import pytest

from tongguan.analysis import api
from tongguan.analysis.testing import book, case, everyday, lamp

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture
def told(city, settings):
    """The city with a casebook of more than a year, a lamp that fails every winter, and a loud week."""
    today = api.today()
    loud = [case(today - timedelta(days=n + 1), 1, 2, hour=h) for n in range(7) for h in range(8, 14)]
    book(settings.HOME, [*everyday(400, per_day=4, until=today), *lamp(), *loud])
    api.find_projects()
    api.foretell()
    return city


def test_a_leader_goes_from_a_rise_to_its_cases_its_course_and_what_drives_it(told, visitor):
    leader = visitor(told.user("leader"), **SMALL)
    page = leader.opens("/desk/analysis?by=street&measure=cases")
    line = page.get_by_role("row").filter(has_text="二街道")
    line.get_by_text("显著上升").first.wait_for()
    leader.finds_accessible()
    leader.pictures("rise")
    page.get_by_role("button", name="变化来自哪里").click()
    page.get_by_text("以上各项不重复计算").wait_for()
    page.get_by_role("button", name="走势").click()
    page.get_by_role("img", name="逐日数量与平时水平").wait_for()
    leader.finds_accessible()
    leader.pictures("course")
    page.get_by_label("看板名称").fill("晨会")
    page.get_by_role("button", name="存为看板块").click()
    page.get_by_text("已存入看板").wait_for()
    page.get_by_role("link", name="看板").click()
    page.get_by_role("heading", name="案件 · 街道").wait_for()
    leader.finds_accessible()
    leader.pictures("board")
    page.go_back()
    page.get_by_role("button", name="表与条形").click()
    line.get_by_role("link").click()
    page.get_by_role("heading", name="背后的案件").wait_for()
    leader.finds_accessible()
    leader.pictures("behind")


def test_the_explorer_shows_vital_signs_by_centre_and_says_where_nothing_is_read(told, visitor):
    leader = visitor(told.user("leader"), **SMALL)
    page = leader.opens("/desk/analysis")
    page.get_by_role("button", name="城市体征").click()
    page.get_by_role("img", name="逐日").wait_for()
    line = page.get_by_role("table").get_by_role("button").last
    line.click()
    page.get_by_role("heading", name=line.inner_text()).wait_for()
    leader.finds_accessible()
    leader.pictures("signs")
    page.get_by_role("button", name="传感读数").click()
    page.get_by_text("没有可看的体征或读数").wait_for()
    page.get_by_role("button", name="案件、诉求与评价").click()
    page.get_by_role("button", name="表与条形").wait_for()


def test_a_project_is_accepted_with_a_reason_and_a_forecast_shows_its_record(told, visitor):
    leader = visitor(told.user("leader"), **SMALL)
    page = leader.opens("/desk/analysis/projects")
    page.get_by_role("heading", name="路灯").wait_for()
    leader.finds_accessible()
    leader.pictures("projects")
    page.get_by_label("理由").fill("列入秋季养护")
    page.get_by_role("button", name="采纳", exact=True).click()
    page.get_by_text("这里没有项目").wait_for()
    page.get_by_role("button", name="已采纳").click()
    page.get_by_text("列入秋季养护").wait_for()
    page.get_by_role("link", name="预测").first.click()
    page.get_by_role("heading", name="过去预测得准不准").wait_for()
    page.get_by_role("img", name="过去的数量与今后的预计").wait_for()
    leader.finds_accessible()
    leader.pictures("outlook")
