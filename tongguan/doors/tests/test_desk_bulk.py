# SPDX-License-Identifier: Apache-2.0
"""Two hundred cases at the running product's desk: found, chosen, looked over, sent out, taken back."""

import re

import pytest
from playwright.sync_api import expect

from tongguan.doors.tests.walking import DESK

pytestmark = [pytest.mark.browser]
WORDS = "台风过后的断枝"
ITEM = "行道树"
FILED, UNFILED = 200, 3


@pytest.fixture
def storm(product):
    """After a storm two hundred cases wait for dispatch; three more have not been looked at yet."""
    found = product.ask("acceptor", "/items", text=ITEM)
    product.many(WORDS, found[0]["name"], FILED + UNFILED, FILED)
    before = product.stands(WORDS)
    assert len(before) == FILED + UNFILED
    return before


def found_and_chosen(page):
    page.get_by_label("查找案件").fill(WORDS)
    page.get_by_role("button", name="查找", exact=True).click()
    page.get_by_text(f"共 {FILED + UNFILED} 件").wait_for()
    page.get_by_role("checkbox", name="全选本页").check()
    page.get_by_text("已选 50 件").wait_for()
    page.get_by_role("button", name=f"选中全部 {FILED + UNFILED} 件").click()
    page.get_by_text(f"已选 {FILED + UNFILED} 件").wait_for()


def looked_over(page, bulk):
    bulk.get_by_label("批量操作").select_option(label="派遣")
    bulk.get_by_text(f"{FILED} / {FILED + UNFILED} 件可办").wait_for()
    bulk.get_by_text("完成后可撤销").wait_for()
    bulk.locator("summary", has_text="哪些不能办").click()
    expect(bulk.get_by_text(f"案件处于「待受理」：{UNFILED} 件").first).to_be_visible()
    names = bulk.get_by_role("link", name=WORDS)
    assert sorted(names.all_inner_texts()) == [f"{WORDS}{n}" for n in range(FILED, FILED + UNFILED)]


def test_two_hundred_cases_are_sent_out_and_taken_back_together(product, person, storm):
    dispatcher = person("dispatcher", **DESK)
    page = dispatcher.opens("/desk")
    found_and_chosen(page)
    bulk = page.get_by_role("region", name="批量办理")
    looked_over(page, bulk)
    dispatcher.finds_accessible()
    bulk.get_by_role("button", name=f"执行 {FILED} 件").click()
    bulk.get_by_role("progressbar", name="进度").wait_for()
    bulk.get_by_text(re.compile(rf"[1-9]\d* / {FILED + UNFILED} 件")).wait_for()
    bulk.get_by_text(f"派遣：已完成 {FILED} 件").wait_for()
    expect(bulk).to_contain_text(f"未办 {UNFILED} 件")
    sent = product.stands(WORDS)
    assert {title for title, (state, _) in sent.items() if state == "pending_handle"} == {
        f"{WORDS}{n}" for n in range(FILED)
    }
    assert {title: sent[title] for title in storm if sent[title][0] != "pending_handle"} == {
        f"{WORDS}{n}": storm[f"{WORDS}{n}"] for n in range(FILED, FILED + UNFILED)
    }
    bulk.get_by_role("button", name="撤销", exact=True).click()
    bulk.get_by_text(f"已撤销派遣 {FILED} 件").wait_for()
    expect(bulk).not_to_contain_text("未办")
    after = product.stands(WORDS)
    assert {title: state for title, (state, _) in after.items()} == {
        title: state for title, (state, _) in storm.items()
    }
    for title, (_, moves) in after.items():
        way = [] if storm[title][0] == "reported" else ["dispatch", "recall"]
        assert moves == storm[title][1] + way, title
    bulk.get_by_role("button", name="关闭").click()
    expect(bulk).to_have_count(0)
