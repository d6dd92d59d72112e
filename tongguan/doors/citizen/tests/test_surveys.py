# SPDX-License-Identifier: Apache-2.0
"""A citizen reads the replies, rates, and asks for reopening, by link or by code."""

import pytest

from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.doors.testing import Door
from tongguan.intake import api as intake
from tongguan.intake import queries as reports
from tongguan.intake.contracts import ReporterIn, ReportIn
from tongguan.people.contracts import PLATFORM
from tongguan.places.testing import square_city
from tongguan.replies.queries import token_of
from tongguan.runtime.testing import settle

pytestmark = pytest.mark.django_db
RATES = {"responded": True, "solved": False, "satisfied": "unsatisfied", "comment": "还在漏水"}


@pytest.fixture
def closed(people_cast):
    """The receipt of a report whose case is closed."""
    square_city()
    catalog.load_standards(PLATFORM)
    report = ReportIn(
        source="hotline",
        external_id="H-1",
        text="滨江路12号门口井盖破损",
        item_code="01001",
        lon=121.005,
        lat=30.805,
        reporter=ReporterIn("钱女士", "13800000001"),
    )
    receipt = intake.receive(PLATFORM, report, open_now=True)
    case_id = reports.report(PLATFORM, receipt.report_id).case_id
    dispatch.perform(people_cast.acceptor, case_id, "refuse", {"reason": "先登记有误"})
    settle()
    return receipt


def codes(receipt):
    return {"tracking": receipt.tracking, "secret": receipt.secret}


def test_what_was_not_dealt_with_is_told_without_a_survey(closed):
    citizen = Door(base="/api/citizen")
    told = citizen.post("/track", codes(closed)).json()
    assert [one["words"] for one in told["replies"]] == ["经核实不属于受理范围"]
    assert citizen.post("/survey", codes(closed)).status_code == 404


def test_a_closed_case_is_rated_and_reopening_asked_for(closed, people_cast):
    case_id = reports.report(PLATFORM, closed.report_id).case_id
    dispatch.perform(people_cast.duty_chief, case_id, "reaccept", {"reason": "复核"})
    rule = {"filing_rule_id": items.filing_rules("01001")[0].id}
    dispatch.perform(people_cast.acceptor, case_id, "register", rule)
    dispatch.perform(people_cast.leader, case_id, "force_close", {"reason": "已换", "authority": "批准"})
    settle()
    citizen = Door(base="/api/citizen")
    assert [one["words"] for one in citizen.post("/track", codes(closed)).json()["replies"]] == [
        "经核实不属于受理范围",
        "已告知您重新办理",
        "已告知您办结，请评价",
    ]
    by_link = {"token": token_of(closed.report_id)}
    assert citizen.post("/survey", by_link).json()["may_answer"]
    assert citizen.post("/survey/answer", {**by_link, **RATES, "satisfied": "great"}).status_code == 422
    answered = citizen.post("/survey/answer", {**by_link, **RATES}).json()
    assert (answered["rates"], answered["may_ask"]) == (RATES, True)
    assert citizen.post("/survey/reopen", codes(closed)).json()["asked"]
    assert citizen.post("/survey", {"token": "x"}).status_code == 404
    rated = Door(user=people_cast.user("acceptor"), base="/api/desk").get(f"/cases/{case_id}/ratings").json()
    assert [(one["solved"], one["reopen_asked"]) for one in rated] == [(False, True)]
