# SPDX-License-Identifier: Apache-2.0
"""The table of moves: what it refuses at load, and what no walk through it can ever do."""

import copy

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from tongguan.cases import versions
from tongguan.cases.lifecycle import INPUTS, SAME, check
from tongguan.cases.tables import ProcessFault, build, merge, resolve
from tongguan.kernel.errors import Conflict, Forbidden, Invalid, Refusal
from tongguan.people.contracts import Post

DEFAULT = build(versions.shipped("default"))
PROCESSES = {code: build(versions.shipped(code)) for code in versions.shipped_codes()}
FILLED = {
    "text": "写明了的文字",
    "word": "06001",
    "flag": True,
    "id": 7,
    "ids": [7],
    "files": [7],
    "uuid": "0199aaaa-0000-7000-8000-000000000001",
    "longitude": 121.2,
    "latitude": 31.0,
    "division": "990101",
}


def filled(move, leave_out=""):
    return {name: FILLED[INPUTS[name].kind] for name in move.needs if name != leave_out}


def changed(**overlay):
    return merge(copy.deepcopy(versions.shipped("default")), overlay)


def faults(body):
    with pytest.raises(ProcessFault) as fault:
        build(body)
    return fault.value.problems


def test_every_shipped_table_is_sound_and_knows_its_lines():
    assert set(PROCESSES) == {"default", "simple", "appeal"}
    for process in PROCESSES.values():
        assert all(move.note and move.by and move.frm and move.to for move in process.moves.values())
    assert "self_handle" in PROCESSES["simple"].moves
    assert "self_handle" not in DEFAULT.moves
    assert "checking" not in PROCESSES["appeal"].states


@pytest.mark.parametrize(
    ("overlay", "problem"),
    [
        ({"moves": {"accept": {"to": "limbo"}}}, "move accept: unknown state limbo"),
        ({"moves": {"accept": {"by": ["janitor"]}}}, "move accept: unknown post janitor"),
        ({"moves": {"accept": {"needs": ["luck"]}}}, "move accept: unknown input luck"),
        ({"moves": {"accept": {"counts": ["smiles"]}}}, "move accept: unknown counter smiles"),
        ({"moves": {"accept": {"undo": "unaccept"}}}, "move accept: unknown move unaccept"),
        ({"moves": {"accept": {"note": ""}}}, "move accept: a line needs its reason (note)"),
        ({"moves": {"accept": {"colour": "red"}}}, "move accept: unknown key colour"),
        ({"moves": {"accept": {"stops": []}}}, "move accept: reported → pending_register leaves the clock"),
        ({"moves": {"accept": {"starts": []}}}, "does not start the clock register"),
        ({"moves": {"close": {"stops": ["close"]}}}, "move close: into the final state closed must stop all"),
        ({"moves": {"resume": None}}, "stage handle: paused but never resumed"),
        ({"moves": {"void": None}}, "state voided: cannot be reached"),
        ({"moves": {"reopen": {"reopens": False}}}, "leaves the final state closed without reopens"),
        ({"states": {"limbo": {"name": "某处", "stage": "handle"}}}, "state limbo: no way to a final state"),
        ({"states": {"closed": {"stage": "close"}}}, "state closed: a final state has no stage"),
        ({"states": {"reported": {"stage": "nap"}}}, "state reported: unknown stage 'nap'"),
        ({"settings": {"max_returns": -1}}, "setting max_returns: a whole number from 0 to 20"),
        ({"settings": {"mood": 3}}, "setting mood: unknown"),
        ({"initial": "nowhere"}, "initial state nowhere is unknown"),
        ({"moves": {"accept": 5}}, "move accept: unknown key (must be a map)"),
    ],
)
def test_a_faulty_table_is_refused_with_the_fault_named(overlay, problem):
    assert any(problem in line for line in faults(changed(**overlay)))


def test_all_faults_are_named_at_once():
    found = faults(changed(moves={"accept": {"to": "limbo", "by": ["janitor"], "note": ""}}))
    assert {line.split(":")[0] for line in found} >= {"move accept"}
    assert len(found) >= 3


def test_a_variant_that_extends_itself_is_refused():
    with pytest.raises(ProcessFault, match="extends itself: a → b → a"):
        resolve("a", {"a": {"extends": "b"}, "b": {"extends": "a"}}.__getitem__)


def test_the_standard_table_is_plain_yaml_that_a_city_can_edit():
    text = yaml.safe_dump(versions.shipped("default"), allow_unicode=True, sort_keys=False)
    assert build(yaml.safe_load(text)) == DEFAULT


@pytest.mark.parametrize("code", sorted(PROCESSES))
def test_no_post_outside_the_line_makes_a_move(code):
    process = PROCESSES[code]
    for move in process.moves.values():
        for post in Post:
            if post in move.by:
                assert check(process, move.frm[0], move.id, {post}, filled(move)).post == post
            else:
                with pytest.raises(Forbidden) as refused:
                    check(process, move.frm[0], move.id, {post}, filled(move))
                assert refused.value.code == "move.not_your_post"


@pytest.mark.parametrize("move", DEFAULT.moves.values(), ids=lambda m: m.id)
def test_a_needed_input_that_is_missing_is_named(move):
    for name in move.needs:
        for blank in ({}, {name: None}, {name: "  "}, {name: []}, {name: False}):
            with pytest.raises(Invalid) as refused:
                check(DEFAULT, move.frm[0], move.id, move.by, filled(move, name) | blank)
            assert refused.value.field == name


@pytest.mark.parametrize("move", DEFAULT.moves.values(), ids=lambda m: m.id)
def test_from_any_other_state_it_is_a_conflict(move):
    for state in DEFAULT.states:
        if state not in move.frm:
            with pytest.raises(Conflict) as refused:
                check(DEFAULT, state, move.id, move.by, filled(move))
            assert refused.value.code == "case.wrong_state"


@pytest.mark.parametrize(
    ("inputs", "field"),
    [
        ({"hub": "99", "reason": "x" * 4001}, "reason"),
        ({"hub": "99", "reason": "x\x00y"}, "reason"),
        ({"hub": "99/../", "reason": "ok"}, "hub"),
        ({"hub": 99, "reason": "ok"}, "hub"),
        ({"hub": "99", "reason": ["ok"]}, "reason"),
        ({"hub": "99", "reason": "ok", "lon": 181}, "lon"),
        ({"hub": "99", "reason": "ok", "lat": True}, "lat"),
        ({"hub": "99", "reason": "ok", "lat": float("nan")}, "lat"),
        ({"hub": "99", "reason": "ok", "order_id": "me"}, "order_id"),
        ({"hub": "99", "reason": "ok", "attachments": list(range(1, 99))}, "attachments"),
        ({"hub": "99", "reason": "ok", "unit_id": 4}, "unit_id"),
        ({"hub": "99", "reason": "ok", "drop table": 1}, "drop table"),
    ],
)
def test_wrong_kinds_of_values_are_refused_by_name(inputs, field):
    with pytest.raises(Invalid) as refused:
        check(DEFAULT, "reported", "transfer", {"acceptor"}, inputs)
    assert refused.value.field == field


def test_a_target_the_line_does_not_lead_to_is_refused():
    move = DEFAULT.moves["resume"]
    assert check(DEFAULT, "suspended", "resume", {"system"}, {}, "pending_handle").to == "pending_handle"
    assert DEFAULT.targets(move, "suspended") == ("handling", "pending_handle")
    with pytest.raises(Invalid) as refused:
        check(DEFAULT, "suspended", "resume", {"system"}, {}, "closed")
    assert refused.value.field == "to"


WALKS = st.lists(
    st.tuples(st.integers(0, 60), st.sampled_from(sorted(Post)), st.integers(0, 3)), min_size=1, max_size=60
)


@given(code=st.sampled_from(sorted(PROCESSES)), steps=WALKS)
def test_no_walk_leaves_the_table(code, steps):
    """Whatever is tried: clocks fit the state, and a final state is left by reopening only."""
    process = PROCESSES[code]
    state, running = process.initial, {process.states[process.initial].stage}
    lines = list(process.moves.values())
    for pick, post, target in steps:
        move = lines[pick % len(lines)]
        wanted = process.targets(move, state)[target % len(move.to)]
        try:
            plan = check(process, state, move.id, {post}, filled(move), wanted)
        except Refusal:
            assert state not in move.frm or post not in move.by
            continue
        assert state in move.frm
        assert post in move.by
        assert plan.to in process.states
        if process.states[state].final:
            assert move.reopens or plan.to == state
        if plan.to != state:
            running -= set(move.stops)
            running |= set(move.starts)
        state = plan.to
        stage = process.states[state].stage
        assert running == set() if process.states[state].final else stage in running


@given(code=st.sampled_from(sorted(PROCESSES)), steps=WALKS)
def test_from_wherever_a_walk_ends_there_is_a_way_out(code, steps):
    process = PROCESSES[code]
    state = process.initial
    lines = list(process.moves.values())
    for pick, _, target in steps:
        move = lines[pick % len(lines)]
        if state in move.frm:
            state = process.targets(move, state)[target % len(process.targets(move, state))]
    seen, todo = {state}, [state]
    while todo:
        here = todo.pop()
        for move in process.moves.values():
            if here in move.frm:
                for there in process.targets(move, here):
                    if there not in seen:
                        seen.add(there)
                        todo.append(there)
    assert any(process.states[there].final for there in seen)


def test_undo_leads_back_or_to_what_the_line_calls_its_undoing():
    for process in PROCESSES.values():
        for move in process.moves.values():
            if move.undo:
                back = process.moves[move.undo]
                assert set(back.frm) & {s for f in move.frm for s in process.targets(move, f)}, move.id


def test_returns_let_the_citys_clock_run_on():
    for name in ("return_dispatcher", "raise_dispute"):
        assert "handle" in DEFAULT.moves[name].keeps
        assert "handle" not in DEFAULT.moves[name].stops
    assert DEFAULT.moves["sign"].to == (SAME,)
    assert DEFAULT.moves["suspend"].pauses == ("handle",)
