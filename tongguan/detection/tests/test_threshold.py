# SPDX-License-Identifier: Apache-2.0
"""Limits by grade: the vectorised step says what one reading at a time says, however readings are cut."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.detection import kinds
from tongguan.detection.contracts import Batch
from tongguan.detection.settings import UnusableError, ready
from tongguan.detection.spi import detectors
from tongguan.detection.states import moved, packed, unpacked
from tongguan.detection.tests.frames import STREAMS, cuts, listed, readings, run, timed
from tongguan.detection.tests.oracle import Ladder

THRESHOLD = detectors.get("threshold")
seconds = st.sampled_from((0, 0, 5, 20, 60))


@st.composite
def ladders(draw):
    limits = sorted(draw(st.lists(st.integers(2, 10), min_size=4, max_size=4)))
    chosen = {
        name: float(limit) for name, limit in zip(("blue", "yellow", "orange", "red"), limits, strict=True)
    }
    for name in draw(st.lists(st.sampled_from(sorted(chosen)), max_size=3, unique=True)):
        del chosen[name]
    for name in tuple(chosen):
        chosen[f"{name}_after"] = draw(seconds)
        chosen[f"{name}_clear"] = draw(seconds)
    return chosen | {"band": draw(st.integers(0, 3)), "gap": draw(st.sampled_from((0, 15)))}


@settings(max_examples=150)
@given(readings, cuts, ladders())
def test_it_says_what_one_reading_at_a_time_says(drawn, cut, chosen):
    told = timed(drawn)
    oracle = Ladder(chosen)
    for stream, at, value in told:
        if stream in STREAMS:
            oracle.hear(STREAMS.index(stream), at, value)
    assert run("threshold", chosen, told, []) == sorted(oracle.said)
    assert run("threshold", chosen, told, cut) == sorted(oracle.said)


@settings(max_examples=30)
@given(readings, st.randoms(use_true_random=False), ladders())
def test_the_order_between_streams_does_not_matter(drawn, chance, chosen):
    told = timed(drawn)
    queues = {stream: [one for one in told if one[0] == stream] for stream in {one[0] for one in told}}
    mixed = []
    while queues:
        stream = chance.choice(sorted(queues))
        mixed.append(queues[stream].pop(0))
        if not queues[stream]:
            del queues[stream]
    assert run("threshold", chosen, mixed, [len(mixed) // 2]) == run("threshold", chosen, told, [])


@settings(max_examples=30)
@given(readings, ladders())
def test_below_is_above_in_a_mirror(drawn, chosen):
    told = timed(drawn)
    mirrored = [(stream, at, -value) for stream, at, value in told]
    below = {
        key: -value if key in {"blue", "yellow", "orange", "red"} else value for key, value in chosen.items()
    }
    up, down = run("threshold", chosen, told, []), run("threshold", below | {"side": "below"}, mirrored, [])
    assert [one[:4] for one in up] == [one[:4] for one in down]


def test_gas_stays_orange_until_it_has_been_well_below_for_its_time():
    chosen = ready(THRESHOLD, {"orange": 20, "orange_after": 120, "band": 2, "orange_clear": 60})
    values = [10, 21, 22, 23, 19, 17, 17, 17]
    batch = Batch.of([0] * 8, [60_000 * n for n in range(8)], values)
    _, verdicts = THRESHOLD.step(chosen, THRESHOLD.begin(1, chosen), batch)
    assert listed(verdicts) == [(0, 180_000, 3, 0, 23.0), (0, 360_000, 0, 3, 17.0)]
    assert verdicts.limit.tolist() == [20.0, 20.0]
    assert verdicts.since.tolist() == [60_000, 300_000]


def test_limits_may_differ_from_bridge_to_bridge_and_be_missing_for_one():
    chosen = ready(THRESHOLD, {"red": np.array([85.0, 95.0, np.nan])})
    batch = Batch.of([0, 1, 2], [1, 1, 1], [90, 90, 900])
    _, verdicts = THRESHOLD.step(chosen, THRESHOLD.begin(3, chosen), batch)
    assert listed(verdicts) == [(0, 1, 4, 0, 90.0)]


@settings(max_examples=30)
@given(readings, ladders(), st.integers(0, 60))
def test_a_state_kept_as_bytes_goes_on_where_it_was(drawn, chosen, cut):
    told = timed(drawn)
    cut = min(cut, len(told))
    whole = run("threshold", chosen, told, [])
    checked = ready(THRESHOLD, chosen)
    state = THRESHOLD.begin(3, checked)
    said = []
    for piece in (told[:cut], told[cut:]):
        kept = [one for one in piece if one[0] in STREAMS]
        kept.sort(key=lambda one: one[0])
        newer = [one for n, one in enumerate(kept) if all(e[0] != one[0] or e[1] < one[1] for e in kept[:n])]
        batch = Batch.of(
            [STREAMS.index(s) for s, _, _ in newer], [a for _, a, _ in newer], [v for *_, v in newer]
        )
        state, verdicts = THRESHOLD.step(checked, unpacked(packed(state)), batch)
        said += listed(verdicts)
    assert sorted(said) == whole


def test_a_stream_that_comes_leaves_the_others_as_they_are():
    chosen = ready(THRESHOLD, {"red": 10.0})
    state, _ = THRESHOLD.step(chosen, THRESHOLD.begin(2, chosen), Batch.of([1], [5], [11]))
    state = moved(THRESHOLD, chosen, state, np.array([0, -1, 1]))
    state, verdicts = THRESHOLD.step(chosen, state, Batch.of([1, 2], [6, 6], [3, 3]))
    assert listed(verdicts) == [(2, 6, 0, 4, 3.0)]


def test_bytes_that_are_no_state_are_refused():
    with pytest.raises(ValueError, match="no state"):
        unpacked(b"PK not a state")


@pytest.mark.parametrize(
    ("given", "field", "words"),
    [
        ({"orange": None}, "orange", "待设定"),
        ({}, "red", "至少"),
        ({"yellow": 10, "red": 5}, "red", "更难达到"),
        ({"red": "ten"}, "red", "应为数"),
        ({"red": float("nan")}, "red", "应为数"),
        ({"red": 1, "red_after": -1}, "red_after", "之间"),
        ({"red": 1, "side": "left"}, "side", "其中之一"),
        ({"rot": 1}, "rot", "没有参数"),
    ],
)
def test_what_is_wrong_with_settings_is_said_of_the_field(given, field, words):
    with pytest.raises(UnusableError) as refused:
        ready(THRESHOLD, given)
    (problem, *_) = refused.value.problems
    assert problem.field == field
    assert words in problem.zh


def test_every_kind_is_registered_once():
    codes = [one.code for one in kinds.BUILT_IN]
    assert len(set(codes)) == len(codes)
    assert set(codes) <= set(detectors.items())  # industries register more
