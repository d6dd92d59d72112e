# SPDX-License-Identifier: Apache-2.0
"""Where it gets stuck, in a real browser: map, heat and its cases; a limit proposed, approved, in force."""

from datetime import timedelta

import pytest

from tongguan.catalog import queries as catalog
from tongguan.insight import api as insight
from tongguan.insight import queries as reads
from tongguan.insight.testing import ITEM, clocks, write_clocks
from tongguan.kernel import clock
from tongguan.people.contracts import PLATFORM

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
SMALL = {"viewport": {"width": 1366, "height": 768}}
WAY = ("reported", "pending_dispatch", "pending_handle", "handling", "pending_check", "closed")


@pytest.fixture
def history(city, settings, tmp_path):
    """Ninety days of 供水井盖: done within two hours of a limit of four; every tenth was sent back once."""
    settings.HOME = tmp_path
    own, other = city.unit("N-SZ"), city.unit("N-HW")
    now = clock.now().replace(minute=0, second=0, microsecond=0)
    told = clocks([0.5 + (n % 10) / 10 for n in range(340)], unit=own.id, until=now)
    lines, orders = [], []
    for no, (case, row) in enumerate(zip(*told, strict=True)):
        way = (*WAY[:3], "returned", *WAY[1:]) if no % 10 == 0 else WAY
        step = timedelta(minutes=7)
        lines += [
            {"case_id": case["id"], "no": n, "at": case["opened_at"] + n * step, "move": "m",
             "frm": way[n - 1] if n else "", "to": to, "stage": "handle", "final": to == "closed",
             "counts": ["returns"] if to == "returned" else []}
            for n, to in enumerate(way)
        ]  # fmt: skip
        if no % 10 == 0:
            orders.append(order(case["id"], other, row["started_at"] - timedelta(hours=2), "returned"))
        orders.append(order(case["id"], own, row["started_at"], "confirmed"))
    units = {own.id: "department", other.id: "department"}
    write_clocks(tmp_path, told, units=units, lines=lines, orders=orders, read_at=now)
    return city


def order(case, unit, at, state):
    hour = timedelta(minutes=20)
    return {
        "case_id": case, "unit": unit.id, "unit_path": unit.path, "role": "lead", "state": state,
        "dispatched_at": at, "signed_at": at + hour, "assigned_at": at + 2 * hour,
        "submitted_at": at + 4 * hour, "confirmed_at": at + 5 * hour, "ended_at": at + 5 * hour,
    }  # fmt: skip


def test_from_the_map_to_the_slow_cases_and_from_history_to_a_new_limit(history, visitor):
    with clock.using(clock.ManualClock(clock.now())):
        insight.forecast_week(PLATFORM)
    chief = visitor(history.user("city_chief"), **SMALL)
    page = chief.opens("/desk/insight")
    page.get_by_role("heading", name="流程图").wait_for()
    page.get_by_role("heading", name="流转与推诿").wait_for()
    chief.finds_accessible()
    chief.pictures("insight")
    page.get_by_label("以表格显示").first.check()
    page.get_by_role("cell", name="被回退待修正").first.wait_for()
    chief.finds_accessible()
    page.locator("button.cell").first.click()
    page.get_by_role("region", name="最慢的案件").wait_for()
    chief.finds_accessible()

    page = chief.opens("/desk/insight/limits")
    page.get_by_text("还没有检查过时限").wait_for()
    page.get_by_text("提建议的条件").click()
    page.get_by_text("平台建议值，尚未由本市设定").wait_for()
    chief.finds_accessible()
    chief.bears(r"422.*insight/limits/terms")
    page.get_by_label("办结件数至少（件）").fill("5")
    page.get_by_label("理由", exact=True).fill("本市井盖多")
    page.get_by_role("button", name="设为下一版").click()
    page.get_by_role("alert").get_by_text("应在 30 与 1e+06 之间").wait_for()
    page.get_by_label("办结件数至少（件）").fill("300")
    page.get_by_label("收紧后办得到的至少（%）").fill("96.5")
    page.get_by_role("button", name="设为下一版").click()
    page.get_by_text("第 1 版", exact=True).wait_for()
    chief.pictures("terms")
    terms, version = reads.terms_in_force(PLATFORM)
    assert (terms.cases, terms.target, terms.loss, version) == (300, 0.965, 0.02, 1)
    page.get_by_role("button", name="现在检查").click()
    page.get_by_role("link", name="供水井盖异常 01001").wait_for()
    chief.finds_accessible()
    chief.pictures("limits")
    page.get_by_role("link", name="供水井盖异常 01001").click()
    page.get_by_role("heading", name="还没办完的比例").wait_for()
    page.get_by_text("一年回放").or_(page.get_by_text("回放")).first.wait_for()
    chief.finds_accessible()
    chief.pictures("limit")
    page.get_by_label("理由", exact=True).fill("近一年各单位都做到了")
    page.get_by_role("button", name="批准并生效").click()
    page.get_by_text("已生效：本市时限调整 第 1 版").first.wait_for()
    assert "2工作时" in [rule.limit.zh() for rule in catalog.filing_rules(ITEM) if rule.limit]

    page = chief.opens("/desk/insight/overload")
    page.get_by_role("cell", name="江北区市政所").first.wait_for()
    chief.finds_accessible()
    chief.pictures("overload")
