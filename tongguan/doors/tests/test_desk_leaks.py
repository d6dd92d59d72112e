# SPDX-License-Identifier: Apache-2.0
"""Leaks at the desk: the engineer sees one on the map, reads how sure it is, follows it to its case."""

import pytest
from django.core.management import call_command

from tongguan.alarms import api as alarms
from tongguan.industry.lifeline.testing import DURING, END, LEAK, looked, read_town, table
from tongguan.intake import api as intake
from tongguan.leakage import queries
from tongguan.runtime.testing import settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
#: 供水管道破裂（自定义） of the catalogue.
BURST = "10999"
SIZES = {
    "1366": {"viewport": {"width": 1366, "height": 768}},
    "1920": {"viewport": {"width": 1920, "height": 1080}},
    "390": {"viewport": {"width": 390, "height": 844}},
}
MAP = "document.querySelector('.city-map').cityMap"
#: How many circles and points of leaks the map holds.
DRAWN = f"""async () => {{
  const held = async (name) => (await {MAP}.getSource(name).getData()).features;
  const points = await held('points');
  return [(await held('overlay-doubt')).length, points.map((one) => one.properties.state).join()];
}}"""


@pytest.fixture
def watched(city, tmp_path):
    """The town's network watched while it leaks; its alarm has become a case."""
    with read_town(tmp_path) as path:
        call_command("lifeline", "watch", "T1", str(path), str(table(tmp_path)))
        terms = {"tells_from": 3, "minutes": {}, "source": "江北区水务约定", "item_code": BURST}
        alarms.set_terms(city.duty_chief, "water.leak", **terms)
        looked(DURING)
        settle()
        intake.triage_batch(10)
        settle()
        yield city


def test_a_leak_is_seen_on_the_map_and_followed_to_its_case(watched, visitor):
    (leak,) = queries.leaks("T1")
    chief = visitor(watched.user("duty_chief"), **SIZES["1366"])
    page = chief.opens("/desk/leaks")
    page.get_by_role("button", name="老城供水").get_by_text("1 处在漏").wait_for()
    page.locator(".city-map[data-drawn]").wait_for()
    assert page.evaluate(DRAWN) == [1, "late"]
    row = page.get_by_role("row").filter(has_text=leak.node)
    assert "有把握" in row.inner_text()
    assert f"{leak.flow / 3.6:.1f}" in row.inner_text()
    about = page.get_by_role("region", name=f"节点 {leak.node} 附近")
    assert "沿管 300 米以内" in about.inner_text()
    assert leak.node == LEAK or LEAK in about.inner_text()
    chief.finds_accessible()
    course = page.get_by_role("region", name="逐日情况")
    course.get_by_role("button", name="证据").focus()
    page.keyboard.press("Enter")
    course.get_by_role("img", name="每天的读数").wait_for()
    assert course.locator("circle.odd").count() >= 1
    course.get_by_role("button", name="测点偏差").click()
    course.get_by_role("combobox").select_option(label="流量 IN")
    course.get_by_role("img", name="测点 IN").wait_for()
    course.get_by_text("以表格显示").click()
    assert course.locator("details tbody tr").count() == 19
    chief.finds_accessible()
    row.get_by_role("link", name="案件").click()
    page.get_by_text("橙色预警：老城供水").first.wait_for()
    assert f"/desk/cases/{leak.case}" in page.url
    page.go_back()
    row.get_by_role("link", name="预警").click()
    page.get_by_text("附近疑似漏水").first.wait_for()


def test_what_is_mended_stands_greyed_and_a_stranger_to_the_network_reads_how_to_begin(watched, visitor):
    looked(END)
    page = visitor(watched.user("duty_chief"), **SIZES["1366"]).opens("/desk/leaks?watch=T1")
    page.get_by_text("起不再漏").wait_for()
    page.locator(".city-map[data-drawn]").wait_for()
    assert page.evaluate(DRAWN) == [1, "done"]
    other = visitor(watched.user("outsider"), **SIZES["1366"])
    page = other.opens("/desk/leaks")
    page.get_by_text("tongguan lifeline watch W1").wait_for()
    other.finds_accessible()
    page.get_by_role("button", name="English").click()
    page.get_by_text("The first 7 days read whole").wait_for()
    assert page.locator(".city-map").count() == 0


@pytest.mark.parametrize("size", SIZES)
def test_it_fits_every_screen(watched, visitor, size):
    chief = visitor(watched.user("duty_chief"), **SIZES[size])
    page = chief.opens("/desk/leaks")
    page.locator(".city-map[data-drawn]").wait_for()
    page.get_by_role("img", name="附近的漏量").wait_for()
    wide = page.evaluate("document.documentElement.scrollWidth")
    assert wide <= SIZES[size]["viewport"]["width"]
    chief.finds_accessible()
    chief.pictures(f"leaks-{size}")
    page.get_by_role("button", name="证据").click()
    page.get_by_text("以表格显示").scroll_into_view_if_needed()
    chief.pictures(f"leaks-{size}-course")
