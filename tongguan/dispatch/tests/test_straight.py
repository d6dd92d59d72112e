# SPDX-License-Identifier: Apache-2.0
"""Straight through: what is clear goes to its unit in the moment it is opened, as the city's rules say."""

from datetime import date

import pytest

from tongguan.cases import api as cases_api
from tongguan.cases import queries as cases
from tongguan.cases.contracts import NewCase
from tongguan.catalog import api as catalog
from tongguan.catalog import queries as items
from tongguan.catalog.contracts import ListRow
from tongguan.dispatch import api, queries
from tongguan.dispatch.contracts import Opening
from tongguan.dispatch.models import Clock, WorkOrder
from tongguan.messaging import queries as messages
from tongguan.people.contracts import PLATFORM
from tongguan.rules import api as rules
from tongguan.runtime.testing import published

ONE_CONDITION, SEVERAL = "06002", "01001"
ALL_THE_WAY = {
    "no": "Z1",
    "name": "把握大的直接派遣",
    "when": {
        "all": [
            {"field": "item_confidence", "operator": "ge", "value": 0.9},
            {"field": "place_confidence", "operator": "ge", "value": 0.9},
            {"field": "filing_confidence", "operator": "ge", "value": 0.2},
            {"field": "plan_confidence", "operator": "ge", "value": 0.9},
        ]
    },
    "then": {"reach": "dispatch"},
}
TO_FILING = {
    "no": "Z2",
    "name": "热线先受理",
    "when": {"all": [{"field": "source", "operator": "eq", "value": "hotline"}]},
}


@pytest.fixture
def city(stage):
    catalog.load_standards(PLATFORM)
    rows = [
        ListRow(
            row_no=n,
            item_code=code,
            division="9901",
            lead_unit_code="N-SZ",
            co_unit_codes=("N-HW",),
            valid_from=date(2026, 1, 1),
        )
        for n, code in enumerate((ONE_CONDITION, SEVERAL), start=1)
    ]
    draft = catalog.draft_responsibilities(PLATFORM, "9901", rows, title="江州市权责清单")
    catalog.apply_responsibilities(PLATFORM, draft.id)
    return stage


def rule_in_force(*more):
    rules.publish_ruleset(PLATFORM, "straight", [ALL_THE_WAY, *more], "9901")


def opening(item=ONE_CONDITION, text="路面有积水", **more) -> Opening:
    new = NewCase(
        item_code=item, title=text, text=text, division="990101001001", source="hotline", kind="event"
    )
    return Opening(new=new, **more)


def test_a_clear_matter_is_filed_and_dispatched_when_it_is_opened(city):
    rule_in_force()
    (done,) = api.open_many(PLATFORM, [opening()])
    assert (done.reach, done.case.state, done.plan.basis) == ("dispatch", "pending_handle", "list")
    assert "Z1" in done.words
    case = cases.case(PLATFORM, done.case.id)
    assert (case.state, case.version, case.lead_unit_id) == ("pending_handle", 4, city.people.unit("N-SZ").id)
    assert case.filing["filing_condition"] == items.filing_rules(ONE_CONDITION)[0].filing_condition
    lines = cases.timeline(PLATFORM, case.id)
    assert [(line.move, line.to, line.actor_name) for line in lines] == [
        ("report", "reported", "系统"),
        ("accept", "pending_register", "系统"),
        ("register", "pending_dispatch", "系统"),
        ("dispatch", "pending_handle", "系统"),
    ]
    assert all(line.reason for line in lines[1:])
    orders = WorkOrder.objects.filter(case_id=case.id).order_by("no")
    assert [(o.role, o.unit_id) for o in orders] == [
        ("lead", city.people.unit("N-SZ").id),
        ("co", city.people.unit("N-HW").id),
    ]
    assert queries.work_orders(city.people.department, case.id)
    running = Clock.objects.filter(case_id=case.id, stopped_at=None)
    assert sorted((c.stage, c.order_id is None) for c in running) == [
        ("handle", False),
        ("handle", False),
        ("handle", True),
    ]
    assert case.due_at == running.get(order=None).due_at is not None
    assert [m.case_id for m in messages.inbox(city.people.department)] == [case.id]
    assert [p["move"] for _, p in published("CaseMoved")] == ["accept", "register", "dispatch"]
    done = api.perform(city.people.department, case.id, "sign")
    assert done.orders[0].state == "pending_assign"


def test_without_rules_a_person_begins(city):
    (done,) = api.open_many(PLATFORM, [opening()])
    assert (done.reach, done.case.state) == ("", "reported")
    assert done.words == "本区划没有直派规则，由人工受理"
    assert [c.stage for c in Clock.objects.filter(case_id=done.case.id, stopped_at=None)] == ["accept"]
    after = api.perform(city.people.acceptor, done.case.id, "accept").case
    assert [c.stage for c in Clock.objects.filter(case_id=after.id, stopped_at=None)] == ["register"]


@pytest.mark.parametrize(
    "doubt", [{"item_confidence": 0.5}, {"place_confidence": 0.5}, {"text": "这里不好", "item": SEVERAL}]
)
def test_what_is_not_clear_waits_for_a_person(city, doubt):
    rule_in_force()
    (done,) = api.open_many(PLATFORM, [opening(**doubt)])
    assert (done.reach, done.case.state) == ("", "reported")
    assert "无一适用" in done.words


def test_a_rule_that_asks_for_more_than_is_there_stops_before(city):
    rule_in_force({**TO_FILING, "then": {"reach": "dispatch"}})
    unclear, lost = api.open_many(
        PLATFORM, [opening(SEVERAL, "这里不好"), opening("06001", "在建违法搭建", place_confidence=0.5)]
    )
    assert (unclear.reach, unclear.case.state) == ("accept", "pending_register")
    assert "须人工选定" in unclear.words
    assert lost.case.state in {"pending_handle", "pending_dispatch"}


def test_a_process_that_leaves_a_move_to_people_stops_the_machine_before_it(city):
    rule_in_force()
    own = {"code": "default@9901", "extends": "default", "version": 1, "name": "江州流程"}
    cases_api.publish_process(PLATFORM, {**own, "moves": {"register": {"by": ["duty_chief"]}}})
    (done,) = api.open_many(PLATFORM, [opening()])
    assert (done.reach, done.case.state) == ("accept", "pending_register")
    assert "江州流程中「立案」须由人办理" in done.words


def test_many_cost_as_many_statements_as_few(city, django_assert_max_num_queries):
    rule_in_force()

    def cost(n):
        with django_assert_max_num_queries(200) as counted:
            api.open_many(PLATFORM, [opening() for _ in range(n)])
        return len(counted)

    cost(2)
    assert cost(30) <= cost(10) + 8  # SQLite splits inserts by its limit of variables


def test_conditions_of_an_item_are_told_apart_by_the_words_of_the_telling(city):
    several = items.filing_rules(SEVERAL)
    assert len(several) > 1
    for rule in several:
        met = cases.filing_met(f"中山路上发现{rule.filing_condition}，请处理", several)
        assert met.rule is not None
        assert (met.rule.id, met.confidence > 0) == (rule.id, True), met.words
    nothing = cases.filing_met("这里不好", several)
    assert (nothing.rule, nothing.confidence) == (None, 0.0)
