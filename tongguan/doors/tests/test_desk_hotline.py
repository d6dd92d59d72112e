# SPDX-License-Identifier: Apache-2.0
"""The hotline operator's seat in a real browser: a call from ringing to hanging up without the mouse."""

from datetime import date

import pytest

from tongguan.calls import queries as calls
from tongguan.cases import queries as cases
from tongguan.doors.tests.test_map import MAP, becomes, spot
from tongguan.intake.testing import told as all_told
from tongguan.knowledge import api as knowledge
from tongguan.knowledge.contracts import NewEntry
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import named_place

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}
ENTRY = NewEntry(
    code="K1",
    question="居住证如何办理",
    answer="持身份证到派出所办理。",
    valid_from=date(2020, 1, 1),
)


@pytest.fixture
def city(city):
    """The city with one known answer and one address."""
    knowledge.put(PLATFORM, [ENTRY])
    named_place("望江路12号", kind="address", lon=121.005, lat=30.805)
    return city


def rings(page, number="13812345678"):
    """Take a call by the keyboard alone."""
    page.locator("input:focus").and_(page.get_by_label("来电号码")).wait_for()
    page.keyboard.type(number)
    page.keyboard.press("Enter")
    page.get_by_role("heading", name="第 1 件诉求").wait_for()


def test_two_matters_of_one_call_are_settled_without_the_mouse(city, visitor):
    operator = visitor(city.user("acceptor"), **SMALL)
    page = operator.opens("/desk/hotline")
    rings(page)
    page.get_by_text("该号码首次来电").wait_for()
    page.keyboard.type("雨水井盖破损，井盖缺失")
    page.get_by_label("把握").first.wait_for()
    page.keyboard.press("F4")
    page.get_by_label("经度").fill("121.005")
    page.get_by_label("纬度").fill("30.805")
    operator.finds_accessible()
    page.keyboard.press("Control+Enter")
    page.get_by_text("请告知来电人").wait_for()
    (report,) = all_told()
    assert (report.source, report.text, report.lon) == ("hotline", "雨水井盖破损，井盖缺失", 121.005)
    assert report.item_code
    page.get_by_role("heading", name="第 2 件诉求").wait_for()
    page.keyboard.type("居住证如何办理")
    page.get_by_text("持身份证到派出所办理").wait_for()
    page.keyboard.press("F9")
    page.keyboard.press("F10")
    page.get_by_text("2 已答复").wait_for()
    page.keyboard.press("Control+e")
    page.get_by_text("最近来电").wait_for()
    (call,) = calls.calls(city.acceptor)
    assert [one.outcome for one in call.matters] == ["reported", "answered"]
    assert call.matters[1].knowledge_code == "K1"
    assert call.ended_at is not None


def test_the_same_number_again_sees_its_case_and_urges_it(city, visitor):
    operator = visitor(city.user("acceptor"), **SMALL)
    page = operator.opens("/desk/hotline")
    rings(page)
    page.get_by_label("内容").fill("雨水井盖破损")
    page.get_by_label("事项").fill("01003")
    page.get_by_label("经度").fill("121.005")
    page.get_by_label("纬度").fill("30.805")
    page.keyboard.press("Control+Enter")
    page.get_by_text("请告知来电人").wait_for()
    page.keyboard.press("Control+e")
    rings(page)
    page.get_by_text("以往诉求 1 次").wait_for()
    page.locator("summary", has_text="转达催办").click()
    page.get_by_label("来电人的话").fill("三天了还没修")
    page.get_by_role("button", name="转达催办").click()
    page.get_by_text("已催 1 次").wait_for()
    operator.finds_accessible()
    (case,) = cases.cases(city.acceptor).rows
    assert case.urges == 1


def test_a_likely_duplicate_appears_while_typing_and_takes_the_further_telling(city, visitor):
    operator = visitor(city.user("acceptor"), **SMALL)
    page = operator.opens("/desk/hotline")
    rings(page)
    for number in ("13812345678", "13900000001"):
        page.get_by_label("内容").fill("人民路口雨水井盖破损，有人绊倒")
        page.get_by_label("事项").fill("01003")
        page.get_by_label("经度").fill("121.005")
        page.get_by_label("纬度").fill("30.805")
        if number != "13812345678":
            page.get_by_role("button", name="是同一件").click()
            page.get_by_text("将并入").wait_for()
        page.keyboard.press("Control+Enter")
        page.get_by_text("请告知来电人").wait_for()
        page.keyboard.press("Control+e")
        if number == "13812345678":
            rings(page, "13900000001")
    (case,) = cases.cases(city.acceptor).rows
    assert {report.case_id for report in all_told()} == {case.id}


def test_a_place_is_pointed_at_moved_and_finds_the_duplicate(city, visitor):
    operator = visitor(city.user("acceptor"), **SMALL)
    page = operator.opens("/desk/hotline")
    rings(page)
    page.keyboard.type("望江路口雨水井盖破损，有人绊倒")
    page.get_by_label("事项").fill("01003")
    page.get_by_label("经度").fill("121.0051")
    page.get_by_label("纬度").fill("30.8051")
    page.keyboard.press("Control+Enter")
    page.get_by_text("请告知来电人").wait_for()
    page.keyboard.press("Control+e")
    rings(page, "13900000001")
    page.keyboard.type("雨水井盖破损，有人绊倒")
    page.get_by_label("事项").fill("01003")
    page.locator(".city-map[data-drawn]").wait_for()
    page.get_by_label("经度").fill("121.006")
    page.get_by_label("纬度").fill("30.806")
    becomes(page, f"{MAP}.getZoom() > 15.9 && !{MAP}.isMoving()")
    page.mouse.click(*spot(page, 121.0052, 30.8054))
    page.get_by_text("翠园社区 · 网格 990101001001001").wait_for()
    page.get_by_text("望江路12号（").wait_for()
    assert float(page.get_by_label("经度").input_value()) == pytest.approx(121.0052, abs=1e-4)
    pin = page.locator(".map-pin")
    box = pin.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + 30, steps=6)
    page.mouse.up()
    becomes(page, "Number(document.querySelectorAll('input[inputmode=decimal]')[1].value) < 30.8053")
    operator.finds_accessible()
    page.get_by_role("button", name="用作地址").click()
    assert page.get_by_label("地址", exact=True).input_value() == "望江路12号"
    page.get_by_role("button", name="是同一件").click()
    page.keyboard.press("Control+Enter")
    page.get_by_text("请告知来电人").wait_for()
    (case,) = cases.cases(city.acceptor).rows
    report = max(all_told(), key=lambda one: one.told_at)
    assert (report.case_id, report.address) == (case.id, "望江路12号")
    assert report.lat < 30.8053
    assert page.locator(".map-pin").count() == 0


def test_a_typed_address_sets_the_mark_and_the_cross_moves_it_without_the_mouse(city, visitor):
    operator = visitor(city.user("acceptor"), **SMALL)
    page = operator.opens("/desk/hotline")
    rings(page)
    page.locator(".city-map[data-drawn]").wait_for()
    page.keyboard.press("Tab")
    page.keyboard.type("望江路12号")
    page.get_by_text("按地址定位").wait_for()
    assert page.get_by_label("经度").input_value() == "121.005"
    page.locator(".map-pin").wait_for()
    page.get_by_text("翠园社区 · 网格").wait_for()
    becomes(page, f"{MAP}.getZoom() > 15.9 && !{MAP}.isMoving()")
    page.locator(".city-map canvas").focus()
    page.keyboard.press("ArrowRight")
    becomes(page, f"!{MAP}.isMoving() && {MAP}.getCenter().lng > 121.0051")
    page.get_by_role("button", name="取十字处").press("Enter")
    page.get_by_text("已手工定位").wait_for()
    assert float(page.get_by_label("经度").input_value()) > 121.0051
    page.get_by_role("button", name="取消定位").press("Enter")
    page.get_by_text("按地址定位").wait_for()
    assert page.get_by_label("经度").input_value() == "121.005"


def test_who_takes_no_calls_finds_no_seat_in_the_menu(city, visitor):
    page = visitor(city.user("evaluator"), **SMALL).opens("/desk")
    page.get_by_role("button", name="指挥").click()
    page.get_by_role("link", name="热点事项").wait_for()
    assert page.get_by_role("button", name="受理").count() == 0
