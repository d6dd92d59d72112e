# SPDX-License-Identifier: Apache-2.0
"""What has not been like this before is told; what comes every day is not; batches change nothing."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.detection.anomaly import DEFAULT, VIEWS, State, step

FIVE_MINUTES = 300
QUICK = replace(DEFAULT, shapes=200, tail=300, kept=900)


def days(count, seed=1, every=FIVE_MINUTES):
    """A stream with a daily wave, a little noise and a peak each noon."""
    at = np.arange(count * 86_400 // every, dtype=np.int64) * every
    hour = at % 86_400 / 3600
    noise = np.random.default_rng(seed).normal(0, 0.3, len(at))
    return at, 20 + 5 * np.sin(hour / 24 * 2 * np.pi) + np.where(
        (hour >= 12) & (hour < 12.5), 8.0, 0.0
    ) + noise


def test_a_stream_that_goes_its_daily_way_is_left_alone():
    at, value = days(9, every=900)

    _, judged = step(State(), at, value)

    assert judged.alarm[4 * 96 :].sum() <= 1


def jumped(value):
    value[700:712] += 15


def stuck(value):
    value[700:760] = 31


@pytest.mark.parametrize("alter", [jumped, stuck])
def test_what_has_not_been_before_is_told_at_once_and_by_which_way_of_looking(alter):
    at, value = days(10, every=900)
    alter(value)

    _, judged = step(State(), at, value)

    told = np.flatnonzero(judged.alarm)
    first = int(told[told >= 600][0])
    assert 700 <= first <= 704
    assert judged.parts[first].max() > 3
    assert judged.loudest(first) in VIEWS


def test_an_hour_out_of_its_turn_is_told_though_its_values_are_usual():
    at, value = days(10, every=900)
    # The noon peak at three in the night: every value of it has been seen.
    night = 8 * 96 + 12
    value[night : night + 4] = value[48 + 96 : 52 + 96]

    _, judged = step(State(), at, value)

    assert judged.parts[night, list(VIEWS).index("hour")] > 3
    assert judged.alarm[night : night + 6].any()


def test_an_alarm_rests_and_readings_that_are_no_number_are_passed_by():
    at, value = days(6, every=900)
    value[400:500] += np.tile([30.0, -30.0], 50)
    broken = value.copy()
    broken[300:310] = np.nan

    _, judged = step(State(), at, broken)

    assert 1 <= judged.alarm[400:500].sum() <= 100 // DEFAULT.least
    assert not judged.alarm[300:310].any()
    assert np.isfinite(judged.score).all()


def test_what_comes_later_changes_nothing_said_before():
    at, value = days(5, every=900)
    _, whole = step(State(), at, value)
    _, part = step(State(), at[:300], value[:300])

    assert np.array_equal(whole.score[:300], part.score)


@settings(max_examples=12, deadline=None)
@given(
    cuts=st.lists(st.integers(1, 149), max_size=6, unique=True),
    holes=st.sets(st.integers(0, 149), max_size=10),
    seed=st.integers(0, 10),
)
def test_scores_are_the_same_however_the_stream_is_cut(cuts, holes, seed):
    at, value = days(3, seed, every=900)
    at, value = at[:150], value[:150]
    value[sorted(holes)] = np.nan
    _, whole = step(State(), at, value, QUICK)

    state, scores, alarms = State(), [], []
    for begin, end in zip([0, *sorted(cuts)], [*sorted(cuts), len(at)], strict=True):
        state, judged = step(state, at[begin:end], value[begin:end], QUICK)
        scores.append(judged.score)
        alarms.append(judged.alarm)

    assert np.array_equal(np.concatenate(scores), whole.score)
    assert np.array_equal(np.concatenate(alarms), whole.alarm)


def test_what_is_remembered_stays_bounded():
    at, value = days(12, every=900)

    state, _ = step(State(), at, value, QUICK)

    assert (len(state.value), len(state.past), state.seen) == (900, 300, 12 * 96)
