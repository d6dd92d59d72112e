# SPDX-License-Identifier: Apache-2.0
"""Leaks are placed by what they do to the sensors; what nobody leaked is not told."""

import numpy as np

from tongguan.leaks.contracts import FLOWS, Caution, Leak, Signatures
from tongguan.leaks.localise import Localiser

NODES, CHANNELS, QUIET = 30, 8, 7
#: A street of thirty nodes, 100 m apart; each pulls down the gauges near it.
SHAPE = -np.exp(-np.abs(np.arange(NODES)[:, None] / NODES - np.linspace(0, 1, CHANNELS)) / 0.15) * 0.05
METRES = np.abs(np.subtract.outer(np.arange(NODES), np.arange(NODES))) * 100.0
NOISE = np.eye(CHANNELS) * 0.02**2


def watch(flows: dict[int, np.ndarray], days: int, caution: Caution | None = None) -> list[Leak]:
    """Live through days after a quiet week; give what was told, a leak once for each telling."""
    return lived(flows, days, caution)[1]


def lived(
    flows: dict[int, np.ndarray], days: int, caution: Caution | None = None
) -> tuple[Localiser, list[Leak]]:
    """Live through days after a quiet week; give who watched, and what was told."""
    rng = np.random.default_rng(4)
    quiet = rng.normal(0, 0.02, (QUIET, CHANNELS))
    signatures = Signatures(FLOWS, np.array([SHAPE] * len(FLOWS)))
    localiser = Localiser(signatures, NOISE, NOISE / 16, METRES, caution or Caution(), quiet)
    found = []
    for day in range(days):
        residual = rng.normal(0, 0.02, CHANNELS)
        for node, flow in flows.items():
            residual = residual + flow[day] * SHAPE[node]
        one = localiser.day(residual)
        found += [one] if one else []
    return localiser, found


def test_a_quiet_month_tells_nothing():
    assert watch({}, 40) == []


def test_two_leaks_are_told_near_where_they_are_and_the_first_is_not_told_again():
    flows = {6: np.r_[np.zeros(5), np.full(45, 9.0)], 24: np.r_[np.zeros(25), np.full(25, 12.0)]}
    found = watch(flows, 50)
    assert len(found) == 2
    assert METRES[found[0].node, 6] <= 300
    assert METRES[found[1].node, 24] <= 300
    assert 5 <= found[0].told[0][0] <= 8
    assert 25 <= found[1].told[0][0] <= 28
    assert abs(found[0].flows[49] - 9) < 3


def test_each_day_says_how_strong_the_suspicion_is_and_a_leak_where_else_it_may_be():
    localiser, (leak,) = lived({6: np.r_[np.zeros(5), np.full(25, 9.0)]}, 30)
    told, enough = leak.told[0][0], Caution().gain
    assert len(localiser.suspicions) == 30
    assert [wins >= enough for wins, _ in localiser.suspicions[: told + 1]] == [False] * told + [True]
    # Once it is known nothing else is suspected.
    assert max(wins for wins, _ in localiser.suspicions[told + 1 :]) < enough
    assert localiser.suspicions[told][1] >= Caution().mass
    assert leak.looked == leak.onset + 20
    assert abs(leak.chance.sum() - 1) < 1e-9
    assert leak.chance[METRES[leak.node] <= 300].sum() >= Caution().mass
    assert leak.chance[6] > leak.chance[20]


def test_a_leak_that_was_repaired_is_forgotten():
    found = watch({10: np.r_[np.zeros(5), np.full(15, 10.0), np.zeros(20)]}, 40)
    assert len(found) == 1
    assert 20 <= found[0].repaired <= 22


def test_a_leak_that_grows_slowly_is_told_once_and_its_flow_is_followed():
    found = watch({12: np.r_[np.zeros(5), np.linspace(0, 10, 40), np.full(15, 10.0)]}, 60)
    assert len(found) == 1
    assert METRES[found[0].node, 12] <= 300
    assert found[0].growing
    assert abs(found[0].flows[59] - 10) < 2


def test_a_leak_that_begins_while_another_grows_is_placed_too():
    flows = {5: np.r_[np.zeros(3), np.linspace(0, 12, 57)], 22: np.r_[np.zeros(20), np.full(40, 6.0)]}
    found = watch(flows, 60)
    assert sorted(METRES[one.node, [5, 22]].argmin() for one in found) == [0, 1]
    assert all(METRES[one.node, [5, 22]].min() <= 300 for one in found)


def test_a_place_told_too_early_is_revised_when_later_days_say_elsewhere():
    hasty = Caution(mass=0.0, gain=16.0)
    found = watch({20: np.r_[np.zeros(5), np.linspace(0.3, 8, 55)]}, 60, hasty)
    assert all(one is found[0] for one in found), "one leak, told more than once"
    assert len(found) == len(found[0].told) > 1
    assert METRES[found[0].told[0][1], 20] > 300
    assert METRES[found[0].told[-1][1], 20] <= 100
