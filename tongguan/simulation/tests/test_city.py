# SPDX-License-Identifier: Apache-2.0
"""The simulated city: the same from any window, its physics as written, its faults where they were put."""

import numpy as np
import pytest

from tongguan.kernel.frames import Frame
from tongguan.simulation import physics
from tongguan.simulation.city import FULL, City
from tongguan.simulation.faults import DAY, HOUR, MINUTE, Fault, Kind, drawn


@pytest.fixture(scope="module")
def town():
    return City(7, 0.001, days=3)


def readings(town: City, begin: int, end: int, faults=(), plant: str = "", quantity: str = ""):
    frame = Frame.joined(list(town.frames(begin, end, faults, frozenset({plant} - {""}))))
    if not quantity:
        return frame
    block = town.block(plant, quantity)
    return frame.taken((frame.stream >= block.first) & (frame.stream < block.first + block.count))


def of(frame: Frame, stream: int) -> np.ndarray:
    return frame.value[frame.stream == stream]


def test_a_city_of_full_size_has_51_bridges_and_85_000_sensors():
    whole = City(1, 1.0)
    assert whole.sensors == 85_000
    assert FULL["bridge"] == whole.groups["bridge"] == 51


def test_a_stretch_of_time_reads_the_same_however_it_is_cut(town):
    whole = readings(town, 0, 40 * MINUTE)
    cut = Frame.joined([*town.frames(0, 17 * MINUTE), *town.frames(17 * MINUTE, 40 * MINUTE)])
    assert len(whole) == len(cut) > 1_000
    for column in ("stream", "at", "value"):
        np.testing.assert_array_equal(getattr(whole, column), getattr(cut, column))
    assert (np.diff(whole.at) >= 0).all()


def test_gas_in_a_chamber_is_what_flows_in_less_what_is_aired():
    hours = np.linspace(0, 30, 3001)
    vol = physics.chamber_vol(0.5, 4.0, 0.3, hours)
    slope = np.gradient(vol / 100, hours)
    np.testing.assert_allclose(slope[5:-5], 0.5 / 4 - (0.3 + 0.5 / 4) * vol[5:-5] / 100, atol=1e-4)
    assert vol[-1] == pytest.approx(100 * 0.5 / (0.5 + 0.3 * 4), rel=1e-3)


def test_a_hole_lets_out_by_the_root_of_the_head():
    assert physics.orifice_m3h(0.02, 40.0) == pytest.approx(2 * float(physics.orifice_m3h(0.02, 10.0)))
    assert physics.orifice_m3h(0.05, 36.0) == pytest.approx(0.62 * 0.0019635 * 26.577 * 3600, rel=1e-3)


def test_a_store_never_holds_less_than_nothing():
    rng = np.random.default_rng(1)
    inflow, outflow = rng.random((3, 50)), rng.random((3, 50))
    held, expected = physics.stored(inflow, outflow, np.zeros(3)), np.zeros(3)
    for k in range(50):
        expected = np.maximum(0.0, expected + inflow[:, k] - outflow[:, k])
        np.testing.assert_allclose(held[:, k], expected, atol=1e-12)


def test_a_burst_raises_the_flow_and_lowers_the_pressure_of_its_own_district_only(town):
    burst = Fault(Kind.BURST, "water", 1, HOUR, 2 * HOUR, 0.06, 0.5)
    calm = readings(town, 0, 3 * HOUR, (), "water")
    torn = readings(town, 0, 3 * HOUR, [burst], "water")
    flow, pressure = town.block("water", "water_flow"), town.block("water", "water_pressure")
    more = of(torn, flow.streams(1)[0]) - of(calm, flow.streams(1)[0])
    assert more[:55].max() == 0
    assert more[65:115].min() > 100
    assert more[125:].max() == 0
    fallen = of(torn, pressure.streams(1)[6]) - of(calm, pressure.streams(1)[6])
    assert fallen[65:115].max() < -0.01
    np.testing.assert_array_equal(of(torn, flow.streams(0)[0]), of(calm, flow.streams(0)[0]))


def test_a_replay_reads_what_was_read_a_day_before(town):
    attack = Fault(Kind.REPLAY, "water", 0, DAY + HOUR, DAY + 2 * HOUR, 1.0)
    before = readings(town, HOUR, 2 * HOUR, (), "water", "water_flow")
    during = readings(town, DAY + HOUR, DAY + 2 * HOUR, [attack], "water", "water_flow")
    np.testing.assert_array_equal(of(during, during.stream.min()), of(before, before.stream.min()))
    assert (of(during, during.stream.max()) != of(before, before.stream.max())).any()


@pytest.mark.parametrize("kind", [Kind.STUCK, Kind.DRIFT, Kind.SPIKES, Kind.DROPOUT])
def test_a_broken_sensor_spoils_itself_and_no_other(town, kind):
    fault = Fault(kind, "chamber", 3, HOUR, 5 * HOUR, 0.02 if kind is Kind.DRIFT else 0.5, 0.0)
    good = readings(town, 0, 6 * HOUR, (), "chamber")
    bad = readings(town, 0, 6 * HOUR, [fault], "chamber")
    inside = (bad.at[bad.stream == 3] >= HOUR) & (bad.at[bad.stream == 3] < 5 * HOUR)
    if kind is Kind.STUCK:
        assert len(set(of(bad, 3)[inside])) == 1
    elif kind is Kind.DRIFT:
        assert of(bad, 3)[inside][-1] > of(good, 3).max() + 5
    elif kind is Kind.SPIKES:
        assert 0 < (np.abs(np.diff(of(bad, 3)[inside])) > 30).mean() < 0.5
    else:
        assert not inside.any()
        assert len(of(bad, 3)) == 2 * 120
    np.testing.assert_array_equal(of(bad, 4), of(good, 4))


def test_water_stands_only_where_the_drain_takes_less_than_falls(town):
    truth = town.truth([], 0, 3 * DAY, 15.0)
    blocked = [Fault(Kind.PONDING, "drain", g, 0, 3 * DAY, 0.95) for g in range(town.groups["drain"])]
    worse = town.truth(blocked, 0, 3 * DAY, 15.0)
    assert len(worse) > len(truth)
    assert all(fault.kind is Kind.PONDING for fault in worse)


def test_drawn_faults_keep_apart_from_each_other(town):
    faults = drawn(np.random.default_rng(3), town.groups, (0, 20 * DAY), 0.02)
    assert {fault.kind for fault in faults} == set(Kind)
    for one in faults:
        for other in faults:
            if one is not other and one.kind is not Kind.OVERLOAD and other.kind is not Kind.OVERLOAD:
                apart = (one.plant, one.group) != (other.plant, other.group)
                assert apart or one.end <= other.begin or other.end <= one.begin
