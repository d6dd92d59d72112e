# SPDX-License-Identifier: Apache-2.0
"""Two matters at the desk of the running product: made one by hand, parted again, never to be one."""

from io import BytesIO

import pytest
from PIL import Image
from playwright.sync_api import expect

from tongguan.doors.tests.walking import DESK, act, form

pytestmark = [pytest.mark.browser]
LID, ROAD = "雨水井盖异常", "路缘石缺损"
REFUSED = "已认定两案不是同一事项"


def told_with_a_photo(product, words, item, spot, colour):
    """Somebody tells of something and hands in a photo of it."""
    out = BytesIO()
    Image.new("RGB", (640, 480), colour).save(out, "JPEG")
    door = product.door("acceptor")
    kept = door.post("/files", files={"file": ("现场.jpg", out.getvalue(), "image/jpeg")}).raise_for_status()
    body = {"text": words, "item_code": product.item(item), **spot, "attachments": [kept.json()["id"]]}
    told = door.post("/reports", json=body).raise_for_status().json()
    assert told["state"] == "opened", told
    return told


def near(spot, step):
    return {"lon": spot["lon"] + step, "lat": spot["lat"]}


def chosen_and_compared(page, product, *case_ids):
    """Both are ticked in the queue and looked at side by side."""
    page.goto(f"{product.root}/desk")
    for case_id in case_ids:
        page.locator(f"tr[data-id='{case_id}']").get_by_role("checkbox").check()
    page.get_by_role("button", name="对照两件").click()
    beside = page.get_by_role("dialog", name="并排对照")
    beside.wait_for()
    return beside


def test_two_matters_are_made_one_by_hand_and_parted_for_good(product, person):
    first = told_with_a_photo(product, "南门口的井盖一踩就翘起来", LID, product.spot(7), "gray")
    again = told_with_a_photo(
        product, "夜里骑车压过铁盖，哐当一声摔倒", ROAD, near(product.spot(7), 0.0006), "brown"
    )
    acceptor = person("acceptor", **DESK)
    acceptor.bears("409|/together")
    page = acceptor.opens("/desk")
    beside = chosen_and_compared(page, product, again["case_id"], first["case_id"])
    expect(beside.get_by_text("南门口的井盖一踩就翘起来")).to_be_visible()
    expect(beside.get_by_text("夜里骑车压过铁盖，哐当一声摔倒")).to_be_visible()
    expect(beside.get_by_text("相距 57 米")).to_be_visible()
    expect(beside.get_by_text("相隔 0 小时")).to_be_visible()
    expect(beside.get_by_role("img")).to_have_count(2)
    acceptor.finds_accessible()
    act(beside, "合并为一件", 合并原因="现场看过，就是同一个井盖", told=page)
    page.get_by_text("2 人、2 次反映").or_(page.get_by_text("1 人、2 次反映")).wait_for()
    assert page.url.endswith(first["case_id"])  # the older one stays
    emptied = product.ask("acceptor", f"/cases/{again['case_id']}")
    assert emptied["state_name"] == "作废"  # nobody works on it twice
    # Somebody looks again: they are two after all.
    page.get_by_role("button", name="对照与拆分").last.click()
    beside = page.get_by_role("dialog", name="并排对照")
    expect(beside.get_by_role("img")).to_have_count(2)
    act(beside, "不是同一事项，分出", 分出原因="一处井盖，一处路面", told=page)
    page.get_by_text("1 人、1 次反映").wait_for()
    parted = product.ask("acceptor", f"/reports/{again['report_id']}")["case_id"]
    assert parted not in {first["case_id"], again["case_id"], None}
    beside = chosen_and_compared(page, product, parted, first["case_id"])
    refused_again(beside)


def refused_again(beside):
    """Whoever tries to make them one is told why not, and keeps the words."""
    box = form(beside, "合并为一件")
    box.get_by_label("合并原因").fill("再合一次")
    box.get_by_role("button", name="合并为一件").click()
    expect(box.get_by_role("alert")).to_contain_text(REFUSED)
    expect(box.get_by_label("合并原因")).to_have_value("再合一次")


def test_what_was_said_never_to_be_one_stays_two(product, person):
    one = told_with_a_photo(product, "公交站牌下的雨水井盖缺了一块", LID, product.spot(9), "green")
    two = told_with_a_photo(
        product, "站牌往东二十步路面陷下去一个坑", ROAD, near(product.spot(9), 0.0004), "blue"
    )
    chief = person("duty_chief", **DESK)
    chief.bears("409|/together")
    page = chief.opens("/desk")
    beside = chosen_and_compared(page, product, one["case_id"], two["case_id"])
    act(beside, "永不合并", 不合并原因="两处相距二十步", told=page)
    beside.wait_for(state="hidden")
    beside = chosen_and_compared(page, product, one["case_id"], two["case_id"])
    refused_again(beside)
    for told in (one, two):
        case = product.ask("duty_chief", f"/cases/{told['case_id']}")
        assert (case["reporter_count"], case["closed_at"]) == (1, None)
