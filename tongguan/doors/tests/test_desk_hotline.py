# SPDX-License-Identifier: Apache-2.0
"""The hotline operator's seat in a real browser: a call from ringing to hanging up without the mouse."""

from datetime import date

import pytest

from tongguan.calls import queries as calls
from tongguan.cases import queries as cases
from tongguan.intake.testing import told as all_told
from tongguan.knowledge import api as knowledge
from tongguan.knowledge.contracts import NewEntry
from tongguan.people.contracts import PLATFORM

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
    """The city with one known answer."""
    knowledge.put(PLATFORM, [ENTRY])
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


def test_who_takes_no_calls_finds_no_seat_in_the_menu(city, visitor):
    page = visitor(city.user("evaluator"), **SMALL).opens("/desk")
    page.get_by_role("link", name="热点事项").wait_for()
    assert page.get_by_role("button", name="受理").count() == 0
