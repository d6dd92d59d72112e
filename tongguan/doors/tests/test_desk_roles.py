# SPDX-License-Identifier: Apache-2.0
"""Every post at the desk of the running product: its own menu, its own pages, its own cases, nothing else."""

import re

import pytest
from playwright.sync_api import expect

from tongguan.doors.tests.walking import DESK

pytestmark = [pytest.mark.browser]
INTAKE = {"热线坐席", "视频复核", "待核对上报", "未读来件"}
COMMAND = {"险情移交", "热点事项"}
RULES = {"权责清单", "派遣规则", "流程"}
MENUS = {
    "acceptor": {"案件"} | INTAKE | COMMAND,
    "dispatcher": {"案件", "值班与日历"} | COMMAND | RULES,
    "duty_chief": {"案件", "值班与日历"} | INTAKE | COMMAND | RULES,
    "department": {"案件", "值班与日历"},
    "handler": {"案件"},
    "collector": {"案件"},
    "supervisor": {"案件", "流程"} | COMMAND,
    "evaluator": {"案件", "热点事项", "流程"},
    "leader": {"案件"} | COMMAND | RULES,
    "auditor": {"案件"},
    "sysadmin": {"案件", "值班与日历", "模型", "死信与消息"} | RULES,
    "secadmin": {"案件"},
}
EVERYTHING = set().union(*MENUS.values())
#: One page each that is others' work, by its address.
FOREIGN = {"duty_chief": "models", "sysadmin": "quarantine", "dispatcher": "hotline", "acceptor": "rules"}
#: Who has no part in cases, though the queue stands in their menu.
SEES_NO_CASE = {"sysadmin", "secadmin"}
DISTRICT = "990101"


def palette(page):
    """Open the palette and give it."""
    page.keyboard.press("Control+k")
    found = page.get_by_role("dialog", name="查找与命令")
    found.wait_for()
    return found


def walks_through(page, names):
    """Each page of the own menu opens and is no refusal."""
    for name in sorted(names):
        palette(page).get_by_role("button").filter(has_text=re.compile(rf"^前往\s*{name}$")).click()
        page.get_by_role("heading", level=1).first.wait_for()
        expect(page.get_by_text("这一页不属于您的岗位")).to_have_count(0)
        expect(page.locator(".skeleton")).to_have_count(0)


@pytest.mark.parametrize("role", MENUS)
def test_each_post_finds_its_own_menu_pages_and_cases(product, person, role):
    page = person(role, **DESK).opens("/desk")
    page.locator("h1").first.wait_for()
    words = palette(page).get_by_role("button").all_inner_texts()
    found = {line.removeprefix("前往").strip() for line in words if line.startswith("前往")}
    assert found & EVERYTHING == MENUS[role]
    page.keyboard.press("Escape")
    walks_through(page, MENUS[role])
    page.goto(f"{product.root}/desk/{FOREIGN.get(role, 'unread')}")
    page.get_by_role("heading", name="这一页不属于您的岗位").wait_for()
    seen = product.every_case(role)
    page.goto(f"{product.root}/desk")
    if not seen:
        page.get_by_text("没有符合条件的案件").wait_for()
    else:
        page.get_by_text(f"共 {len(seen)} 件").wait_for()
    assert bool(seen) or role in SEES_NO_CASE | {"collector", "handler", "department"}
    assert role not in SEES_NO_CASE or not seen
    unit = product.ask(role, "/session")["unit_id"]
    for row in seen:
        assert row["division"].startswith(DISTRICT) or role == "auditor", row
        if role in {"department", "handler"}:
            units = {order["unit_id"] for order in product.ask(role, f"/cases/{row['id']}/orders")}
            assert unit in units, row


def test_the_palette_opened_again_at_once_has_its_list(person):
    page = person("acceptor", **DESK).opens("/desk")
    page.locator("h1").first.wait_for()
    palette(page).get_by_role("button").first.wait_for()
    page.evaluate(
        """() => {
          document.querySelector("dialog.palette").close();  // its event comes when it is open again
          window.dispatchEvent(new KeyboardEvent("keydown", { key: "k", ctrlKey: true }));
        }"""
    )
    page.wait_for_timeout(300)
    expect(page.get_by_role("dialog", name="查找与命令").get_by_role("button").first).to_be_visible()
