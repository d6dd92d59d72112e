# SPDX-License-Identifier: Apache-2.0
"""The ends of a case that are not the usual one: by force, void, and back again within the window."""

import pytest

from tongguan.cases import queries as case_queries
from tongguan.dispatch import api, queries
from tongguan.dispatch.models import WorkOrder
from tongguan.dispatch.tests.test_perform import scene
from tongguan.kernel import clock
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.people.contracts import PLATFORM

__all__ = ["scene"]


def test_a_forced_close_names_its_authority_and_leaves_nothing_running(scene):
    case = scene.until("handling")
    asked = {"reason": "权属争议无法处置", "authority": "区城运中心专题会纪要第 12 号"}
    for missing in asked:
        with pytest.raises(Invalid) as refused:
            api.perform(scene.people.leader, case.id, "force_close", asked | {missing: ""})
        assert refused.value.field == missing
    for role in ("acceptor", "dispatcher", "department", "supervisor"):
        with pytest.raises(Forbidden):
            api.perform(scene.people.actor(role), case.id, "force_close", asked)
    done = api.perform(scene.people.leader, case.id, "force_close", asked).case
    # A state of its own, so that it is counted apart.
    assert (done.state, done.closed_at is not None, done.due_at) == ("forced_close", True, None)
    assert not WorkOrder.objects.filter(case_id=case.id, ended_at__isnull=True).exists()
    assert all(c.stopped_at is not None for c in queries.clocks(PLATFORM, case.id))
    line = case_queries.timeline(PLATFORM, case.id)[-1]
    assert (line.move, line.post, line.inputs["authority"]) == ("force_close", "leader", asked["authority"])


@pytest.mark.parametrize("state", ["pending_handle", "handling", "handle_finish", "pending_check", "closed"])
def test_what_was_dispatched_is_not_void(scene, state):
    case = scene.until(state)
    with pytest.raises(Conflict):
        api.perform(scene.people.duty_chief, case.id, "void", {"reason": "误报"})


@pytest.mark.parametrize("state", ["reported", "pending_register", "pending_dispatch", "returned"])
def test_a_mistake_is_void_for_good(scene, state):
    case = scene.until(state)
    with pytest.raises(Invalid):
        api.perform(scene.people.acceptor, case.id, "void", {})
    done = api.perform(scene.people.acceptor, case.id, "void", {"reason": "重复登记"}).case
    assert (done.state, done.due_at) == ("voided", None)
    assert all(c.stopped_at is not None for c in queries.clocks(PLATFORM, case.id))
    for role in ("acceptor", "duty_chief", "leader"):
        assert queries.allowed_moves(scene.people.actor(role), done, []) == []


@pytest.mark.parametrize("state", ["closed", "forced_close"])
def test_a_closed_case_comes_back_within_its_days_and_not_after(scene, state):
    case = scene.until(state)
    days = case_queries.process_of(case).settings["reopen_days"]
    with clock.using(clock.ManualClock(case.closed_at)) as hands:
        hands.advance(days=days, seconds=1)
        with pytest.raises(Conflict) as refused:
            api.perform(scene.people.leader, case.id, "reopen", {"reason": "复发"})
        assert refused.value.code == "case.too_late"
        hands.move_to(case.closed_at)
        hands.advance(days=days, seconds=-1)
        with pytest.raises(Forbidden):
            api.perform(scene.people.department, case.id, "reopen", {"reason": "复发"})
        again = api.perform(scene.people.leader, case.id, "reopen", {"reason": "复发"}).case
        assert (again.state, again.reopens) == ("pending_dispatch", 1)
