# SPDX-License-Identifier: Apache-2.0
"""People put right what belongs together, and it stays so (F15)."""

import pytest

from tongguan.cases import queries as cases
from tongguan.catalog import queries as items
from tongguan.dispatch import api as dispatch
from tongguan.intake import api
from tongguan.intake.tests.test_understanding import city, told, triaged
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, NotFound
from tongguan.matching import queries as matching

__all__ = ["city"]  # the fixture
pytestmark = pytest.mark.django_db


def test_a_telling_taken_out_has_its_own_case_and_later_tellings_never_bring_them_together(city):
    first, second, third = triaged(told(1), told(2), told(3))
    before = cases.case(city.acceptor, first.case_id)
    receipt = api.take_out(city.acceptor, second.id, "路对面的另一个井盖")
    assert (receipt.state, receipt.case_id != first.case_id) == ("opened", True)
    after = cases.case(city.acceptor, first.case_id)
    assert (before.reporter_count, after.reporter_count) == (3, 2)
    apart = cases.case(city.acceptor, receipt.case_id)
    assert (apart.reporter_count, apart.item_code) == (1, "01001")
    assert "由原案件分出：路对面的另一个井盖" in cases.timeline(city.acceptor, apart.id)[0].reason
    assert "另立案件" in cases.timeline(city.acceptor, after.id)[-1].reason
    late = triaged(told(4))[0]
    assert late.case_id in {first.case_id, apart.id}
    assert matching.decision(city.acceptor, second.id).words == "人工认定：路对面的另一个井盖"
    assert matching.decision(city.acceptor, third.id).case_id == first.case_id
    with pytest.raises(Conflict) as refusal:
        api.put_with(city.acceptor, second.id, first.case_id, "还是同一个")
    assert refusal.value.code == "matching.never"


def test_what_was_taken_for_two_is_put_together(city):
    (one,) = triaged(told(1))
    (other,) = triaged(told(2, lon=121.015, text="别处的井盖也坏了", title=""))
    assert one.case_id != other.case_id
    receipt = api.put_with(city.acceptor, other.id, one.case_id, "现场确认为同一处")
    assert (receipt.state, receipt.case_id) == ("joined", one.case_id)
    assert cases.case(city.acceptor, one.case_id).reporter_count == 2
    emptied = cases.case(city.acceptor, other.case_id)
    assert (emptied.reporter_count, emptied.state) == (0, "voided")  # nobody works on nothing
    assert "现场确认为同一处" in cases.timeline(city.acceptor, emptied.id)[-1].reason
    with pytest.raises(Conflict):
        api.put_with(city.acceptor, other.id, one.case_id, "再来一次")


def test_a_case_that_its_last_telling_left_stays_open_once_work_has_begun(city):
    (one,) = triaged(told(1))
    (other,) = triaged(told(2, lon=121.015, text="别处的井盖也坏了", title=""))
    rule = items.filing_rules(cases.case(city.acceptor, other.case_id).item_code)[0].id
    for who, move, inputs in (
        (city.acceptor, "accept", {}),
        (city.acceptor, "register", {"filing_rule_id": rule}),
        (city.dispatcher, "dispatch", {"unit_id": city.unit("N-SZ").id, "reason": "就近"}),
    ):
        dispatch.perform(who, other.case_id, move, inputs)
    api.put_with(city.acceptor, other.id, one.case_id, "现场确认为同一处")
    emptied = cases.case(city.acceptor, other.case_id)
    assert (emptied.reporter_count, emptied.state) == (0, "pending_handle")


def test_the_only_telling_of_a_case_is_not_taken_out(city):
    (one,) = triaged(told(1))
    with pytest.raises(Conflict) as refusal:
        api.take_out(city.acceptor, one.id, "不对")
    assert refusal.value.code == "report.alone"


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("outside_acceptor", NotFound), ("handler", NotFound), ("collector", NotFound), ("auditor", NotFound)],
)
def test_only_judges_of_the_place_may(city, who, refusal):
    first, second = triaged(told(1), told(2))
    assert first.case_id == second.case_id
    with pytest.raises((refusal, Forbidden)):
        api.take_out(city.actor(who), second.id, "不是同一个")
    assert cases.case(city.acceptor, first.case_id).reporter_count == 2


def test_a_reason_is_asked_for(city):
    triaged(told(1))
    (second,) = triaged(told(2))
    with pytest.raises(Invalid):
        api.take_out(city.acceptor, second.id, "  ")
