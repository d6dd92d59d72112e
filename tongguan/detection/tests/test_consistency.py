# SPDX-License-Identifier: Apache-2.0
"""A replayed level no longer fits the pump that fills it; whatever fits is left alone."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.detection.consistency import Consistency, Latch

DEVICES = ("T1", "PU1", "PU1", "J1", "J2")


def plant(hours, seed):
    """A tank that a pump fills below 2 m and up to 5 m; two pressures follow level and pump."""
    draw = np.random.default_rng(seed)
    level, running, rows = 3.0, False, []
    for hour in range(hours):
        use = 0.35 + 0.2 * np.sin(hour / 24 * 2 * np.pi) + draw.normal(0, 0.02)
        running = level < 2.0 or (running and level < 5.0)
        flow = 100.0 * running + draw.normal(0, 0.3) * running
        level += 0.9 * running - use
        head = 30 + 2 * level + draw.normal(0, 0.05)
        rows.append([level, flow, float(running), head, head - 8 * running + draw.normal(0, 0.05)])
    turn = 2 * np.pi * np.arange(hours) / 24
    return np.array(rows), np.column_stack([np.sin(turn), np.cos(turn)])


@pytest.fixture(scope="module")
def taught():
    values, clock = plant(1400, 1)
    known = Consistency(DEVICES, rounds=40)
    known.fit(values, clock)
    return known


def test_normal_operation_seldom_scores_and_a_replayed_level_does(taught):
    values, clock = plant(400, 2)
    lied = values.copy()
    lied[200:240, 0] = lied[200, 0]  # the level the operator sees stands still

    _, fits = taught.step(None, values, clock)
    _, lies = taught.step(None, lied, clock)

    assert (fits.whole() >= 1.5).mean() < 0.05
    alarms = Latch(1.5, 0.7, 6, 3).step(None, lies.whole())[1]
    assert alarms[200:212].any()
    assert alarms[212:240].mean() > 0.7
    loud = 200 + int(np.argmax(lies.whole()[200:240]))
    assert 0 in lies.suspects(loud)


@settings(max_examples=8, deadline=None)
@given(cuts=st.lists(st.integers(1, 59), max_size=4, unique=True))
def test_hours_are_judged_the_same_however_they_come(taught, cuts):
    values, clock = plant(60, 3)
    whole = taught.step(None, values, clock)[1]
    latch = Latch(1.0, 0.5, 4, 2)
    expected = latch.step(None, whole.whole())[1]

    state, held, scores, alarms = None, None, [], []
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), 60], strict=True):
        state, found = taught.step(state, values[begin:end], clock[begin:end])
        held, told = latch.step(held, whole.whole()[begin:end])
        scores.append(found.scores)
        alarms.append(told)

    assert np.allclose(np.concatenate(scores), whole.scores, rtol=1e-12)
    assert np.array_equal(np.concatenate(alarms), expected)


def test_channels_must_be_as_many_as_devices():
    with pytest.raises(ValueError, match="3 channels, 5 devices"):
        Consistency(DEVICES).fit(np.zeros((10, 3)), np.zeros((10, 1)))
