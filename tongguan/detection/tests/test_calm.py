# SPDX-License-Identifier: Apache-2.0
"""A fault is known by how far a run leaves its own calm beginning, whatever its channels' levels are."""

import numpy as np
import pytest

from tongguan.detection.calm import REACH, Calm, Judge

CALM = 2 * REACH


def run(seed, level):
    draw = np.random.default_rng(seed)
    values = level + draw.normal(0, [1.0, 0.2, 5.0], (CALM + 300, 3))
    bad = np.zeros(300, bool)
    bad[100:220] = True
    values[CALM:][bad, 1] += 0.6
    calm = Calm.of(values[:CALM])
    return values, calm, bad


def figures(values, calm):
    return calm.step(values[:CALM], values[CALM:])[1]


def test_a_judge_taught_on_one_level_knows_the_fault_on_another():
    judge = Judge()
    known = [run(seed, level=10.0 * seed) for seed in range(1, 4)]
    judge.fit([figures(values, calm) for values, calm, _ in known], [bad for *_, bad in known])
    values, calm, bad = run(9, level=-400.0)

    scores = judge.scores(figures(values, calm))

    assert scores[bad][20:].mean() > 0.7
    assert scores[:100].mean() < 0.3


def test_batches_change_nothing():
    values, calm, _ = run(2, level=0.0)
    whole = figures(values, calm)

    state, parts = values[:CALM], []
    for begin, end in ((0, 1), (1, 50), (50, 300)):
        state, found = calm.step(state, values[CALM + begin : CALM + end])
        parts.append(found)

    assert np.allclose(np.concatenate(parts), whole, rtol=1e-9, atol=1e-9)


def test_too_short_a_beginning_is_refused():
    with pytest.raises(ValueError, match=f"at least {2 * REACH}"):
        Calm.of(np.zeros((50, 2)))
