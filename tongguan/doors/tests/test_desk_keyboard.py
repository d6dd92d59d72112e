# SPDX-License-Identifier: Apache-2.0
"""Ten cases are sent out at the desk of the running product by the keyboard alone."""

import pytest
from playwright.sync_api import expect

from tongguan.doors.tests.walking import DESK

pytestmark = [pytest.mark.browser]
ITEM = "雨水井盖异常"
WORDS = "键盘派遣的井盖"
TEN = 10


@pytest.fixture
def waiting(product):
    """Ten cases wait for dispatch."""
    product.many(WORDS, ITEM, TEN, TEN)


class Keys:
    """A keyboard: every press leaves the focus somewhere."""

    def __init__(self, page):
        self.page = page

    def __call__(self, *names):
        for name in names:
            self.page.keyboard.press(name)
            expect(self.page.locator(":focus")).to_have_count(1)

    def types(self, words):
        self.page.keyboard.type(words)

    def at(self, locator):
        expect(locator).to_be_focused()


def looks_around(page, keys):
    keys("j", "j", "k")
    keys.at(page.locator("tr[data-row='0']"))
    keys("?")
    page.get_by_role("dialog", name="快捷键").wait_for()
    keys("Escape")
    keys.at(page.locator("tr[data-row='0']"))
    keys("n")
    keys.types("写到一半")
    expect(page.get_by_role("dialog", name="登记上报").get_by_label("内容")).to_have_value("写到一半")
    keys("Escape")
    keys("o")
    page.get_by_role("heading", name="可办操作").wait_for()
    keys("Escape")
    page.get_by_role("heading", name="案件", exact=True).wait_for()
    keys.at(page.locator("tr[data-row='0']"))


def finds_those_that_wait(page, keys):
    keys("Control+k")
    keys.types("待派遣")
    keys("Enter")
    page.get_by_role("button", name="待派遣", pressed=True).wait_for()
    keys("/")
    keys.at(page.get_by_label("查找案件"))
    keys("End")
    keys.types(f" {WORDS}")
    keys("Enter")
    page.get_by_text(f"共 {TEN} 件").wait_for()
    keys("Escape")
    keys.at(page.locator("tr[data-row='0']"))


def test_ten_cases_are_sent_out_without_a_mouse(product, person, waiting):
    page = person("dispatcher", **DESK).opens("/desk")
    page.locator("tr[data-row='1']").wait_for()
    keys = Keys(page)
    looks_around(page, keys)
    finds_those_that_wait(page, keys)
    for left in range(TEN, 0, -1):
        expect(page.locator("tr[data-row]")).to_have_count(left)
        keys("k", "d")
        unit = page.get_by_label("主办单位").first
        keys.at(unit)
        keys("Control+Enter")
        page.get_by_text("派遣：已完成").last.wait_for()
        page.get_by_text("待处置").first.wait_for()
        keys.at(page.get_by_role("heading", name="可办操作"))
        keys("Escape")
        page.get_by_text(f"共 {left - 1} 件").wait_for()
    states = product.stands(WORDS)
    assert len(states) == TEN
    assert {state for state, _ in states.values()} == {"pending_handle"}
