# SPDX-License-Identifier: Apache-2.0
"""The demo city's lifelines: simulated things, readings that go on, a fault that becomes an alarm."""

from datetime import UTC, datetime

import numpy as np
import pytest

from tongguan.alarms import queries as alarms
from tongguan.alarms.contracts import AlarmFilter, Where
from tongguan.industry.lifeline import demonstration, jobs, queries
from tongguan.industry.lifeline.seed import NETWORK, seed_lifelines
from tongguan.kernel import clock
from tongguan.people.testing import CITY, cast, forget_caches
from tongguan.places.testing import SOUTH, STEP, WEST, square_city
from tongguan.sensing.testing import owned
from tongguan.sensors import queries as sensors
from tongguan.simulation.faults import DAY, MINUTE, Kind
from tongguan.watch import queries as watch

SPOTS = [(WEST + STEP / 4 + n * STEP / 11, SOUTH + STEP / 2) for n in range(40)]
#: A turn in which a main bursts.
BURST = next(n for n in range(240_000, 240_006) if demonstration.TURNS[n % 6][0] is Kind.BURST)
BEGIN = BURST * demonstration.TURN + 20 * MINUTE


@pytest.fixture
def people(db):
    forget_caches()
    square_city()
    yield cast()
    forget_caches()


def moment(at: int) -> clock.ManualClock:
    return clock.ManualClock(datetime.fromtimestamp(at / 1000, UTC))


def test_where_no_demo_was_seeded_nothing_is_read(people):
    assert jobs.read_on() == 0


def test_a_main_bursts_in_the_demo_city_and_an_alarm_says_so(people, tmp_path):
    with clock.using(moment(BEGIN - 4 * MINUTE)) as hands, owned(tmp_path / "series"):
        streams = seed_lifelines(CITY, SPOTS)
        assert streams == demonstration.city_at(BEGIN).sensors
        places = sensors.at(list(range(1, 3)), people.city_chief)
        assert all(place.thing_name.startswith(demonstration.MARK) for place in places.values())
        assert {rule.state for rule in watch.rules(people.city_chief)} == {"in_force"}
        assert jobs.read_on(back=16 * MINUTE) > 1_000
        hands.move_to(datetime.fromtimestamp((BEGIN + 6 * MINUTE) / 1000, UTC))
        assert jobs.read_on() > 1_000
        assert jobs.read_on() == 0, "what was read is not read again"
        page = alarms.alarms(people.city_chief, AlarmFilter(rule="demo.burst"))
    (alarm,) = page.rows if hasattr(page, "rows") else page
    assert alarm.name == "演示·供水·爆管"
    assert alarm.grade >= 3


def test_things_on_the_demo_main_are_known_to_storms(people, tmp_path):
    with clock.using(moment(BEGIN)):
        seed_lifelines(CITY, SPOTS)
    cut, beyond = queries.isolation(people.city_chief, NETWORK, "管5")
    assert cut.valves == ("阀2", "阀3")
    assert (cut.users, beyond) == (("用户2", "用户3"), 0), "what hangs behind the cut is without as well"
    near = [Where((), (f"YS-GS-{n}",), None, None) for n in (1, 2, 3)] + [Where((), ("别处",), None, None)]
    assert jobs.along_networks(near, 20_000.0) == [(0, 1), (0, 2), (1, 2)]
    assert jobs.along_networks(near, 1.0) == []


def test_every_turn_has_its_fault_and_the_city_stays_the_same_over_months():
    kinds = {f.kind for f in demonstration.faults_around(BEGIN)}
    assert kinds == {kind for kind, *_ in demonstration.TURNS}
    now, later = demonstration.city_at(BEGIN), demonstration.city_at(BEGIN + 45 * DAY)
    np.testing.assert_array_equal(now.plants[0].volume, later.plants[0].volume)
    assert now.storms != later.storms
