# SPDX-License-Identifier: Apache-2.0
"""Any sequence of happenings: the book that followed them is the book built from nothing."""

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tongguan.casebook import keeping, queries
from tongguan.casebook.testing import assert_same_as_rebuilt, taken
from tongguan.cases import queries as cases

pytestmark = pytest.mark.django_db
STEPS = ("tell", "again", "dispatch", "sign", "return", "end", "reopen", "wait", "take", "tidy")


def _moves(stage, case_id, step):
    state = stage.state(case_id)
    if step == "dispatch" and state in {"reported", "pending_register", "pending_dispatch"}:
        stage.dispatched(case_id)
    elif step == "sign" and state == "pending_handle":
        stage.do("department", case_id, "assign", handler_id=stage.people.handler.id)
    elif step == "return" and state == "pending_handle":
        stage.do("department", case_id, "return_dispatcher", reason="不属本单位", clause="三定方案")
    elif step == "end" and state in {"pending_handle", "handling"}:
        stage.ended(case_id)
    elif step == "reopen" and state == "forced_close":
        stage.do("duty_chief", case_id, "reopen", reason="仍未修好")


# The city goes on from one sequence to the next, so that none can be tried again alone.
@settings(
    deadline=None,
    max_examples=4,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 3)), min_size=4, max_size=14))
def test_what_followed_the_facts_is_what_is_built_from_nothing(stage, steps):
    for step, which in steps:
        mine = cases.visible(stage.people.acceptor)
        known = list(mine.order_by("pk").values_list("pk", flat=True))
        if step == "tell" or not known:
            stage.tell(len(stage.told) + 1)
        elif step == "again":
            stage.tell(which + 1, who=len(stage.told))
        elif step == "wait":
            stage.clock.advance(hours=7 * which + 1)
        elif step == "take":
            taken()
        elif step == "tidy":
            keeping.keep_house(queries.folder(), everything=True)
        else:
            _moves(stage, known[-1 - which % len(known)], step)
    assert_same_as_rebuilt()
