# SPDX-License-Identifier: Apache-2.0
"""Saved views in a browser: kept at the server, shared with the unit, brought over from the device once."""

import json

import pytest

from tongguan.cases import api as cases
from tongguan.cases.contracts import NewCase
from tongguan.people.contracts import PLATFORM
from tongguan.savedviews import queries as saved

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture
def city(city):
    """The city with one open case."""
    new = NewCase(
        item_code="01003",
        title="井盖破损",
        text="破损",
        division="990101001001",
        source="hotline",
        lon=121.005,
        lat=30.805,
    )
    cases.open_cases(PLATFORM, [new])
    return city


def test_a_view_that_is_shared_stands_in_a_colleagues_queue_with_its_count(city, visitor):
    dispatcher = visitor(city.user("dispatcher"), **SMALL)
    page = dispatcher.opens("/desk")
    page.get_by_label("查找案件").fill("井盖")
    page.get_by_role("button", name="查找", exact=True).click()
    page.get_by_role("button", name="存为视图").click()
    page.get_by_label("视图名称").fill("井盖在办")
    page.get_by_label("本单位共用").check()
    page.get_by_role("button", name="保存").click()
    page.get_by_role("button", name="井盖在办 共用 1").wait_for()
    dispatcher.finds_accessible()
    colleague = visitor(city.user("acceptor"), **SMALL).opens("/desk")
    colleague.get_by_role("button", name="井盖在办 共用 1").click()
    colleague.get_by_text("共 1 件").wait_for()
    assert colleague.get_by_role("button", name="删除视图 井盖在办").count() == 0
    page.get_by_role("button", name="删除视图 井盖在办").click()
    page.get_by_role("button", name="撤销").click()
    page.get_by_role("button", name="井盖在办 共用 1").wait_for()


def test_the_views_of_the_device_come_to_the_server_once(city, visitor):
    dispatcher = visitor(city.user("dispatcher"), **SMALL)
    old = json.dumps([{"name": "超期路灯", "line": "超期 路灯"}])
    dispatcher.context.add_init_script(
        f"sessionStorage.once ??= (localStorage.setItem('tongguan.desk.views', {json.dumps(old)}), '1')"
    )
    page = dispatcher.opens("/desk")
    page.get_by_role("button", name="超期路灯 0").wait_for()
    assert page.evaluate("localStorage.getItem('tongguan.desk.views')") is None
    (view,) = saved.views(city.dispatcher)
    assert (view.line, view.narrow["overdue"], view.shared) == ("超期 路灯", True, False)
