# SPDX-License-Identifier: Apache-2.0
"""Leaks are placed by what they do to the sensors; what nobody leaked is not told."""

import numpy as np

from tongguan.industry.lifeline.localise import FLOWS, Caution, Localiser, Signatures

NODES, CHANNELS = 30, 8
RNG = np.random.default_rng(4)
#: A street of thirty nodes, 100 m apart; each pulls down the gauges near it.
SHAPE = -np.exp(-np.abs(np.arange(NODES)[:, None] / NODES - np.linspace(0, 1, CHANNELS)) / 0.15) * 0.05
METRES = np.abs(np.subtract.outer(np.arange(NODES), np.arange(NODES))) * 100.0
NOISE = np.eye(CHANNELS) * 0.02**2


def watch(flows: dict[int, np.ndarray], days: int) -> list:
    localiser = Localiser(Signatures(SHAPE, SHAPE, FLOWS), NOISE, NOISE / 16, METRES, Caution())
    found = []
    for day in range(days):
        residual = RNG.normal(0, 0.02, CHANNELS)
        for node, flow in flows.items():
            residual = residual + flow[day] * SHAPE[node]
        one = localiser.day(residual)
        found += [one] if one else []
    return found


def test_a_quiet_month_tells_nothing():
    assert watch({}, 40) == []


def test_two_leaks_are_told_near_where_they_are_and_the_first_is_not_told_again():
    flows = {6: np.r_[np.zeros(5), np.full(45, 9.0)], 24: np.r_[np.zeros(25), np.full(25, 12.0)]}
    found = watch(flows, 50)
    assert len(found) == 2
    assert METRES[found[0].node, 6] <= 300
    assert METRES[found[1].node, 24] <= 300
    assert 5 <= found[0].day <= 8
    assert 25 <= found[1].day <= 28
    assert abs(found[0].flow - 9) < 3


def test_a_leak_that_was_repaired_is_forgotten():
    found = watch({10: np.r_[np.zeros(5), np.full(15, 10.0), np.zeros(20)]}, 40)
    assert len(found) == 1
    assert 20 <= found[0].repaired <= 22
