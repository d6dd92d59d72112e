# SPDX-License-Identifier: Apache-2.0
"""Forecasts beat the naive ones, keep their promises of coverage, and never look ahead."""

from copy import deepcopy

import numpy as np
import pytest

from tongguan.forecasts.contracts import DAY_MS, Panel, Recipe
from tongguan.forecasts.features import slot
from tongguan.forecasts.learned import Learned
from tongguan.forecasts.naive import persistence, seasonal

HOUR = 3_600_000
RECIPE = Recipe(
    horizons=(1, 6), lags=(1, 2, 24), spans=(6,), rounds=40, leaves=15, least=20, floor=0.0, linear=100.0
)


def panel(hours, seed=1, begin=0):
    """Three series with a day's wave; the second follows the first an hour later."""
    at = (begin + np.arange(hours, dtype=np.int64)) * HOUR
    draw = np.random.default_rng(seed)
    wave = 50 + 30 * np.sin(2 * np.pi * (at / HOUR % 24) / 24)
    drift = np.cumsum(draw.normal(0, 3, hours))
    drift -= np.linspace(0, drift[-1], hours)
    first = wave + drift + draw.normal(0, 1, hours)
    second = np.concatenate([[50.0], first[:-1]]) + draw.normal(0, 1, hours)
    values = np.maximum(np.column_stack([first, second, wave + draw.normal(0, 1, hours)]), 0)
    values[100:104, 0] = np.nan
    return Panel(at, values, {"rain": draw.normal(0, 1, values.shape)})


@pytest.fixture(scope="module")
def taught():
    whole = panel(1600)
    model = Learned(RECIPE, near=np.ones((3, 3)))
    model.fit(whole.between(0, 1300))
    fresh = deepcopy(model)
    return model, whole, model.hindcast(whole.between(1300, 1600)), fresh


def test_the_record_tells_error_coverage_and_skill_against_the_seasonal_naive(taught):
    model, whole, made, _ = taught
    figures = model.record.figures()

    assert figures[1]["count"] == 299 * 3
    assert figures[1]["skill"] > 0.5
    assert figures[6]["skill"] > 0
    assert 0.82 <= figures[1]["coverage"] <= 0.97
    assert (made.low <= made.value + 1e-9).mean() > 0.99
    assert made.low.min() >= 0.0
    truth = whole.values[1301:1600, 1]
    still = persistence(whole, (1,))[1300:1599, 0, 1]
    assert np.abs(truth - made.value[:-1, 0, 1]).mean() < 0.6 * np.abs(truth - still).mean()


def test_row_by_row_says_what_all_at_once_said(taught):
    _, whole, made, fresh = taught
    model = deepcopy(fresh)

    for row in range(1300, 1312):
        model.update(whole.between(row, row + 1))
        said = model.predict()
        assert said.at.tolist() == [int(whole.at[row])]
        for name in ("value", "low", "high"):
            assert np.allclose(getattr(said, name)[0], getattr(made, name)[row - 1300], rtol=1e-9)


def test_the_future_changes_nothing_said_before(taught):
    _, whole, made, fresh = taught
    model = deepcopy(fresh)
    altered = deepcopy(whole.between(1300, 1600))
    altered.values[50:] = 9999.0

    said = model.hindcast(altered)

    assert np.array_equal(said.value[:50], made.value[:50])
    assert np.array_equal(said.high[:50], made.high[:50])


def test_the_naive_ones_say_what_anybody_could():
    told = Panel(np.arange(6, dtype=np.int64), np.arange(6.0).reshape(-1, 1))

    assert seasonal(told, (1,), 3)[5, 0, 0] == 3.0
    assert seasonal(told, (4,), 3)[5, 0, 0] == 3.0
    assert persistence(told, (1, 2))[5, 1, 0] == 5.0


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (lambda: Panel(np.array([0, 1, 3]), np.zeros((3, 1))), "evenly"),
        (lambda: Panel(np.array([0, 1]), np.zeros((3, 1))), "values"),
        (lambda: Learned(RECIPE).hindcast(panel(10)), "fit first"),
        (lambda: Learned(RECIPE).predict(), "update first"),
    ],
)
def test_what_cannot_be_is_refused_with_its_reason(make, word):
    with pytest.raises(ValueError, match=word):
        make()


def test_a_season_may_be_a_week_whose_hours_have_their_places_by_the_local_clock():
    weekly = Recipe(horizons=(1,), lags=(1,), season=168, period_ms=7 * DAY_MS, offset_ms=8 * HOUR)
    begin = 4 * DAY_MS - 8 * HOUR  # Monday, 5 January 1970, midnight in China
    hours = begin + HOUR * np.arange(336, dtype=np.int64)
    assert slot(hours, weekly).tolist() == [(96 + n) % 168 for n in range(336)]
    assert slot(hours, Recipe(horizons=(1,), lags=(1,), offset_ms=8 * HOUR)).tolist() == [*range(24)] * 14
