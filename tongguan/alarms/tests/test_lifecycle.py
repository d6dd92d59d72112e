# SPDX-License-Identifier: Apache-2.0
"""The table of moves: who may, from where, with what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tongguan.alarms.lifecycle import INPUTS, MOVES, STATES_EN, STATES_ZH, State, allowed, check
from tongguan.kernel.errors import Conflict, Forbidden, Invalid
from tongguan.people.contracts import Post

GIVEN = {
    "reason": "雨大", "cause": "device", "unit_ids": [1], "result": "已修复", "outcome": "true", "note": "",
    "minutes": 30,
}  # fmt: skip


def needed(move):
    return {name: GIVEN[name] for name in move.needs}


def test_every_state_and_input_has_its_words_and_every_state_is_reached():
    assert set(STATES_ZH) == set(STATES_EN) == set(State)
    assert {name for move in MOVES.values() for name in (*move.needs, *move.optional)} == set(INPUTS)
    assert {str(move.to) for move in MOVES.values()} - {"="} == {str(state) for state in State}


def test_from_every_state_but_the_last_somebody_can_go_on_to_the_end():
    ahead = {State.EVALUATED}
    for _ in State:
        ahead |= {frm for move in MOVES.values() if move.to in ahead for frm in move.frm}
    assert ahead == set(State)


@given(
    st.sampled_from(sorted(MOVES)), st.sampled_from(list(State)), st.sampled_from(list(Post)), st.booleans()
)
def test_a_move_is_made_exactly_by_its_posts_from_its_states(move_id, state, post, cleared):
    move = MOVES[move_id]
    fits = state in move.frm and (cleared or move_id != "lapse")
    assert (move in allowed(state, {post}, cleared=cleared)) == (post in move.by and fits)
    if post not in move.by:
        with pytest.raises(Forbidden):
            check(move_id, state, {post}, needed(move), cleared=cleared)
    elif not fits:
        with pytest.raises(Conflict):
            check(move_id, state, {post}, needed(move), cleared=cleared)
    else:
        after, by = check(move_id, state, {post}, needed(move), cleared=cleared)
        assert (after, by) == (state if move.to == "=" else move.to, post)


@pytest.mark.parametrize(
    ("move", "inputs", "field"),
    [
        ("reject", {"reason": "雨大"}, "cause"),
        ("reject", {"reason": " ", "cause": "device"}, "reason"),
        ("reject", {"reason": "雨大", "cause": "weather"}, "cause"),
        ("snooze", {"reason": "施工", "minutes": 100_000}, "minutes"),
        ("confirm", {"reason": "真的"}, "reason"),
        ("notify", {"unit_ids": []}, "unit_ids"),
    ],
)
def test_what_is_missing_or_wrong_is_named(move, inputs, field):
    state = State.CONFIRMED if move == "notify" else State.RAISED
    with pytest.raises(Invalid) as refused:
        check(move, state, {Post.DUTY_CHIEF}, inputs, cleared=False)
    assert refused.value.field == field
