# SPDX-License-Identifier: Apache-2.0
"""Evaluation at the desk: from a table to the cases counted and left out, and what a street sees of it."""

import pytest

from tongguan.evaluation.testing import write_may
from tongguan.people import api as people
from tongguan.people.contracts import Post
from tongguan.people.testing import CITY, STREET, appointment
from tongguan.runtime.testing import audited

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}
RATES = "/desk/scores?set=three_rates&period=2026-05"
UNITS = "/desk/scores?set=jinniu_digital_cg&period=2026-05"


@pytest.fixture
def told(city, tmp_path, settings):
    """The city with a book of May; 钱考核 keeps its evaluation, 小陈 is also duty chief of 一街道."""
    settings.HOME = tmp_path
    people.appoint(city.secadmin, appointment("evaluator", "C", Post.EVALUATOR, CITY))
    people.appoint(city.secadmin, appointment("collector", "N-01", Post.DUTY_CHIEF, STREET))
    write_may(tmp_path, city)
    return city


def row(page, name):
    """Give the line of a table that names something."""
    return page.get_by_role("row").filter(has=page.get_by_text(name, exact=True))


def test_an_evaluator_goes_from_a_score_to_the_cases_counted_and_left_out(told, visitor):
    evaluator = visitor(told.user("evaluator"), **SMALL)
    page = evaluator.opens(UNITS)
    line = row(page, "江北区市政所")
    line.get_by_text("1 / 2").wait_for()
    assert {"91.67", "A", "83.33%"} <= set(line.inner_text().split())
    row(page, "江南区市政所").get_by_role("button").click()
    page.get_by_role("heading", name="江南区市政所的得分由来").wait_for()
    page.get_by_role("button", name="处置数", exact=True).click()
    page.get_by_role("button", name="计入 3").wait_for()
    page.get_by_role("button", name="剔除 1").click()
    page.get_by_role("row").filter(has=page.get_by_role("link", name="JN0")).get_by_text(
        "超时申诉"
    ).wait_for()
    evaluator.finds_accessible()
    for kind in ("XLSX", "CSV"):
        with page.expect_download() as taken:
            page.get_by_role("link", name=kind).click()
        assert taken.value.suggested_filename.endswith(kind.lower())
    assert len(audited("evaluation.export")) == 2
    page.get_by_label("指标集").select_option("接诉即办三率（街乡镇）")
    row(page, "南一街道").get_by_text("满意率：权重待设定").wait_for()
    row(page, "南一街道").get_by_role("button").click()
    page.get_by_role("button", name="应考核案件数").click()
    page.get_by_role("button", name="剔除 1").click()
    row(page, "JN1").get_by_text("仅咨询，不计考核").wait_for()
    page.get_by_role("link", name="指标与权重").click()
    page.get_by_role("heading", name="历次版本").wait_for()
    evaluator.finds_accessible()


def test_a_street_sees_its_own_line_only(told, visitor):
    street = visitor(told.user("collector"), **SMALL)
    page = street.opens(RATES)
    row(page, "一街道").get_by_text("83.33%").first.wait_for()
    assert page.locator("tbody tr").count() == 1
    assert page.get_by_role("button", name="关闭本期").count() == 0
    street.finds_accessible()
