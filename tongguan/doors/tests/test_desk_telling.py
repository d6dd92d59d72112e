# SPDX-License-Identifier: Apache-2.0
"""In a browser: which component a case means and how urgent it is, why, and an official's last word."""

import pytest

from tongguan.cases import queries as cases
from tongguan.intake import api as intake
from tongguan.intake.contracts import ReportIn
from tongguan.intake.testing import told as all_told
from tongguan.people.contracts import PLATFORM
from tongguan.things.testing import component

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}


def test_an_official_takes_one_of_two_lids_and_says_that_it_is_not_urgent(city, visitor):
    one, other = component(901, 121.00504, 30.805), component(902, 121.00495, 30.805)
    text = "供水井盖破损，有人摔伤"
    place = {"lon": 121.005, "lat": 30.805}
    intake.receive(
        PLATFORM, ReportIn(source="hotline", external_id="T1", text=text, item_code="01001", **place)
    )
    intake.triage_batch(10)
    (told,) = all_told()
    dispatcher = visitor(city.user("dispatcher"), **SMALL)
    page = dispatcher.opens(f"/desk/cases/{told.case_id}")
    card = page.locator("section", has=page.get_by_role("heading", name="部件与紧急程度"))
    card.get_by_text("未到自动关联所需的 80%，须人工选定").wait_for()
    card.get_by_text("紧急程度：紧急；反映用词“摔伤”（已有人受伤）").wait_for()
    dispatcher.finds_accessible()
    line = card.locator("li", has_text=other.code)
    line.locator("summary").click()
    line.get_by_label("原因").fill("现场核实")
    line.get_by_role("button", name="选定这一个").click()
    card.get_by_text(f"选定“供水井盖”{other.code}；现场核实").wait_for()
    card.locator("summary", has_text="调整紧急程度").click()
    card.get_by_label("紧急程度 *").select_option("normal")
    card.get_by_label("原因").last.fill("只是擦破皮")
    card.get_by_role("button", name="调整紧急程度").click()
    card.get_by_text("（原为紧急）").wait_for()
    now = cases.case(city.acceptor, told.case_id)
    assert (now.component_code, now.urgency) == (other.code, "normal")
    assert one.code != now.component_code


def test_how_links_of_a_kind_turned_out_stands_beside_the_rules(city, visitor):
    component(901, 121.00503, 30.805)
    place = {"lon": 121.005, "lat": 30.805}
    told = ReportIn(source="hotline", external_id="T1", text="供水井盖破损", item_code="01001", **place)
    intake.receive(PLATFORM, told)
    intake.triage_batch(10)
    chief = visitor(city.user("duty_chief"), **SMALL)
    page = chief.opens("/desk/rules")
    page.get_by_role("heading", name="部件自动关联").wait_for()
    row = page.get_by_role("row", name="供水井盖 01001")
    row.wait_for()
    assert row.get_by_role("cell").all_inner_texts() == ["1", "0", "0", "—", "自动"]
    chief.finds_accessible()
