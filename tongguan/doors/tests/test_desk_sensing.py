# SPDX-License-Identifier: Apache-2.0
"""What the city senses at the desk: devices and their courses, rules over readings, networks."""

from datetime import timedelta

import pytest

from tongguan.kernel import clock
from tongguan.kernel.frames import Frame
from tongguan.people.contracts import PLATFORM
from tongguan.runtime.testing import settle
from tongguan.sensing import api as readings
from tongguan.sensing.testing import owned
from tongguan.sensors import api as sensors
from tongguan.sensors import queries
from tongguan.sensors.testing import declare, told
from tongguan.things.testing import component
from tongguan.watch import api as watch
from tongguan.watch.contracts import Confidence, Draft, Scope, Setting

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture
def wells(city):
    """Two wells with methane; the first told sixty readings, silent for two hours, the last beyond range."""
    sensors.load_properties(PLATFORM)
    declare(told(1, low=0, high=100, every=600), told(2, thing="W-2", thing_name="二号井"))
    first = queries.datastreams(PLATFORM).order_by("id").first()
    now = round((clock.now() - timedelta(seconds=30)).timestamp() * 1000)
    with owned():
        values = [12.0] * 30 + [95.0] + [12.0] * 28 + [140.0]
        at = [now - 60_000 * k - (7_200_000 if k >= 40 else 0) for k in reversed(range(60))]
        readings.take(Frame.of([first.pk] * 60, at, values))
        yield city


def test_a_device_is_found_and_its_course_read_by_keyboard(wells, visitor):
    chief = visitor(wells.user("duty_chief"), **SMALL)
    page = chief.opens("/desk/streams")
    line = page.get_by_role("row").filter(has_text="一号井")
    line.get_by_text("超量程").wait_for()
    assert line.locator("b").inner_text() == "140"
    assert "从未上报" in page.get_by_role("row").filter(has_text="二号井").inner_text()
    button = line.get_by_role("button", name="一号井")
    button.focus()
    page.keyboard.press("Enter")
    page.get_by_role("img", name="最低 12，最高 95").wait_for()
    page.get_by_text("1 处中断").wait_for()
    assert page.locator("figure path.line").get_attribute("d").count("M") == 2
    assert button.get_attribute("aria-pressed") == "true"
    page.get_by_text("以表格显示").click()
    assert "95" in page.locator("details tbody").inner_text().split()
    page.get_by_role("button", name="一年", exact=True).click()
    page.get_by_text("汇总").wait_for()
    chief.finds_accessible()
    page.get_by_label("按设备、监测点、指标查找").fill("二号")
    page.keyboard.press("Enter")
    line.wait_for(state="detached")
    assert page.locator("section tbody").first.locator("tr").count() == 1


def test_a_limit_gets_its_value_and_source_and_is_rehearsed_before_it_is_switched_on(wells, visitor):
    settings = {"orange": Setting(None), "red": Setting(60.0, "GB 50838", Confidence.MEDIUM)}
    scope = Scope(observed=("gas.ch4_conc_lel",))
    rule = Draft("gas.methane", "井室甲烷超限", "threshold", settings, scope, "990101")
    watch.draft(wells.duty_chief, rule)
    chief = visitor(wells.user("duty_chief"), **SMALL)
    page = chief.opens("/desk/watch")
    page.get_by_text("项待设定").wait_for()
    page.get_by_role("button", name="井室甲烷超限").click()
    side = page.get_by_role("region", name="井室甲烷超限")
    side.get_by_text("GB 50838").wait_for()
    assert side.get_by_text("待设定", exact=True).count() >= 1
    assert side.get_by_role("button", name="试算近 30 天").is_disabled()
    chief.finds_accessible()
    side.get_by_role("button", name="编写下一版").click()
    side.get_by_label("橙色限值 取值").fill("20")
    side.get_by_label("橙色限值 来源").fill("本市经验")
    side.get_by_label("橙色限值 把握").select_option(label="本地经验")
    side.get_by_label("理由").fill("补齐限值")
    side.get_by_role("button", name="存为草案").click()
    side.get_by_text("与第 1 版相比").wait_for()
    assert "待设定 → 20 · 本市经验" in side.inner_text()
    side.get_by_role("button", name="试算近 30 天").click()
    side.get_by_text("正在用近 30 天读数试算").wait_for()
    settle()
    side.get_by_text("若按此版").wait_for()
    assert "1 条预警" in side.inner_text()
    side.get_by_text("启用", exact=True).first.click()
    side.get_by_label("理由").fill("会议纪要 12 号")
    side.get_by_role("button", name="启用", exact=True).click()
    side.get_by_text("起启用").wait_for()
    chief.finds_accessible()


def test_a_district_reads_the_citys_rule_and_is_not_offered_to_alter_it(wells, visitor):
    settings = {"orange": Setting(20.0, "GB 50838", Confidence.MEDIUM)}
    scope = Scope(observed=("gas.ch4_conc_lel",))
    watch.draft(wells.city_chief, Draft("gas.city", "全市甲烷超限", "threshold", settings, scope, "9901"))
    page = visitor(wells.user("duty_chief"), **SMALL).opens("/desk/watch?rule=gas.city")
    side = page.get_by_role("region", name="全市甲烷超限")
    side.get_by_text("您只能查看").wait_for()
    assert side.get_by_role("button").count() == 0
    page = visitor(wells.user("city_chief"), **SMALL).opens("/desk/watch?rule=gas.city")
    page.get_by_role("button", name="试算近 30 天").wait_for()


def test_an_administrator_takes_devices_from_a_file_and_reads_what_was_not_taken(wells, visitor):
    keeper = visitor(wells.user("sysadmin"), **SMALL)
    page = keeper.opens("/desk/streams")
    page.get_by_text("没有待登记的设备。").wait_for()
    rows = "thing,thing_name,kind,lon,lat,observed\nW-9,九号井,well,121.005,30.805,gas.ch4_conc_lel\n"
    rows += "W-8,八号井,well,121.005,30.805,什么指标\n"
    page.get_by_label("文件（CSV 或 JSON）").set_input_files(
        {"name": "设备.csv", "mimeType": "text/csv", "buffer": rows.encode()}
    )
    page.get_by_role("button", name="导入", exact=True).click()
    page.get_by_text("未收下 1").wait_for()
    assert "第 3 行 observed" in page.get_by_role("list", name="未收下的行").inner_text()
    page.get_by_role("button", name="九号井").wait_for()
    keeper.finds_accessible()


def test_gaps_overlaps_and_poles_that_could_be_one_are_read_on_the_map_and_in_words(city, visitor):
    sensors.load_properties(PLATFORM)
    near = {"kind": "pole", "observed": "drainage.rain"}
    declare(
        told(1, thing="P-1", thing_name="一号杆", **near),
        told(2, thing="P-1", thing_name="一号杆", kind="pole", observed="bridge.wind"),
        told(3, thing="P-2", thing_name="二号杆", lon=121.00505, **near),
    )
    component(1, 121.005, 30.8051)
    component(2, 121.015, 30.815)
    chief = visitor(city.user("duty_chief"), **SMALL)
    page = chief.opens("/desk/coverage")
    page.get_by_text("填写作用半径后分析").wait_for()
    page.get_by_label("观测指标").select_option(value="drainage.rain")
    page.get_by_label("作用半径（米）").fill("300")
    page.get_by_label("对照部件").select_option(label="供水井盖 · 2")
    page.get_by_role("button", name="分析", exact=True).click()
    figures = page.get_by_label("结果", exact=True)
    figures.get_by_text("1 / 2").first.wait_for()
    assert "2 个传感器" in page.get_by_role("table").first.inner_text()
    page.locator(".city-map[data-drawn]").wait_for()
    chief.finds_accessible()
    for name, row in (("无覆盖部件", "供水井盖"), ("多感共杆", "一号杆"), ("可合并的杆", "一号杆 – 二号杆")):
        page.get_by_role("button", name=name, exact=True).click()
        page.get_by_role("region", name=name).get_by_role("button", name=row).click()
    assert "相距 4.8 米" in page.get_by_role("region", name="可合并的杆").inner_text()
    page.get_by_label("可合并距离（米）").fill("2")
    page.get_by_role("button", name="分析", exact=True).click()
    page.get_by_text("这个距离内没有可合并的杆件。").wait_for()
    page.get_by_role("button", name="English").click()
    page.get_by_text("No poles stand so near each other.").wait_for()
    assert "radius=300" in page.url
    chief.finds_accessible()
