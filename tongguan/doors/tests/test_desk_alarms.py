# SPDX-License-Identifier: Apache-2.0
"""A red alarm in a real browser: live on the wall and the desk, confirmed, its case, closed, evaluated."""

import pytest
from playwright.sync_api import expect

from tongguan.alarms import api as alarms
from tongguan.alarms import queries as reads
from tongguan.alarms.contracts import Verdict
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.intake import api as intake
from tongguan.kernel import clock
from tongguan.runtime.testing import StreamServer, settle

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}
WALL = {"viewport": {"width": 1920, "height": 1080}}
ITEM = "01001"


@pytest.fixture
def stream(live_server, settings):
    """The live stream, served for real and polled by hand."""
    served = StreamServer()
    served.start()
    settings.STREAM_URL = served.url.replace("127.0.0.1", "localhost") + "/stream"
    yield served
    served.end()


def raised():
    told = Verdict(
        rule="water.burst", version=1, matter="P-1", grade=4, at=round(clock.now().timestamp() * 1000),
        streams=(7,), words="压力 3 分钟内下降 0.12 MPa", division="990101001001", lon=121.005, lat=30.805,
        evidence={"name": "供水压力突降", "place": "滨江路泵站", "下降": "0.12 MPa"},
    )  # fmt: skip
    (one,) = alarms.hear([told]).raised
    return one


def work():
    settle()
    while intake.triage_batch(50):
        pass
    settle()


def test_a_red_alarm_goes_from_the_sensor_to_a_closed_case_and_is_evaluated(city, stream, visitor):
    alarms.set_terms(city.city_chief, "water.burst", tells_from=3, minutes={}, source="演练", item_code=ITEM)
    wall = visitor(city.user("leader"), **WALL)
    on_wall = wall.opens("/wall")
    on_wall.get_by_text("尚未接入预警源").wait_for()
    watch = visitor(city.user("duty_chief"), **SMALL)
    page = watch.opens("/desk/alarms")
    page.get_by_text("没有符合的预警").wait_for()

    one = raised()
    work()
    stream.poll()
    on_wall.locator("[data-grade='4']", has_text="1").wait_for()
    on_wall.get_by_text("建议转入预警状态").wait_for()
    page.get_by_role("link", name="供水压力突降").click()
    page.get_by_role("heading", name="供水压力突降").wait_for()
    watch.finds_accessible()
    page.locator("summary", has_text="确认").click()
    page.get_by_label("备注").fill("视频可见喷水")
    page.get_by_role("button", name="确认", exact=True).click()
    page.get_by_text("视频可见喷水").wait_for()
    page.locator(".head .tag", has_text="已确认").wait_for()

    case_id = reads.alarm(city.leader, one).case_id
    dispatch.perform(city.acceptor, case_id, "accept")
    dispatch.perform(city.acceptor, case_id, "register", {"filing_rule_id": items.filing_rules(ITEM)[0].id})
    unit = {"unit_id": city.unit("N-SZ").id, "reason": "就近"}
    dispatch.perform(city.dispatcher, case_id, "dispatch", unit)
    work()
    stream.poll()
    page.reload()
    page.locator("main").get_by_text("时限").wait_for()
    dispatch.perform(city.leader, case_id, "force_close", {"reason": "已抢修", "authority": "批准"})
    work()
    stream.poll()
    page.locator(".head .tag", has_text="已处置").wait_for()
    page.locator("summary", has_text="评估").click()
    page.get_by_label("评估结论").select_option("true")
    page.get_by_role("button", name="评估", exact=True).click()
    page.locator(".head .tag", has_text="评估为正确").wait_for()
    work()
    stream.poll()
    on_wall.locator("[data-grade='4']", has_text="0").wait_for()


def test_a_slow_answer_does_not_cover_what_was_done_since(city, stream, visitor):
    """The stream asks the page to read anew; that answer is late, and the watch has confirmed meanwhile."""
    one = raised()
    page = visitor(city.user("duty_chief"), **SMALL).opens(f"/desk/alarms/{one}")
    page.get_by_role("heading", name="供水压力突降").wait_for()
    held = []
    page.route(f"**/api/desk/alarms/{one}", lambda route: held.append((route, route.fetch())), times=1)
    with page.expect_request(f"**/api/desk/alarms/{one}"):
        alarms.perform(city.duty_chief, one, "snooze", {"minutes": 5, "reason": "先看视频"})
        settle()
        stream.poll()
    page.locator("summary", has_text="确认").click()
    page.get_by_role("button", name="确认", exact=True).click()
    page.locator(".head .tag", has_text="已确认").wait_for()
    ((route, answer),) = held
    with page.expect_response(f"**/api/desk/alarms/{one}"):
        route.fulfill(response=answer)
    expect(page.locator(".head .tag", has_text="已确认")).to_be_visible()


def test_quiet_times_and_the_book_are_whole_on_a_phone(city, visitor):
    raised()
    narrow = visitor(city.user("duty_chief"), viewport={"width": 390, "height": 844})
    page = narrow.opens("/desk/alarms/quiet")
    page.get_by_text("没有生效的静默时段").wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    narrow.finds_accessible()
    page = narrow.opens("/desk/alarms/book")
    page.get_by_role("table").first.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    narrow.finds_accessible()
