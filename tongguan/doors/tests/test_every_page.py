# SPDX-License-Identifier: Apache-2.0
"""Every page of the running product: accessible, quiet, whole at any size, in both languages, in the dark."""

import pytest
from playwright.sync_api import expect

from tongguan.doors.tests.pages import PLAIN, desk_pages, phone_pages
from tongguan.doors.tests.walking import DESK, phone_at

pytestmark = [pytest.mark.browser]
#: A wide thing may scroll in a box of its own; the page itself must not.
FITS = "document.documentElement.scrollWidth <= innerWidth"
#: 1366 × 768 seen at 200 %.
ZOOMED = {"width": 683, "height": 384}
ROLES = {
    "acceptor": {"案件", "待核对", "险情", "热点"},
    "dispatcher": {"案件", "险情", "热点"},
    "department": {"案件"},
    "evaluator": {"案件", "热点"},
}


@pytest.fixture(scope="module")
def case(product):
    """A case that has been worked on."""
    rows = product.ask("acceptor", "/cases", limit=50, open=False)["rows"]
    return next(row for row in rows if row["state"] == "closed")["id"]


@pytest.fixture(scope="module")
def task(product):
    """Something the handler is to do."""
    return product.busy_handler()


def settle(page):
    """Wait until the page has said what it has."""
    page.locator("h1, h2").first.wait_for()
    expect(page.locator(".skeleton")).to_have_count(0)


def walked(product, person, case, part, **options):
    """Open every second page of the desk and the plain ones, each by somebody who may."""
    pages = list((desk_pages(case) | PLAIN).items())[part::2]
    for name, (who, address) in pages:
        somebody = person(who, **options, **DESK)
        page = somebody.opens(address)
        settle(page)
        yield name, somebody, page
        somebody.context.close()


@pytest.mark.parametrize("part", [0, 1])
def test_every_page_of_the_desk_is_accessible_whole_at_any_size_and_in_english(product, person, case, part):
    for name, somebody, page in walked(product, person, case, part):
        assert page.evaluate(FITS), name
        somebody.finds_accessible()
        page.set_viewport_size(ZOOMED)
        assert page.evaluate(FITS), name
        controls_stand_within(page, name)
        if name not in PLAIN:
            speaks_english(page, name)


def controls_stand_within(page, name):
    """Nothing of the desk's head is lost at 200 %."""
    for control in page.locator("header.top a:not(.skip):visible, header.top button:visible").all():
        box = control.bounding_box()
        assert box, name
        assert box["x"] >= -1, (name, control.inner_text())
        assert box["x"] + box["width"] <= ZOOMED["width"] + 1, (name, control.inner_text())


def speaks_english(page, name):
    """The page and its menu are in English once that is chosen."""
    page.set_viewport_size(DESK["viewport"])
    page.get_by_role("button", name="English").click()
    page.get_by_role("button", name="Sign out").wait_for()
    assert "案件" not in page.get_by_role("banner").inner_text(), name
    assert page.evaluate(FITS), name


@pytest.mark.parametrize("part", [0, 1])
def test_every_page_of_the_desk_is_accessible_in_the_dark(product, person, case, part):
    for name, somebody, page in walked(product, person, case, part, color_scheme="dark"):
        assert page.evaluate(FITS), name
        somebody.finds_accessible()


def test_every_page_of_the_phone_is_accessible_small_large_and_in_english(product, person, task):
    spot = product.spot()
    for name, (who, address) in phone_pages(*task).items():
        somebody = person(who, **phone_at(spot))
        page = somebody.opens(address)
        settle(page)
        somebody.finds_accessible()
        page.set_viewport_size({"width": 320, "height": 640})
        page.get_by_role("button", name="大字").click()
        page.get_by_role("button", name="EN").click()
        page.get_by_role("link", name="Progress", exact=True).wait_for()
        assert page.evaluate(FITS), name
        somebody.finds_accessible()
        somebody.context.close()


@pytest.mark.parametrize("size", [(1366, 768), (1920, 1080), (3840, 1080)])
def test_the_wall_is_accessible_in_every_layout_and_mode(product, person, size):
    leader = person("leader", viewport={"width": size[0], "height": size[1]})
    wall = leader.opens("/wall")
    for mode, word in (("warning", "预警"), ("emergency", "应急"), ("daily", "日常")):
        body = {"mode": mode, "reason": "演练"}
        product.door("duty_chief").post(f"{product.root}/api/wall/mode", json=body).raise_for_status()
        wall.get_by_role("button", name=word, exact=True).wait_for()  # the stream tells it
        assert wall.evaluate(FITS), mode
        leader.finds_accessible()


@pytest.mark.parametrize(("role", "finds"), ROLES.items())
def test_each_role_finds_its_own_menu(product, person, role, finds):
    page = person(role, **DESK).opens("/desk")
    settle(page)
    page.keyboard.press("Control+k")
    palette = page.get_by_role("dialog")
    told = palette.get_by_role("button").all_inner_texts()
    assert {word for word in ROLES["acceptor"] if any(word in line for line in told)} == finds


def test_a_page_of_other_posts_is_declined_in_words_at_its_address(product, person):
    page = person("department", **DESK).opens("/desk/quarantine")
    page.get_by_role("heading", name="这一页不属于您的岗位").wait_for()
    page.get_by_role("link", name="回到案件").click()
    page.get_by_role("heading", name="案件").first.wait_for()


def test_a_case_outside_ones_scope_is_not_there_at_its_address(product, person, case):
    stranger = person(product.elsewhere("department"), **DESK)
    stranger.bears("404")
    page = stranger.opens(f"/desk/cases/{case}")
    expect(page.get_by_role("alert")).to_contain_text("没有这个案件")
    page.get_by_role("button", name="返回案件列表").click()
    expect(page.locator(f'tr[data-id="{case}"]')).to_have_count(0)
