# SPDX-License-Identifier: Apache-2.0
"""The lifeline's detectors: real matters are told, sensors that fail are not taken for them."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tongguan.detection.batches import Index, arranged, batch_of
from tongguan.detection.settings import UnusableError, ready
from tongguan.detection.spi import detectors
from tongguan.industry.lifeline.detectors.kinds import OWN
from tongguan.kernel.frames import Frame

MINUTE, HOUR = 60_000, 3_600_000


def run(code, given, told, groups, cuts=()):
    """Give (slot, at, grade) of the changes when (stream, at, value) are heard in frames cut there."""
    detector = detectors.get(code)
    index = Index.of_groups(groups) if detector.grouped else Index.of_streams([g[0] for g in groups])
    known = {**ready(detector, given), "parts": max(map(len, groups))}
    state, said = detector.begin(index.slots, known), []
    edges = sorted({0, len(told), *(min(cut, len(told)) for cut in cuts)})
    for begin, end in pairwise(edges):
        columns = list(zip(*told[begin:end], strict=True))
        state, verdicts = detector.step(known, state, batch_of(arranged(Frame.of(*columns)), index))
        said += list(zip(verdicts.slot.tolist(), verdicts.at.tolist(), verdicts.grade.tolist(), strict=True))
    return sorted(said)


def series(stream, values, every=30_000, begin=0):
    return [(stream, begin + n * every, float(v)) for n, v in enumerate(values)]


def merged(*several):
    return sorted((one for told in several for one in told), key=lambda one: one[1])


GAS = {"rise": 3.0, "yellow": 3.0, "red": 50.0}
BURST = {"every": 60, "drop": 0.008, "orange": 30.0}


def test_gas_that_rises_and_stays_is_told_with_the_second_reading():
    assert run("gas_seepage", GAS, series(1, [0, 0, 0, 5, 9, 14, 60]), [[1]]) == [
        (0, 4 * 30_000, 2),
        (0, 6 * 30_000, 4),
    ]


def test_a_spike_is_no_gas_and_a_spiking_sensor_must_stand_longer():
    assert run("gas_seepage", GAS, series(1, [0, 0, 70, 0, 0, 70, 0, 0]), [[1]]) == []
    assert run("gas_seepage", GAS, series(1, [0, 0, 70, 0, 60, 60, 0, 0]), [[1]]) == []
    stands = run("gas_seepage", GAS, series(1, [0, 0, 70, 0, 60, 61, 62, 63, 64]), [[1]])
    assert stands == [(0, 8 * 30_000, 4)]


def test_sewer_gas_that_moves_slowly_is_followed():
    slow = 5 + 4 * np.sin(np.arange(2880) * 2 * np.pi / 2880)
    assert run("gas_seepage", GAS, series(1, slow), [[1]]) == []


def district(flow, *pressures):
    return merged(*(series(n, v, MINUTE) for n, v in enumerate([flow, *pressures], 1)))


CALM = [50.0] * 20
HEAD = [0.40] * 20


def test_a_burst_is_flow_and_pressure_together():
    torn = district([*CALM, 150, 150, 150], *[[*HEAD, 0.35, 0.35, 0.35]] * 3)
    assert run("burst", BURST, torn, [[1, 2, 3, 4]]) == [(0, 21 * MINUTE, 3)]


def test_flow_alone_and_pressure_alone_are_no_burst_and_one_bad_gauge_hides_none():
    meter = district([*CALM, 150, 150, 150], *[[*HEAD, 0.40, 0.40, 0.40]] * 3)
    pump = district([*CALM, 50, 50, 50], *[[*HEAD, 0.35, 0.35, 0.35]] * 3)
    gauge = district([*CALM, 150, 150, 150], [*HEAD, 0.9, 0.9, 0.9], *[[*HEAD, 0.35, 0.35, 0.35]] * 2)
    assert run("burst", BURST, meter, [[1, 2, 3, 4]]) == []
    assert run("burst", BURST, pump, [[1, 2, 3, 4]]) == []
    assert len(run("burst", BURST, gauge, [[1, 2, 3, 4]])) == 1


def test_a_poll_with_a_silent_gauge_is_judged_when_the_next_begins():
    torn = [r for r in district([*CALM, 150, 150, 150, 150], *[[*HEAD, *[0.35] * 4]] * 3) if r[0] != 4]
    assert [(at, grade) for _, at, grade in run("burst", BURST, torn, [[1, 2, 3, 4]])] == [(21 * MINUTE, 3)]


def nights(*means, every=10 * MINUTE):
    wave = np.resize([1.0, -1.0], 144)
    return series(1, np.concatenate([mean + wave for mean in means]), every, -8 * HOUR)


def test_a_leak_is_a_night_that_took_more_than_the_quiet_ones():
    given = {"yellow": 5.0}
    assert run("night_flow", given, nights(20, 21, 20, 20, 27), [[1]])[0][2] == 2
    assert run("night_flow", given, nights(20, 27, 27, 27), [[1]]) == [], "three quiet nights are needed"
    frozen = nights(20, 21, 20, 20) + series(1, [27.0] * 144, 10 * MINUTE, 88 * HOUR)
    assert run("night_flow", given, frozen, [[1]]) == [], "a meter that does not move is not believed"


def test_water_stands_when_it_is_wet_and_longer_than_a_splash():
    given = {"every": 60, "yellow": 15.0}
    rain = [0.2] * 9
    deep = [0, 0, 0, 0, 0, 18, 18, 18, 18]
    low = [0.3] * 9

    def street(depth, level, fallen):
        return merged(*(series(n, v, MINUTE) for n, v in enumerate([depth, level, fallen], 1)))

    assert run("standing_water", given, street(deep, low, rain), [[1, 2, 3]]) == [(0, 7 * MINUTE, 2)]
    assert run("standing_water", given, street([0, 0, 0, 0, 0, 25, 0, 0, 0], low, rain), [[1, 2, 3]]) == []
    assert run("standing_water", given, street(deep, low, [0.0] * 9), [[1, 2, 3]]) == [], "dry: the sensor"


def test_an_overload_is_what_scale_and_structure_agree_on():
    lorries = [20.0, 0.0] * 60

    def lane(weights, strains):
        return merged(series(1, weights, 10_000), *(series(n, strains, 10_000) for n in (2, 3, 4)))

    given = {"every": 10, "yellow": 60.0}
    calm = [1.5 * w for w in lorries]
    assert len(run("overload", given, lane([*lorries, 90.0, 0], [*calm, 135.0, 0]), [[1, 2, 3, 4]])) == 2
    assert run("overload", given, lane([*lorries, 90.0, 0], [*calm, 0.0, 0]), [[1, 2, 3, 4]]) == []


def test_heat_that_does_not_come_back_lowers_the_pressure_and_a_meter_that_drifts_does_not():
    given = {"every": 300, "drop": 0.008, "yellow": 2.5}

    def station(back, press):
        parts = ([100.0] * len(back), back, press)
        return merged(*(series(n, v, 300_000) for n, v in enumerate(parts, 1)))

    lost = station([99.0] * 30 + [92.0] * 6, [0.6] * 30 + [0.57] * 6)
    meter = station([99.0] * 30 + [92.0] * 6, [0.6] * 36)
    assert run("heat_loss", given, lost, [[1, 2, 3]])[0][2] == 2
    assert run("heat_loss", given, meter, [[1, 2, 3]]) == []


def test_polls_that_were_read_before_are_an_attack():
    rng = np.random.default_rng(5)
    day = rng.normal(50, 1, 40)
    other = rng.normal(0.4, 0.01, 40)

    def scada(flow, pressure):
        return merged(series(1, flow, MINUTE), series(2, pressure, MINUTE))

    again = scada([*day, *day[10:20]], [*other, *other[10:20]])
    half = scada([*day, *day[10:20]], [*other, *rng.normal(0.4, 0.01, 10)])
    given = {"every": 60, "remember": 45, "orange": 5}
    assert run("scada_replay", given, again, [[1, 2]]) == [(0, 44 * MINUTE, 3)]
    assert run("scada_replay", given, half, [[1, 2]]) == []


def test_a_step_of_a_bearing_is_told_and_the_day_and_night_of_it_is_not():
    days = np.sin(np.arange(96) * 2 * np.pi / 24)
    step = np.where(np.arange(96) >= 72, 5.0, 0.0)
    given = {"yellow": 2.5}
    assert run("hourly_step", given, series(1, days, HOUR), [[1]]) == []
    assert run("hourly_step", given, series(1, days + step, HOUR), [[1]])[0][1:] == (73 * HOUR, 2)


def test_a_sensor_that_walks_away_from_its_neighbours_drifts():
    given = {"every": 3600, "jump": 1.5, "blue": 4.0}
    walk = np.concatenate([np.zeros(30), np.arange(20) * 0.5])
    sea = np.sin(np.arange(50) / 4) * 5
    told = merged(series(1, sea + walk, HOUR), *(series(n, sea, HOUR) for n in (2, 3, 4)))
    assert run("sensor_drift", given, told, [[1, 2, 3, 4]])[0][2] == 1
    jumped = merged(series(1, sea + (walk > 0) * 8, HOUR), *(series(n, sea, HOUR) for n in (2, 3, 4)))
    assert run("sensor_drift", given, jumped, [[1, 2, 3, 4]]) == []


REST = {"every": 3600, "wet": 0.5, "calm": 2, "hours": 6, "walks": 3, "blue": 2.0}


def test_a_sensor_that_walks_from_its_rest_in_dry_weather_drifts():
    walk = np.concatenate([np.zeros(10), np.arange(10) * 0.5])
    dry = np.zeros(20)
    told = run("rest_drift", REST, merged(series(1, walk, HOUR), series(2, dry, HOUR)), [[1, 2]])
    assert told == [(0, 16 * HOUR, 1)]
    # In wet weather, or with a witness that is silent, nothing is said of it.
    assert run("rest_drift", REST, merged(series(1, walk, HOUR), series(2, dry + 1, HOUR)), [[1, 2]]) == []
    assert run("rest_drift", REST, series(1, walk, HOUR), [[1, 2]]) == []


def test_water_that_is_left_and_a_sensor_that_sticks_do_not_drift():
    left = np.concatenate([np.zeros(10), 8 - np.arange(8)])
    stuck = np.concatenate([np.zeros(10), np.full(8, 5.0)])
    for values in (left, stuck):
        heard = merged(series(1, values, HOUR), series(2, np.zeros(18), HOUR))
        assert run("rest_drift", REST, heard, [[1, 2]]) == []


def test_spikes_of_a_seldom_polled_sensor_are_counted_for_longer():
    spiky = [50, 50, 80, *[50] * 20, 80, 50, 50]
    given = {"height": 12.0, "blue": 1.5}
    assert run("sensor_spikes", given, series(1, spiky, 5 * MINUTE), [[1]]) == []
    told = run("sensor_spikes", {**given, "fading": 6}, series(1, spiky, 5 * MINUTE), [[1]])
    assert [grade for _, _, grade in told] == [1]


GIVEN = {
    "gas_seepage": GAS,
    "sensor_spikes": {"height": 3.0, "blue": 0.9},
    "burst": {"every": 60, "drop": 0.5, "orange": 2.0},
    "night_flow": {"yellow": 1.0, "nights": 1},
    "standing_water": {"every": 60, "yellow": 3.0},
    "overload": {"every": 60, "yellow": 4.0},
    "hourly_step": {"yellow": 1.0, "hours": 1},
    "sensor_drift": {"every": 60, "jump": 3.0, "blue": 1.0},
    "rest_drift": {"every": 60, "wet": 5.0, "calm": 1, "hours": 1, "walks": 1, "blue": 1.0},
    "heat_loss": {"every": 60, "drop": 0.5, "yellow": 1.0},
    "scada_replay": {"every": 60, "remember": 12, "orange": 2},
}


@pytest.mark.parametrize("code", sorted(GIVEN))
@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 6), st.integers(1, 90), st.integers(0, 9)), max_size=60),
    st.lists(st.integers(0, 60), max_size=5),
)
def test_how_readings_are_cut_into_frames_changes_nothing(code, drawn, cuts):
    clock, told = 0, []
    for stream, minutes, value in drawn:
        clock += minutes * MINUTE
        told.append((stream, clock, float(value)))
    groups = [[1, 2, 3], [4, 5, 6]] if detectors.get(code).grouped else [[n] for n in range(1, 7)]
    assert run(code, GIVEN[code], told, groups, cuts) == run(code, GIVEN[code], told, groups)


def test_a_limit_that_nobody_knows_yet_keeps_a_rule_from_running():
    assert {one.code for one in OWN} == set(GIVEN)
    with pytest.raises(UnusableError) as refused:
        ready(detectors.get("burst"), {"every": 60, "drop": None, "orange": 30.0})
    assert [(p.field, p.unset) for p in refused.value.problems] == [("drop", True)]
