# SPDX-License-Identifier: Apache-2.0
"""A lorry on the bridge goes again; a support that has settled does not come back."""

import numpy as np

from tongguan.detection.settling import Limits, Loads, State, resting, seconds, step


def strain(total, seed=1):
    return np.random.default_rng(seed).normal(0, 0.1, total)


def test_loads_pass_without_a_word_and_a_settlement_is_told_and_measured():
    test = strain(700)
    test[200:340] += 7.0
    loads = Loads.of(test)
    lorry, settling = strain(900, 2), strain(900, 3)
    lorry[300:430] += 7.5
    settling[300:600] += np.linspace(0, 25, 300)
    settling[600:] += 25

    assert 130 <= loads.stay <= 150
    assert not step(State(), lorry, loads, Limits())[2].any()
    _, change, told = step(State(), settling, loads, Limits())
    assert 300 < np.argmax(told) < 450
    assert told[600:].all()
    assert abs(change[-1] - 25) < 0.5


def test_a_small_change_is_told_when_it_stays_longer_than_loads_do():
    loads = Loads(size=7.0, stay=100, noise=0.1)
    small = strain(900)
    small[300:] += 4.0

    told = step(State(), small, loads, Limits())[2]

    assert 490 <= np.argmax(told) <= 530


def test_seconds_go_on_from_batch_to_batch():
    loads, values = Loads(7.0, 50, 0.1), strain(400)
    values[200:] += 9.5
    _, change, told = step(State(), values, loads, Limits())
    state, first, early = step(State(), values[:130], loads, Limits())
    _, second, late = step(state, values[130:], loads, Limits())

    assert np.array_equal(np.concatenate([first, second]), change)
    assert np.array_equal(np.concatenate([early, late]), told)


def test_seconds_are_medians_and_rest_is_the_level_between_loads():
    fast = np.repeat(strain(60) + 230.0, 100)
    fast[::100] = 999.0

    slow = seconds(fast[:-7], 100)

    assert len(slow) == 59
    assert abs(resting(slow) - 230) < 0.5
