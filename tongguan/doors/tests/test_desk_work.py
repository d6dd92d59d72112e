# SPDX-License-Identifier: Apache-2.0
"""At the desk of the running product: two at one case, one matter or two."""

import pytest
from playwright.sync_api import expect

from tongguan.doors.tests.walking import DESK, act, form

pytestmark = [pytest.mark.browser]
MANHOLE = "雨水井盖异常"  # with several filing conditions: a person files it


def test_who_comes_second_is_told_kindly_and_keeps_the_words(product, person):
    case_id = product.tell("两位受理员同看的井盖", MANHOLE, product.spot(2))["case_id"]
    second = person("acceptor", **DESK)
    second.bears("412|/stream")
    second.context.route("**/stream?*", lambda route: route.abort())  # before the live stream can tell it
    page = second.opens(f"/desk/cases/{case_id}")
    box = form(page, "不予立案")
    box.get_by_label("理由").fill("不在受理范围")
    product.move("duty_chief", case_id, "send_verify")
    box.get_by_role("button", name="不予立案").click()
    told = page.get_by_role("alert").filter(has_text="您的操作没有执行")
    told.wait_for()
    expect(told).to_contain_text("赵值班长")
    expect(told).to_contain_text("发送核实")
    expect(told).to_contain_text("不在受理范围")  # what was typed is not lost
    second.finds_accessible()
    page.get_by_role("button", name="知道了").click()
    expect(told).to_have_count(0)


def test_what_may_still_be_done_is_done_again_with_the_words_that_were_kept(product, person):
    case_id = product.tell("两位值班员同看的雨水井盖", MANHOLE, product.spot(3))["case_id"]
    second = person("acceptor", **DESK)
    second.bears("412|/stream")
    second.context.route("**/stream?*", lambda route: route.abort())
    page = second.opens(f"/desk/cases/{case_id}")
    box = form(page, "不予立案")
    box.get_by_label("理由").fill("不在受理范围")
    product.move("duty_chief", case_id, "send_verify")
    product.move("duty_chief", case_id, "withdraw_verify", reason="采集员休假")
    box.get_by_role("button", name="不予立案").click()
    told = page.get_by_role("alert").filter(has_text="您的操作没有执行")
    expect(told).to_contain_text("您填写的内容仍保留")
    expect(told).to_contain_text("撤回核实")  # the newer state, and who made it
    expect(box.get_by_label("理由")).to_have_value("不在受理范围")
    box.get_by_role("button", name="不予立案").click()
    page.get_by_text("不予立案：已完成").wait_for()
    expect(told).to_have_count(0)
    lines = product.ask("acceptor", f"/cases/{case_id}/timeline")["rows"]
    assert [line["reason"] for line in lines if line["move"] == "refuse"] == ["不在受理范围"]


def test_what_was_joined_in_error_is_parted_at_the_case(product, person):
    first = product.tell("菜市场北门雨水井盖断了一角", MANHOLE, product.spot(5))
    again = product.tell("菜市场北门雨水井盖断了一角，请修", MANHOLE, product.spot(5), name="duty_chief")
    assert (again["state"], again["case_id"]) == ("joined", first["case_id"])
    page = person("acceptor", **DESK).opens(f"/desk/cases/{first['case_id']}")
    page.get_by_text("2 次反映").wait_for()
    page.get_by_role("button", name="对照与拆分").first.click()
    act(page, "不是同一事项，分出", 分出原因="一处在北门，一处在南门")
    page.get_by_text("1 次反映").wait_for()
    parted = product.ask("acceptor", f"/reports/{first['report_id']}")["case_id"]
    assert parted not in {first["case_id"], None}
