# SPDX-License-Identifier: Apache-2.0
"""The next hours of readings at the desk: begun by a leader, read by eye, table and keyboard, ended again."""

import pytest

from tongguan.foresight import api
from tongguan.foresight.testing import counted, last_hour
from tongguan.people.contracts import PLATFORM
from tongguan.sensors import api as sensors

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SIZES = {"small": (1366, 768), "phone": (390, 844), "large": (1920, 1080)}


@pytest.fixture
def squares(city):
    """Squares with six weeks of people counted up to the last whole hour."""
    sensors.load_properties(PLATFORM)
    with counted(end=last_hour()):
        yield city


def test_a_leader_has_squares_forecast_and_reads_the_next_day(squares, visitor):
    leader = visitor(squares.user("leader"), viewport={"width": 1366, "height": 768})
    page = leader.opens("/desk/analysis/outlook")
    page.get_by_role("link", name="读数预测").click()
    page.get_by_text("还没有在预测的读数").wait_for()
    page.get_by_label("观测属性").select_option("crowd.present")
    page.get_by_label("区划以内").fill("9901")
    leader.bears("403")
    page.get_by_role("button", name="开始预测").click()
    page.get_by_role("alert").filter(has_text="岗位").wait_for()
    page.get_by_label("区划以内").fill("990101")
    page.get_by_role("button", name="开始预测").click()
    page.get_by_text("已开始预测 2 条读数").wait_for()
    page.get_by_text("至少要有 14 天").wait_for()
    leader.finds_accessible()
    api.foretell()
    for name, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        page.reload()
        page.get_by_role("img", name="过去三天与今后 24 小时").wait_for()
        page.get_by_role("heading", name="过去预测得准不准").wait_for()
        leader.finds_accessible()
        leader.pictures(f"foresight-{name}")
        assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), name
    page.get_by_text("以表格显示").click()
    assert page.locator("details tbody tr").count() == 24
    page.get_by_label("按名称、监测点、类别查找").fill("G-2")
    page.keyboard.press("Enter")
    line = page.get_by_role("button", name="G-2广场")
    line.focus()
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="G-2广场 · 在场人数").wait_for()
    assert page.get_by_role("button", name="G-1广场").count() == 0
    page.get_by_role("button", name="停止预测").click()
    page.get_by_text("没有找到在预测的读数").wait_for()
