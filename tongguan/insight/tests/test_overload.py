# SPDX-License-Identifier: Apache-2.0
"""Who will be late in the coming week: forecast from what is known, kept, met by what came, seen in scope."""

from datetime import timedelta

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tongguan.insight import api, outlook, queries
from tongguan.insight.forecasting import next_week
from tongguan.insight.models import Overload
from tongguan.insight.testing import READ_AT, clocks, write_clocks
from tongguan.kernel import clock
from tongguan.kernel.errors import Forbidden
from tongguan.people.contracts import PLATFORM


@pytest.fixture
def told(home, town):
    """江北区市政所 takes a week for each of a limit of four days; 江北区环卫所 an hour."""
    slow, quick = town.unit("N-SZ").id, town.unit("N-HW").id
    every = timedelta(hours=5)
    late = clocks([168.0] * 320, unit=slow, limit=(96, "natural_hour"), every=every, word="s")
    for case, row in zip(*late, strict=True):
        if row["stopped_at"] > READ_AT:
            row |= {"stopped_at": None, "worked_minutes": None}
            case |= {"closed_at": None, "final": False, "state": "handling"}
    prompt = clocks([1.0] * 320, unit=quick, limit=(96, "natural_hour"), every=every, word="q")
    write_clocks(home, late, prompt, units={slow: "department", quick: "department"})
    return town


def forecast(at=READ_AT):
    with clock.using(clock.ManualClock(at)):
        return api.forecast_week(PLATFORM)


@pytest.mark.django_db
def test_the_unit_that_cannot_keep_up_is_named_with_why(told):
    assert forecast() == 2
    with clock.using(clock.ManualClock(READ_AT)):
        found = queries.overloads(told.duty_chief)
    assert [one.unit_name for one in found] == ["江北区市政所", "江北区环卫所"]
    slow, quick = found
    assert slow.week == next_week(READ_AT)
    assert slow.open_load > 0
    assert slow.low <= slow.late <= slow.high
    assert slow.late > 10 * max(quick.late, 0.1)
    assert slow.drivers
    assert quick.open_load == 0


@pytest.mark.django_db
def test_past_weeks_are_forecast_from_what_was_known_and_met_by_what_came(told):
    forecast()
    rows = Overload.objects.filter(hindcast=True)
    assert rows.count() == 2 * 8
    assert set(rows.values_list("came", flat=True)) != {None}
    record = queries.forecast_record(told.city_chief)
    assert (record.weeks, record.forecasts) == (8, 16)
    assert record.mae is not None
    assert record.inside is not None
    forecast()
    assert Overload.objects.count() == 2 * 9


@pytest.mark.django_db
def test_forecasts_are_seen_by_those_over_the_unit_and_the_unit_itself(told):
    forecast()
    assert len(queries.overloads(told.city_chief)) == 2
    assert queries.overloads(told.outsider) == []
    assert [one.unit_name for one in queries.overloads(told.department)] == ["江北区市政所"]
    with pytest.raises(Forbidden):
        queries.overloads(told.citizen)
    with pytest.raises(Forbidden):
        api.forecast_week(told.duty_chief)


@pytest.mark.django_db
def test_without_a_history_nothing_is_forecast(home, town):
    write_clocks(home, units={})
    assert forecast() == 0
    assert queries.overloads(town.city_chief) == []
    assert queries.forecast_record(town.city_chief).mae is None


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30), st.floats(0, 500), st.floats(0, 1), st.floats(1, 3))
def test_the_sum_of_chances_lies_between_its_bounds(chances, coming, share, scale):
    said = outlook.late_sum(np.array(chances), (coming, 0.8 * coming, 1.2 * coming), share, scale)
    assert said.late == pytest.approx(sum(chances) + share * coming)
    assert 0 <= said.low <= said.late + 1e-9
    assert said.late <= said.high + 1e-9


def test_an_items_and_a_units_slowness_are_put_together():
    ratio = np.array([0.5] * 100 + [1.5] * 100)
    ended = np.ones(200, bool)
    past = outlook.Past(ratio, ended, np.repeat([1, 2], 100), np.zeros(200, dtype=np.int64))
    odds = outlook.odds_of(past)
    quick, slow = odds.late(np.array([0.1, 0.1]), np.array([1, 2]), np.array([0, 0]))
    assert quick < 0.01
    assert slow > 0.99


def test_the_inflow_of_a_steady_unit_is_steady():
    short = outlook.inflow(np.full((30, 2), 3.0), 13)
    assert not short.learned
    assert short.value.tolist() == [21, 21]
    rng = np.random.default_rng(7)
    long = outlook.inflow(rng.poisson(6.0, (300, 3)).astype(float), 13)
    assert long.learned
    assert ((long.low <= 42) & (long.high >= 42)).all()
